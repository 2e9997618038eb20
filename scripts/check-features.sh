#!/usr/bin/env bash
# Checks that each feature can be left out alone, and all together: cargo check of library and
# program in target/features, without warnings.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR=$PWD/target/features RUSTFLAGS="-D warnings"
# What is on by default, from Cargo.toml.
read -r -a on < <(sed -n 's/^default = \[\(.*\)\]/\1/p' Cargo.toml | tr -d '",')

check() {
    printf 'features: %s\n' "${1:-none}" >&2
    cargo check --locked --lib --bins --no-default-features --features "$1"
}

for out in "${on[@]}"; do
    left=("${on[@]/$out/}")
    check "$(printf '%s,' "${left[@]}" | sed 's/,,*/,/g; s/^,//; s/,$//')"
done
check ""

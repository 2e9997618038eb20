#!/usr/bin/env bash
# Builds the crate as the registry would hand it out, from a folder elsewhere, and runs it: it must
# compile without what it leaves out, and say what is missing. Then cargo install from another folder.
# CARGO_TARGET_DIR says where it is built (target/crate).
set -euo pipefail
cd "$(dirname "$0")/.."

here=$PWD
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$here/target/crate}
version=$(sed -n '0,/^version = "\(.*\)"/s//\1/p' Cargo.toml)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
fail() { echo "test-crate: $*" >&2; exit 1; }

cargo package --locked --no-verify --allow-dirty --workspace
crate=$CARGO_TARGET_DIR/package/e-risalah-$version.crate
bytes=$(stat -c %s "$crate")
[ "$bytes" -lt 10000000 ] || fail "the crate has $bytes bytes; the registry takes 10 MB"
tar -C "$place" -xzf "$crate"

# The engine's crate may not be published yet.
cd "$place/e-risalah-$version"
cargo build --release --config "patch.crates-io.risalah-whisper.path='$here/crates/whisper'"
risalah=$CARGO_TARGET_DIR/release/risalah
"$risalah" --version
export RISALAH_LANG=en RISALAH_MODELS=$place/models
code=0
told=$("$risalah" demo -o "$place/hasil" 2>&1) || code=$?
[ "$code" = 1 ] && [[ $told == *"without the demonstration model"* ]] || fail "demo: $code, $told"
"$risalah" models list | grep -q small-q8_0 || fail "no list of models"
! "$risalah" models list | grep -q risalah-demo || fail "a model is listed that is not there"

# From a folder that knows nothing of this one.
cd "$place"
cargo install --locked --path "$here" --root "$place/installed"
told=$("$place/installed/bin/risalah" demo -o "$place/hasil" 2>&1) || fail "the installed program's demo: $told"
echo "the crate has $bytes bytes, compiles alone, and installs from any folder"

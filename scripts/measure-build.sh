#!/usr/bin/env bash
# Measures what a build costs, as one table in Markdown on stdout:
#   scripts/measure-build.sh [ROW…]     rows: scratch change crates size dist test; all without an argument
# Everything is built in target/measure, which is removed first for `scratch`; the registry must be
# at hand (cargo fetch). Run it on a machine that does nothing else; `scratch`, `dist` and `test` take
# minutes each.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR=$PWD/target/measure CARGO_TERM_COLOR=never
unset CARGO_INCREMENTAL RUSTFLAGS ${!CARGO_PROFILE_@}
rows=("$@")
[ ${#rows[@]} -gt 0 ] || rows=(scratch change crates size dist test)
log=$(mktemp)
changed=
trap 'rm -f "$log"; [ -z "$changed" ] || mv "$changed" locales/general.yml' EXIT

# Wall and CPU seconds of a command; its output goes to the log, which is shown when it fails.
timed() {
    local begun=$SECONDS
    if ! /usr/bin/env bash -c 'TIMEFORMAT="%R %U %S"; time "$@" >>"'"$log"'" 2>&1' - "$@" 2>"$log.time"; then
        tail -n 30 "$log" >&2
        echo "measure: $* failed after $((SECONDS - begun)) s" >&2
        exit 1
    fi
    read -r wall user system < <(tail -n1 "$log.time")
    rm -f "$log.time"
}
minutes() { awk -v s="$1" 'BEGIN { printf(s < 120 ? "%.0f s" : "%.1f min", s < 120 ? s : s / 60) }'; }
cpu() { awk -v u="$user" -v s="$system" 'BEGIN { print u + s }'; }
row() { printf '| %s | %s |\n' "$1" "$2"; }
megabytes() { awk -v b="$(stat -c %s "$1")" 'BEGIN { printf "%.1f MB", b / 1e6 }'; }
# As long as the crate is built, a changed sentence is taken back at the end.
change() {
    changed=$(mktemp)
    cp -p locales/general.yml "$changed"
    sed -i '0,/en: "/s//en: "(measured) /' locales/general.yml
}
restore() {
    mv "$changed" locales/general.yml
    changed=
    touch locales/general.yml
}

printf '| what | %s, %s cores, %s |\n|---|--:|\n' "$(git rev-parse --short HEAD)" "$(nproc)" "$(rustc --version | cut -d' ' -f1,2)"
for which in "${rows[@]}"; do
    case $which in
    scratch)
        rm -rf "$CARGO_TARGET_DIR"
        timed cargo build --release --locked
        row 'the program from nothing' "$(minutes "$wall")"
        row 'CPU of that' "$(minutes "$(cpu)")"
        timed "$CARGO_TARGET_DIR/release/risalah" demo -o "$CARGO_TARGET_DIR/hasil"
        row 'the demo itself' "$(minutes "$wall")"
        ;;
    change)
        timed cargo build --release --locked
        change
        timed cargo build --release --locked
        row 'after a change of one string: build' "$(minutes "$wall")"
        restore
        timed cargo test --release --locked --test library --no-run
        change
        timed cargo test --release --locked --test library catalogue
        row 'after a change of one string: run the nearest test' "$(minutes "$wall")"
        restore
        ;;
    crates)
        row 'crates on this system' "$(cargo tree --locked -e normal,build --prefix none --target "$(rustc -vV | sed -n 's/^host: //p')" | cut -d' ' -f1,2 | sort -u | wc -l)"
        ;;
    size)
        timed cargo build --release --locked
        row 'the program, release' "$(megabytes "$CARGO_TARGET_DIR/release/risalah")"
        strip -o "$CARGO_TARGET_DIR/stripped" "$CARGO_TARGET_DIR/release/risalah"
        row 'the same, stripped' "$(megabytes "$CARGO_TARGET_DIR/stripped")"
        ;;
    dist)
        timed cargo build --profile dist --locked
        row 'the program as it is packaged' "$(megabytes "$CARGO_TARGET_DIR/dist/risalah")"
        row 'its build from nothing' "$(minutes "$wall")"
        ;;
    test)
        timed cargo test --workspace --release --locked --no-run
        timed cargo test --workspace --release --locked
        row 'make test from a built tree (without root)' "$(minutes "$wall")"
        ;;
    *)
        echo "measure: no row $which" >&2
        exit 2
        ;;
    esac
done

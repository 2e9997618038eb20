#!/usr/bin/env bash
# Makes what an office installs, below target/package: scripts/package.sh [MODEL]
#   e-risalah_VERSION-1_amd64.deb            for Debian 12, Ubuntu 22.04 and newer
#   e-risalah-VERSION-x86_64-linux.tar.gz    to be unpacked anywhere
#   e-risalah-VERSION-offline/               both, the model MODEL (a ggml file), the guide and
#                                            SHA256SUMS, for a machine without a network
# Where cargo-zigbuild is installed (pip install cargo-zigbuild ziglang), the program needs glibc 2.31;
# otherwise that of this machine. PROGRAM=FILE packages a program that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."

GLIBC=2.31
target=x86_64-unknown-linux-gnu
version=$(sed -n '0,/^version = "\(.*\)"/s//\1/p' Cargo.toml)
out=target/package
stage=$out/stage
model=${1:-}

say() { printf 'package: %s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }

[ "$(uname -m)" = x86_64 ] || fail "packages are made on x86_64 only"
[ -z "$model" ] || [ -f "$model" ] || fail "$model is not there"
cargo deb --version >/dev/null 2>&1 || fail "please install cargo-deb: cargo install cargo-deb --locked"
command -v dpkg-shlibdeps >/dev/null || fail "please install dpkg-dev"

# The program.
program=${PROGRAM:-}
if [ -z "$program" ]; then
    if command -v cargo-zigbuild >/dev/null; then
        # Of ALSA only its name is linked; the library of this machine may need a newer glibc.
        mkdir -p "$out/link"
        ln -sf "$(ldconfig -p | sed -n 's/.*x86-64.* => \(.*libasound\.so\.2\)$/\1/p' | head -n1)" "$out/link/libasound.so"
        RUSTFLAGS="-L native=$PWD/$out/link -C link-arg=-Wl,--allow-shlib-undefined" \
            cargo zigbuild --profile dist --locked --target $target.$GLIBC --bin risalah
        program=target/$target/dist/risalah
    else
        say "cargo-zigbuild is not installed: the program will need the glibc of this machine"
        cargo build --profile dist --locked --bin risalah
        program=target/dist/risalah
    fi
fi
needed=$(objdump -T "$program" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n1 | cut -d_ -f2)
say "$program: $(stat -c %s "$program") bytes, glibc $needed or newer"

# What goes beside it.
rm -rf "$stage"
mkdir -p "$stage/bin" "$stage/man/en" "$stage/man/id" "$stage/completions" "$stage/doc"
install -m755 "$program" "$stage/bin/risalah"
RISALAH_LANG=en "$stage/bin/risalah" man -o "$stage/man/en" >/dev/null
RISALAH_LANG=id "$stage/bin/risalah" man -o "$stage/man/id" >/dev/null
gzip -9nf "$stage"/man/*/*.1
"$stage/bin/risalah" completions bash >"$stage/completions/risalah"
"$stage/bin/risalah" completions zsh >"$stage/completions/_risalah"
"$stage/bin/risalah" completions fish >"$stage/completions/risalah.fish"
cp CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$stage/doc/"
cp -r docs/guide docs/panduan docs/istilah.md docs/risalah.png "$stage/doc/"
cp src/common/fonts/LICENSE-* "$stage/doc/"

# The Debian package; Cargo.toml says what goes where.
cargo deb --no-build --no-strip --no-dbgsym -q -o "$out/"
deb=$(ls -t "$out"/e-risalah_"$version"-*_amd64.deb | head -n1)

# The archive.
name=e-risalah-$version-x86_64-linux
tree=$out/$name
rm -rf "$tree"
mkdir -p "$tree/share/man/man1" "$tree/share/man/id/man1" "$tree/share/doc"
cp -r "$stage/bin" "$tree/"
cp "$stage"/man/en/* "$tree/share/man/man1/"
cp "$stage"/man/id/* "$tree/share/man/id/man1/"
cp -r "$stage/completions" "$tree/share/"
cp -r "$stage/doc" "$tree/share/doc/e-risalah"
echo "$needed" >"$tree/GLIBC"
tar --sort=name --owner=0 --group=0 --numeric-owner -C "$out" -czf "$tree.tar.gz" "$name"
rm -rf "$tree"

# The stick.
if [ -n "$model" ]; then
    stick=$out/e-risalah-$version-offline
    rm -rf "$stick"
    mkdir -p "$stick"
    cp "$deb" "$tree.tar.gz" "$model" packaging/periksa.sh "$stick/"
    cp -r docs/panduan docs/guide "$stick/"
    (cd "$stick" && find . -type f ! -name SHA256SUMS -printf '%P\0' | sort -z | xargs -0 sha256sum >SHA256SUMS)
    sh "$stick/periksa.sh" >&2
    say "$stick: $(du -sh "$stick" | cut -f1)"
fi
ls -l "$deb" "$tree.tar.gz"

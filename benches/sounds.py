"""Sound for `record.py`: made, or as it was recorded."""

import shutil
import struct
from pathlib import Path

import numpy as np

from processes import Bench, Trouble, ledger, lost

ROOT = Path(__file__).resolve().parent.parent
MEETING = ROOT / "fixtures" / "paripurna"


def head(channels: int, rate: int, bits: int, data: int) -> bytes:
    size = bits // 8
    kind = struct.pack("<HHIIHHHHI", 0xFFFE, channels, rate, rate * channels * size, channels * size, bits, 22, bits, 0)
    kind += bytes.fromhex("0100000000001000800000aa00389b71")  # PCM
    return b"RIFF" + struct.pack("<I", 60 + data) + b"WAVEfmt " + struct.pack("<I", len(kind)) + kind + b"data" + struct.pack("<I", data)


def noise(path: Path, seconds: int, channels: int, rate: int, seed: int) -> None:
    """24 bits; no second is like another."""
    generator = np.random.default_rng(seed)
    with path.open("wb") as file:
        file.write(head(channels, rate, 24, seconds * rate * channels * 3))
        for _ in range(seconds):
            file.write(generator.bytes(rate * channels * 3))


def silence(path: Path, seconds: int, channels: int, rate: int) -> None:
    """16 bits that take no room on the disk."""
    data = seconds * rate * channels * 2
    with path.open("wb") as file:
        file.write(head(channels, rate, 16, data))
        file.truncate(file.tell() + data)


def long_silence(path: Path, seconds: int, channels: int, rate: int) -> None:
    """16 bits beyond 4 GiB (RF64, EBU Tech 3306) that take no room on the disk."""
    data = seconds * rate * channels * 2
    plain = head(channels, rate, 16, 0)
    sizes = struct.pack("<QQQI", 4 + 36 + 48 + 8 + data, data, seconds * rate, 0)
    with path.open("wb") as file:
        file.write(b"RF64" + b"\xff" * 4 + b"WAVE" + b"ds64" + struct.pack("<I", len(sizes)) + sizes + plain[12:-4] + b"\xff" * 4)
        file.truncate(file.tell() + data)


def hours(folder: Path, channels: int, rate: int, seconds: int, said: list[np.ndarray], every: float, seed: int) -> list[Path]:
    """A file for each microphone of a long meeting: somebody speaks every so many seconds, the rest takes no room on the disk."""
    generator = np.random.default_rng(seed)
    paths = [folder / f"{channel + 1:02}.wav" for channel in range(channels)]
    files = [path.open("wb") for path in paths]
    for file in files:
        file.write(head(1, rate, 16, seconds * rate * 2))
    begin = files[0].tell()
    for number, at in enumerate(np.arange(1, seconds - 20, every)):
        sound = said[number % len(said)]
        file = files[generator.integers(channels)]
        file.seek(begin + int(at * rate) * 2)
        file.write((np.clip(sound, -1, 1) * 32_767).astype("<i2").tobytes())
    for file in files:
        file.truncate(begin + seconds * rate * 2)
        file.close()
    return paths


def shipped(bench: Bench, folder: Path) -> tuple[dict, list[Path]]:
    """The shipped meeting as it is recorded, made quickly: the format and the segments."""
    for speed in (24, 12, 6):
        recorder = bench.recorder(folder, MEETING, speed)
        recorder.process.wait(600)
        if not lost(folder):
            return ledger(folder)[0], sorted((folder / "rekaman").glob("*.wav"))
        shutil.rmtree(folder)
    raise Trouble("the shipped meeting could not be recorded without losing samples")


def samples(segment: Path) -> bytes:
    """The bytes of a WAV file's samples."""
    content, at = segment.read_bytes(), 12
    while at + 8 <= len(content):
        name, size = content[at : at + 4], struct.unpack_from("<I", content, at + 4)[0]
        if name == b"data":
            return content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    raise Trouble(f"{segment} has no samples")

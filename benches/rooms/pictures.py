"""Draws the pictures of docs/guide/floor.md from meetings of the report.

    python benches/rooms/pictures.py --out docs/floor [--meetings FOLDER]
"""

import argparse
import json
import tempfile
from pathlib import Path

import matplotlib
import numpy as np
import soundfile

import report  # first: it finds the folders of the others
import figures
import methods
from classes import CLASSES, REPORT_SEEDS, TITLES

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

SHOWN = (20.0, 50.0)  # seconds


def save(path: Path) -> None:
    pyplot.tight_layout()
    pyplot.savefig(path, dpi=80, metadata={"Software": None})
    pyplot.close()


def levels(folder: Path, path: Path) -> None:
    """Levels of all microphones, what was said and what was found."""
    sound = soundfile.read(folder / "rapat.wav", dtype="float32")[0].T
    power = 10 * np.log10(methods.levels(sound)[0])
    time = np.arange(power.shape[1]) / 100
    shown = (time >= SHOWN[0]) & (time < SHOWN[1])
    pyplot.figure(figsize=(11, 0.8 * len(power) + 1))
    for turns, colour, height in ((figures.reference(folder), "#2a9d4a", 0.0), (report.floor(folder), "#1f4e9c", -0.16)):
        for one in turns:
            row = int(one.speaker[2:]) - 1
            pyplot.hlines(-row + height, one.start / 1000, one.end / 1000, color=colour, linewidth=5)
    for row, level in enumerate(power):
        pyplot.plot(time[shown], -row + (np.clip(level[shown], -70, -20) + 70) / 50 * 0.75, color="#888888", linewidth=0.6)
    pyplot.yticks([-row for row in range(len(power))], [f"ch{row + 1:02}" for row in range(len(power))])
    pyplot.xlim(*SHOWN)
    pyplot.xlabel("seconds; grey: level from -70 to -20 dB, green: what was said, blue: what was found")
    save(path)


def bleed(folder: Path, path: Path) -> None:
    """How loud each voice arrives in every microphone while its speaker speaks alone."""
    sound = soundfile.read(folder / "rapat.wav", dtype="float32")[0].T
    power = 10 * np.log10(methods.levels(sound)[0])
    spoken = np.zeros(power.shape, bool)
    for one in figures.reference(folder):
        spoken[int(one.speaker[2:]) - 1, one.start // 10: one.end // 10] = True
    matrix = np.full((len(power), len(power)), np.nan)
    for speaker in range(len(power)):
        alone = spoken[speaker] & (spoken.sum(0) == 1)
        if alone.sum() > 100:
            matrix[speaker] = np.median(power[:, alone] - power[speaker, alone], axis=1)
    pyplot.figure(figsize=(6, 5))
    pyplot.imshow(matrix, vmin=-30, vmax=6, cmap="viridis")
    pyplot.colorbar(label="dB, gains included")
    pyplot.xlabel("microphone")
    pyplot.ylabel("speaker (white: spoke less than 1 s alone)")
    ticks = range(len(power))
    pyplot.xticks(ticks, [number + 1 for number in ticks])
    pyplot.yticks(ticks, [number + 1 for number in ticks])
    save(path)


def error_against_bleed(out: Path, path: Path) -> None:
    """The error of the meetings of each class against the loudest bleed of its middle speaker."""
    pyplot.figure(figsize=(7, 4))
    for room in CLASSES:
        points = []
        for seed in REPORT_SEEDS:
            folder = report.folder_of(out, room, seed)
            talk = np.array(json.loads((folder / "simulasi.json").read_text())["cross_talk_db"])
            np.fill_diagonal(talk, -np.inf)
            points.append((np.median(talk.max(1)), 100 * figures.measure(figures.reference(folder), report.floor(folder)).error))
        pyplot.plot(*zip(*points), "o", label=TITLES[room])
    pyplot.xlabel("voice in the loudest other microphone, median of speakers, dB")
    pyplot.ylabel("channel identification error, %")
    pyplot.legend()
    pyplot.grid(alpha=0.3)
    save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--meetings", type=Path, default=Path(tempfile.gettempdir()) / "risalah-rooms")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    example = report.folder_of(args.meetings, "hard", REPORT_SEEDS[0])
    levels(example, args.out / "levels.png")
    bleed(example, args.out / "bleed.png")
    error_against_bleed(args.meetings, args.out / "error.png")


if __name__ == "__main__":
    main()

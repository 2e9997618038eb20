"""How well the floor does in every room class, beside simpler methods: one table.

    python benches/rooms/report.py                        the report's seeds; build the program first
    python benches/rooms/report.py --tuning               the seeds that the detector's settings were chosen on
    python benches/rooms/report.py --cases                what is wrong with one microphone: toggled, copied, hum …

Meetings are made once and kept in --out. Every figure is median / worst over the seeds.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import soundfile

import make
from classes import CASES, CLASSES, REPORT_SEEDS, TITLES, TUNING_SEEDS
import figures
import methods

PROGRAM = make.ROOT / "target" / "release" / "risalah"
SECONDS = 100
COMPARED = {"loudest channel": methods.loudest, "gain sharing (Dugan)": methods.gain_sharing, "each channel's own VAD (Silero)": methods.own_vad}


def floor(folder: Path) -> list[figures.score.Segment]:
    run = subprocess.run([PROGRAM, "floor", folder / "rapat.wav"], capture_output=True, text=True)
    if run.returncode not in (0, 3):
        raise SystemExit(run.stderr)
    return figures.read_rttm(run.stdout)


def folder_of(out: Path, room: str, seed: int, case: str = "plain") -> Path:
    """Where the meeting is. It is made in a process of its own: espeak-ng remembers what it spoke before."""
    folder = out / f"{room}-{case}-{seed}"
    if not (folder / "simulasi.json").exists():
        which = ["--room", room, "--case", case, "--seed", str(seed), "--seconds", str(SECONDS), "--out", str(folder)]
        subprocess.run([sys.executable, make.HERE / "make.py", *which], check=True, stdout=subprocess.DEVNULL)
    return folder


def measured(out: Path, rooms: list[str], seeds: tuple[int, ...], compared: dict) -> dict[str, dict[str, list[figures.Figures]]]:
    """By method and room class."""
    found = {name: {room: [] for room in rooms} for name in ("E-Risalah", *compared)}
    for room in rooms:
        for seed in seeds:
            folder = folder_of(out, room, seed)
            reference = figures.reference(folder)
            found["E-Risalah"][room].append(figures.measure(reference, floor(folder)))
            sound = soundfile.read(folder / "rapat.wav", dtype="float32", always_2d=True)[0].T if compared else None
            for name, method in compared.items():
                found[name][room].append(figures.measure(reference, figures.turns(method(sound))))
    return found


def spread(values: list[float], worst=max) -> str:
    return f"{100 * statistics.median(values):.1f} / {100 * worst(values):.1f} %"


def pooled(all_figures: list[figures.Figures], found: str, of: str) -> str:
    return f"{sum(getattr(one, found) for one in all_figures)} of {sum(getattr(one, of) for one in all_figures)}"


def table(found: dict[str, dict[str, list[figures.Figures]]]) -> str:
    rooms = list(next(iter(found.values())))
    lines = ["| | " + " | ".join(TITLES[room] for room in rooms) + " |", "|---|" + "--:|" * len(rooms)]

    def row(title: str, cell, method: str = "E-Risalah") -> None:
        lines.append(f"| {title} | " + " | ".join(cell(found[method][room]) for room in rooms) + " |")

    row("channel identification error, collar 0.25 s", lambda all_: spread([one.error for one in all_]))
    row("– miss", lambda all_: spread([one.miss for one in all_]))
    row("– false alarm", lambda all_: spread([one.false_alarm for one in all_]))
    row("– on a wrong channel", lambda all_: spread([one.wrong for one in all_]))
    row("overlap longer than 0.5 s found", lambda all_: spread([one.overlap_recall for one in all_], min))
    row("– all seeds together", lambda all_: pooled(all_, "overlaps_found", "overlaps"))
    row("utterances up to 0.6 s found, all seeds together", lambda all_: pooled(all_, "short_found", "short"))
    for method in list(found)[1:]:
        row(f"{method}: error", lambda all_: spread([one.error for one in all_]), method)
        row("– overlap found, all seeds together", lambda all_: pooled(all_, "overlaps_found", "overlaps"), method)
    return "\n".join(lines)


def cases(out: Path, seeds: tuple[int, ...]) -> str:
    lines = ["| case (class normal) | error | wrong channel | overlap found |", "|---|--:|--:|--:|"]
    for case in CASES:
        folders = [folder_of(out, "normal", seed, case) for seed in seeds]
        all_figures = [figures.measure(figures.reference(folder), floor(folder)) for folder in folders]
        lines.append(f"| {case} | {spread([one.error for one in all_figures])} | {spread([one.wrong for one in all_figures])} | {pooled(all_figures, 'overlaps_found', 'overlaps')} |")
    return "\n".join(lines)


def described(out: Path, rooms: list[str], seeds: tuple[int, ...]) -> str:
    """What the meetings were like."""
    parts = []
    for room in rooms:
        facts = [json.loads((folder_of(out, room, seed) / "simulasi.json").read_text()) for seed in seeds]
        counts, shares = [one["microphones"] for one in facts], [one["overlap_share"] for one in facts]
        parts.append(f"{TITLES[room]}: {min(counts)}-{max(counts)} microphones, {100 * min(shares):.0f}-{100 * max(shares):.0f} % overlap")
    return f"{len(seeds)} meetings of about {SECONDS} s a class. " + "; ".join(parts) + "."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tuning", action="store_true", help="the seeds of tuning instead of the report's")
    parser.add_argument("--cases", action="store_true", help="the cases instead of the classes")
    parser.add_argument("--alone", action="store_true", help="without the other methods")
    parser.add_argument("--seeds", type=int, default=10, help="as many of the seeds")
    parser.add_argument("--rooms", nargs="+", choices=CLASSES, default=list(CLASSES))
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "risalah-rooms")
    args = parser.parse_args()
    seeds = (TUNING_SEEDS if args.tuning else REPORT_SEEDS)[: args.seeds]
    if args.cases:
        print(cases(args.out, seeds))
        return
    print(table(measured(args.out, args.rooms, seeds, {} if args.alone else COMPARED)))
    print()
    print(described(args.out, args.rooms, seeds))


if __name__ == "__main__":
    main()

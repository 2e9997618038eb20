"""How well the floor does in every room class, beside simpler methods: one table.

    python benches/rooms/report.py                        the report's seeds; build the program first
    python benches/rooms/report.py --tuning               the seeds that the detector's settings were chosen on
    python benches/rooms/report.py --words                only what the floor costs in words; again when the model changes
    python benches/rooms/report.py --cases                what is wrong with one microphone: toggled, copied, hum …

Meetings are made once and kept in --out, with what Silero finds in them, which takes longest. Every figure is median / worst over the seeds.
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
import wording

SECONDS = 300  # in 100 s there are five overlaps and 180 words: one of them is a fifth, or half a point
COMPARED = {"loudest channel": methods.loudest, "gain sharing (Dugan)": methods.gain_sharing}
OWN_VAD = "each channel's own VAD (Silero)"


def floor(folder: Path) -> list[figures.score.Segment]:
    run = subprocess.run([wording.PROGRAM, "floor", folder / "rapat.wav"], capture_output=True, text=True)
    if run.returncode not in (0, 3):
        raise SystemExit(run.stderr)
    return figures.read_rttm(run.stdout)


def folder_of(out: Path, room: str, seed: int, case: str = "plain") -> Path:
    """Where the meeting is. It is made in a process of its own: espeak-ng remembers what it spoke before."""
    folder = out / f"{room}-{case}-{seed}-{SECONDS}"
    if not (folder / "simulasi.json").exists():
        which = ["--room", room, "--case", case, "--seed", str(seed), "--seconds", str(SECONDS), "--out", str(folder)]
        subprocess.run([sys.executable, make.HERE / "make.py", *which], check=True, stdout=subprocess.DEVNULL)
    return folder


def own_vad(folder: Path, sound) -> list[tuple[str, float, float]]:
    """Silero on each channel; kept beside the meeting."""
    kept = folder / "silero.json"
    if not kept.exists():
        kept.write_text(json.dumps(methods.own_vad(sound)))
    return [tuple(turn) for turn in json.loads(kept.read_text())]


def measured(out: Path, rooms: list[str], seeds: tuple[int, ...], alone: bool) -> dict[str, dict[str, list[figures.Figures]]]:
    """By method and room class."""
    found = {name: {room: [] for room in rooms} for name in ("E-Risalah", *([] if alone else [*COMPARED, OWN_VAD]))}
    for room in rooms:
        for seed in seeds:
            folder = folder_of(out, room, seed)
            reference = figures.reference(folder)
            found["E-Risalah"][room].append(figures.measure(reference, floor(folder)))
            if alone:
                continue
            sound = soundfile.read(folder / "rapat.wav", dtype="float32", always_2d=True)[0].T
            for name, method in COMPARED.items():
                found[name][room].append(figures.measure(reference, figures.turns(method(sound))))
            found[OWN_VAD][room].append(figures.measure(reference, figures.turns(own_vad(folder, sound))))
    return found


def spread(values: list[float], worst=max) -> str:
    return f"{100 * statistics.median(values):.1f} / {100 * worst(values):.1f} %"


def per_thousand(values: list[float]) -> str:
    return f"{1000 * statistics.median(values):.1f} / {1000 * max(values):.1f}"


def pooled(all_figures: list, found: str, of: str) -> str:
    return f"{sum(getattr(one, found) for one in all_figures)} of {sum(getattr(one, of) for one in all_figures)}"


def heading(rooms: list[str]) -> list[str]:
    return ["| | " + " | ".join(TITLES[room] for room in rooms) + " |", "|---|" + "--:|" * len(rooms)]


def table(found: dict[str, dict[str, list[figures.Figures]]]) -> str:
    rooms = list(next(iter(found.values())))
    lines = heading(rooms)

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


def words_table(out: Path, rooms: list[str], seeds: tuple[int, ...]) -> str:
    """Median / worst. A difference of two rates is in points."""
    found = {room: [wording.measure(folder_of(out, room, seed)) for seed in seeds] for room in rooms}
    lines = heading(rooms)

    def row(title: str, cell) -> None:
        lines.append(f"| {title} | " + " | ".join(cell(found[room]) for room in rooms) + " |")

    row("wrong-seat words per 1,000", lambda all_: per_thousand([one.wrong_seat_share for one in all_]))
    row("– all seeds together", lambda all_: pooled(all_, "wrong_seat", "said"))
    row("duplicated words per 1,000", lambda all_: per_thousand([one.duplicated_share for one in all_]))
    row("– all seeds together", lambda all_: pooled(all_, "duplicated", "said"))
    row("FL-WER", lambda all_: spread([one.fl_wer for one in all_]))
    row("WER with the true segmentation", lambda all_: spread([one.wer_with_true_turns for one in all_]))
    row("FL-WER minus that, points", lambda all_: spread([one.cost for one in all_]).removesuffix(" %"))
    together = lambda all_: 100 * sum(one.errors - one.errors_with_true_turns for one in all_) / sum(one.said for one in all_)
    row("– all seeds together, points", lambda all_: f"{together(all_):.1f}")
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
    parser.add_argument("--words", action="store_true", help="only what the floor costs in words")
    parser.add_argument("--alone", action="store_true", help="only the figures of the floor itself")
    parser.add_argument("--seeds", type=int, help="only so many of the seeds")
    parser.add_argument("--rooms", nargs="+", choices=CLASSES, default=list(CLASSES))
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "risalah-rooms")
    args = parser.parse_args()
    seeds = (TUNING_SEEDS if args.tuning else REPORT_SEEDS)[: args.seeds]
    if args.cases:
        print(cases(args.out, seeds))
        return
    if not args.words:
        print(table(measured(args.out, args.rooms, seeds, args.alone)))
        print()
    if args.words or not args.alone:
        print(words_table(args.out, args.rooms, seeds))
        print()
    print(described(args.out, args.rooms, seeds))


if __name__ == "__main__":
    main()

"""Makes one meeting of a room class from a seed.

    python benches/rooms/make.py --room hard --seed 101 --out /tmp/rapat        rapat.wav, referensi.seglst.json, referensi.rttm, simulasi.json
    python benches/rooms/make.py --room normal --case floor_mix --seed 101 --out /tmp/rapat

Needs libespeak-ng1 and espeak-ng-data (Debian) with the packages of benches/requirements.txt. The same arguments give the same meeting.
"""

import argparse
import json
import random
import sys
import zlib
from pathlib import Path

import numpy as np
import soundfile

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(ROOT / "fixtures"), str(ROOT / "models" / "train")]

import agenda as agendas  # noqa: E402
import chamber as chambers  # noqa: E402
import mixer  # noqa: E402
from classes import CASES, CLASSES  # noqa: E402

RATE = mixer.RATE
SHOUTS = ("Pimpinan ini tidak benar!", "Kami menolak usul tersebut!", "Mohon maaf, saya belum selesai bicara!")


def label(seat: int) -> str:
    return f"ch{seat + 1:02}"


def segment(said: agendas.Said, speaker: str) -> dict:
    return {
        "session_id": "rapat", "speaker": speaker, "words": said.text,
        "start_time": round(said.start / RATE, 3), "end_time": round(said.end / RATE, 3),
    }


def rttm(segments: list[dict]) -> str:
    return "".join(
        f"SPEAKER {one['session_id']} 1 {one['start_time']:.3f} {one['end_time'] - one['start_time']:.3f} <NA> <NA> {one['speaker']} <NA> <NA>\n"
        for one in segments
    )


def shouts(rng: random.Random, generator: np.random.Generator, total: np.ndarray, plan: agendas.Agenda, chamber: chambers.Chamber) -> list[dict]:
    """Someone away from all microphones calls into pauses and into speech; in place."""
    speak, mouth, segments = agendas.Speech(rng), agendas.mouths(rng, 1)[0], []
    for text in SHOUTS:
        text, wave = speak(mouth, text)
        lead, samples = agendas.script.spoken_span(wave)
        # Into a pause that is made for it: everything after is later, as people fall silent.
        at = int(generator.integers(5 * RATE, plan.end - 5 * RATE))
        heard = mixer.oaconvolve((wave * mixer.decibel(mixer.SPEECH_LEVEL + 8))[None], chamber.outside, axes=1)
        mixer.add(total, heard, at - lead)
        segments.append(segment(agendas.Said(-1, text, wave, at, samples, lead, 0.0), "luar"))
    return segments


def meeting(room: str, seed: int, seconds: float, case: str = "plain", microphones: int | None = None) -> tuple[np.ndarray, list[dict], dict]:
    """Sound [microphone, sample], reference segments, facts."""
    kind = CLASSES[room]
    source = zlib.crc32(f"{room} {seed} {case}".encode())
    rng, generator = random.Random(source), np.random.default_rng(source)
    count = microphones or rng.randint(6, 14)
    share = rng.uniform(0.03, 0.15)
    shared = {}
    if case == "lectern":
        shared = {1: agendas.mouths(rng, 4), 2: agendas.mouths(rng, 2)}
    plan = agendas.write(rng, count, seconds, share, shared)
    chamber = chambers.build(generator, kind, count)
    total = mixer.acoustics(generator, plan, chamber)
    outside = shouts(rng, generator, total, plan, chamber) if case == "shouting" else []
    facts = mixer.electronics(generator, total, kind)
    facts |= {"fault": mixer.fault(case, generator, total, plan, chamber)}
    talk = chambers.cross_talk(chamber)
    two, spoken = overlap(plan)
    facts |= {
        "room": room, "seed": seed, "case": case, "microphones": count, "t60": round(chamber.t60, 2),
        "cross_talk_db": [[round(float(level), 1) for level in row] for row in talk],
        "overlap_share": round(two / spoken, 3), "seconds": round(total.shape[1] / RATE, 1),
    }
    segments = [segment(said, label(said.seat)) for said in plan.said] + outside
    return np.clip(total, -0.999, 0.999), sorted(segments, key=lambda one: one["start_time"]), facts


def overlap(plan: agendas.Agenda) -> tuple[int, int]:
    writer = agendas.Writer.__new__(agendas.Writer)
    writer.agenda = plan
    return writer.overlap()


def write(folder: Path, *what) -> None:
    """Writes the meeting unless the folder holds it already."""
    if (folder / "simulasi.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    sound, segments, facts = meeting(*what)
    soundfile.write(folder / "rapat.wav", sound.T, RATE, "PCM_16")
    (folder / "referensi.seglst.json").write_text(json.dumps(segments, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (folder / "referensi.rttm").write_text(rttm(segments))
    (folder / "simulasi.json").write_text(json.dumps(facts) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--room", choices=CLASSES, default="normal")
    parser.add_argument("--case", choices=CASES, default="plain", help="one thing that is wrong with one microphone")
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--seconds", type=float, default=100)
    parser.add_argument("--microphones", type=int, choices=range(2, 65), metavar="2-64", help="as many; default: 6 to 14 by the seed")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    write(args.out, args.room, args.seed, args.seconds, args.case, args.microphones)
    print((args.out / "simulasi.json").read_text(), end="")


if __name__ == "__main__":
    main()

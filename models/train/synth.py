"""Speech for the corpus: the synthesiser espeak-ng, called as a library, with many voices.

`python synth.py OUT --seed N --count N` writes one shard: `OUT.npy` (int16, 16 kHz, all utterances end to end) and
`OUT.jsonl` (text, kind, voice, first sample, length of each).
"""

import argparse
import ctypes
import json
import math
import random
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

import corpus

RATE = 16_000
# Variants that a listener would take for a human voice; those for evaluation and for fixtures are never trained on.
TRAIN_VOICES = """adam Alex Alicia Andy anika announcer antonio AnxiousAndy belinda benjamin boris caleb david Denis
Diogo edward edward2 f1 f2 Gene Gene2 grandma grandpa gustave Henrique Hugo iven iven2 iven3 iven4 Jacky john kaukovalta
klatt klatt3 klatt5 klatt6 m1 m2 m4 m5 m8 marcelo Marco Mario Michael michel miguel Mike Nguyen norbert paul pedro rob
sandro shelby steph2 steph3 travis victor zac croak f4""".split()
EVALUATION_VOICES = "m6 m7 f5 klatt4 linda pablo robert Annie".split()
FIXTURE_VOICES = "m3 f3 klatt2 Andrea Lee max steph quincy aunty ed".split()


class Espeak:
    """The synthesiser; one per process, as the library keeps global state."""

    def __init__(self):
        self.lib = ctypes.CDLL("libespeak-ng.so.1")
        self.native_rate = self.lib.espeak_Initialize(2, 200, None, 0)  # AUDIO_OUTPUT_SYNCHRONOUS: the asynchronous mode can hang
        if self.native_rate <= 0:
            raise RuntimeError("espeak-ng cannot be started")
        self.chunks = []

        @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
        def collect(samples, count, _events):
            if count > 0:
                self.chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
            return 0

        self.callback = collect
        self.lib.espeak_SetSynthCallback(self.callback)

    def speak(self, text: str, variant: str, rate: int, pitch: int, pitch_range: int) -> np.ndarray:
        """The utterance as int16 at 16 kHz, silence at both ends taken off."""
        if self.lib.espeak_SetVoiceByName(f"id+{variant}".encode()) != 0:
            raise ValueError(f"no voice id+{variant}")
        for parameter, value in ((1, rate), (2, 90), (3, pitch), (4, pitch_range)):
            self.lib.espeak_SetParameter(parameter, value, 0)
        self.chunks = []
        raw = text.encode()
        self.lib.espeak_Synth(ctypes.c_char_p(raw), len(raw) + 1, 0, 1, 0, 1, None, None)
        if not self.chunks:
            return np.zeros(0, np.int16)
        wave = np.concatenate(self.chunks).astype(np.float32)
        divisor = math.gcd(RATE, self.native_rate)
        wave = resample_poly(wave, RATE // divisor, self.native_rate // divisor)
        loud = np.flatnonzero(np.abs(wave) > 60)
        if loud.size == 0:
            return np.zeros(0, np.int16)
        wave = wave[max(0, loud[0] - 160): loud[-1] + 320]
        return np.clip(wave, -32767, 32767).astype(np.int16)


def shard(out: Path, seed: int, count: int, split: str, mix: tuple[float, ...], voices: list[str]) -> None:
    rng = random.Random(seed)
    espeak = Espeak()
    waves, lines, position, voice = [], [], 0, voices[0]
    while len(lines) < count:
        if len(lines) % 16 == 0:  # loading a voice takes half as long as speaking a sentence
            voice = rng.choice(voices)
        kind = rng.choices(corpus.KINDS, mix)[0]
        text = corpus.sentence(rng, kind, split)
        wave = espeak.speak(text, voice, int(rng.triangular(105, 215, 155)), rng.randint(20, 80), rng.randint(25, 80))
        if not 0.15 * RATE <= len(wave) <= 14 * RATE:
            continue
        lines.append({"text": text, "kind": kind, "voice": voice, "start": position, "samples": len(wave)})
        waves.append(wave)
        position += len(wave)
    partial = out.with_suffix(".part.npy")
    np.save(partial, np.concatenate(waves))
    out.with_suffix(".jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n")
    partial.rename(out.with_suffix(".npy"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first shard; also its seed")
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--split", choices=["train", "eval"], default="train")
    parser.add_argument("--mix", type=float, nargs=4, default=(0.15, 0.15, 0.3, 0.4), metavar="SHARE", help="shares of " + ", ".join(corpus.KINDS))
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    voices = TRAIN_VOICES if args.split == "train" else EVALUATION_VOICES
    for number in range(args.first, args.first + args.shards):
        out = args.folder / f"{args.split}-{number:04d}"
        if not out.with_suffix(".npy").exists():
            seed = number if args.split == "train" else 900_000 + number
            shard(out, seed, args.count, args.split, tuple(args.mix), voices)
            print(out, flush=True)


if __name__ == "__main__":
    main()

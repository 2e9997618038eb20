"""What the model hears: utterances made worse in the ways that rooms and microphones do, then Whisper's log-mel."""

import json
import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from scipy.signal import oaconvolve
from torch import Tensor

import vocabulary

RATE = 16_000
HOP = 160
N_FFT = 400
LETTERS = "_ abcdefghijklmnopqrstuvwxyz"  # CTC targets; `_` is the blank


@lru_cache
def mel_filters() -> Tensor:
    with np.load(vocabulary.whisper_asset("mel_filters.npz")) as bank:
        return torch.from_numpy(bank["mel_80"])


def log_mel(waves: Tensor, tilt: Tensor | None = None) -> Tensor:
    """Whisper's features of (batch, samples); `tilt` multiplies the mel power per band (a microphone's colour)."""
    spectrum = torch.stft(waves, N_FFT, HOP, window=torch.hann_window(N_FFT), return_complex=True)
    mel = mel_filters() @ spectrum[..., :-1].abs().square()
    if tilt is not None:
        mel = mel * tilt[:, :, None]
    log = mel.clamp(min=1e-10).log10()
    log = torch.maximum(log, log.amax(dim=(1, 2), keepdim=True) - 8.0)
    return (log + 4.0) / 4.0


@dataclass(frozen=True)
class Utterance:
    text: str
    kind: str
    shard: int
    start: int
    samples: int


class Bank:
    """The shards of a folder, read as they appear: training starts with the first while the rest are still spoken."""

    def __init__(self, folder: Path, split: str):
        self.folder, self.split = folder, split
        self.waves: list[np.ndarray] = []
        self.utterances: list[Utterance] = []
        self.known: set[Path] = set()
        self.refresh()

    def refresh(self) -> None:
        for path in sorted(self.folder.glob(f"{self.split}-[0-9]*.npy")):
            if path in self.known or ".part" in path.name:
                continue
            self.known.add(path)
            self.waves.append(np.load(path, mmap_mode="r"))
            for line in path.with_suffix(".jsonl").read_text().splitlines():
                entry = json.loads(line)
                self.utterances.append(Utterance(entry["text"], entry["kind"], len(self.waves) - 1, entry["start"], entry["samples"]))

    def wave(self, utterance: Utterance) -> np.ndarray:
        wave = self.waves[utterance.shard][utterance.start: utterance.start + utterance.samples].astype(np.float32)
        return wave / max(1.0, float(np.sqrt(np.mean(wave**2))) * 10)


def colored_noise(rng: np.random.Generator, samples: int, slope: float) -> np.ndarray:
    """Noise of unit power whose power falls with frequency as f^-slope (0 white, 1 pink, 2 brown)."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    spectrum /= np.maximum(np.arange(len(spectrum)), 20) ** (slope / 2)
    noise = np.fft.irfft(spectrum, samples)
    return (noise / (np.sqrt(np.mean(noise**2)) + 1e-9)).astype(np.float32)


@lru_cache
def noise_bank() -> list[np.ndarray]:
    """A minute each of nine colours of noise; a slice of one costs nothing."""
    rng = np.random.default_rng(3)
    return [colored_noise(rng, 60 * RATE, slope) for slope in np.linspace(0, 2, 9)]


def some_noise(rng: np.random.Generator, samples: int) -> np.ndarray:
    noise = noise_bank()[int(rng.integers(9))]
    start = int(rng.integers(0, len(noise) - samples))
    return noise[start: start + samples]


def hum(rng: np.random.Generator, samples: int) -> np.ndarray:
    """Mains at 50 Hz with harmonics, or a few slow tones like distant music; unit power."""
    t = np.arange(samples) / RATE
    tones = [50 * k for k in (1, 2, 3, 4, 6)] if rng.random() < 0.6 else list(rng.uniform(120, 1800, 4))
    total = sum(rng.random() * np.sin(2 * np.pi * f * t + rng.uniform(0, 6.28)) for f in tones)
    return (total / (np.sqrt(np.mean(total**2)) + 1e-9)).astype(np.float32)


def reverberated(rng: np.random.Generator, wave: np.ndarray) -> np.ndarray:
    """The utterance in a room: direct sound and an exponentially decaying tail (T60 0.15 to 0.9 s)."""
    t60 = rng.uniform(0.15, 0.9)
    length = int(t60 * RATE)
    tail = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    tail[: int(rng.uniform(0.002, 0.02) * RATE)] = 0
    direct_to_tail = 10 ** (rng.uniform(-2, 14) / 20)
    tail /= np.sqrt(np.sum(tail**2)) * direct_to_tail
    tail[0] = 1.0
    return oaconvolve(wave, tail.astype(np.float32))[: len(wave) + length // 3].astype(np.float32)


def strike(rng: np.random.Generator, sound: np.ndarray, at: int, power: float) -> None:
    """A gavel or a knock on the desk, in place: noise and a tone that die away within 5 to 60 ms."""
    decay = rng.uniform(0.005, 0.06) * RATE
    part = sound[at: at + int(5 * decay)]
    t = np.arange(len(part))
    blow = some_noise(rng, len(part)) + rng.uniform(0, 2) * np.sin(2 * np.pi * rng.uniform(120, 1500) * t / RATE)
    part += (blow * np.exp(-t / decay) * power * 10 ** (rng.uniform(-3, 20) / 20)).astype(np.float32)


def resampled(rng: np.random.Generator, wave: np.ndarray) -> np.ndarray:
    """A slightly other speaker: tempo and pitch moved together by up to a tenth."""
    count = int(len(wave) * rng.uniform(0.9, 1.12))
    return np.interp(np.linspace(0, len(wave) - 1, count), np.arange(len(wave)), wave).astype(np.float32)


@dataclass
class Placed:
    """An utterance inside a training window; times in samples of the window."""

    text: str
    begin: int
    end: int


def window(rng: np.random.Generator, bank: Bank, utterances: list[Utterance], limit: int, clean: bool = False) -> tuple[np.ndarray, list[Placed]]:
    """The utterances one after another with pauses, through one augmented room, cut at `limit` samples."""
    pieces, placed, position = [], [], 0
    knocked = not clean and rng.random() < 0.15  # the gavel falls before one who speaks, or during it
    for utterance in utterances:
        wave = bank.wave(utterance)
        if not clean and rng.random() < 0.5:
            wave = resampled(rng, wave)
        pause = int(rng.uniform(0.0, 0.9 if knocked else 0.5) * RATE) if position == 0 else int(rng.uniform(0.15, 0.9) * RATE)
        if placed and position + pause + len(wave) > limit:
            break
        pieces += [np.zeros(pause, np.float32), wave]
        placed.append(Placed(utterance.text, position + pause, position + pause + len(wave)))
        position += pause + len(wave)
    sound = np.concatenate([*pieces, np.zeros(int(rng.uniform(0.05, 0.7) * RATE), np.float32)])[:limit]
    if knocked and placed:
        power = float(np.sqrt(np.mean(sound[placed[0].begin: placed[0].end] ** 2)))
        for _ in range(int(rng.integers(1, 4))):
            until = placed[0].begin if rng.random() < 0.7 else len(sound)
            strike(rng, sound, int(rng.integers(0, until + 1)), power)
    return (sound if clean else worsened(rng, bank, sound)), placed


def worsened(rng: np.random.Generator, bank: Bank, sound: np.ndarray) -> np.ndarray:
    power = float(np.sqrt(np.mean(sound[np.abs(sound) > 1e-4] ** 2))) if np.any(np.abs(sound) > 1e-4) else 0.1
    if rng.random() < 0.85:
        sound = reverberated(rng, sound)
    if rng.random() < 0.25:  # another seat's voice, far below
        other = bank.wave(bank.utterances[int(rng.integers(len(bank.utterances)))])
        start = int(rng.integers(0, max(1, len(sound) - 1)))
        part = other[: len(sound) - start]
        sound[start: start + len(part)] += part * 10 ** (rng.uniform(-32, -16) / 20)
    if rng.random() < 0.85:
        sound = sound + some_noise(rng, len(sound)) * power * 10 ** (-rng.uniform(5, 30) / 20)
    if rng.random() < 0.15:
        sound = sound + hum(rng, len(sound)) * power * 10 ** (-rng.uniform(8, 35) / 20)
    if rng.random() < 0.05:
        sound = np.clip(sound, -2 * power, 2 * power)
    return sound.astype(np.float32)


def no_speech(rng: np.random.Generator, samples: int) -> np.ndarray:
    """A window in which nobody speaks: digital silence, noise, hum, tones, knocks."""
    level = 10 ** rng.uniform(-4.5, -1)
    kind = rng.integers(5)
    if kind == 0:
        return np.zeros(samples, np.float32)
    sound = some_noise(rng, samples) * level
    if kind == 2:
        sound += hum(rng, samples) * level * 3
    if kind == 3:
        for _ in range(int(rng.integers(1, 6))):
            at = int(rng.integers(0, max(1, samples - 2000)))
            sound[at: at + 2000] += rng.standard_normal(2000).astype(np.float32) * level * 15 * np.exp(-np.arange(2000) / 300)
    if kind == 4:
        t = np.arange(samples) / RATE
        for _ in range(int(rng.integers(2, 6))):
            sound += (level * 2 * np.sin(2 * np.pi * rng.uniform(150, 2500) * t) * (np.sin(2 * np.pi * rng.uniform(0.5, 4) * t) > 0)).astype(np.float32)
    return sound.astype(np.float32)


def tilts(rng: np.random.Generator, batch: int) -> Tensor:
    """Per-band gains of random microphones: smooth within ±9 dB, sometimes with nothing above a telephone's band."""
    knots = rng.uniform(-9, 9, (batch, 6))
    gains = np.stack([np.interp(np.linspace(0, 5, 80), np.arange(6), k) for k in knots])
    for row in gains[rng.random(batch) < 0.12]:
        row[int(rng.integers(56, 76)):] -= 60
    return torch.from_numpy(10 ** (gains / 10)).float()


def letters(text: str) -> list[int]:
    """CTC target of a text: lower-case letters with single spaces."""
    plain = " ".join("".join(c if c.isalpha() else " " for c in text.lower()).split())
    return [LETTERS.index(c) for c in plain]


@lru_cache(maxsize=400_000)
def pieces(text: str) -> tuple[str, ...]:
    return tuple(vocabulary.cut(" " + text, vocabulary.tokens()))


@dataclass
class Batch:
    mel: Tensor          # (batch, 80, frames of 10 ms)
    tokens: Tensor       # (batch, length), as indices into vocabulary.used()
    targets: Tensor      # (batch, length), -100 where nothing is to be learned
    when: Tensor         # (batch, length): encoder frame where the target is spoken, -1 if it has none
    ctc: Tensor          # all letters end to end
    ctc_lengths: Tensor  # (batch,)
    ctc_frames: Tensor   # (batch,): encoder frames that hold sound


def sequence(placed: list[Placed], timestamps: bool) -> tuple[list[int], list[float]]:
    """Tokens after the prompt, and for each the encoder frame where it is spoken."""
    ids, when = [], []

    def stamp(sample: int) -> None:
        ids.append(vocabulary.FIRST_TIMESTAMP + min(1500, round(sample / (RATE / 50))))
        when.append(sample / 320)

    for one in placed:
        if timestamps:
            stamp(one.begin)
        spoken, total = 0, len(one.text) + 1
        for piece in pieces(one.text):
            ids.append(vocabulary.tokens()[piece])
            when.append((one.begin + (one.end - one.begin) * (spoken + len(piece) / 2) / total) / 320)
            spoken += len(piece)
        if timestamps:
            stamp(one.end)
    return ids + [vocabulary.EOT], when + [-1.0]


def collate(rng: np.random.Generator, windows: list[tuple[np.ndarray, list[Placed]]], samples: int, timestamps: list[bool], tilt: bool = True) -> Batch:
    index = {identifier: i for i, identifier in enumerate(vocabulary.used())}
    waves = torch.zeros(len(windows), samples)
    rows, ctc, ctc_lengths, frames = [], [], [], []
    for i, ((sound, placed), stamped) in enumerate(zip(windows, timestamps)):
        count = min(len(sound), samples)
        waves[i, :count] = torch.from_numpy(sound[:count])
        prompt = [vocabulary.SOT, vocabulary.INDONESIAN, vocabulary.TRANSCRIBE] + ([] if stamped else [vocabulary.NO_TIMESTAMPS])
        ids, when = sequence(placed, stamped)
        rows.append((prompt, ids, when))
        target = letters(" ".join(p.text for p in placed))
        ctc += target
        ctc_lengths.append(len(target))
        frames.append(max(1, min(samples, count) // 320))
    length = max(len(p) + len(i) for p, i, _ in rows) - 1
    tokens = torch.full((len(rows), length), index[vocabulary.EOT])
    targets = torch.full((len(rows), length), -100)
    spoken_at = torch.full((len(rows), length), -1.0)
    for i, (prompt, ids, when) in enumerate(rows):
        full = [index[t] for t in prompt + ids]
        tokens[i, : len(full) - 1] = torch.tensor(full[:-1])
        targets[i, len(prompt) - 1: len(full) - 1] = torch.tensor(full[len(prompt):])
        spoken_at[i, len(prompt) - 1: len(full) - 1] = torch.tensor(when)
    mel = log_mel(waves, tilts(rng, len(rows)) if tilt else None)
    return Batch(mel, tokens, targets, spoken_at, torch.tensor(ctc, dtype=torch.long), torch.tensor(ctc_lengths), torch.tensor(frames))


def training_batch(rng: np.random.Generator, bank: Bank, progress: float, seconds: float) -> Batch:
    """One batch of about `seconds` of windows. Short utterances first; windows of up to 30 s join as `progress` (0 to 1) grows."""
    if rng.random() < 0.03:
        length = int(rng.choice([2, 4, 8, 15]) * RATE)
        count = max(2, int(seconds * RATE / length / 3))
        empty = [(no_speech(rng, length), []) for _ in range(count)]
        return collate(rng, empty, length, [bool(rng.random() < 0.2) for _ in empty])
    packed = rng.random() < (0.0 if progress < 0.25 else 0.3 if progress < 0.6 else 0.45)
    if packed:
        length = int(rng.choice([10, 15, 20, 25, 30], p=[0.3, 0.25, 0.2, 0.1, 0.15]) * RATE)
        whole = rng.random() < 0.15  # the rest of Whisper's 30-s window silent, as stock programs leave it
        count = max(2, round(seconds * RATE / (30 * RATE if whole else length)))
        chosen = [[bank.utterances[k] for k in rng.integers(len(bank.utterances), size=int(rng.integers(1, 14)))] for _ in range(count)]
        windows = [window(rng, bank, c, length) for c in chosen]
        if whole:
            length = 30 * RATE
        elif rng.random() < 0.5:
            length = max(len(w) for w, _ in windows)
        return collate(rng, windows, min(30 * RATE, -(-length // 320) * 320), [bool(rng.random() < 0.4) for _ in windows])
    pool = [bank.utterances[k] for k in rng.integers(len(bank.utterances), size=512)]
    pool.sort(key=lambda u: u.samples)
    first = int(rng.integers(0, len(pool) - 8))
    chosen, longest = [], 0
    for utterance in pool[first:]:
        longest = max(longest, utterance.samples)
        if (len(chosen) + 1) * (longest / RATE + 1.2) > seconds or len(chosen) >= 56:
            break
        chosen.append(utterance)
    windows = [window(rng, bank, [u], 15 * RATE) for u in chosen or pool[first: first + 1]]
    length = max(len(w) for w, _ in windows) + int(rng.exponential(0.5) * RATE)
    stamped = 0.0 if progress < 0.15 else 0.2
    return collate(rng, windows, min(20 * RATE, -(-length // 320) * 320), [bool(rng.random() < stamped) for _ in windows])


def evaluation_batches(bank: Bank, kind: str, noisy: bool, count: int, seed: int = 5) -> list[tuple[Batch, list[str]]]:
    """Clean, or with room reverberation and 15 dB SNR of pink noise; the same every time."""
    rng = np.random.default_rng(seed)
    chosen = sorted([u for u in bank.utterances if u.kind == kind][:count], key=lambda u: u.samples)
    batches = []
    for start in range(0, len(chosen), 20):
        group = chosen[start: start + 20]
        windows = []
        for utterance in group:
            sound, placed = window(rng, bank, [utterance], 15 * RATE, clean=True)
            if noisy:
                sound = reverberated(rng, sound)
                sound = sound + colored_noise(rng, len(sound), 1.0) * np.sqrt(np.mean(sound**2)) * 10 ** (-15 / 20)
            windows.append((sound.astype(np.float32), placed))
        length = -(-max(len(w) for w, _ in windows) // 320) * 320
        batches.append((collate(rng, windows, length, [False] * len(windows), tilt=False), [u.text for u in group]))
    return batches


def seeded(seed: int) -> np.random.Generator:
    random.seed(seed)
    torch.manual_seed(seed)
    return np.random.default_rng(seed)

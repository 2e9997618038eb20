"""From an agenda and a chamber to what the microphones give: heads that turn, electronics, noises, and one thing that is wrong."""

from dataclasses import dataclass, field

import numpy as np
from scipy.signal import oaconvolve

import room
from agenda import Agenda, Said
from chamber import TURNS, Chamber
from classes import RoomClass

RATE = room.RATE
SPEECH_LEVEL = -30.0  # dB of full scale, at a microphone without gain


@dataclass
class Mix:
    sound: np.ndarray  # [microphone, sample]
    facts: dict = field(default_factory=dict)


def decibel(level: np.ndarray | float) -> np.ndarray | float:
    return 10 ** (np.asarray(level) / 20)


def head(rng: np.random.Generator, samples: int) -> np.ndarray:
    """Where a head looks during a sentence, -1 to 1: most look ahead, some turn once."""
    begin, end = np.clip(rng.normal(0, 0.45, 2), -1, 1)
    if rng.random() < 0.6:
        end = begin
    middle, width = rng.uniform(0.2, 0.8) * samples, 0.25 * RATE
    return begin + (end - begin) / (1 + np.exp(-(np.arange(samples) - middle) / width * 4))


def add_voice(total: np.ndarray, rng: np.random.Generator, said: Said, chamber: Chamber, level: float) -> None:
    wave = said.wave * decibel(SPEECH_LEVEL + level + said.level)
    start = said.start - said.lead
    looks = head(rng, len(wave))
    heard = 0
    for turn, impulse in zip(TURNS, chamber.bank[said.seat]):
        weight = np.clip(1 - np.abs(looks - turn), 0, 1).astype(np.float32)
        if weight.max() > 0.01:
            heard = heard + oaconvolve((wave * weight)[None], impulse, axes=1)
    if chamber.loudspeakers is not None:
        heard = heard + oaconvolve(wave[None], chamber.loudspeakers, axes=1)
    add(total, heard, start)


def add(total: np.ndarray, heard: np.ndarray, start: int) -> None:
    skip = max(0, -start)
    end = min(total.shape[1], start + heard.shape[1])
    total[:, start + skip: end] += heard[:, skip: end - start]


def strike(total: np.ndarray, wave: np.ndarray, chamber: Chamber, seat: int, at: int) -> None:
    add(total, oaconvolve(wave[None], chamber.bank[seat, 1], axes=1), at)


def acoustics(rng: np.random.Generator, agenda: Agenda, chamber: Chamber) -> np.ndarray:
    """What arrives at the capsules: voices, gavel, knocks on desks, paper."""
    count = len(chamber.bank)
    total = np.zeros((count, agenda.end + RATE), np.float32)
    loudness = rng.uniform(-2.5, 2.5, count)
    for said in agenda.said:
        add_voice(total, rng, said, chamber, loudness[said.seat])
    for at in agenda.knocks:
        strike(total, room.gavel(rng) * decibel(SPEECH_LEVEL + 18), chamber, 0, at)
    minutes = total.shape[1] / RATE / 60
    for _ in range(rng.poisson(3 * minutes)):
        strike(total, room.gavel(rng) * decibel(SPEECH_LEVEL + rng.uniform(0, 12)), chamber, int(rng.integers(count)), int(rng.integers(total.shape[1] - RATE)))
    for _ in range(rng.poisson(3 * minutes)):
        strike(total, room.paper(rng) * decibel(SPEECH_LEVEL - rng.uniform(10, 18)), chamber, int(rng.integers(count)), int(rng.integers(total.shape[1] - RATE)))
    return total


def electronics(rng: np.random.Generator, total: np.ndarray, kind: RoomClass) -> dict:
    """Air conditioning, gains of ±6 dB that drift by ±1.5 dB, each microphone's own noise; in place."""
    count, samples = total.shape
    gains, time = rng.uniform(-6, 6, count), np.arange(samples, dtype=np.float32) / RATE
    for microphone, gain in zip(total, gains):
        air = np.roll(room.noise(rng, 1.7, high=4000), int(rng.integers(30 * RATE)))
        microphone += np.resize(air, samples) * decibel(rng.uniform(*kind.air))
        drift = 1.5 * np.sin(2 * np.pi * time / rng.uniform(60, 200) + rng.uniform(0, 6))
        microphone *= decibel(gain + drift)
        microphone += np.resize(room.noise(rng, 0.2), samples) * decibel(rng.uniform(*kind.hiss))
    if rng.random() < 0.5:
        total[int(rng.integers(count))] += room.hum(samples) * decibel(-54)
    return {"gain_db": gains.round(1).tolist()}


def opened(agenda: Agenda, count: int, samples: int, most: int, rng: np.random.Generator) -> np.ndarray:
    """[microphone, sample], 1 where it is switched on: from a little after the first word to a little after the last."""
    open_ = np.zeros((count, samples), np.float32)
    spans = []
    for said in agenda.said:
        begin, end = said.start + int(rng.uniform(-0.4, 0.12) * RATE), said.end + int(rng.uniform(0.3, 1.5) * RATE)
        active = {seat for seat, first, last in spans if first < end and last > begin}
        if said.seat in active or len(active) < most:
            spans.append((said.seat, begin, end))
            open_[said.seat, max(0, begin): end] = 1
    return open_


def fault(case: str, rng: np.random.Generator, total: np.ndarray, agenda: Agenda, chamber: Chamber) -> dict:
    """What is wrong in this meeting; in place. The facts say with which microphone."""
    count, samples = total.shape
    spoke = {said.seat: 0 for said in agenda.said}
    for said in agenda.said:
        spoke[said.seat] += said.samples
    busy = max((seat for seat in spoke if seat), key=spoke.get, default=0)
    silent = min(range(1, count), key=lambda seat: spoke.get(seat, 0))
    if case == "toggled":
        open_ = opened(agenda, count, samples, 4, rng)
        total *= open_
        for seat in range(count):
            for at in np.flatnonzero(np.diff(open_[seat])):
                total[seat, at: at + 64] += rng.uniform(-1, 1) * 0.03 * np.exp(-np.arange(len(total[seat, at: at + 64])) / 12)
    elif case == "copied":
        total[silent] = total[busy] * decibel(-2)
        total[silent] += np.resize(room.noise(rng, 0.2), samples) * decibel(-80)
        return {"microphone": silent, "of": busy}
    elif case == "floor_mix":
        mixed = total.sum(0) - total[silent]
        total[silent] += mixed * decibel(-3)
        return {"microphone": silent}
    elif case == "dropout":
        for _ in range(samples // (8 * RATE)):
            at = int(rng.integers(samples - 3 * RATE))
            total[busy, at: at + int(rng.uniform(0.02, 1.5) * RATE)] = 0
        return {"microphone": busy}
    elif case == "clipped":
        total[busy] = np.clip(total[busy] * decibel(30), -0.999, 0.999)
        return {"microphone": busy}
    elif case == "hum":
        total[busy] += room.hum(samples) * decibel(-32)
        return {"microphone": busy}
    elif case == "drift":
        half = count // 2
        for seat in range(half, count):  # the second interface runs 100 ppm faster than the first
            total[seat] = np.interp(np.arange(samples) * (1 + 1e-4), np.arange(samples), total[seat])
    elif case == "dead":
        total[silent] = room.noise(rng, 0.2, seconds=1)[:RATE][np.arange(samples) % RATE] * decibel(-95)
        return {"microphone": silent}
    return {}

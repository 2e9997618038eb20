"""Who says what when: turns, questions and votes, interruptions and backchannels, drawn from a seed."""

import random
from dataclasses import dataclass, field

import numpy as np

import corpus
import script
import synth

RATE = synth.RATE
BACKCHANNELS = ("Ya.", "Betul.", "Setuju.", "Baik.", "Benar.")
INTERJECTIONS = ("Interupsi, Pimpinan.", "Izin, Pimpinan, saya keberatan.", "Mohon diulangi, Pimpinan.", "Tidak bisa begitu, Ketua.", "Waktu Saudara sudah habis.")
QUESTIONS = ("Apakah dapat disetujui?", "Apakah usul ini dapat kita setujui?", "Bagaimana, setuju?")
VOICES = synth.EVALUATION_VOICES + synth.FIXTURE_VOICES
FIRST_VOTE = 30  # seconds: before the detector knows the room


@dataclass(frozen=True)
class Said:
    """One sentence; `start` and `samples` bound what is audible, `lead` is the wave's silence before it."""

    seat: int
    text: str
    wave: np.ndarray
    start: int
    samples: int
    lead: int
    level: float  # dB

    @property
    def end(self) -> int:
        return self.start + self.samples


@dataclass
class Agenda:
    said: list[Said] = field(default_factory=list)
    knocks: list[int] = field(default_factory=list)  # samples of the chair's gavel
    end: int = 0


@dataclass(frozen=True)
class Mouth:
    voice: str
    rate: int
    pitch: int


class Speech:
    """Speaks sentences at unit power."""

    def __init__(self, rng: random.Random):
        self.rng, self.espeak = rng, synth.Espeak()

    def __call__(self, mouth: Mouth, text: str) -> tuple[str, np.ndarray]:
        """What is said, and its sound."""
        rate = round(mouth.rate * self.rng.uniform(0.95, 1.06))
        wave = self.espeak.speak(text, mouth.voice, rate, mouth.pitch, 50).astype(np.float32)
        loud = wave[np.abs(wave) > 0.02 * np.abs(wave).max()]
        return text, wave / np.sqrt(np.mean(loud**2))


def mouths(rng: random.Random, count: int) -> list[Mouth]:
    voices = [voice for _ in range(count // len(VOICES) + 1) for voice in rng.sample(VOICES, len(VOICES))]
    return [Mouth(voice, rng.randint(130, 178), rng.randint(28, 68)) for voice in voices[:count]]


class Writer:
    def __init__(self, rng: random.Random, people: list, shared: dict[int, list[Mouth]], speak=None):
        self.rng, self.people, self.shared = rng, people, shared
        self.speak, self.agenda = speak or Speech(rng), Agenda()
        self.free = [0] * len(people)  # a mouth says one thing at a time

    def say(self, seat: int, text: str, start: int, level: float | None = None) -> Said:
        mouth = self.rng.choice(self.shared[seat]) if seat in self.shared else self.people[seat]
        text, wave = self.speak(mouth, text)
        lead, samples = script.spoken_span(wave)
        start = max(start, self.free[seat])
        said = Said(seat, text, wave, start, samples, lead, self.rng.uniform(-2, 2) if level is None else level)
        self.agenda.said.append(said)
        self.free[seat] = said.end + int(0.25 * RATE)
        self.agenda.end = max(self.agenda.end, said.end)
        return said

    def seconds(self, low: float, high: float) -> int:
        return int(self.rng.uniform(low, high) * RATE)

    def other(self, *but: int) -> int:
        return self.rng.choice([seat for seat in range(len(self.people)) if seat not in but])

    def vote(self, clock: int) -> int:
        """The chair asks, one to five members consent at nearly the same time, the gavel falls."""
        asked = self.say(0, self.rng.choice(QUESTIONS), clock)
        members = self.rng.sample(range(1, len(self.people)), min(len(self.people) - 1, self.rng.choice([1, 1, 2, 3, 4, 5])))
        at = asked.end + self.seconds(0.25, 0.6)
        end = max(self.say(seat, "Setuju.", at + self.seconds(0, 0.35)).end for seat in members)
        self.agenda.knocks += [end + self.seconds(0.3, 0.5)]
        return end + self.seconds(0.9, 1.3)

    def overlap(self) -> tuple[int, int]:
        """Time in which two or more speak, and time in which one speaks."""
        edges = sorted([(one.start, 1) for one in self.agenda.said] + [(one.end, -1) for one in self.agenda.said])
        two = any_one = active = before = 0
        for time, step in edges:
            two += (time - before) * (active > 1)
            any_one += (time - before) * (active > 0)
            active, before = active + step, time
        return two, any_one


def write(rng: random.Random, seats: int, seconds: float, share: float, shared: dict[int, list[Mouth]] | None = None, people: list | None = None, speak=None) -> Agenda:
    """About `seconds` in which people speak at once for about `share` of the time. `speak(person, text)` gives the words and
    the sound of each of `people`; without them a synthesiser speaks."""
    writer = Writer(rng, people or mouths(rng, seats), shared or {}, speak)
    clock, holder, voted = writer.seconds(0.8, 1.6), 0, False
    while clock < seconds * RATE:
        two, spoken = writer.overlap()
        wanting = two < share * spoken
        if (not voted and clock > FIRST_VOTE * RATE) or rng.random() < 0.12:
            voted, holder = True, 0
            clock = writer.vote(clock)
            continue
        first = clock
        for _ in range(rng.choice([1, 1, 2, 2, 3])):
            one = writer.say(holder, corpus.sentence(rng, rng.choice(["council", "council", "loose"])), clock)
            clock = one.end + writer.seconds(0.25, 0.6)
        last, after = clock, writer.other(holder) if holder == 0 or rng.random() < 0.5 else 0
        if rng.random() < 0.25:
            writer.say(writer.other(holder), rng.choice(BACKCHANNELS), rng.randint(first, last), rng.uniform(-7, -1))
        if wanting and rng.random() < 0.5:
            middle = rng.randint(first, max(first, last - 2 * RATE))
            writer.say(writer.other(holder), rng.choice(INTERJECTIONS), middle)
        elif wanting:
            clock -= writer.seconds(0.5, 2.0)
        clock = max(first, clock + writer.seconds(0.05, 0.5))
        holder = after
    writer.agenda.said.sort(key=lambda one: (one.start, one.seat))
    writer.agenda.end += RATE
    return writer.agenda

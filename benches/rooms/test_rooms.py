"""The rig itself: the chamber against pyroomacoustics, the figures by hand, the same meeting from the same seed."""

import random

import numpy as np
import pyroomacoustics
import pytest
from pyannote.core import Annotation, Segment
from pyannote.metrics.identification import IdentificationErrorRate

import make  # puts the neighbours on the path
import agenda
import chamber
import figures
import room
from classes import CLASSES


def test_early_images_carry_the_energy_that_pyroomacoustics_finds():
    size, mouth, microphone = (8.0, 7.0, 3.2), np.array([2.0, 3.0, 1.2]), np.array([5.0, 4.0, 1.1])
    space = room.Room(size, 0.5)
    rng = np.random.default_rng(3)
    sources = room.images(space, mouth, np.array([1.0, 0.0, 0.0]), rng, chamber.EARLY)
    places, headings, strength = sources
    # Their sources speak in all directions: so must ours here.
    ours = room.response((places, np.zeros_like(headings), strength), microphone, np.array([1.0, 0.0, 0.0]), int(chamber.EARLY * room.RATE), omni=1.0) / 0.65
    absorption = 1 - space.reflection() ** 2
    theirs = pyroomacoustics.ShoeBox(size, fs=room.RATE, materials=pyroomacoustics.Material(absorption), max_order=12, air_absorption=False)
    theirs.add_source(mouth)
    theirs.add_microphone(microphone)
    theirs.compute_rir()
    delay = pyroomacoustics.constants.get("frac_delay_length") // 2
    other = theirs.rir[0][0][delay: delay + len(ours)]
    energy = lambda wave: 10 * np.log10((wave.astype(float) ** 2).sum())
    scale = energy(ours[: room.RATE // 80]) - energy(other[: room.RATE // 80])  # they divide by 4 pi
    assert abs(energy(ours) - energy(other) - scale) < 1.5


def test_the_reverberation_time_is_the_one_that_was_asked_for():
    rng = np.random.default_rng(5)
    built = chamber.build(rng, CLASSES["hard"], 4)
    times = [room.measured_t60(built.bank[seat, 1, (seat + 2) % 4]) for seat in range(4)]
    assert abs(np.median(times) / built.t60 - 1) < 0.25, (times, built.t60)


def test_a_seed_gives_the_same_agenda():
    first, second = (agenda.write(random.Random(4), 6, 40, 0.1) for _ in range(2))
    assert [(one.seat, one.text) for one in first.said] == [(one.seat, one.text) for one in second.said]
    # espeak-ng remembers what it spoke before in this process: a few samples.
    assert all(abs(one.start - other.start) < room.RATE / 50 for one, other in zip(first.said, second.said))
    for one, other in zip(first.said, first.said[1:]):
        assert one.seat != other.seat or one.end <= other.start, "a mouth says one thing at a time"


@pytest.mark.parametrize("seed", range(20))
def test_the_error_of_a_meeting_is_that_of_pyannote_with_fixed_labels(seed: int):
    rng = random.Random(seed)

    def drawn(channels: int) -> list[tuple[str, float, float]]:
        found = []
        for channel in range(channels):
            clock = rng.randint(0, 3000)
            while clock < 60_000:
                end = clock + rng.randint(200, 6000)
                found.append((make.label(channel), clock / 1000, end / 1000))
                clock = end + rng.randint(20, 12_000)
        return found

    def annotation(turns: list[tuple[str, float, float]]) -> Annotation:
        filled = Annotation(uri="rapat")
        for track, (speaker, start, end) in enumerate(turns):
            filled[Segment(start, end), track] = speaker
        return filled

    said, found = drawn(5), drawn(6)
    ours = figures.measure(figures.turns(said), figures.turns(found))
    theirs = IdentificationErrorRate(collar=2 * figures.COLLAR / 1000).compute_components(annotation(said), annotation(found))
    for name, share in (("missed detection", ours.miss), ("false alarm", ours.false_alarm), ("confusion", ours.wrong)):
        assert share == pytest.approx(theirs[name] / theirs["total"], abs=1e-6), name


def test_figures_by_hand():
    said = figures.turns([("ch01", 1.0, 4.0), ("ch02", 3.0, 5.0), ("ch03", 6.0, 6.4)])
    perfect = figures.measure(said, said)
    assert (perfect.error, perfect.overlaps, perfect.overlaps_found, perfect.short_found) == (0, 1, 1, 1)
    # Channel 2 is not heard: its overlap is missed, and so is all of it outside the collars: 0.5 s and 0.5 s of 4 s.
    deaf = figures.measure(said, figures.turns([("ch01", 1.0, 4.0), ("ch03", 6.0, 6.4)]))
    assert deaf.overlaps_found == 0
    assert abs(deaf.miss - 1.0 / 3.0) < 1e-9, deaf
    wrong = figures.measure(said, figures.turns([("ch01", 1.0, 4.0), ("ch04", 3.0, 5.0)]))
    assert abs(wrong.wrong - 1.0 / 3.0) < 1e-9 and wrong.short_found == 0

"""The classes of rooms, and the cases in which something is wrong with one microphone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RoomClass:
    """Ranges from which a meeting's room is drawn. Levels in dB, lengths in metres, times in seconds."""

    t60: tuple[float, float]
    mouth: tuple[float, float]  # between a mouth and its microphone
    spacing: tuple[float, float]  # between neighbours
    turned: float  # degrees by which heads turn to either side while they speak
    patterns: tuple[float, ...]  # of the microphones, as `omni` of fixtures/room.py
    air: tuple[float, float]  # the air conditioning in every microphone; speech has -30
    hiss: tuple[float, float]  # each microphone's own noise
    loudspeakers: float | None = None  # level of an amplified voice in every microphone, below that in its own


CARDIOID, HYPERCARDIOID, OMNI = 0.5, 0.25, 1.0

CLASSES = {
    "easy": RoomClass((0.25, 0.4), (0.2, 0.35), (0.9, 1.2), 15, (CARDIOID, HYPERCARDIOID), (-66, -60), (-76, -66)),
    "normal": RoomClass((0.4, 0.7), (0.3, 0.5), (0.8, 1.1), 30, (CARDIOID, CARDIOID, HYPERCARDIOID), (-63, -57), (-76, -64)),
    "pa": RoomClass((0.4, 0.7), (0.3, 0.5), (0.8, 1.1), 30, (CARDIOID, CARDIOID, HYPERCARDIOID), (-63, -57), (-76, -64), loudspeakers=-8),
    "hard": RoomClass((0.8, 1.2), (0.4, 0.7), (0.8, 1.0), 45, (CARDIOID, CARDIOID, OMNI), (-60, -54), (-74, -62)),
}

TITLES = {"easy": "easy", "normal": "normal", "pa": "normal + PA -8 dB", "hard": "hard"}

# What one meeting of the class `normal` is given besides; `toggled` and the rest are said in mixer.py.
CASES = ("plain", "toggled", "shouting", "lectern", "copied", "floor_mix", "dropout", "clipped", "hum", "drift", "dead")

TUNING_SEEDS = (*range(101, 107), *range(111, 117), *range(121, 151))
REPORT_SEEDS = tuple(range(21, 31))

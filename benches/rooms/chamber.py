"""The room of a meeting: seats in an arc, and the impulse responses from every mouth to every microphone.

The first 60 ms are image sources (fixtures/room.py); what follows is noise that decays, as loud as the images say: by then
nobody can tell single reflections apart, and their number grows with the cube of the time.
"""

from dataclasses import dataclass

import numpy as np

import room
from classes import RoomClass

EARLY = 0.06  # seconds
TURNS = (-1.0, 0.0, 1.0)  # of a head, in units of the class's `turned`
LOUDSPEAKERS = 4


@dataclass(frozen=True)
class Chamber:
    """`bank[seat, turn, microphone, sample]`; a mouth that looks ahead arrives at its own microphone with energy 1 on average."""

    bank: np.ndarray
    loudspeakers: np.ndarray | None  # [microphone, sample], likewise: what an amplified voice adds
    outside: np.ndarray  # [microphone, sample]: someone who stands away from all microphones
    t60: float


def tail(rng: np.random.Generator, early: np.ndarray, t60: float, length: int) -> np.ndarray:
    """The response with its decaying noise; its level comes from the last 25 ms of the images."""
    samples = np.arange(length) / room.RATE
    decay = np.exp(-6.91 * samples / t60)
    window = slice(int((EARLY - 0.025) * room.RATE), int(EARLY * room.RATE))
    strength = np.sqrt((early[window] ** 2).sum() / (decay[window] ** 2).sum())
    whole = np.zeros(length, np.float32)
    whole[: len(early)] = early
    begin = int(EARLY * room.RATE)
    noise = rng.standard_normal(length - begin)
    noise = np.convolve(noise, [0.6, 0.4], "same")  # air and walls take the highest tones first
    whole[begin:] = noise / np.sqrt(0.52) * decay[begin:] * strength
    return whole


def seats(rng: np.random.Generator, kind: RoomClass, count: int) -> tuple[room.Room, list[room.Seat]]:
    """Seats on one or two arcs that look at the chair, who looks back."""
    spacing = rng.uniform(*kind.spacing)
    rows = 1 if count <= 8 else 2
    row = int(np.ceil((count - 1) / rows))
    radius = max(2.2, spacing * row / np.pi * 1.15)
    width, depth = 2 * (radius + rows * 1.3) + 2.0, radius + rows * 1.3 + 4.0
    size = (width, depth, float(rng.uniform(2.9, 4.2)))
    centre = np.array([width / 2, depth - 2.0])
    places = [(tuple(centre + [0, 0.6]), -90.0)]
    for seat in range(count - 1):
        r = radius + (seat // row) * 1.3
        inside = seat % row
        step = spacing / r
        angle = -np.pi / 2 + (inside - (row - 1) / 2) * step + rng.uniform(-0.02, 0.02)
        place = centre + r * np.array([np.cos(angle), np.sin(angle)])
        places.append((tuple(place), float(np.degrees(angle) + 180 + rng.uniform(-10, 10))))
    t60 = float(rng.uniform(*kind.t60))
    return room.Room(size, t60), [room.Seat(place, heading, float(rng.uniform(*kind.mouth))) for place, heading in places]


def loudspeaker_bank(rng: np.random.Generator, chamber: room.Room, microphones: list[tuple[np.ndarray, np.ndarray, float]], length: int) -> np.ndarray:
    """Loudspeakers under the ceiling, of which the nearest is heard 10 to 40 ms after the voice; energy 1 on average."""
    x, y, z = chamber.size
    late = int(rng.uniform(0.01, 0.04) * room.RATE)
    sources = [
        room.images(chamber, np.array([x * fx, y * fy, z - 0.3]), np.array([0.0, 0.0, -1.0]), rng, EARLY)
        for fx in (0.25, 0.75) for fy in (0.3, 0.8)
    ]
    bank = []
    for place, axis, omni in microphones:
        early = sum(room.response(source, place, axis, int(EARLY * room.RATE), omni) for source in sources)
        whole = tail(rng, early, chamber.t60, length)
        first = np.argmax(np.abs(whole) > 0.2 * np.abs(whole).max())
        bank.append(np.roll(whole, late - int(first)) if late > first else whole)
    bank = np.stack(bank)
    return bank / np.sqrt((bank**2).sum(-1).mean())


def build(rng: np.random.Generator, kind: RoomClass, count: int) -> Chamber:
    space, places = seats(rng, kind, count)
    length = int(max(EARLY + 0.02, space.t60 * 0.75) * room.RATE)
    microphones = []
    for seat in places:
        axis = seat.mouth() - seat.microphone()
        microphones.append((seat.microphone(), axis / np.linalg.norm(axis), float(rng.choice(kind.patterns))))

    def heard(mouth: np.ndarray, direction: np.ndarray) -> np.ndarray:
        sources = room.images(space, mouth, direction, rng, EARLY)
        return np.stack([room.response(sources, at, axis, int(EARLY * room.RATE), omni) for at, axis, omni in microphones])

    bank = np.zeros((count, len(TURNS), count, length), np.float32)
    for number, seat in enumerate(places):
        tails = None
        for turn, share in enumerate(TURNS):
            angle = np.radians(seat.heading + share * kind.turned)
            lean = seat.mouth() + seat.direction() * seat.distance * (0.12 * share)
            early = heard(lean, np.array([np.cos(angle), np.sin(angle), 0.0]))
            if tails is None:
                tails = np.stack([tail(rng, one, space.t60, length) for one in early])
                tails[:, : early.shape[1]] = 0
            bank[number, turn] = tails
            bank[number, turn, :, : early.shape[1]] = early
    x, y, _ = space.size
    standing = np.array([x * rng.choice([0.12, 0.88]), 0.6, 1.6])
    outside = np.stack([tail(rng, one, space.t60, length) for one in heard(standing, np.array([0.0, 1.0, 0.0]))])
    scale = np.mean([np.linalg.norm(bank[i, 1, i]) for i in range(count)])
    loudspeakers = None
    if kind.loudspeakers is not None:
        loudspeakers = loudspeaker_bank(rng, space, microphones, length) * 10 ** (kind.loudspeakers / 20)
    return Chamber(bank / scale, loudspeakers, outside / scale, space.t60)


def cross_talk(chamber: Chamber) -> np.ndarray:
    """Level in dB of each voice [row] in each microphone [column], relative to its own, heads ahead."""
    bank = chamber.bank[:, 1]
    if chamber.loudspeakers is not None:
        bank = bank + chamber.loudspeakers
    level = 10 * np.log10((bank**2).sum(-1))
    return level - np.diag(level)[:, None]

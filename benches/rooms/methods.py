"""What others do with the same microphones, for comparison: turns as (speaker, start, end) in seconds."""

import numpy as np
from faster_whisper.vad import VadOptions, get_speech_timestamps
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfilt

from make import RATE, label

HOP = 160
ABOVE_NOISE = 8.0  # dB
GAP, SHORTEST = 35, 12  # hops
SHARE = 0.25  # of the automatic mixer's gain, from which a microphone counts as open


def levels(sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Power between 200 and 4000 Hz over 30 ms, [microphone, hop], and where it is above the noise floor."""
    band = sosfilt(butter(2, (200, 4000), "band", fs=RATE, output="sos"), sound, axis=1)
    hops = band.shape[1] // HOP
    power = (band[:, : hops * HOP].reshape(len(band), hops, HOP) ** 2).mean(-1)
    power = uniform_filter1d(power, 3, axis=1) + 1e-10
    noise = np.percentile(power, 10, axis=1, keepdims=True)
    return power, power > noise * 10 ** (ABOVE_NOISE / 10)


def smoothed(active: np.ndarray) -> list[tuple[str, float, float]]:
    """A majority over 90 ms, short gaps filled, clicks dropped."""
    found = []
    for seat, row in enumerate(uniform_filter1d(active.astype(float), 9, axis=1) > 0.5):
        edges = np.flatnonzero(np.diff(np.r_[0, row.astype(int), 0]))
        spans: list[list[int]] = []
        for start, end in zip(edges[::2], edges[1::2]):
            if spans and start - spans[-1][1] < GAP:
                spans[-1][1] = end
            else:
                spans.append([start, end])
        found += [(label(seat), start / 100, end / 100) for start, end in spans if end - start >= SHORTEST]
    return found


def loudest(sound: np.ndarray) -> list[tuple[str, float, float]]:
    """The channel with the highest level has the floor."""
    power, above = levels(sound)
    return smoothed((power == power.max(0)) & above)


def gain_sharing(sound: np.ndarray) -> list[tuple[str, float, float]]:
    """Dugan's automatic mixer (J. Audio Eng. Soc. 23(6), 1975): a channel's gain is its share of the sum of all levels."""
    power, above = levels(sound)
    return smoothed((power / power.sum(0) > SHARE) & above)


def own_vad(sound: np.ndarray) -> list[tuple[str, float, float]]:
    """Silero's detector of voices on each channel by itself."""
    found = []
    for seat, channel in enumerate(sound):
        for span in get_speech_timestamps(channel.astype(np.float32), VadOptions(min_silence_duration_ms=350, speech_pad_ms=30)):
            found.append((label(seat), span["start"] / RATE, span["end"] / RATE))
    return found

"""What is measured on one meeting, with fixed labels: the turns of channel 3 must be those of microphone 3."""

import json
from dataclasses import dataclass
from pathlib import Path

import score

COLLAR = 250  # milliseconds
LONG = 500  # milliseconds: a shorter overlap is a change of speakers
SHORT = 600  # milliseconds: *Setuju.*


@dataclass(frozen=True)
class Figures:
    """Shares of the time that was spoken, outside the collar; counts of overlaps and of short utterances."""

    miss: float
    false_alarm: float
    wrong: float
    overlaps: int
    overlaps_found: int
    short: int
    short_found: int

    @property
    def error(self) -> float:
        """The channel identification error, CIER."""
        return self.miss + self.false_alarm + self.wrong

    @property
    def overlap_recall(self) -> float:
        return self.overlaps_found / self.overlaps if self.overlaps else 1.0


def turns(found: list[tuple[str, float, float]]) -> list[score.Segment]:
    return [score.Segment(speaker, round(start * 1000), round(end * 1000), ()) for speaker, start, end in found]


def covered(segments: list[score.Segment], speaker: str, start: int, end: int) -> int:
    """Milliseconds between `start` and `end` in which the speaker's channel has a turn."""
    return sum(max(0, min(one.end, end) - max(one.start, start)) for one in segments if one.speaker == speaker)


def overlaps(reference: list[score.Segment]) -> list[tuple[int, int, frozenset[str]]]:
    """Stretches longer than LONG in which the same two or more speak."""
    edges = sorted([(one.start, 1, one.speaker) for one in reference] + [(one.end, -1, one.speaker) for one in reference])
    found, active, before = [], [], 0
    for time, step, speaker in edges:
        if len(active) > 1 and time - before > LONG:
            found.append((before, time, frozenset(active)))
        if step > 0:
            active.append(speaker)
        else:
            active.remove(speaker)
        before = time
    return found


def measure(reference: list[score.Segment], found: list[score.Segment]) -> Figures:
    """An overlap is found when each of its speakers has a turn in more than half of it; a short utterance likewise."""
    counted = score.identification(reference, found, COLLAR)
    total = max(1, counted.total)
    stretches = overlaps(reference)
    heard = [all(covered(found, who, start, end) * 2 > end - start for who in speakers) for start, end, speakers in stretches]
    short = [one for one in reference if one.end - one.start <= SHORT]
    short_found = [covered(found, one.speaker, one.start, one.end) * 2 > one.end - one.start for one in short]
    return Figures(
        counted.miss / total, counted.false_alarm / total, counted.confusion / total,
        len(stretches), sum(heard), len(short), sum(short_found),
    )


def reference(folder: Path) -> list[score.Segment]:
    """The reference of a meeting, without the words: what the detector must find."""
    segments = json.loads((folder / "referensi.seglst.json").read_text("utf-8"))
    return turns([(one["speaker"], one["start_time"], one["end_time"]) for one in segments if one["speaker"] != "luar"])


def read_rttm(text: str) -> list[score.Segment]:
    found = []
    for line in text.splitlines():
        _, _, _, start, length, _, _, speaker, *_ = line.split()
        found.append((speaker, float(start), float(start) + float(length)))
    return turns(found)

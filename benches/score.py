"""Scores what was recognised against what was said, with fixed labels: channel 3 must be channel 3.

    python benches/score.py --reference REF.seglst.json --hypothesis HYP.seglst.json [--json]

CIER     channel identification error: (miss + false alarm + confusion) / reference time, where confusion is time given
         to a wrong channel. Without a collar, and without ±0.25 s around each reference boundary.
FL-WER   word error with fixed labels: errors of each channel's words in time order, summed. No permutation.
cpWER    the same under the best permutation of channels (meeteval); the gap to it is the cost of wrong attribution.
WER      all channels in one row, by the start of each utterance: the one that a recogniser of a mono mix can be given.
wrong-seat words    words recognised right that stand on another channel than the one that said them.
duplicated words    words that stand on their own channel and once more on another at that time; a duplicated utterance
         is one of which more than half the words are such.
"""

import argparse
import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

import meeteval
from rapidfuzz.distance import Levenshtein

from normalise import words

NEAR = 1.5  # seconds between two places of what may be the same spoken word; word times are interpolated


@dataclass(frozen=True)
class Segment:
    speaker: str
    start: int  # milliseconds
    end: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class Identification:
    """Times in milliseconds."""

    total: int
    miss: int
    false_alarm: int
    confusion: int

    @property
    def error(self) -> float:
        return (self.miss + self.false_alarm + self.confusion) / max(1, self.total)


@dataclass(frozen=True)
class WordErrors:
    reference: int
    substitutions: int
    deletions: int
    insertions: int

    @property
    def wrong(self) -> int:
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float:
        return self.wrong / max(1, self.reference)


def read(path: Path) -> list[Segment]:
    """A SegLST file, by start; the words normalised."""
    segments = [
        Segment(one["speaker"], round(float(one["start_time"]) * 1000), round(float(one["end_time"]) * 1000), tuple(words(one["words"])))
        for one in json.loads(path.read_text("utf-8"))
    ]
    return sorted(segments, key=lambda one: (one.start, one.end, one.speaker))


def identification(reference: list[Segment], hypothesis: list[Segment], collar: int = 0) -> Identification:
    """By a sweep over all boundaries; `collar` milliseconds on either side of each reference boundary do not count."""
    edges: list[tuple[int, int, str, int]] = []  # time, whose (0 reference, 1 hypothesis, 2 collar), label, +1 or -1
    for side, segments in enumerate((reference, hypothesis)):
        for one in segments:
            edges += [(one.start, side, one.speaker, 1), (one.end, side, one.speaker, -1)]
    if collar:
        for one in reference:
            for boundary in (one.start, one.end):
                edges += [(boundary - collar, 2, "", 1), (boundary + collar, 2, "", -1)]
    active: list[dict[str, int]] = [defaultdict(int), defaultdict(int), defaultdict(int)]
    total = miss = false_alarm = confusion = before = 0
    for time, side, label, step in sorted(edges):
        if not active[2].get(""):
            said, found = ({k for k, v in active[i].items() if v > 0} for i in (0, 1))
            length, right = time - before, len(said & found)
            total += length * len(said)
            miss += length * max(0, len(said) - len(found))
            false_alarm += length * max(0, len(found) - len(said))
            confusion += length * (min(len(said), len(found)) - right)
        active[side][label] += step
        before = time
    return Identification(total, miss, false_alarm, confusion)


def errors(reference: list[str], hypothesis: list[str]) -> WordErrors:
    kinds = [op.tag for op in Levenshtein.editops(reference, hypothesis)]
    return WordErrors(len(reference), kinds.count("replace"), kinds.count("delete"), kinds.count("insert"))


def summed(parts: list[WordErrors]) -> WordErrors:
    return WordErrors(*(sum(getattr(part, name) for part in parts) for name in ("reference", "substitutions", "deletions", "insertions")))


def row(segments: list[Segment], speaker: str | None = None) -> list[str]:
    return [word for one in segments if speaker in (None, one.speaker) for word in one.words]


def labels(*sides: list[Segment]) -> list[str]:
    return sorted({one.speaker for side in sides for one in side})


def by_channel(reference: list[Segment], hypothesis: list[Segment]) -> dict[str, WordErrors]:
    return {label: errors(row(reference, label), row(hypothesis, label)) for label in labels(reference, hypothesis)}


def permuted(reference: list[Segment], hypothesis: list[Segment]) -> float:
    """cpWER. Channels without a word take no part."""

    def seglst(segments: list[Segment]) -> meeteval.io.SegLST:
        return meeteval.io.SegLST([
            {"session_id": "rapat", "speaker": one.speaker, "start_time": one.start / 1000, "end_time": one.end / 1000, "words": " ".join(one.words)}
            for one in segments if one.words
        ])

    if not row(hypothesis):
        return 1.0
    return float(meeteval.wer.cpwer(seglst(reference), seglst(hypothesis))["rapat"].error_rate)


@dataclass(frozen=True)
class Place:
    """A word where it stands; `utterance` is its segment's number."""

    word: str
    speaker: str
    time: float
    utterance: int


def places(segments: list[Segment], speaker: str) -> list[Place]:
    """The words of a channel, with times interpolated by letters."""
    found = []
    for number, one in enumerate(segments):
        if one.speaker != speaker:
            continue
        letters, passed = sum(map(len, one.words)), 0
        for word in one.words:
            found.append(Place(word, speaker, (one.start + (one.end - one.start) * (passed + len(word) / 2) / letters) / 1000, number))
            passed += len(word)
    return found


def misplaced(reference: list[Segment], hypothesis: list[Segment]) -> tuple[int, int, int]:
    """Wrong-seat words, duplicated words, duplicated utterances."""
    right, missing = defaultdict(list), defaultdict(list)  # word: where it was said
    extra: list[Place] = []
    for label in labels(reference, hypothesis):
        said, found = places(reference, label), places(hypothesis, label)
        for op in Levenshtein.opcodes([one.word for one in said], [one.word for one in found]):
            for one in said[op.src_start: op.src_end]:
                (right if op.tag == "equal" else missing)[one.word].append(one)
            if op.tag != "equal":
                extra += found[op.dest_start: op.dest_end]

    def elsewhere(one: Place, among: list[Place]) -> Place | None:
        close = [m for m in among if m.speaker != one.speaker and abs(m.time - one.time) <= NEAR]
        return min(close, key=lambda m: abs(m.time - one.time), default=None)

    wrong, doubled = 0, defaultdict(int)
    for one in extra:
        if meant := elsewhere(one, missing[one.word]):
            missing[one.word].remove(meant)
            wrong += 1
        elif elsewhere(one, right[one.word]):
            doubled[one.utterance] += 1
    utterances = sum(2 * count > len(hypothesis[number].words) for number, count in doubled.items())
    return wrong, sum(doubled.values()), utterances


def score(reference: list[Segment], hypothesis: list[Segment]) -> dict:
    """All figures as a value that JSON can hold; rates as fractions, times in seconds."""
    channels = by_channel(reference, hypothesis)
    fixed, cp = summed(list(channels.values())), permuted(reference, hypothesis)
    wrong, doubled, doubled_utterances = misplaced(reference, hypothesis)
    said, heard = max(1, fixed.reference), max(1, len(hypothesis))

    def cier(collar: int) -> dict:
        one = identification(reference, hypothesis, collar)
        shares = {name: getattr(one, name) / max(1, one.total) for name in ("miss", "false_alarm", "confusion")}
        return {"error": one.error, **shares, "seconds": one.total / 1000}

    return {
        "cier": cier(0),
        "cier_collar": cier(250),
        "fl_wer": {"rate": fixed.rate, **asdict(fixed)},
        "cp_wer": cp,
        "attribution_cost": fixed.rate - cp,
        "wer": errors(row(reference), row(hypothesis)).rate,
        "wrong_seat_words": wrong,
        "wrong_seat_per_1000": 1000 * wrong / said,
        "duplicated_words": doubled,
        "duplicated_words_per_1000": 1000 * doubled / said,
        "duplicated_utterances": doubled_utterances,
        "duplicated_utterances_per_1000": 1000 * doubled_utterances / heard,
        "utterances": {"reference": len(reference), "hypothesis": len(hypothesis)},
        "channels": {label: {"rate": one.rate, **asdict(one)} for label, one in channels.items()},
    }


def table(result: dict) -> str:
    lines = []
    for name, title in (("cier", "CIER, no collar"), ("cier_collar", "CIER, collar 0.25 s")):
        one = result[name]
        split = f"miss {one['miss']:.2%}, false alarm {one['false_alarm']:.2%}, wrong channel {one['confusion']:.2%} of {one['seconds']:.1f} s"
        lines.append((title, f"{one['error']:.2%}", split))
    fl = result["fl_wer"]
    lines += [
        ("FL-WER", f"{fl['rate']:.2%}", f"{fl['substitutions']} substituted, {fl['deletions']} deleted, {fl['insertions']} inserted of {fl['reference']} words"),
        ("cpWER", f"{result['cp_wer']:.2%}", f"cost of attribution {result['attribution_cost']:.2%}"),
        ("WER, one row", f"{result['wer']:.2%}", "all channels by start"),
        ("wrong-seat words", f"{result['wrong_seat_per_1000']:.1f} ‰", f"{result['wrong_seat_words']} words"),
        ("duplicated words", f"{result['duplicated_words_per_1000']:.1f} ‰", f"{result['duplicated_words']} words"),
        ("duplicated utterances", f"{result['duplicated_utterances_per_1000']:.1f} ‰", f"{result['duplicated_utterances']} of {result['utterances']['hypothesis']}, spoken {result['utterances']['reference']}"),
    ]
    for label, one in result["channels"].items():
        lines.append((f"  {label}", f"{one['rate']:.2%}", f"{one['substitutions']} + {one['deletions']} + {one['insertions']} of {one['reference']}"))
    return "\n".join(f"{title:<22}{value:>10}   {note}" for title, value, note in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--hypothesis", type=Path, required=True)
    parser.add_argument("--json", action="store_true", help="JSON instead of the table")
    args = parser.parse_args()
    result = score(read(args.reference), read(args.hypothesis))
    print(json.dumps(result, indent=1) if args.json else table(result))


if __name__ == "__main__":
    main()

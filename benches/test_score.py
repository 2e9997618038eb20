"""python -m pytest benches  (pytest and pyannote.metrics from requirements.txt; no sound is needed)"""

import itertools
import random
import sys
import unicodedata

import jiwer
import meeteval
import pytest
from pyannote.core import Annotation, Segment as Stretch
from pyannote.metrics.diarization import DiarizationErrorRate
from pyannote.metrics.identification import IdentificationErrorRate

import score
from normalise import normalise, number_words, spoken
from score import Segment, by_channel, errors, identification, misplaced, permuted, row, summed


def segment(speaker: str, start: float, end: float, text: str = "") -> Segment:
    return Segment(speaker, round(start * 1000), round(end * 1000), tuple(text.split()))


def meeting(rng: random.Random, channels: int) -> list[Segment]:
    """Segments at random, none overlapping another of its own channel."""
    found = []
    for channel in range(channels):
        clock = rng.randint(0, 3000)
        while clock < 60_000:
            end = clock + rng.randint(300, 8000)
            found.append(Segment(f"ch{channel:02}", clock, end, ()))
            clock = end + rng.randint(20, 9000)
    return sorted(found, key=lambda one: one.start)


def annotation(segments: list[Segment]) -> Annotation:
    filled = Annotation(uri="rapat")
    for track, one in enumerate(segments):
        filled[Stretch(one.start / 1000, one.end / 1000), track] = one.speaker
    return filled


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("collar", [0, 250])
def test_identification_agrees_with_pyannote(seed: int, collar: int):
    rng = random.Random(seed)
    reference, hypothesis = meeting(rng, 4), meeting(rng, 5)
    ours = identification(reference, hypothesis, collar)
    theirs = IdentificationErrorRate(collar=2 * collar / 1000).compute_components(annotation(reference), annotation(hypothesis))
    assert ours.total / 1000 == pytest.approx(theirs["total"], abs=1e-6)
    assert ours.miss / 1000 == pytest.approx(theirs["missed detection"], abs=1e-6)
    assert ours.false_alarm / 1000 == pytest.approx(theirs["false alarm"], abs=1e-6)
    assert ours.confusion / 1000 == pytest.approx(theirs["confusion"], abs=1e-6)


def relabelled(segments: list[Segment], names: dict[str, str]) -> list[Segment]:
    return [Segment(names[one.speaker], one.start, one.end, one.words) for one in segments]


def permutations(labels: list[str]) -> list[dict[str, str]]:
    return [dict(zip(labels, order)) for order in itertools.permutations(labels)]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("collar", [0, 250])
def test_under_the_best_permutation_it_is_the_diarization_error_of_pyannote(seed: int, collar: int):
    rng = random.Random(seed)
    reference, hypothesis = meeting(rng, 4), meeting(rng, 4)
    labels = sorted({one.speaker for one in hypothesis})
    best = min(identification(reference, relabelled(hypothesis, names), collar).error for names in permutations(labels))
    theirs = DiarizationErrorRate(collar=2 * collar / 1000)(annotation(reference), annotation(hypothesis))
    assert best == pytest.approx(theirs, abs=1e-6)
    assert identification(reference, hypothesis, collar).error >= best


def transcripts(seed: int) -> tuple[list[Segment], list[Segment]]:
    """What was said on three channels, and what was heard: words changed, lost, added, and utterances moved to other channels."""
    rng = random.Random(seed)
    vocabulary = "rapat sidang dewan anggaran daerah setuju pimpinan".split()
    said = [Segment(one.speaker, one.start, one.end, tuple(rng.choices(vocabulary, k=rng.randint(1, 9)))) for one in meeting(rng, 3)]

    def heard(one: Segment) -> Segment:
        words = [rng.choice(vocabulary) if rng.random() < 0.2 else word for word in one.words if rng.random() > 0.1]
        words += rng.choices(vocabulary, k=rng.choice([0, 0, 1]))
        speaker = rng.choice(["ch00", "ch01", "ch02"]) if rng.random() < 0.3 else one.speaker
        return Segment(speaker, one.start, one.end, tuple(words))

    return said, [heard(one) for one in said]


@pytest.mark.parametrize("seed", range(20))
def test_fixed_label_word_errors_agree_with_jiwer_and_meeteval(seed: int):
    said, heard = transcripts(seed)
    ours = summed(list(by_channel(said, heard).values()))
    rows = [(" ".join(row(said, label)), " ".join(row(heard, label))) for label in ("ch00", "ch01", "ch02")]
    assert ours.rate == pytest.approx(jiwer.process_words(*map(list, zip(*rows))).wer)
    theirs = sum((meeteval.wer.wer.siso.siso_word_error_rate(*pair) for pair in rows[1:]), meeteval.wer.wer.siso.siso_word_error_rate(*rows[0]))
    assert ours.rate == pytest.approx(theirs.error_rate)
    assert ours.reference == theirs.length


@pytest.mark.parametrize("seed", range(20))
def test_the_best_permutation_of_fixed_labels_is_the_cpwer_of_meeteval(seed: int):
    said, heard = transcripts(seed)
    fixed = summed(list(by_channel(said, heard).values())).rate
    best = min(summed(list(by_channel(said, relabelled(heard, names)).values())).rate for names in permutations(["ch00", "ch01", "ch02"]))
    assert permuted(said, heard) == pytest.approx(best)
    assert fixed >= best - 1e-9


def test_labels_are_fixed():
    reference = [segment("ch01", 0, 2, "rapat dibuka"), segment("ch02", 3, 4, "setuju")]
    swapped = [segment("ch02", 0, 2, "rapat dibuka"), segment("ch01", 3, 4, "setuju")]
    result = score.score(reference, swapped)
    assert result["cp_wer"] == 0
    assert result["wer"] == 0
    assert result["fl_wer"]["rate"] > 0.9
    assert result["cier"]["confusion"] == 1.0
    assert result["wrong_seat_words"] == 3


def test_a_perfect_transcript_scores_nothing():
    reference = [segment("ch01", 0, 2, "rapat dibuka"), segment("ch02", 1, 4, "setuju")]
    result = score.score(reference, reference)
    assert [result[key] for key in ("cp_wer", "wer", "attribution_cost", "wrong_seat_words", "duplicated_words")] == [0] * 5
    assert result["cier"]["error"] == result["cier_collar"]["error"] == result["fl_wer"]["rate"] == 0


def test_an_empty_transcript_misses_everything():
    reference = [segment("ch01", 0, 2, "rapat dibuka")]
    result = score.score(reference, [])
    assert result["fl_wer"]["rate"] == result["cp_wer"] == result["cier"]["miss"] == 1.0


def test_a_leaked_utterance_is_a_duplicate_and_a_shared_word_is_not():
    reference = [segment("ch01", 0, 3, "anggaran tahun pertama"), segment("ch01", 5, 6, "setuju"), segment("ch02", 5, 6, "setuju")]
    leaked = [*reference, segment("ch02", 0.1, 3.1, "anggaran tahun pertama")]
    assert misplaced(reference, reference) == (0, 0, 0)
    assert misplaced(reference, sorted(leaked, key=lambda one: one.start)) == (0, 3, 1)


def test_the_same_word_much_later_is_no_duplicate():
    reference = [segment("ch01", 0, 1, "baik")]
    assert misplaced(reference, [segment("ch01", 0, 1, "baik"), segment("ch02", 9, 10, "baik")]) == (0, 0, 0)


@pytest.mark.parametrize("seed", range(20))
def test_word_errors_agree_with_jiwer(seed: int):
    rng = random.Random(seed)
    said, heard = ([rng.choice("satu dua tiga empat".split()) for _ in range(rng.randint(1, 30))] for _ in range(2))
    ours, theirs = errors(said, heard), jiwer.process_words(" ".join(said), " ".join(heard))
    assert ours.rate == pytest.approx(theirs.wer)


@pytest.mark.parametrize("raw, plain", [
    ("", ""),
    ("Undang-Undang", "undang undang"),
    ("SETUJU!  Setuju… «setuju»", "setuju setuju setuju"),
    ("Jum'at, Ma’ruf", "jumat maruf"),
    ("ke-7 dan ke-12", "ketujuh dan kedua belas"),
    ("Rp2,75 miliar", "dua koma tujuh lima miliar rupiah"),
    ("Rp. 100.000,-", "seratus ribu rupiah"),
    ("45 %", "empat puluh lima persen"),
    ("pukul 10.05 WITA", "pukul sepuluh nol lima wita"),
    ("1.000 1.0000", "seribu satu nol nol nol nol"),
    ("COVID-19", "covid sembilan belas"),
    ("kafé", "kafe"),
])
def test_normalised(raw: str, plain: str):
    assert normalise(raw) == plain


def test_numbers_are_spoken():
    assert number_words(111) == "seratus sebelas"
    assert number_words(1_000_000) == "satu juta"
    assert number_words(21_001) == "dua puluh satu ribu satu"
    assert spoken("0,5") == "nol koma lima"
    assert spoken("00") == "nol nol"


def test_the_normaliser_is_idempotent_on_every_character():
    for point in range(sys.maxunicode + 1):
        once = normalise(f"a{chr(point)}b {chr(point)}")
        assert normalise(once) == once, unicodedata.name(chr(point), hex(point))


def test_the_normaliser_is_idempotent_on_mixed_text():
    rng = random.Random(5)
    for _ in range(20_000):
        raw = "".join(rng.choice("ab Rp.,-%0123'’ke rp juta ké½ﬁ²") for _ in range(rng.randint(0, 24)))
        once = normalise(raw)
        assert normalise(once) == once and all(c.isalpha() or c == " " for c in once), raw

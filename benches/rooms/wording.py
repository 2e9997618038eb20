"""What the floor costs in words: the record with its own turns beside the record with the turns of the reference, by the same recogniser."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import make
import score

PROGRAM = make.ROOT / "target" / "release" / "risalah"
MODEL = "risalah-demo"


@dataclass(frozen=True)
class Words:
    """Counts of words of one meeting, with fixed labels."""

    said: int
    errors: int  # with the turns that the program finds
    errors_with_true_turns: int
    wrong_seat: int
    duplicated: int

    @property
    def fl_wer(self) -> float:
        return self.errors / self.said

    @property
    def wer_with_true_turns(self) -> float:
        return self.errors_with_true_turns / self.said

    @property
    def cost(self) -> float:
        return self.fl_wer - self.wer_with_true_turns

    @property
    def wrong_seat_share(self) -> float:
        return self.wrong_seat / self.said

    @property
    def duplicated_share(self) -> float:
        return self.duplicated / self.said


def transcript(sound: Path, *options: str | Path) -> list[score.Segment]:
    """What the program writes down of a recording."""
    with tempfile.TemporaryDirectory() as folder:
        command = [PROGRAM, "transcribe", sound, "--model", MODEL, "--format", "seglst", "--quiet", "-o", folder, *options]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode not in (0, 3):  # 3: done, with warnings
            raise SystemExit(run.stderr)
        return score.read(Path(folder) / "transkrip.seglst.json")


def fixed_errors(reference: list[score.Segment], found: list[score.Segment]) -> score.WordErrors:
    return score.summed(list(score.by_channel(reference, found).values()))


def measure(folder: Path) -> Words:
    """Of a meeting that `make.py` made. The reference's turns are recognised on their own channels: nothing but the words can be wrong."""
    reference = score.read(folder / "referensi.seglst.json")
    own = transcript(folder / "rapat.wav")
    true = transcript(folder / "rapat.wav", "--turns", folder / "referensi.rttm")
    found, best = fixed_errors(reference, own), fixed_errors(reference, true)
    wrong, doubled, _ = score.misplaced(reference, own)
    return Words(found.reference, found.wrong, best.wrong, wrong, doubled)

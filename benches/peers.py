"""One run of another program, for compare.py, which measures this process: mono files in, SegLST out.

    python benches/peers.py whisper.cpp|faster-whisper|faster-whisper-vad MODEL OUT.seglst.json FILE.wav ...

A file's stem is its label. One thread; Indonesian; greedy, no temperature fallback, no text carried from window to window.
"""

import argparse
import json
from pathlib import Path

import soundfile


def whisper_cpp(model: Path):
    from pywhispercpp.model import Model

    recogniser = Model(
        str(model), n_threads=1, redirect_whispercpp_logs_to=None, print_progress=False, print_timestamps=False,
        language="id", no_context=True, temperature_inc=0.0, greedy={"best_of": 1},
    )

    def transcribe(sound):
        before = 0.0
        for one in recogniser.transcribe(sound):
            # With two decoder layers whisper.cpp takes a model for a distilled one and works without time stamps:
            # the end of each window is right, its beginning is not.
            start, before = max(before, one.t0 / 100), one.t1 / 100
            yield start, before, one.text

    return transcribe


def faster_whisper(model: Path, vad: bool):
    import faster_whisper.transcribe
    import numpy as np
    from faster_whisper import WhisperModel

    def padded(features, length: int = 3000):
        """faster-whisper fills a short window with zeros, which is loud noise to Whisper's features: give it silence."""
        return np.pad(features[..., :length], [(0, 0), (0, max(0, length - features.shape[-1]))], constant_values=features.min())

    faster_whisper.transcribe.pad_or_trim = padded
    recogniser = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=1, num_workers=1)

    def transcribe(sound):
        segments, _ = recogniser.transcribe(
            sound, language="id", beam_size=1, temperature=0.0, condition_on_previous_text=False, suppress_tokens=[], vad_filter=vad,
        )
        for one in segments:
            yield one.start, one.end, one.text

    return transcribe


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", choices=["whisper.cpp", "faster-whisper", "faster-whisper-vad"])
    parser.add_argument("model", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    args = parser.parse_args()
    transcribe = whisper_cpp(args.model) if args.program == "whisper.cpp" else faster_whisper(args.model, args.program.endswith("vad"))
    found = []
    for path in args.files:
        sound, _ = soundfile.read(path, dtype="float32")
        found += [
            {"session_id": "rapat", "speaker": path.stem, "start_time": start, "end_time": end, "words": text.strip()}
            for start, end, text in transcribe(sound)
        ]
    args.output.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()

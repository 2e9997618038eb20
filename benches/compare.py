"""Whole runs on one generated meeting with the same weights: this program, whisper.cpp and faster-whisper.

    make build && .venv/bin/python benches/compare.py --model models/risalah-demo.bin.zst

Each run is a process on one core. Its CPU time (user + system, loading and writing included) is counted per hour of meeting, its memory
at its peak. The others are run on every channel and on the mono mix, with greedy decoding, Indonesian, no fallback, no text carried
over. Writes the table into benches/README.md between its markers.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import soundfile

import convert
import score

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BEGIN, END = "<!-- compare: begin -->", "<!-- compare: end -->"
PROGRAMS = {"risalah": "E-Risalah", "whisper.cpp": "whisper.cpp", "faster-whisper": "faster-whisper int8", "faster-whisper-vad": "faster-whisper int8 with its VAD"}


@dataclass(frozen=True)
class Run:
    program: str
    sound: str  # "channels" or "mix"
    cpu: float  # seconds
    memory: float  # MiB
    result: dict


def peak_memory(pid: int) -> int:
    """The most that a process has held so far, in KiB. `ru_maxrss` would count this process too, as it was when it forked."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def environment() -> dict[str, str]:
    """For processes of one thread that open no connection."""
    return os.environ | {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1"}


def measured(command: list[str], core: int, log: Path) -> tuple[float, float]:
    """CPU seconds of a process and all its children, and its peak memory in MiB."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment(), stdout=out, stderr=out, preexec_fn=lambda: os.sched_setaffinity(0, {core}))
        memory = 0
        while True:
            memory = max(memory, peak_memory(process.pid))
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):  # 3: done, with warnings
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{log.read_text('utf-8', 'replace')[-2000:]}")
    return usage.ru_utime + usage.ru_stime, memory / 1024


def meeting(work: Path, minutes: float, seed: int) -> tuple[Path, list[Path], Path, float]:
    """One N-channel file, the same as mono files, their mix, and its length in seconds."""
    whole = work / "rapat.wav"
    subprocess.run([sys.executable, str(ROOT / "fixtures" / "make.py"), "--acceptance", str(work), "--seed", str(seed), "--long", str(minutes), "--wav"], check=True)
    sound, rate = soundfile.read(whole, dtype="float32")
    channels = [work / f"ch{number:02}.wav" for number in range(1, sound.shape[1] + 1)]
    for path, channel in zip(channels, sound.T):
        soundfile.write(path, channel, rate, "PCM_16")
    mix = sound.mean(axis=1)
    soundfile.write(work / "mix.wav", mix * (0.9 / np.abs(mix).max()), rate, "PCM_16")
    return whole, channels, work / "mix.wav", len(sound) / rate


def unpacked(model: Path, work: Path) -> Path:
    if model.suffix != ".zst":
        return model
    target = work / model.stem
    subprocess.run(["zstd", "-d", "-q", "-f", "--long=27", str(model), "-o", str(target)], check=True)
    return target


def cell(fraction: float | None) -> str:
    return "–" if fraction is None else f"{100 * fraction:.1f} %"


def table(runs: list[Run], seconds: float) -> list[str]:
    base = next((run.cpu for run in runs if (run.program, run.sound) == ("whisper.cpp", "mix")), None)
    lines = [
        "| program | sound | CPU s per hour | against whisper.cpp on the mix | peak MiB | FL-WER | cpWER | WER in one row | words twice, ‰ | CIER ±0.25 s |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for run in runs:
        one, channels = run.result, run.sound == "channels"
        lines.append("| " + " | ".join([
            PROGRAMS[run.program], "every channel" if channels else "mono mix", f"{run.cpu * 3600 / seconds:.0f}",
            f"{run.cpu / base:.2f}" if base else "–", f"{run.memory:.0f}",
            cell(one["fl_wer"]["rate"] if channels else None), cell(one["cp_wer"] if channels else None), cell(one["wer"]),
            f"{one['duplicated_words_per_1000']:.0f}" if channels else "–", cell(one["cier_collar"]["error"] if channels else None),
        ]) + " |")
    return lines


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="a ggml file, as it is or packed with zstd")
    parser.add_argument("--risalah", type=Path, default=ROOT / "target" / "release" / "risalah")
    parser.add_argument("--programs", nargs="+", choices=PROGRAMS, default=list(PROGRAMS))
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--runs", type=int, default=1, help="of each; the one with the least CPU time counts")
    parser.add_argument("--core", type=int, default=0, help="the processor core that all run on")
    parser.add_argument("--work", type=Path, default=ROOT / "target" / "compare")
    parser.add_argument("--dry", action="store_true", help="print only, leave README.md alone")
    args = parser.parse_args()
    if "risalah" in args.programs and not args.risalah.exists():
        parser.error(f"{args.risalah} is not there: `make build` first, or leave it out with --programs")
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)

    whole, channels, mix, seconds = meeting(work, args.minutes, args.seed)
    model = unpacked(args.model, work)
    convert.convert(model, work / "ct2")
    reference = score.read(work / "referensi.seglst.json")

    runs = []
    for program in args.programs:
        for sound in ("channels",) if program == "risalah" else ("channels", "mix"):
            attempts = []
            for number in range(args.runs):
                folder = work / f"{program}-{sound}-{number}"
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                hypothesis = folder / "hasil" / "transkrip.seglst.json"
                if program == "risalah":
                    # By its name the shipped model keeps its properties; by its path it would be any unknown file.
                    shipped = args.model.name.startswith("risalah-demo")
                    named = "risalah-demo" if shipped else str(model)
                    command = [str(args.risalah), "transcribe", str(whole), "--model", named, "--workers", "1", "--format", "seglst", "-o", str(hypothesis.parent)]
                else:
                    hypothesis.parent.mkdir()
                    weights = model if program == "whisper.cpp" else work / "ct2"
                    files = channels if sound == "channels" else [mix]
                    command = [sys.executable, str(HERE / "peers.py"), program, str(weights), str(hypothesis), *map(str, files)]
                attempts.append((*measured(command, args.core, folder / "log"), hypothesis))
            cpu, memory, hypothesis = min(attempts)
            runs.append(Run(program, sound, cpu, memory, score.score(reference, score.read(hypothesis))))
            print(f"{PROGRAMS[program]}, {sound}: {cpu:.1f} CPU s, {memory:.0f} MiB", file=sys.stderr)

    lines = table(runs, seconds)
    facts = (
        f"{seconds / 60:.1f} minutes, {len(channels)} channels (`fixtures/make.py --acceptance OUT --seed {args.seed} --long {args.minutes:g} --wav`), "
        f"{sum(len(one.words) for one in reference)} words; one core of {processor()}; "
        f"model `{args.model.name}`, SHA-256 unpacked `{hashlib.sha256(model.read_bytes()).hexdigest()[:16]}…`; "
        f"pywhispercpp {version('pywhispercpp')}, faster-whisper {version('faster-whisper')} on CTranslate2 {version('ctranslate2')}."
    )
    text = "\n".join([*lines, "", facts])
    print(text)
    (work / "compare.json").write_text(json.dumps([run.__dict__ for run in runs], indent=1))
    if not args.dry:
        readme = HERE / "README.md"
        before, rest = readme.read_text("utf-8").split(BEGIN)
        readme.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", "utf-8")


if __name__ == "__main__":
    main()

"""Human voices through official weights: this program beside faster-whisper, CTranslate2 and whisper.cpp, on one core.

    make build && cargo build --release --example recognise && cargo build --release -p risalah-whisper --example measure
    .venv/bin/python benches/voices.py sentences --corpus DIR --ggml base.bin --ct2 base-ct2 [--judge]
    .venv/bin/python benches/voices.py file      --corpus DIR --ggml base.bin --ct2 base-ct2
    .venv/bin/python benches/voices.py meeting   --readers DIR --ggml base.bin [--room normal]
    .venv/bin/python benches/voices.py times     --corpus DIR --ggml base.bin --ct2 base-ct2
    .venv/bin/python benches/voices.py names     --corpus DIR --ggml base.bin [--judge]
    .venv/bin/python benches/voices.py languages --corpus DIR --other en=DIR --ggml base.bin [--judge]
    .venv/bin/python benches/voices.py quiet     --corpus DIR --readers DIR --ggml base.bin --seconds 600

DIR is a corpus of INDspeech: WAV files of one sentence each and a transcript, a line `NAME<TAB>TEXT` for each; for `meeting`
files READER_NAME.wav and the words of NAME in NAME.ANS. No sound of it belongs into this repository. Sentences from number
1,500 on and readers whose name begins with Ind3 judge (`--judge`); the others are for choosing. CPU time is the process's own,
without loading the model for `sentences`, with it elsewhere.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import soundfile

import compare
import score

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RATE = 16_000
FIRST_JUDGE = 1500


class Sentence:
    """A recording of one sentence and its words."""

    def __init__(self, path: Path, text: str):
        self.path, self.text = path, text

    def sound(self) -> np.ndarray:
        sound, rate = soundfile.read(self.path, dtype="float32")
        if rate != RATE:
            raise SystemExit(f"{self.path} has {rate} Hz, not {RATE}")
        return sound


def transcripts(folder: Path) -> dict[str, str]:
    """The words of each sentence of a corpus, by its name."""
    texts = {}
    for path in sorted(folder.rglob("*transcript*")):
        for line in path.read_text("utf-8").splitlines():
            name, _, text = line.partition("\t")
            texts.setdefault(name, text.strip())
    return texts


def corpus(folder: Path, judge: bool) -> list[Sentence]:
    """The sentences that judge, or the others, by name."""
    texts, found = transcripts(folder), []
    for path in sorted(folder.rglob("*.wav")):
        number = re.search(r"(\d+)$", path.stem)
        if path.stem in texts and number and (int(number[1]) >= FIRST_JUDGE) == judge:
            found.append(Sentence(path, texts[path.stem]))
    if not found:
        raise SystemExit(f"{folder} holds no sentence that is asked for")
    return found


def word_errors(said: list[str], heard: list[str]) -> score.WordErrors:
    return score.summed([score.errors(score.words(a), score.words(b)) for a, b in zip(said, heard, strict=True)])


def run(command: list, core: int) -> str:
    """What a process on one core prints."""
    return completed(command, core).stdout


def completed(command: list, core: int) -> subprocess.CompletedProcess:
    """A process on one core, done."""
    done = subprocess.run(["taskset", "-c", str(core), *map(str, command)], capture_output=True, text=True, env=compare.environment())
    if done.returncode not in (0, 3):  # 3: done, with warnings
        raise SystemExit(f"{command}: {done.stderr[-2000:]}")
    return done


# Each peer is this file in a process of its own: `voices.py peer NAME MODEL LIST` prints a line of JSON a file.

def peer(name: str, model: str, files: list[Path]) -> None:
    window = None
    if name == "faster-whisper":
        from faster_whisper import WhisperModel
        recogniser = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=1, num_workers=1)
        suppressed = json.loads((Path(model) / "config.json").read_text())["suppress_ids"]

        def transcribe(sound):
            segments, _ = recogniser.transcribe(sound, language="id", beam_size=1, temperature=0.0, condition_on_previous_text=False, suppress_tokens=suppressed)
            return " ".join(one.text for one in segments)
    elif name.startswith("ctranslate2"):
        import ctranslate2
        from faster_whisper.feature_extractor import FeatureExtractor
        from faster_whisper.tokenizer import Tokenizer
        from tokenizers import Tokenizer as Vocabulary
        _, compute, window = name.split(":")
        recogniser = ctranslate2.models.Whisper(model, device="cpu", compute_type=compute, inter_threads=1, intra_threads=1)
        tokenizer = Tokenizer(Vocabulary.from_file(str(Path(model) / "tokenizer.json")), True, task="transcribe", language="id")
        features = FeatureExtractor(feature_size=recogniser.n_mels)
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]

        def transcribe(sound):
            frames = max(int(window), -(-(len(sound) // 320 + 64) // 16) * 16)
            mel = features(np.pad(sound, (0, max(0, frames * 320 - len(sound)))), padding=0)[:, : 2 * frames]
            view = ctranslate2.StorageView.from_array(np.ascontiguousarray(mel[None], np.float32))
            heard = recogniser.generate(view, [prompt], beam_size=1, max_length=len(prompt) + 20 + len(sound) // 1600)
            return tokenizer.decode(heard[0].sequences_ids[0])
    else:
        from pywhispercpp.model import Model
        recogniser = Model(model, n_threads=1, redirect_whispercpp_logs_to=None, print_progress=False, print_timestamps=False, language="id", no_context=True, temperature_inc=0.0, greedy={"best_of": 1}, no_timestamps=True, single_segment=True)

        def transcribe(sound):
            return " ".join(one.text for one in recogniser.transcribe(sound))

    for path in files:
        sound, _ = soundfile.read(path, dtype="float32")
        begun = time.process_time()
        text = transcribe(sound)
        print(json.dumps({"text": text, "cpu": time.process_time() - begun}))


def heard(program: str, args: argparse.Namespace, listed: Path) -> tuple[list[str], float]:
    """The texts of the files in a list, and the CPU seconds of each on average."""
    if program.startswith("kernel:"):
        measure = [ROOT / "target/release/examples/measure", "--blank", "--kernel", program.removeprefix("kernel:"), args.ggml]
        done = completed([*measure, *listed.read_text().splitlines()], args.core)
        return done.stdout.splitlines(), float(re.search(r"([0-9.]+) s each", done.stderr)[1])
    if program.startswith("E-Risalah"):
        engine = program.split()[1]
        lines = run([ROOT / "target/release/examples/recognise", "--engine", engine, args.ggml, listed], args.core)
    else:
        model = args.ggml if program == "whisper.cpp" else args.ct2
        lines = run([sys.executable, __file__, "peer", program, model, listed], args.core)
    found = [json.loads(line) for line in lines.splitlines()]
    return [one["text"] for one in found], sum(one["cpu"] for one in found) / len(found)


def sentences(args: argparse.Namespace, work: Path) -> None:
    chosen = random.Random(args.seed).sample(corpus(args.corpus, args.judge), args.count)
    listed = work / "sentences.txt"
    listed.write_text("".join(f"{one.path}\n" for one in chosen))
    length = sum(len(one.sound()) for one in chosen) / RATE / len(chosen)
    programs = args.programs or ["E-Risalah cpu", "E-Risalah cpu-f32", "E-Risalah whisper-cpp", "faster-whisper", "ctranslate2:int8:512", "ctranslate2:float32:512", "whisper.cpp"]
    found = {program: heard(program, args, listed) for program in programs}
    base = found.get("faster-whisper", next(iter(found.values())))[1]
    print(f"{len(chosen)} sentences of {length:.1f} s on average, one core of {compare.processor()}\n")
    print("| program | CPU s a sentence | ratio | WER | substitutions | deletions | insertions |\n|---|--:|--:|--:|--:|--:|--:|")
    for program, (texts, cpu) in found.items():
        wrong = word_errors([one.text for one in chosen], texts)
        print(f"| {program} | {cpu:.3f} | {cpu / base:.2f} | {100 * wrong.rate:.1f} % | {wrong.substitutions} | {wrong.deletions} | {wrong.insertions} |")
        (work / f"{program.replace(':', '-')}.txt").write_text("".join(f"{text.strip()}\n" for text in texts), "utf-8")


def names_of(sentences: list[Sentence], every: list[Sentence]) -> list[str]:
    """The 25 names that the sentences say most often: words of four letters or more that are written with a capital within a sentence and
    nowhere in the corpus without."""
    plain = {word for one in every for word in re.findall(r"\b[a-z]+", one.text)}
    inside = [re.findall(r"\w+", one.text)[1:] for one in sentences]
    counts = Counter(word for words in inside for word in words if re.fullmatch(r"[A-Z][a-z]{3,}", word) and word.lower() not in plain)
    return sorted(counts, key=lambda word: (-counts[word], word))[:25]


def names(args: argparse.Namespace, work: Path) -> None:
    """A prompt of names beside the bonus on the scores of their tokens, on sentences that say one of them and on others."""
    everything = corpus(args.corpus, args.judge)
    wanted = names_of(everything, corpus(args.corpus, False) + corpus(args.corpus, True))
    says = lambda text: [name for name in wanted if name.lower() in score.words(text)]
    rng = random.Random(args.seed)
    groups = [[one for one in everything if bool(says(one.text)) == named] for named in (True, False)]
    groups = [rng.sample(group, min(args.count, len(group))) for group in groups]
    chosen = groups[0] + groups[1]
    listed, roster = work / "names-sentences.txt", work / "names.txt"
    listed.write_text("".join(f"{one.path}\n" for one in chosen))
    roster.write_text("".join(f"{name}\n" for name in wanted))
    recognise, measure = ROOT / "target/release/examples/recognise", ROOT / "target/release/examples/measure"
    def recognised(*options: str) -> list[str]:
        return [json.loads(line)["text"] for line in run([recognise, *options, args.ggml, listed], args.core).splitlines()]
    def measured(*options: str) -> list[str]:
        return run([measure, "--blank", *options, args.ggml, *(one.path for one in chosen)], args.core).splitlines()
    ways = {
        "the program, no names": recognised(), "the program, its bonus": recognised("--names", str(roster)),
        "one attempt, no names": measured(), "one attempt, a prompt": measured("--prompt", " " + ", ".join(wanted) + "."),
    }
    print(f"{len(groups[0])} sentences with {len(wanted)} names, {len(groups[1])} without: {', '.join(wanted)}\n")
    print("| names | heard | invented | WER with names | WER without |\n|---|--:|--:|--:|--:|")
    for way, texts in ways.items():
        said = sum(len(says(one.text)) for one in chosen)
        found = sum(name in says(text) for one, text in zip(chosen, texts, strict=True) for name in says(one.text))
        invented = sum(name not in says(one.text) for one, text in zip(chosen, texts) for name in says(text))
        split = len(groups[0])
        wrong = [word_errors([one.text for one in part], heard) for part, heard in ((chosen[:split], texts[:split]), (chosen[split:], texts[split:]))]
        print(f"| {way} | {found} of {said} | {invented} | {100 * wrong[0].rate:.1f} % | {100 * wrong[1].rate:.1f} % |")


def languages(args: argparse.Namespace, work: Path) -> None:
    """Which of the languages that a meeting may hold each sentence is taken for, and what the choice does to its words."""
    recognise, codes = ROOT / "target/release/examples/recognise", "id,jw,su,en,ar"
    rng = random.Random(args.seed)
    groups = {"id": rng.sample(corpus(args.corpus, args.judge), args.count)}
    for given in args.other:
        code, _, folder = given.partition("=")
        texts = transcripts(Path(folder))
        files = sorted(path for path in Path(folder).rglob("*") if path.suffix in {".flac", ".wav"})
        groups[code] = [Sentence(path, texts.get(path.stem, "")) for path in rng.sample(files, min(args.count, len(files)))]
    print(f"| spoken | sentences | {' | '.join(codes.split(','))} | WER as Indonesian | with the choice |\n|---|--:|{'--:|' * len(codes.split(','))}--:|--:|")
    for code, chosen in groups.items():
        listed = work / "languages.txt"
        listed.write_text("".join(f"{one.path}\n" for one in chosen))
        found = {language: [json.loads(line) for line in run([recognise, "--language", language, args.ggml, listed], args.core).splitlines()] for language in ("id", codes)}
        counts = Counter(one["language"] or "id" for one in found[codes])
        said = [one.text for one in chosen]
        rates = [f"{100 * word_errors(said, [one['text'] for one in texts]).rate:.1f} %" if any(said) else "–" for texts in found.values()]
        print(f"| {code} | {len(chosen)} | {' | '.join(str(counts[one]) for one in codes.split(','))} | {' | '.join(rates)} |")


def joined(chosen: list[Sentence], rng: random.Random, path: Path) -> list[float]:
    """Writes the sentences with pauses of 0.3 to 1.6 s; the second at which the voice of each begins."""
    parts, starts, at = [], [], 0
    for one in chosen:
        sound, pause = one.sound(), np.zeros(int(rng.uniform(0.3, 1.6) * RATE), np.float32)
        loud = np.flatnonzero(np.abs(sound) > 0.03 * np.abs(sound).max())
        starts.append((at + len(pause) + int(loud[0])) / RATE)
        parts += [pause, sound]
        at += len(pause) + len(sound)
    soundfile.write(path, np.concatenate(parts), RATE, "PCM_16")
    return starts


def transcribed(sound: Path, args: argparse.Namespace, folder: Path) -> tuple[dict, float, float]:
    """transkrip.json of a recording, CPU seconds and peak MiB."""
    command = [str(args.risalah), "transcribe", str(sound), "--model", str(args.ggml), "--workers", "1", "--format", "seglst", "-o", str(folder)]
    cpu, memory = compare.measured(command, args.core, folder.with_suffix(".log"))
    return json.loads((folder / "transkrip.json").read_text("utf-8")), cpu, memory


def fresh(folder: Path) -> Path:
    """The name of a folder that is not there."""
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    return folder


def file(args: argparse.Namespace, work: Path) -> None:
    rng = random.Random(args.seed)
    chosen = rng.sample(corpus(args.corpus, args.judge), args.count)
    path = work / "file.wav"
    joined(chosen, rng, path)
    text = " ".join(one.text for one in chosen)
    transcript, cpu, memory = transcribed(path, args, fresh(work / "file"))
    ours = " ".join(one["text"] for one in transcript["utterances"])
    listed = work / "file.txt"
    listed.write_text(f"{path}\n")
    theirs, peer_cpu = heard("faster-whisper", args, listed)
    print(f"{soundfile.info(path).duration:.0f} s, {len(chosen)} sentences, one core of {compare.processor()}\n")
    print("| program | CPU s | ratio | WER | peak MiB |\n|---|--:|--:|--:|--:|")
    print(f"| E-Risalah, everything | {cpu:.1f} | {cpu / peer_cpu:.2f} | {100 * word_errors([text], [ours]).rate:.1f} % | {memory:.0f} |")
    print(f"| faster-whisper, recognition only | {peer_cpu:.1f} | 1.00 | {100 * word_errors([text], [theirs[0]]).rate:.1f} % | |")


class Readers:
    """Human readers in the place of the synthesiser: each says the next of what he has read, whatever he is asked to say."""

    def __init__(self, folder: Path, rng: random.Random, count: int, judge: bool):
        words = {path.stem: " ".join(re.sub(r"\|.\|", " ", path.read_text("latin-1")).split()) for path in folder.rglob("*.ANS")}
        by_reader: dict[str, list[Sentence]] = {}
        for path in sorted(folder.rglob("*.wav")):
            reader, _, name = path.stem.rpartition("_")
            if name in words and reader.startswith("Ind3") == judge:
                by_reader.setdefault(reader, []).append(Sentence(path, words[name]))
        self.names = rng.sample(sorted(by_reader), count)
        self.left = {name: rng.sample(by_reader[name], len(by_reader[name])) for name in self.names}

    def __call__(self, name: str, _: str) -> tuple[str, np.ndarray]:
        one = self.left[name].pop()
        wave = one.sound()
        loud = wave[np.abs(wave) > 0.02 * np.abs(wave).max()]
        return one.text, wave / np.sqrt(np.mean(loud**2))


def staged(args: argparse.Namespace, work: Path) -> tuple[np.ndarray, list[dict]]:
    """A meeting of human readers in a simulated room: its microphones, and who said what when."""
    sys.path[:0] = [str(HERE / "rooms"), str(ROOT / "fixtures"), str(ROOT / "models" / "train")]
    import agenda
    import chamber
    import make
    import mixer
    from classes import CLASSES

    rng, generator = random.Random(args.seed), np.random.default_rng(args.seed)
    readers = Readers(args.readers, rng, args.microphones, args.judge)
    plan = agenda.write(rng, args.microphones, args.seconds, 0.08, people=readers.names, speak=readers)
    room = chamber.build(generator, CLASSES[args.room], args.microphones)
    total = mixer.acoustics(generator, plan, room)
    mixer.electronics(generator, total, CLASSES[args.room])
    return total, [make.segment(said, make.label(said.seat)) for said in plan.said]


def meeting(args: argparse.Namespace, work: Path) -> None:
    total, segments = staged(args, work)
    path = work / "meeting.wav"
    soundfile.write(path, np.clip(total, -0.999, 0.999).T, RATE, "PCM_16")
    (work / "meeting.seglst.json").write_text(json.dumps(segments), "utf-8")
    _, cpu, memory = transcribed(path, args, fresh(work / "meeting"))
    result = score.score(score.read(work / "meeting.seglst.json"), score.read(work / "meeting" / "transkrip.seglst.json"))
    print(f"{total.shape[1] / RATE:.0f} s, {args.microphones} microphones, room {args.room}, one core of {compare.processor()}: {cpu:.1f} CPU s, peak {memory:.0f} MiB\n")
    print(score.table(result))


def times(args: argparse.Namespace, work: Path) -> None:
    rng = random.Random(args.seed)
    chosen = rng.sample(corpus(args.corpus, args.judge), args.count)
    path = work / "times.wav"
    starts = joined(chosen, rng, path)
    transcript, *_ = transcribed(path, args, fresh(work / "times"))
    found = [(word["start"] / RATE, word["end"] / RATE, score.words(word["text"])) for one in transcript["utterances"] for word in one["words"]]
    wrong = [min(abs(start - at) for start, _, _ in found) for at in starts]
    from faster_whisper import WhisperModel
    recogniser = WhisperModel(str(args.ct2), device="cpu", compute_type="int8", cpu_threads=1)
    sound, _ = soundfile.read(path, dtype="float32")
    segments, _ = recogniser.transcribe(sound, language="id", beam_size=1, temperature=0.0, condition_on_previous_text=False, suppress_tokens=[], word_timestamps=True)
    peers = [(word.start, score.words(word.word)) for one in segments for word in one.words]
    apart = []
    for start, _, words in found:
        near = [abs(start - other) for other, same in peers if same == words and abs(start - other) < 1.5]
        apart += [min(near)] if near else []
    short = sum(end <= start for start, end, _ in found)
    back = sum(b[0] < a[0] for a, b in zip(found, found[1:]))
    print(f"first words of {len(starts)} sentences against the onset of the voice: median {1000 * np.median(wrong):.0f} ms, 95 % within {1000 * np.percentile(wrong, 95):.0f} ms")
    print(f"{len(apart)} equal words against faster-whisper's times: median {1000 * np.median(apart):.0f} ms, 95 % within {1000 * np.percentile(apart, 95):.0f} ms")
    print(f"{len(found)} words: {short} of no length, {back} before the one above")


def noises(seconds: float, generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Sound that holds no speech, by what it is."""
    samples = int(seconds * RATE)
    t = np.arange(samples) / RATE
    white = generator.standard_normal(samples)
    room = np.cumsum(white)
    room = room - np.convolve(room, np.ones(801) / 801, "same")
    def at(level: float, x: np.ndarray) -> np.ndarray:
        return (x / np.sqrt(np.mean(x**2)) * 10 ** (level / 20)).astype(np.float32)
    clap = np.zeros(samples)
    for start in generator.integers(0, samples - 1600, int(seconds * 30)):
        clap[start:start + 1600] += generator.standard_normal(1600) * np.exp(-np.arange(1600) / 160) * generator.uniform(0.3, 1)
    clap *= 0.5 + 0.5 * np.sign(np.sin(2 * np.pi * t / 16))
    paper = white * (generator.random(samples // 400 + 1).repeat(400)[:samples] > 0.9)
    melody = np.zeros(samples)
    for start in range(0, samples - RATE // 2, RATE // 2):
        note = 220 * 2 ** (generator.integers(0, 24) / 12)
        span = np.arange(RATE // 2) / RATE
        melody[start:start + RATE // 2] += sum(np.sin(2 * np.pi * note * k * span) / k for k in (1, 2, 3)) * np.exp(-3 * span)
    return {
        "silence": np.zeros(samples, np.float32), "room noise": at(-55, room), "hum": at(-40, sum(np.sin(2 * np.pi * 50 * k * t) / k for k in (1, 2, 3, 5))),
        "tones": at(-26, np.sin(2 * np.pi * 440 * t) * (np.sin(2 * np.pi * t / 3) > 0)), "applause": at(-25, clap), "paper": at(-38, paper), "music": at(-26, melody),
    }


def television(args: argparse.Namespace, seconds: float, generator: np.random.Generator) -> np.ndarray:
    """News read in the next room: through a wall, with its reverberation, 45 dB below a voice at the microphone, in the noise of the room."""
    rng = random.Random(args.seed)
    samples = int(seconds * RATE)
    said = np.concatenate([one.sound() for one in rng.choices(corpus(args.corpus, args.judge), k=int(seconds / 2))])[:samples]
    said = np.pad(said, (0, samples - len(said)))
    tail = generator.standard_normal(RATE // 2) * np.exp(-np.arange(RATE // 2) / (RATE / 12))
    spectrum = np.fft.rfft(said, 2 * samples) * np.fft.rfft(tail, 2 * samples)
    spectrum *= 1 / (1 + (np.fft.rfftfreq(2 * samples, 1 / RATE) / 800) ** 2)
    far = np.fft.irfft(spectrum)[:samples]
    return (far / np.sqrt(np.mean(far**2)) * 10 ** (-65 / 20)).astype(np.float32) + noises(seconds, generator)["room noise"]


def gaps(args: argparse.Namespace, work: Path, seconds: float) -> np.ndarray:
    """What a microphone of a meeting hears while nobody speaks, joined."""
    args.seconds, asked = 300, args.seconds
    sound, said = staged(args, work)
    args.seconds = asked
    is_quiet = np.ones(sound.shape[1], bool)
    for one in said:
        is_quiet[max(0, int((one["start_time"] - 0.3) * RATE)):int((one["end_time"] + 0.8) * RATE)] = False
    quiet = sound[0][is_quiet]
    return np.resize(quiet, int(seconds * RATE)).astype(np.float32)


def quiet(args: argparse.Namespace, work: Path) -> None:
    generator = np.random.default_rng(args.seed)
    sounds = noises(args.seconds, generator)
    if args.corpus:
        sounds["far television"] = television(args, args.seconds, generator)
    if args.readers:
        sounds["gaps"] = gaps(args, work, args.seconds)
    print(f"one core of {compare.processor()}\n")
    print("| sound | s | CPU s | words | of these unflagged |\n|---|--:|--:|--:|--:|")
    for name, sound in sounds.items():
        path = work / f"{name.replace(' ', '-')}.wav"
        soundfile.write(path, np.clip(sound, -0.999, 0.999), RATE, "PCM_16")
        transcript, cpu, _ = transcribed(path, args, fresh(path.with_suffix("")))
        words = [(len(one["words"]), one.get("flags")) for one in transcript["utterances"]]
        print(f"| {name} | {args.seconds:.0f} | {cpu:.1f} | {sum(n for n, _ in words)} | {sum(n for n, flags in words if not flags)} |", flush=True)
        for one in transcript["utterances"]:
            if one["words"]:
                print(f"{name}: {one['text']} {one.get('flags')}", file=sys.stderr)


def main() -> None:
    if sys.argv[1:2] == ["peer"]:
        name, model, listed = sys.argv[2:]
        return peer(name, model, [Path(line) for line in Path(listed).read_text().splitlines()])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = {"sentences": sentences, "file": file, "meeting": meeting, "times": times, "names": names, "languages": languages, "quiet": quiet}
    parser.add_argument("what", choices=what)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--readers", type=Path)
    parser.add_argument("--ggml", type=Path, required=True, help="the model as a ggml file")
    parser.add_argument("--ct2", type=Path, help="the same weights for CTranslate2")
    parser.add_argument("--judge", action="store_true", help="sentences and readers that were not used for choosing anything")
    parser.add_argument("--count", type=int, default=60, help="sentences")
    parser.add_argument("--other", nargs="*", default=[], metavar="CODE=DIR", help="sounds of one sentence each in another language")
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--room", default="normal")
    parser.add_argument("--microphones", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--programs", nargs="+", help="rows of `sentences`; kernel:avx2 is the engine alone with a named kernel")
    parser.add_argument("--risalah", type=Path, default=ROOT / "target/release/risalah")
    parser.add_argument("--work", type=Path, default=ROOT / "target" / "voices")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    if args.ct2:
        import convert
        convert.complete(args.ct2)
    what[args.what](args, args.work.resolve())


if __name__ == "__main__":
    main()

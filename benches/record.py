"""What a recording costs and what it can lose: kills, CPU, memory, the delay of the words, the end of a meeting, size.

    make build && .venv/bin/python benches/record.py > table.md

Every figure is measured on processes of the program that is built; nothing is computed from its source. A sound card is not needed: a
file is played as if it came from one. Prints one Markdown table to stdout and tells on stderr what it is doing. The whole takes about
half an hour, in which the machine should do nothing else, and about 4 GB in the temporary folder. Linux only (it reads /proc).
"""

import argparse
import contextlib
import json
import os
import platform
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from processes import Bench, DEADLINE, Trouble, adopt, cpu_seconds, ledger, lost, memory, say, sweep, until, utc
from sounds import MEETING, ROOT, head, hours, long_silence, noise, samples, shipped, silence

RATE = 16_000
DOCUMENTS = ("risalah-sementara.pdf", "risalah-sementara.docx")
Row = tuple[str, str, str]


def kill(bench: Bench, args: argparse.Namespace) -> list[Row]:
    rate, channels, fast = 16_000, 2, 40.0
    moments = random.Random(args.seed)
    rows = []
    with bench.place(1) as place:
        source = place / "noise.wav"
        noise(source, 400, channels, rate, args.seed)
        for speed in (1.0, fast):
            missing, below, edges = [], 0, 0
            for number in range(args.rounds):
                folder = place / f"round-{number}"
                recorder = bench.recorder(folder, source, speed)
                began = utc(recorder.first_sound()["started"])
                moment, known = time.time() + moments.uniform(0.05, 1.6 if speed == 1 else 2.6), 0
                # Asked now and then only: an answer wakes the recorder, and the moment must not hang on that.
                while (left := moment - time.time()) > 0:
                    known = recorder.status()["position"] if left > 0.04 else known
                    time.sleep(max(0.0, min(0.1, moment - time.time())))
                killed = time.time()
                recorder.kill()
                recovered = json.loads(bench.run("recover", folder, "--json"))
                if recovered["was_whole"]:
                    raise Trouble("the file ended before the recorder was killed; the machine is too slow")
                missing.append((killed - began) * speed * 1000 - recovered["frames"] * 1000 / rate)
                below += recovered["frames"] < known
                edges += recovered["frames"] > 60 * rate
                shutil.rmtree(folder)
                if (number + 1) % 20 == 0:
                    say(f"kill: {number + 1} of {args.rounds} rounds at speed {speed:g}, {below} of them below what was told")
            if speed == 1.0:
                how = f"SIGKILL, {args.rounds} rounds in real time, after 0.05 to 1.6 s"
                rows.append(("`kill`: sound lost", how, f"median {statistics.median(missing):.0f} ms, worst {max(missing):.0f} ms"))
                rows.append(("`kill`: less recovered than was told", how, f"{below} of {args.rounds}"))
            else:
                how = f"SIGKILL, {args.rounds} rounds at {speed:g} times the speed, after 0.05 to 2.6 s, {edges} of them beyond the first segment"
                rows.append(("`kill`: less recovered than was told", how, f"{below} of {args.rounds}"))
    return rows


def cpu(bench: Bench, args: argparse.Namespace) -> list[Row]:
    rate, rows = 48_000, []
    for channels in (64, 8):
        with bench.place(1.5) as place:
            source = place / "noise.wav"
            noise(source, args.cpu_seconds + 15, channels, rate, args.seed)
            os.sync()  # the disk is not to be busy with the source
            say(f"cpu: {channels} channels for {args.cpu_seconds} s")
            recorder = bench.recorder(place / "rapat", source, 1.0)
            first = until("the state recording", lambda: (status := recorder.status())["state"] == "recording" and status or None)
            before, begun = cpu_seconds(recorder.process.pid), time.monotonic()
            until("the end of the minute", lambda: time.monotonic() >= begun + args.cpu_seconds or None, args.cpu_seconds + DEADLINE, 0.1)
            after, ended = cpu_seconds(recorder.process.pid), time.monotonic()
            last = recorder.status()
            seconds = (last["position"] - first["position"]) / rate
            recorder.stop()
            share = (after - before) / (ended - begun)
            gone = max(last["lost"], lost(place / "rapat"))
            say(f"cpu: {channels} channels: {100 * share:.2f} %, {gone} lost, {seconds:.1f} s of sound in {ended - begun:.1f} s")
            how = f"{channels} channels × 48 kHz × 24 bits in real time, {args.cpu_seconds} s"
            rows.append(("`cpu`: the recorder", how, f"{100 * share:.1f} % of one core; {gone} samples lost"))
    return rows


def resident(bench: Bench, args: argparse.Namespace) -> list[Row]:
    rate, channels, hours = 8_000, 4, args.memory_hours
    with bench.place(hours * 0.35 + 0.5) as place:
        source = place / "silence.wav"
        silence(source, int(hours * 3600) + 120, channels, rate)
        speed = args.memory_speed
        while speed >= 1:
            folder = place / f"rapat-{speed:g}"
            recorder, begun, marks = bench.recorder(folder, source, speed), time.monotonic(), []
            told = begun
            for goal in (600 * rate, int(hours * 3600 * rate)):

                def reached() -> dict | None:
                    nonlocal told
                    status = recorder.status()
                    if time.monotonic() > told + 30:
                        told = time.monotonic()
                        say(f"memory: {status['position'] / rate / 3600:.2f} h at speed {speed:g}, {memory(recorder.process.pid)[0]:.1f} MB")
                    return status if status["position"] >= goal or status["lost"] else None

                status = until("the meeting time", reached, goal / rate / speed * 3 + DEADLINE, 0.02)
                if status["lost"]:
                    break
                marks.append((status["position"] / rate, *memory(recorder.process.pid)))
            recorder.stop()
            if not lost(folder):
                break
            say(f"memory: {lost(folder)} samples lost at speed {speed:g} after {status['position'] / rate / 60:.0f} minutes; once more at half of it")
            shutil.rmtree(folder)
            speed /= 2
        else:
            raise Trouble("samples were lost at every speed")
    (_, early, early_most), (_, late, late_most) = marks
    how = f"{channels} channels × 8 kHz, {speed:g} times the speed, 0 samples lost"
    return [
        ("`memory`: the recorder after 10 minutes", how, f"{early:.1f} MB, at most {early_most:.1f} MB"),
        (f"`memory`: the recorder after {hours:g} hours", how, f"{late:.1f} MB, at most {late_most:.1f} MB: {late - early:+.1f} MB"),
    ]


class Recognisers:
    """One for each core, at work all the time: each begins the shipped meeting anew when it is through."""

    def __init__(self, bench: Bench, place: Path) -> None:
        self.bench, self.place, self.begun, self.done = bench, place, 0, 0
        self.living: list[subprocess.Popen] = []

    def tend(self) -> None:
        self.done += sum(process.poll() == 0 for process in self.living)
        self.living = [process for process in self.living if process.poll() is None]
        while len(self.living) < (os.cpu_count() or 1):
            self.begun += 1
            folder = self.place / f"recognised-{self.begun}"
            args = ("transcribe", MEETING, "-o", folder, "--workers", 1, "--follow", "--quiet")
            self.living.append(self.bench.start(*args, log=self.place / "recognisers.log"))

    def end(self) -> None:
        for process in self.living:
            process.kill()
            process.wait(DEADLINE)


def long(bench: Bench, args: argparse.Namespace) -> list[Row]:
    """Segments that are complete are taken away as it goes: the disk need not hold them all."""
    rate, channels, seconds = 48_000, 64, int(args.long_minutes * 60)
    with bench.place(3) as place:
        source, folder = place / "silence.wav", place / "rapat"
        long_silence(source, seconds + 60, channels, rate)
        recognisers = Recognisers(bench, place)
        recognisers.tend()
        recorder = bench.recorder(folder, source, 1.0)
        pid = recorder.process.pid
        recorder.first_sound()
        marks, told = [], time.monotonic()
        for goal in (60 * rate, seconds * rate):
            while (status := recorder.status())["position"] < goal:
                recognisers.tend()
                for segment in sorted((folder / "rekaman").glob("*.wav"))[:-2]:
                    segment.unlink()
                if time.monotonic() > told + 60:
                    told = time.monotonic()
                    say(f"long: {status['position'] / rate / 60:.0f} minutes, {memory(pid)[0]:.1f} MB, {status['lost']} lost, {recognisers.done} recognised")
                time.sleep(0.5)
            marks.append((time.monotonic(), cpu_seconds(pid), *memory(pid)))
        recorder.stop()
        recognisers.end()
        gone = lost(folder)
    (early, spent, before, _), (late, spent_late, after, most) = marks
    how = f"64 channels × 48 kHz × 24 bits in real time, {args.long_minutes:g} minutes, beside {os.cpu_count()} recognisers that never rest ({recognisers.done} meetings)"
    return [
        ("`long`: samples lost", how, f"{gone}"),
        ("`long`: the recorder's memory", how, f"{before:.1f} MB after a minute, {after:.1f} MB at the end ({after - before:+.1f}), at most {most:.1f} MB"),
        ("`long`: the recorder's CPU", how, f"{100 * (spent_late - spent) / (late - early):.1f} % of one core"),
    ]


class Watch:
    """Looks into a store while it is written."""

    def __init__(self, folder: Path) -> None:
        self.path, self.connection, self.last = folder / "transkrip.db", None, 0

    def new(self) -> list[tuple[int, int]]:
        """Channel and end of each utterance that came since."""
        try:
            if self.connection is None:
                if not self.path.exists():
                    return []
                self.connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
            found = self.connection.execute("SELECT id, channel, end FROM utterance WHERE id > ? ORDER BY id", (self.last,)).fetchall()
        except sqlite3.OperationalError:  # not there yet, or being written
            return []
        self.last = found[-1][0] if found else self.last
        return [(channel, end) for _, channel, end in found]

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()


def written(folder: Path) -> float:
    return max((folder / name).stat().st_mtime_ns for name in DOCUMENTS) / 1e9


def ended_well(desk: subprocess.Popen, folder: Path, log: Path) -> None:
    if desk.returncode not in (0, 3) or not all((folder / name).is_file() for name in DOCUMENTS):
        raise Trouble(f"record ended with {desk.returncode}: {log.read_text('utf-8', 'replace')[-800:].strip()}")


def recogniser(bench: Bench, args: argparse.Namespace) -> list[Row]:
    """Its memory in a long meeting of many microphones."""
    channels, hours_of = 64, args.recogniser_hours
    spoken = json.loads((MEETING / "referensi.seglst.json").read_text("utf-8"))
    sounds = {name: soundfile.read(MEETING / f"{name[2:]}.ogg", dtype="float32")[0] for name in {one["speaker"] for one in spoken}}
    said = [sounds[one["speaker"]][int(one["start_time"] * RATE):int(one["end_time"] * RATE)] for one in spoken if one["end_time"] - one["start_time"] < 8]
    with bench.place(1) as place:
        paths = hours(place, channels, RATE, int(hours_of * 3600), said, args.recogniser_pause, args.seed)
        log, marks, told = place / "log", [], time.monotonic()
        options = ["--model", args.model] if args.model else []
        process = bench.start("transcribe", *paths, "-o", place / "rapat", "--workers", 1, "--json", *options, log=log)
        begun, most = time.monotonic(), 0.0
        while process.poll() is None:
            with contextlib.suppress(OSError, KeyError):
                now, most = memory(process.pid)
                if not marks or time.monotonic() > marks[-1][0] + 1:
                    done = 0.0
                    with contextlib.suppress(OSError, sqlite3.Error):
                        connection = sqlite3.connect(f"file:{place / 'rapat' / 'transkrip.db'}?mode=ro", uri=True)
                        done = (connection.execute("SELECT max(end) FROM utterance").fetchone()[0] or 0) / RATE / 3600
                        connection.close()
                    marks.append((time.monotonic(), done, now))
            if time.monotonic() > told + 30:
                told = time.monotonic()
                say(f"recogniser: {marks[-1][1]:.2f} h, {marks[-1][2]:.0f} MB")
            time.sleep(0.05)
        took = time.monotonic() - begun
        if process.returncode not in (0, 3):
            raise Trouble(f"transcribe ended with {process.returncode}: {log.read_text('utf-8', 'replace')[-800:].strip()}")
        count = sqlite3.connect(place / "rapat" / "transkrip.db").execute("SELECT count(*) FROM utterance").fetchone()[0]
    # Its writing at the end comes after the last words and is told apart.
    heard = [(done, now) for _, done, now in marks if 0.1 * hours_of < done]
    early = statistics.median(now for done, now in heard if done < 0.2 * hours_of)
    late = statistics.median(now for done, now in heard if done > 0.9 * hours_of)
    how = f"{hours_of:g} h of {channels} channels × 16 kHz, {count} utterances, {Path(args.model).name if args.model else 'the model that is built in'}, in {took:.0f} s"
    return [
        ("`recogniser`: its memory with the weights", how, f"{early:.0f} MB early, {late:.0f} MB late ({(late - early) / (0.8 * hours_of):+.1f} MB an hour), at most {most:.0f} MB"),
    ]


def latency(bench: Bench, args: argparse.Namespace) -> list[Row]:
    source = args.latency_source or MEETING
    description = [] if args.latency_source else ["--meeting", MEETING / "rapat.toml"]
    options = ["--model", args.model] if args.model else []
    with bench.place(1) as place:
        folder, log = place / "rapat", place / "log"
        say(f"latency: {source.name} in real time, some minutes")
        desk = bench.start("record", "--source", source, *description, *options, "-o", folder, "--quiet", log=log)
        watch, seen, end = Watch(folder), [], time.monotonic() + 600 + 4 * DEADLINE
        while True:
            over = desk.poll() is not None
            now = time.time()
            seen += [(now, end_at) for _, end_at in watch.new()]
            if over:
                break
            if time.monotonic() > end:
                raise Trouble("the meeting was not recognised in time")
            time.sleep(0.05)
        watch.close()
        ended_well(desk, folder, log)
        facts = ledger(folder)
        began, rate = utc(facts[0]["utc"]), facts[0]["rate"]
        delays = [wall - (began + end_at / rate) for wall, end_at in seen]
        stopped = next(utc(line["utc"]) for line in facts if line["fact"] == "stop")
        gone, documents = lost(folder), written(folder) - stopped
    if not delays:
        raise Trouble("nothing was recognised")
    middle, most = np.percentile(delays, [50, 95])
    say(f"latency: {len(delays)} utterances, {middle:.2f} / {most:.2f} / {max(delays):.2f} s; {gone} samples lost")
    heard = f"{source.name}, {facts[0]['channels']} channels" if args.latency_source else "the shipped meeting, 9 channels"
    how = f"{heard}, in real time, {len(delays)} utterances, {Path(args.model).name if args.model else 'the model that is built in'}"
    return [
        ("`latency`: words after the end of their turn", how, f"median {middle:.2f} s, 95 % {most:.2f} s, worst {max(delays):.2f} s"),
        ("`latency`: PDF and DOCX after the recording's end", how, f"{documents:.1f} s; {gone} samples lost"),
    ]


def stop(bench: Bench, args: argparse.Namespace) -> list[Row]:
    hours = args.stop_hours
    with bench.place(1 + hours * 3.1) as place:
        say("stop: the shipped meeting as samples")
        form, segments = shipped(bench, place / "once")
        once = b"".join(map(samples, segments))
        frame = form["channels"] * 3
        data = int(hours * 3600) * form["rate"] * frame
        source = place / "long.wav"
        with source.open("wb") as file:
            file.write(head(form["channels"], form["rate"], 24, data))
            while left := data - (file.tell() - 68):
                file.write(once[:left])
        shutil.rmtree(place / "once")
        os.sync()

        folder, log = place / "rapat", place / "log"
        say(f"stop: {hours:g} h at {args.stop_speed:g} times the speed")
        begun = time.time()
        desk = bench.start(
            "record", "--source", source, "--meeting", MEETING / "rapat.toml", "-o", folder, "--speed", args.stop_speed, "--quiet", log=log
        )
        watch, count, last, told, progress = Watch(folder), 0, 0.0, time.monotonic(), []
        end = time.monotonic() + args.stop_limit
        while True:
            over = desk.poll() is not None
            now = time.time()
            if new := watch.new():
                count, last = count + len(new), now
            with contextlib.suppress(OSError, ValueError):
                progress.append((now, int((folder / ".pengikut").read_text()) / 1000))
            if over:
                break
            if time.monotonic() > told + 30:
                told = time.monotonic()
                say(f"stop: {count} utterances after {now - begun:.0f} s, up to {progress[-1][1] / 60:.0f} minutes")
            if time.monotonic() > end:
                raise Trouble(f"{hours:g} h were not recognised in {args.stop_limit:.0f} s on this machine; take fewer with --stop-hours")
            time.sleep(0.02)
        watch.close()
        ended_well(desk, folder, log)
        stopped = next(utc(line["utc"]) for line in ledger(folder) if line["fact"] == "stop")
        gone, documents = lost(folder), written(folder) - last
        behind = hours * 3600 - max((at for wall, at in progress if wall <= stopped), default=0.0)
        say(f"stop: documents {documents:.2f} s after the last of {count} utterances; {behind:.0f} s of meeting were behind, {gone} samples lost")
        how = f"{hours:g} h of the shipped meeting again and again, 9 channels, {args.stop_speed:g} times the speed, {count} utterances"
        rows = [
            ("`stop`: PDF and DOCX after the last words", how, f"{documents:.2f} s; {gone} samples lost"),
            ("`stop`: last words after the recording's end", how, f"{last - stopped:.0f} s, as {behind / 60:.0f} min were still to be recognised (the speed's doing)"),
        ]
        shutil.rmtree(folder / "rekaman")
        source.unlink()

        for times in sorted({1, round(8 / hours)}):
            grown = place / f"store-{times}"
            utterances = repeat(folder, grown, times, int(hours * 3600) * form["rate"])
            began = time.monotonic()
            process, most = bench.start("export", grown, "--quiet", log=log), 0.0
            while process.poll() is None:
                # Of one that is just ending there is nothing to read.
                with contextlib.suppress(OSError, KeyError):
                    most = max(most, memory(process.pid)[1])
                time.sleep(0.002)
            took = time.monotonic() - began
            ended_well(process, grown, log)
            size = sum((grown / name).stat().st_size for name in DOCUMENTS) / 1e6
            say(f"stop: export of {times * hours:g} h in {took:.2f} s, {most:.0f} MB")
            how = f"`risalah export` of a store with {times * hours:g} h, {utterances} utterances: JSON, DOCX, PDF"
            rows.append(("`stop`: writing alone", how, f"{took:.2f} s, at most {most:.0f} MB of memory; PDF and DOCX {size:.1f} MB"))
    return rows


def repeat(folder: Path, grown: Path, times: int, length: int) -> int:
    """Makes a folder whose store holds the same utterances so many times, one meeting behind the other."""
    grown.mkdir()
    shutil.copy(folder / "rapat.toml", grown)
    for file in folder.glob("transkrip.db*"):
        shutil.copy(file, grown)
    store = sqlite3.connect(grown / "transkrip.db")
    with store:
        store.execute("DELETE FROM export")
        description = json.loads(store.execute("SELECT description FROM recording").fetchone()[0])
        description["length"] = times * length
        store.execute("UPDATE recording SET description = ?", (json.dumps(description),))
        step = store.execute("SELECT max(id) FROM utterance").fetchone()[0]
        for turn in range(1, times):
            ids, later = turn * step, turn * length
            store.execute(
                "INSERT INTO utterance SELECT id + ?, version, channel, start + ?, end + ?, text, confidence, flags FROM utterance WHERE id <= ?",
                (ids, later, later, step),
            )
            store.execute(
                "INSERT INTO word SELECT utterance + ?, place, text, start + ?, end + ?, probability FROM word WHERE utterance <= ?",
                (ids, later, later, step),
            )
    count = store.execute("SELECT count(*) FROM utterance").fetchone()[0]
    store.close()
    return count


def size(bench: Bench, args: argparse.Namespace) -> list[Row]:
    with bench.place(1) as place:
        say("size: the shipped meeting, recorded and archived")
        folder = place / "rapat"
        form, _ = shipped(bench, folder)
        hours = next(line["at"] for line in ledger(folder) if line["fact"] == "stop") / form["rate"] / 3600
        held = lambda: sum(file.stat().st_size for file in (folder / "rekaman").iterdir())
        before = held()
        begun = time.monotonic()
        bench.run("archive", folder, "--quiet")
        took, after = time.monotonic() - begun, held()
        flac = len(list((folder / "rekaman").glob("*.flac")))
        say(f"size: {before} bytes, then {after} in {flac} FLAC files, in {took:.1f} s")
    how = f"the shipped meeting, {form['channels']} channels × {form['rate'] // 1000} kHz × 24 bits"
    return [
        ("`size`: as recorded (WAV)", how, f"{before / hours / 1e6:.0f} MB per hour"),
        (f"`size`: after `risalah archive` ({flac} FLAC files)", f"{how}, archived in {took:.1f} s", f"{after / hours / 1e6:.0f} MB per hour, {100 * after / before:.0f} %"),
    ]


ROWS = {"kill": kill, "cpu": cpu, "memory": resident, "long": long, "recogniser": recogniser, "latency": latency, "stop": stop, "size": size}


def processor() -> str:
    names = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--risalah", type=Path, default=ROOT / "target" / "release" / "risalah")
    parser.add_argument("--only", nargs="+", choices=ROWS, default=list(ROWS), metavar="NAME", help=f"of {', '.join(ROWS)}")
    parser.add_argument("--rounds", type=int, default=100, help="of kills, at each speed")
    parser.add_argument("--seed", type=int, default=11, help="of the moments of the kills and of the noise")
    parser.add_argument("--cpu-seconds", type=int, default=60)
    parser.add_argument("--memory-hours", type=float, default=8.0, help="of meeting")
    parser.add_argument("--memory-speed", type=float, default=50.0, help="halved as long as samples are lost")
    parser.add_argument("--long-minutes", type=float, default=20.0)
    parser.add_argument("--model", help="of `recogniser` and `latency`: a name or a file (default: the one that is built in)")
    parser.add_argument("--recogniser-hours", type=float, default=2.0)
    parser.add_argument("--recogniser-pause", type=float, default=15.0, help="seconds from one turn to the next")
    parser.add_argument("--latency-source", type=Path, help="a recording that is played instead of the shipped meeting")
    parser.add_argument("--stop-hours", type=float, default=1.0, help="of meeting that are recognised; at most 2.7 (a WAV file ends at 4 GiB)")
    parser.add_argument("--stop-speed", type=float, default=30.0)
    parser.add_argument("--stop-limit", type=float, default=600.0, help="seconds after which the recogniser is given up")
    parser.add_argument("--work", type=Path, help="where the temporary folder is made (default: the system's place for them)")
    args = parser.parse_args()
    program = args.risalah.resolve()
    if not program.is_file():
        parser.error(f"{program} is not there: `make build` first, or name it with --risalah")

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    adopt()
    lines, failed = ["| what | how | measured |", "|---|---|---|"], False
    with tempfile.TemporaryDirectory(prefix="risalah-bench-", dir=args.work) as work:
        try:
            bench = Bench(program, Path(work), args.seed)
            version = bench.run("--version").strip()
            for name in ROWS:
                if name not in args.only:
                    continue
                try:
                    rows = ROWS[name](bench, args)
                except Trouble as error:
                    say(f"{name}: {error}")
                    rows, failed = [(f"`{name}`", "not measured", str(error).replace("|", "/").replace("\n", " "))], True
                lines += [f"| {' | '.join(row)} |" for row in rows]
        except KeyboardInterrupt:
            say("interrupted")
            sys.exit(130)
        finally:
            sweep()
    print("\n".join([*lines, "", f"{version}; {os.cpu_count()} cores of {processor()}; seed {args.seed}."]))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

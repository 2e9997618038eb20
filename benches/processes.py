"""Processes of the program, watched and ended: for `record.py`. Linux only (it reads /proc)."""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

DEADLINE = 60.0  # seconds; far beyond what a busy machine needs, reached only when something never happens
GIB = 1 << 30

T = TypeVar("T")


class Trouble(Exception):
    """A row that could not be measured."""


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def until(what: str, look: Callable[[], T | None], seconds: float = DEADLINE, pulse: float = 0.005) -> T:
    """Looks again and again until there is an answer."""
    end = time.monotonic() + seconds
    while (found := look()) is None:
        if time.monotonic() > end:
            raise Trouble(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(pulse)
    return found


def descendants() -> list[int]:
    """The living processes that this one began, and those that they began."""
    parents = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found - {os.getpid()})


def sweep() -> None:
    """Ends whatever is still alive. What lost its parent has become a child of this process (see `adopt`)."""
    end = time.monotonic() + DEADLINE
    while (left := descendants()) and time.monotonic() < end:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.005)


def adopt() -> None:
    """Lets processes whose parent died become children of this one, so that none is left over."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


class Bench:
    """The program, and a folder that is taken away."""

    def __init__(self, program: Path, work: Path, seed: int) -> None:
        self.program, self.work, self.seed = program, work, seed
        # Without installed models the one that is built in recognises.
        self.environment = os.environ | {"RISALAH_LANG": "en", "RISALAH_MODELS": str(work / "none")}

    @contextlib.contextmanager
    def place(self, gib: float) -> Iterator[Path]:
        free = shutil.disk_usage(self.work).free / GIB
        if free < gib + 1:
            raise Trouble(f"takes {gib:.0f} GiB on the disk, and {free:.1f} are free")
        place = Path(tempfile.mkdtemp(dir=self.work))
        try:
            yield place
        finally:
            sweep()
            shutil.rmtree(place)

    def start(self, *args: object, log: Path, stdin: Path | None = None) -> subprocess.Popen:
        with log.open("ab") as out, open(stdin or os.devnull, "rb") as given:
            command = [str(self.program), *map(str, args)]
            return subprocess.Popen(command, env=self.environment, stdin=given, stdout=out, stderr=out, start_new_session=True)

    def run(self, *args: object) -> str:
        command = [str(self.program), *map(str, args)]
        done = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode not in (0, 3):  # 3: done, with warnings
            raise Trouble(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def recorder(self, folder: Path, source: Path, speed: float) -> "Recorder":
        return Recorder(self, folder, source, speed)


class Recorder:
    """`risalah recorder` alone, without a recogniser and without a screen."""

    def __init__(self, bench: Bench, folder: Path, source: Path, speed: float) -> None:
        self.folder, self.log = folder, folder.with_suffix(".log")
        order = {"folder": str(folder / "rekaman"), "mirror": None, "device": None, "channels": None, "source": str(source), "speed": speed, "names": []}
        order_file = folder.with_suffix(".json")
        order_file.write_text(json.dumps(order))
        self.process = bench.start("recorder", log=self.log, stdin=order_file)
        try:
            self.line = until("the recorder's answer", self.reach)
        except Trouble as error:
            raise Trouble(f"{error}; it said: {self.log.read_text('utf-8', 'replace').strip()}") from None
        self.lines = self.line.makefile("rb")

    def reach(self) -> socket.socket | None:
        if self.process.poll() is not None:
            raise Trouble(f"the recorder ended with {self.process.returncode}")
        try:
            address = json.loads((self.folder / "rekaman" / "kendali.json").read_bytes())
            self.token = address["token"]
            return socket.create_connection(("127.0.0.1", address["port"]), timeout=10)
        except (OSError, ValueError, KeyError):
            return None

    def ask(self, request: str) -> dict | None:
        """Nothing where it has ended."""
        try:
            self.line.sendall(json.dumps({"token": self.token, "request": request}).encode() + b"\n")
            answer = self.lines.readline()
        except OSError:
            return None
        return json.loads(answer) if answer else None

    def status(self) -> dict:
        status = self.ask("status")
        if status is None or status["reply"] != "status":
            raise Trouble(f"the recorder tells no status: {status}")
        return status

    def first_sound(self) -> dict:
        return until("the first samples on the disk", lambda: (status := self.status())["position"] > 0 and status or None)

    def stop(self) -> None:
        self.ask("stop")
        self.process.wait(DEADLINE)
        self.line.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(DEADLINE)
        self.line.close()


def ledger(folder: Path) -> list[dict]:
    lines = (folder / "rekaman" / "ledger.jsonl").read_text("utf-8").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def lost(folder: Path) -> int:
    return sum(line["frames"] for line in ledger(folder) if line["fact"] == "gap")


def utc(text: str) -> float:
    # More than six digits of a second are cut off.
    whole, _, rest = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{whole}+00:00").timestamp() + float(f"0.{rest or 0}")


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> tuple[float, float]:
    """What a process holds now and held at most, in MB."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return tuple(int(lines[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))

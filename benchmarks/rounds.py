"""The contestants' processes, and how they are asked in turns."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.contestants import ENTRIES, Entry
from benchmarks.works import Work

ROOT = Path(__file__).parents[1]
PAUSE = 0.12  # seconds in which the threads of the last contestant stop spinning


def environment(entry: Entry) -> dict:
    """Settings of its process: nobody's own settings of Keras, no chatter."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_HOME": str(Path(tempfile.gettempdir()) / "benchmarks-keras")}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **quiet, **entry.environment}


class Worker:
    """The process of a contestant, seen from here."""

    def __init__(self, entry: Entry, python: str = sys.executable, probed: dict | None = None):
        self.entry, self.python, self.probed = entry, python, probed
        self.errors = tempfile.TemporaryFile("w+")
        command = [python, "-m", "benchmarks.worker", entry.name]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self.errors}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment(entry), text=True, **pipes)

    def ask(self, question: str, seconds: float = 300, **arguments) -> dict:
        """The answer to a question; where the process ends or hangs, why."""
        if self.process.poll() is not None:
            return {"absent": self.last_words()}
        clock = threading.Timer(seconds, self.process.kill)
        clock.start()
        try:
            print(json.dumps({"ask": question, **arguments}), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            clock.cancel()
        return json.loads(line) if line else {"absent": self.last_words()}

    def last_words(self) -> str:
        self.process.wait()
        self.errors.seek(0)
        return f"its process ended: {(self.errors.read().strip().splitlines() or ['no message'])[-1][:200]}"

    def close(self):
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):  # of a question that it died on
                pipe.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def look(pythons: list[str]) -> list[tuple]:
    """(interpreter, what it has) for each."""
    command = ["-m", "benchmarks.probe"]
    outs = (subprocess.run([p, *command], cwd=ROOT, capture_output=True, text=True, check=True).stdout for p in pythons)
    return [(python, json.loads(out)) for python, out in zip(pythons, outs)]


def gather(pythons: list[str], entries: list[Entry] = ENTRIES) -> tuple:
    """Workers for those that an interpreter has, the first that does; and what the others lack."""
    workers, absent, seen = [], {}, look(pythons)
    for entry in entries:
        able = [(python, has) for python, has in seen if set(entry.packages) <= set(has["found"])]
        if able:
            workers.append(Worker(entry, *able[0]))
        else:
            absent[entry.name] = "no interpreter has " + " and ".join(entry.packages)
    for worker in list(workers):
        answer = worker.ask("hello")
        if "absent" in answer:
            absent[worker.entry.name] = answer["absent"]
            worker.close()
            workers.remove(worker)
    return workers, absent


@dataclass
class Result:
    """What came of a work: the values of each round, and who did not take part."""

    work: Work
    values: dict = field(default_factory=dict)
    absent: dict = field(default_factory=dict)
    took: dict = field(default_factory=dict)  # seconds, with the preparation

    def slowest(self) -> str:
        name, seconds = max(self.took.items(), key=lambda pair: pair[1], default=("nobody", 0))
        return f"{sum(self.took.values()):.1f} s, of which {name} {seconds:.1f}"


def contest(work: Work, workers: list[Worker], rounds: int, budget: float = 2.5) -> Result:
    """All take a round in turns; who has used up the seconds of its budget sits out after three, or fewer."""
    result, spent = Result(work), {}
    for worker in workers:
        start = time.perf_counter()
        answer = worker.ask("prepare", work=work.told())
        result.took[worker.entry.name] = time.perf_counter() - start
        if "absent" in answer:
            result.absent[worker.entry.name] = answer["absent"]
        else:
            result.values[worker.entry.name] = [answer["value"]] if work.unit != "s" else []
            spent[worker] = 0.0
    for turn in range(rounds if work.unit == "s" else 0):
        for worker in spread(list(spent), turn):
            if spent[worker] < (4 * budget if turn < 3 else budget):
                time.sleep(PAUSE)
                start = time.perf_counter()
                answer = worker.ask("round")
                spent[worker] += time.perf_counter() - start
                if "absent" in answer:
                    result.absent[worker.entry.name] = answer["absent"]
                else:
                    result.values[worker.entry.name].append(answer["value"])
    for worker in spent:
        worker.ask("drop")
        result.took[worker.entry.name] += spent[worker]
    return result


def spread(things: list, turn: int) -> list:
    """The same in an order that begins elsewhere each turn, and runs backwards every second one."""
    turned = things[turn % len(things) :] + things[: turn % len(things)] if things else []
    return turned[::-1] if turn % 2 else turned

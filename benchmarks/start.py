"""Start-up, from the outside: each contestant in new processes, in turns."""

from __future__ import annotations

import ast
import subprocess
import tempfile
import time

from benchmarks.probe import megabytes
from benchmarks.rounds import ROOT, Worker, environment
from benchmarks.works import LECTURE, Work

MEASURES = ("import", "cold start", "peak memory", "first fit", "installed")
NET = Work("file", "", "save", LECTURE, 320)


def once(entry, python, path) -> dict:
    """One new process: seconds until the library is imported, until a row is predicted; bytes; seconds of a first fit."""
    begin = time.time()
    command = [python, "-m", "benchmarks.cold", entry.name, path]
    done = subprocess.run(command, cwd=ROOT, env=environment(entry), capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise ChildProcessError(done.stderr.strip().splitlines()[-1])
    stamps = ast.literal_eval(done.stdout.strip().splitlines()[-1])
    return {"import": stamps["import"] - begin, "cold start": stamps["predicted"] - begin, "peak memory": stamps["memory"],
            "first fit": stamps["first fit"]}  # fmt: skip


def starts(workers: list[Worker], rounds: int, tell=print) -> dict:
    """{measure: {contestant: values}} for those that can open a file. Their workers have been there: files are cached."""
    values = {measure: {} for measure in MEASURES}
    with tempfile.TemporaryDirectory() as folder:
        answers = {worker: worker.ask("file", work=NET.told(), folder=folder) for worker in workers}
        files = {worker: answer["path"] for worker, answer in answers.items() if "path" in answer}
        for turn in range(rounds):
            tell(f"  new processes, round {turn + 1} of {rounds}")
            for worker in files:
                one = once(worker.entry, worker.python, files[worker])
                for measure, value in one.items():
                    values[measure].setdefault(worker.entry.name, []).append(value)
    for worker in files:
        values["installed"][worker.entry.name] = [megabytes(worker.entry.installs, worker.probed) * 1e6]
    return values

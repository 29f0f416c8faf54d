"""Hostile and damaged files: no crash, no hang, nothing run, no memory taken, a clear error, and weights as they were."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile import write_all

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the judge sets limits that only POSIX systems have")
ROOT = Path(__file__).parents[2]
KINDS = {"loaded", "ValueError", "OSError", "FileNotFoundError", "IsADirectoryError", "PermissionError"}
NEVER = (
    *("link", "virtual", "lambda", "import-", "bomb", "function-", "external", "twice", "committed", "special-__lambda__"),
    *("graph-cycle", "graph-function", "graph-doubling", "graph-code", "graph-nowhere", "graph-twice",
    "graph-operation-module"),
)
UNREAD = ("bomb-assets", "bomb-metadata", "bomb-lying-metadata")  # members that are not looked at


def run_judge(files, folder, workers=2):
    """Judge files in several processes and return the lines of all."""
    running = []
    for n in range(workers):
        listing = folder / f"list-{n}.json"
        listing.write_text(json.dumps(files[n::workers]))
        command = [sys.executable, str(ROOT / "tests/contracts/judge.py"), str(listing)]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        running.append(subprocess.Popen(command, cwd=folder, env=env, text=True, **pipes))
    lines = []
    for n, process in enumerate(running):
        out, err = process.communicate(timeout=300)
        found, asked = [json.loads(line) for line in out.splitlines()], files[n::workers]
        whole = process.returncode == 0 and len(found) == len(asked)
        assert whole, f"died at {asked[min(len(found), len(asked) - 1)]}: {err[-2000:]}"
        lines += found
    return lines


@pytest.fixture(scope="module", params=["kinds", pytest.param("all", marks=pytest.mark.slow)])
def judged(request, tmp_path_factory):
    """What came of each file, one of each kind or all, and what the folder held before and after."""
    folder = tmp_path_factory.mktemp("hostile")
    files = write_all(folder, most=1, kinds=True) if request.param == "kinds" else write_all(folder)
    assert len(files) > (400 if request.param == "kinds" else 4000)
    before = set(os.listdir(folder))
    lines = run_judge(files, folder)
    assert len(lines) == len(files)
    return lines, set(os.listdir(folder)) - before


def test_no_hostile_file_does_harm(judged):
    lines, left = judged
    bad = []
    for call, path, kind, text, changed, took, grown, events in lines:
        name = os.path.basename(path)
        if kind not in KINDS or events or changed or took > 10 or grown > 128 << 20:
            bad.append((call, name, kind, text[:200], changed, round(took, 1), grown >> 20, events))
        elif kind == "ValueError" and name and "\0" not in path and name not in text:
            bad.append((call, name, "the message does not name the file", text[:200]))
        elif kind != "loaded" and len(text) < 20:
            bad.append((call, name, "the message says nothing", text))
    assert not bad, f"{len(bad)} of {len(lines)}:\n" + "\n".join(map(str, bad[:60]))
    assert left <= {"list-0.json", "list-1.json"}


def test_what_is_hostile_for_sure_never_loads(judged):
    for call, path, kind, *_ in judged[0]:
        name = os.path.basename(path)[5:]
        if name.startswith(NEVER) and not name.startswith(UNREAD) and not (call == "weights" and "config" in name):
            assert kind != "loaded", name

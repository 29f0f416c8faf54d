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


def run_judge(files, folder, workers=2):
    """Judge files in several processes and return the lines of all."""
    running = []
    for n in range(workers):
        listing = folder / f"list-{n}.json"
        listing.write_text(json.dumps(files[n::workers]))
        command = [sys.executable, str(ROOT / "tests/contracts/judge.py"), str(listing)]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        running.append(
            subprocess.Popen(
                command,
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    lines = []
    for n, process in enumerate(running):
        out, err = process.communicate(timeout=300)
        found = [json.loads(line) for line in out.splitlines()]
        asked = files[n::workers]
        assert process.returncode == 0 and len(found) == len(asked), (
            f"died at {asked[min(len(found), len(asked) - 1)]}: {err[-2000:]}"
        )
        lines += found
    return lines


def test_no_hostile_file_does_harm(tmp_path):
    files = write_all(tmp_path)
    assert len(files) > 1200
    before = set(os.listdir(tmp_path))
    bad = []
    for call, path, kind, text, changed, took, grown, events in run_judge(files, tmp_path):
        name = os.path.basename(path)
        if kind not in KINDS or events or changed or took > 10 or grown > 128 << 20:
            bad.append((call, name, kind, text[:200], changed, round(took, 1), grown >> 20, events))
        elif kind == "ValueError" and path.isascii() and "\0" not in path and name and name not in text:
            bad.append((call, name, "the message does not name the file", text[:200]))
        elif kind != "loaded" and len(text) < 20:
            bad.append((call, name, "the message says nothing", text))
    assert not bad, f"{len(bad)} of {len(files)}:\n" + "\n".join(map(str, bad[:60]))
    left = set(os.listdir(tmp_path)) - before - {"list-0.json", "list-1.json"}
    assert not left, f"left behind: {left}"


def test_the_attacks_that_may_load_are_harmless_ones(tmp_path):
    files = [
        f
        for f in write_all(tmp_path)
        if any(w in f[1] for w in ("link", "virtual", "lambda", "import-", "bomb", "function-", "external", "twice"))
    ]
    loaded = [os.path.basename(path) for _, path, kind, *_ in run_judge(files, tmp_path) if kind == "loaded"]
    assert not [n for n in loaded if not n[5:].startswith(("bomb-assets", "bomb-metadata"))]

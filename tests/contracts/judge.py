"""Loads files in a process of its own, under limits, and says what came of each: run by test_hostile.py.

Arguments: a JSON file with a list of ``[call, path]``. Writes one line of JSON per file.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
import time

MEMORY, SECONDS = 128 << 20, 20
allowed_files: set[str] = set()
seen: list[str] = []
WATCHED = (
    "exec",
    "compile",
    "marshal.",
    "pickle.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "subprocess.",
    "socket.",
    "ctypes.",
    "import",
    "code.__new__",
    "function.__new__",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "shutil.",
    "tempfile.",
    "urllib.",
)


def watch(event, args):
    """Note what no load may do."""
    if event == "open" and isinstance(args[0], (str, bytes)):
        path = os.fsdecode(args[0])
        if path not in allowed_files:
            seen.append(f"open {path}")
    elif event.startswith(WATCHED) and not str(args).startswith("(b'def foo("):  # inspect.signature of object.__init__
        seen.append(f"{event} {str(args)[:200]}")


def pages():
    """Bytes of address space and the peak of real memory."""
    with open("/proc/self/statm") as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    return size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def judge(keras, model, call, path):
    """Load one file: (what came of it, whether a failed load changed the weights)."""
    before = [w.copy() for w in model.get_weights()] + [v.numpy() for v in model.optimizer.variables]
    try:
        keras.saving.load_model(path) if call == "model" else model.load_weights(path)
        return "loaded", "", False
    except Exception as error:
        after = [*model.get_weights(), *(v.numpy() for v in model.optimizer.variables)]
        changed = any(a.tobytes() != b.tobytes() for a, b in zip(before, after, strict=True))
        return type(error).__name__, str(error), changed


def out_of_time(*_):
    raise SystemExit("out of time")


def main(listing):
    """Judge all files of the list."""
    import warnings

    import minikeras as keras
    from minikeras._core.registry import REGISTRIES
    from tests.hostile import make_graph, make_model

    warnings.simplefilter("ignore")
    with open(listing) as file:
        files = json.load(file)
    model = make_model(keras)
    start = [w.copy() for w in model.get_weights()]
    for save, ending in (
        (model.save, "keras"), (model.save, "h5"), (model.save_weights, "weights.h5"), (make_graph(keras).save, "graph.keras"),
    ):  # fmt: skip
        warm = f"{listing}.{ending}"  # all that a load imports is imported
        save(warm)
        judge(keras, model, "weights" if "weights" in ending else "model", warm)
        os.remove(warm)
    for load in (keras.layers.deserialize, keras.models.model_from_json):
        with contextlib.suppress(ValueError):
            load('{"class_name": "Nothing", "config": {}}')
    for registry in REGISTRIES.values():
        for name in [*registry.table, *getattr(registry.table, "_later", ())]:
            registry.table.get(name)
    sys.addaudithook(watch)
    signal.signal(signal.SIGALRM, out_of_time)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))
    for call, path in files:
        allowed_files.add("/proc/self/statm")
        space, peak = pages()
        allowed_files.clear()
        allowed_files.update((path, os.path.realpath(path) if "\0" not in path else path))
        del seen[:]
        resource.setrlimit(resource.RLIMIT_AS, (space + 2 * MEMORY, resource.RLIM_INFINITY))
        signal.alarm(SECONDS)
        began = time.perf_counter()
        kind, text, changed = judge(keras, model, call, path)
        took = time.perf_counter() - began
        signal.alarm(0)
        events = seen[:]
        allowed_files.add("/proc/self/statm")
        grown = pages()[1] - peak
        print(json.dumps([call, path, kind, text[:600], changed, took, grown, events[:5]]), flush=True)
        if kind == "loaded":
            model.set_weights(start)


if __name__ == "__main__":
    main(sys.argv[1])

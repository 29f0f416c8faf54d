"""Time and memory of a call."""

from __future__ import annotations

import ctypes
import gc
import math
import threading
import time
from pathlib import Path

STATUS = Path("/proc/self/status")


def timed(run, units=1):
    """A closure that runs it once and returns the seconds for each unit."""

    def measure():
        start = time.perf_counter()
        loss = run()
        seconds = time.perf_counter() - start
        if isinstance(loss, float) and not math.isfinite(loss):
            raise ArithmeticError(f"the loss is {loss}")
        return seconds / units

    return measure


def memory() -> int:
    """Bytes that this process holds for itself: no files, so neither libraries nor mapped arrays. On Linux."""
    for line in STATUS.read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) * 1024
    raise OSError("no RssAnon in /proc/self/status")


def tidy() -> None:
    """Give back what is no longer used: else it would be used again, and not be seen."""
    gc.collect()
    if hasattr(ctypes.CDLL(None), "malloc_trim"):  # of glibc
        ctypes.CDLL(None).malloc_trim(0)


class Peak:
    """``with Peak() as peak: ...``, then ``peak.bytes``: the most memory that was held on top of what there was before."""

    def __enter__(self):
        tidy()
        self.before = self.most = memory()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()
        return self

    def watch(self):
        while not self.over.wait(0.001):
            self.most = max(self.most, memory())

    def __exit__(self, *_):
        self.most = max(self.most, memory())
        self.over.set()
        self.thread.join()
        self.bytes = self.most - self.before

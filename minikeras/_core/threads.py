"""How the cores of a machine work together while a model learns.

BLAS takes one thread: its own threads wait for each other by spinning, so on a machine whose cores are busy a product takes
several times as long with two as with one. Instead, work that is large enough is cut into parts, one for each thread that BLAS
would take, which workers do side by side: they wait without spinning, and the numbers depend on the parts alone, not on who
does which. OpenBLAS, which NumPy's wheels bring along, is told so; where another BLAS works (Accelerate on a Mac, MKL),
nothing is done.
"""

from __future__ import annotations

import functools
import os
from _thread import _local, allocate_lock, start_new_thread  # all of threading takes half a millisecond to import
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minikeras._core import blas
from minikeras._core.memory import keep_freed_memory

LARGE = 2e7  # multiply-adds of a piece of work; from here on it is shared
_setting: list[Any] = ["auto"]
_lock = allocate_lock()
_running: list[int] = []  # how many threads there were before, for each block that limits them now
_thread = _local()  # ``inside``: whether this thread does a part of something; what is shared in there, it does alone
_queues: list[Any] = []  # what the workers take their work from


@functools.cache
def _openblas() -> tuple | None:
    """Its functions that tell and set the number of threads."""
    if (found := blas.library()) is None:
        return None
    library, prefix, suffix = found
    get, put = (getattr(library, f"{prefix}openblas_{verb}_num_threads{suffix}", None) for verb in ("get", "set"))
    return None if get is None or put is None else (get, put)


def blas_threads() -> Any:
    """How many threads the large matrix products of models take: a number, "auto", or None.

    >>> blas_threads()
    'auto'
    """
    return _setting[0]


def set_blas_threads(threads: Any) -> None:
    """Say how many threads the matrix products of models may take.

    Args:
        threads: "auto", the default: large ones are cut into as many parts as NumPy's BLAS takes threads (all cores, or what
            OPENBLAS_NUM_THREADS says), small ones take one; a number: BLAS is told so; None: BLAS is left alone.

    >>> set_blas_threads(1); blas_threads()
    1
    >>> set_blas_threads("auto")
    """
    whole = isinstance(threads, (int, np.integer)) and not isinstance(threads, bool) and threads > 0
    if threads not in ("auto", None) and not whole:
        raise ValueError(f"Argument `threads` of set_blas_threads must be a positive integer, 'auto' or None, got {threads!r}.")
    _setting[0] = int(threads) if whole else threads


class limited:
    """Limit BLAS' own threads in the block, where whoever trains or predicts much works; freed memory is kept.

    Blocks in blocks, and in other threads, leave the limit of the first one; with the last the old number is back.

    >>> with limited(): pass
    """

    __slots__ = ("put",)

    def __enter__(self) -> None:
        keep_freed_memory()
        wanted = 1 if _setting[0] == "auto" else _setting[0]
        library = _openblas() if wanted is not None else None
        self.put = None
        if library is None:
            return
        get, self.put = library
        with _lock:
            if not _running:
                _running.append(get())
                self.put(wanted)
            else:
                _running.append(_running[0])

    def __exit__(self, *error: Any) -> None:
        if self.put is not None:
            with _lock:
                before = _running.pop()
                if not _running:
                    self.put(before)


def share(parts: Sequence[Any], work: Callable[[Any], None]) -> None:
    """Do the parts of a piece of work, several of them side by side: whoever is free takes the next.

    Where the other cores are busy, the caller does it all: it never waits for a worker that has not begun.

    Args:
        parts: what `cut` gives, say.
        work: called with each of them; in what they write the parts must not meet.

    >>> done = np.zeros(5); share(cut(5, 1e9), lambda part: np.add(done[part], 1, out=done[part])); done.tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    if len(parts) == 1:
        return work(parts[0])
    if getattr(_thread, "inside", False):
        for part in parts:
            work(part)
        return None
    state, left = np.geterr(), list(reversed(parts))  # NumPy's settings of this thread; the others have their own

    def go_on():
        _thread.inside = True
        try:
            while left:
                try:
                    part = left.pop()
                except IndexError:  # another one was faster
                    return
                work(part)
        except BaseException:
            left.clear()  # the others need not go on
            raise
        finally:
            _thread.inside = False

    with limited():
        others = [_Aside(go_on, state) for _ in range(min(_threads(), len(parts)) - 1)]
        queue = _queue()
        for other in others:
            queue.put(other)
        try:
            go_on()
        finally:  # nothing is left now: who has not begun finds nothing to do
            for other in others:
                if other.begun:
                    other.busy.acquire()
    for other in others:
        if other.error is not None:
            raise other.error


class _Aside:
    """What a worker does of somebody's work: lighter than a `Future`, which takes as long as a small product."""

    __slots__ = ("go_on", "state", "begun", "busy", "error")

    def __init__(self, go_on: Callable[[], None], state: dict):
        self.go_on, self.state, self.begun, self.error = go_on, state, False, None
        self.busy = allocate_lock()
        self.busy.acquire()

    def __call__(self) -> None:
        self.begun = True
        try:
            with np.errstate(**self.state):
                self.go_on()
        except BaseException as error:  # the caller raises it
            self.error = error
        finally:
            self.busy.release()


def _queue() -> Any:
    """What the workers take their work from, one for each further core; they are there from the first time on."""
    if not _queues:
        from _queue import SimpleQueue  # only large work asks

        _queues.append(SimpleQueue())
        for _ in range(max(os.cpu_count() or 1, 2) - 1):
            start_new_thread(_serve, (_queues[0],))
    return _queues[0]


def _serve(queue: Any) -> None:
    while True:
        queue.get()()


def cut(rows: int, cost: float) -> list[slice]:
    """The parts that rows fall into, each some neighbours among them. They follow from the sizes alone; so do results.

    Args:
        rows: how many.
        cost: the multiply-adds of the work on all of them.

    >>> cut(10, 1.0)
    [slice(0, 10, None)]
    """
    threads = at_once() if cost >= LARGE else 1
    count = min(2 * threads, rows, int(cost // LARGE) + 1) if threads > 1 else 1  # more than threads: none waits for the last
    count -= count % threads if count > threads else 0  # of three parts for two, the third would go alone
    ends = [rows * i // count for i in range(count + 1)] if count > 1 else [0, rows]
    return [slice(i, j) for i, j in zip(ends, ends[1:])]


def at_once() -> int:
    """How many parts of large work are done side by side.

    >>> set_blas_threads(1); at_once()
    1
    >>> set_blas_threads("auto")
    """
    return _threads() if _setting[0] == "auto" else 1


def _threads() -> int:
    """How many threads BLAS would take if it were not limited; one where it can't be asked."""
    library = _openblas()
    if library is None:
        return 1
    running = _running[:1]
    return running[0] if running else int(library[0]())


def _forget_workers() -> None:
    """A process that was forked off has none of its parent's threads."""
    global _lock
    _lock = allocate_lock()
    _queues.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_workers)


def dot(a: np.ndarray, b: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """The product of two matrices; where it is large, its rows are shared.

    Args:
        out: an array of rows that lie one behind the other, by default a new one.

    >>> dot(np.eye(2), np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    cost = a.size * b.shape[1]
    if cost < LARGE:
        return a.dot(b, out)
    if out is None:
        out = np.empty((len(a), b.shape[1]), np.result_type(a, b))
    share(cut(len(a), cost), lambda part: a[part].dot(b, out[part]))
    return out

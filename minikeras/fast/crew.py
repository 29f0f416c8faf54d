"""How several threads in compiled code share the tasks of an epoch: whoever is free takes the next number.

Nobody waits for a thread that has not begun: a single one does all tasks, one after the other. What is waited for is a task
that another one is doing, and the wait spins a little and then offers the core to others. Where other processes keep the cores
busy, that may be long: `Pace` sees it, and leaves the tasks to one thread for a while.
"""

from __future__ import annotations

import ctypes
import functools
import time
from collections.abc import Callable

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from minikeras._core import threads
from minikeras.fast.compiling import kernel

NEXT, DONE = 0, 16  # numbers in an array of whole ones, each in a line of the cache of its own
TICK = time.get_clock_info("thread_time").resolution
LOOKS = 200  # before the core is offered

GIVEN = 0.65  # of the time, that a thread had a core: of less, others want it
BRIEF = 2e-3  # seconds, that say nothing
TIMES = 1, 64  # as long as what was lost so does one thread work alone: the first time, and after some
LONGEST = 2.0  # seconds that it does at most


class Pace:
    """How many steps several threads do at a time. Who does a task does not show in its numbers: this may change at any time.

    Threads that wait spin; so one that did not get nearly all of the time had to leave its core to somebody else.

    >>> pace = Pace(); pace.steps(100)
    1
    >>> pace.note([1.0, 0.99], 0.01); pace.note([1.0, 0.99], 0.01); pace.steps(100)
    4
    >>> pace.note([1.0, 0.2], 1.0); pace.steps(100)
    0
    """

    def __init__(self) -> None:
        self.most, self.until, self.times = 1, 0.0, TIMES[0]

    def steps(self, wanted: int) -> int:
        """How many of the next steps to share; 0 where one thread is to do them."""
        return 0 if time.perf_counter() < self.until else min(self.most, wanted)

    def note(self, given: list[float], took: float) -> None:
        """Take in what part of the time each thread had a core, and the seconds that all took."""
        if min(given, default=1.0) < GIVEN:
            self.most, self.until = 1, time.perf_counter() + min(self.times * took, LONGEST)
            self.times = min(2 * self.times, TIMES[1])
        else:
            self.most, self.times = min(2 * self.most, 1 << 20), max(self.times // 2, TIMES[0])


def given_to(work: Callable[[], None]) -> float:
    """Do some work; return what part of the time this thread had a core, 1 where it was too short to tell."""
    start, used = time.perf_counter(), time.thread_time()
    work()
    took = time.perf_counter() - start
    return (time.thread_time() - used) / took if took > max(BRIEF, 20 * TICK) else 1.0


def go_through(steps: int, tasks: int, several: int, pace: Pace, work: Callable[[np.ndarray, int], None]) -> None:
    """Do some steps of so many tasks each, in one thread or in several as far as these get their cores.

    Args:
        work: does tasks by the two numbers of a crew, up to the one that it is told.
    """
    crew, done = counters(), 0
    while done < steps:
        together = pace.steps(steps - done) if several > 1 else 0
        crew[NEXT] = done * tasks
        done += together or steps - done
        if together:
            start = time.perf_counter()
            given = _shared(several, functools.partial(work, crew, done * tasks))
            pace.note(given, time.perf_counter() - start)
        else:
            work(crew, done * tasks)


def _shared(several: int, work: Callable[[], None]) -> list[float]:
    """Do some work in several threads; return what `given_to` says of each."""
    shares: list[float] = []
    threads.share(range(several), lambda _: shares.append(given_to(work)))
    return shares


def counters() -> np.ndarray:
    """The two numbers, of tasks taken and of tasks done."""
    return np.zeros(2 * DONE, np.int64)


@functools.cache
def offer() -> int:
    """Where the function of the system stands that lets other threads have the core; 0 where there is none."""
    try:
        library = ctypes.CDLL(None)
        return ctypes.cast(library.sched_yield, ctypes.c_void_p).value or 0
    except (TypeError, OSError, AttributeError):  # Windows
        kernel32 = getattr(getattr(ctypes, "windll", None), "kernel32", None)
        return ctypes.cast(kernel32.SwitchToThread, ctypes.c_void_p).value or 0 if kernel32 else 0


def _place(context, builder, kind, array, index):
    return builder.gep(context.make_array(kind)(context, builder, array).data, [index])


@intrinsic
def _one_more(context, array, index):
    """Count a number of an array up, seen by all threads at once; give what it was."""

    def generate(context, builder, signature, values):
        place = _place(context, builder, signature.args[0], *values)
        return builder.atomic_rmw("add", place, ir.Constant(ir.IntType(64), 1), "seq_cst")

    return types.int64(array, types.int64), generate


@intrinsic
def _look(context, array, index):
    """A number of an array as it is now, with all that was written before it."""

    def generate(context, builder, signature, values):
        return builder.load_atomic(_place(context, builder, signature.args[0], *values), "seq_cst", 8)

    return types.int64(array, types.int64), generate


@intrinsic
def _call(context, address):
    """Call a function without arguments."""

    def generate(context, builder, signature, values):
        builder.call(builder.inttoptr(values[0], ir.FunctionType(ir.VoidType(), []).as_pointer()), [])
        return context.get_dummy_value()

    return types.void(types.int64), generate


@kernel
def take(counters: np.ndarray) -> int:
    """The number of the next task."""
    return _one_more(counters, NEXT)


@kernel
def finish(counters: np.ndarray) -> None:
    """One more task is done."""
    _one_more(counters, DONE)


@kernel
def wait(counters: np.ndarray, tasks: int, offer: int) -> None:
    """Until so many tasks are done."""
    looks = 0
    while _look(counters, DONE) < tasks:
        looks += 1
        if looks > LOOKS and offer:
            _call(offer)

"""How several threads in compiled code share the tasks of an epoch: whoever is free takes the next number.

Nobody waits for a thread that has not begun: a single one does all tasks, one after the other. What is waited for is a task
that another one is doing, and the wait spins a little and then offers the core to others.
"""

from __future__ import annotations

import ctypes
import functools

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from minikeras.fast.compiling import kernel

NEXT, DONE = 0, 16  # numbers in an array of whole ones, each in a line of the cache of its own
LOOKS = 200  # before the core is offered


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

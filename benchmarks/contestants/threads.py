"""One thread or all: whichever is faster, as one who cares would set it. On a busy machine BLAS' threads wait by spinning."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, nullcontext
from functools import cache


def faster(run, threads):
    """`run` within ``threads(1)`` or ``threads(n)``, contexts that set a number of threads: what took less time at first."""
    took = {}
    for number in (1, os.cpu_count()):
        with threads(number):
            for _ in range(2):  # the first warms up, unless it is long
                start = time.perf_counter()
                run()
                took[number] = time.perf_counter() - start
                if took[number] > 0.3:
                    break
    best = min(took, key=took.get)

    def on_best():
        with threads(best):
            return run()

    return on_best


@contextmanager
def of_torch(number):
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def of_blas(number):
    """Those of NumPy's BLAS, where threadpoolctl is there to set them."""
    with controller().limit(limits=number, user_api="blas") if controller() else nullcontext():
        yield


@cache
def controller():
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()

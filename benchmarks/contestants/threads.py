"""One thread or all: whichever is faster, as one who cares would set it. On a busy machine BLAS' threads wait by spinning."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, nullcontext
from functools import cache


def faster(run, threads):
    """`run` within ``threads(1)`` or ``threads(n)``, contexts that set a number of threads: what took less time at its best."""
    took = {1: [], os.cpu_count(): []}
    while len(took[1]) < 4 and sum(map(sum, took.values())) < 0.6:
        for number, seconds in took.items():
            with threads(number):
                start = time.perf_counter()
                run()
                seconds.append(time.perf_counter() - start)
    best = min(took, key=lambda number: min(took[number]))

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

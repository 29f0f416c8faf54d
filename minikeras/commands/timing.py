"""`%time` and `%timeit` of notebooks: run what stands behind them, and say how long it took."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

ENOUGH = 0.2  # seconds that %timeit goes on
MOST = 1000  # loops


@contextlib.contextmanager
def timed() -> Iterator[None]:
    """Print how long the block took, as ``%time`` does.

    >>> with timed(): pass
    Wall time: ...
    """
    start = time.perf_counter()
    try:
        yield
    finally:
        print(f"Wall time: {in_words(time.perf_counter() - start)}")


def time_of(function: Callable[[], Any]) -> Any:
    """Call a function, print how long it took, and return what it returned.

    >>> time_of(lambda: 3)
    Wall time: ...
    3
    """
    with timed():
        return function()


def timeit() -> Iterator[None]:
    """Loop until there is enough to tell how long one loop takes, and print it, as ``%timeit`` does.

    >>> next(timeit()) is None
    True
    """
    times: list[float] = []
    end = time.perf_counter() + ENOUGH
    while not times or (time.perf_counter() < end and len(times) < MOST):
        start = time.perf_counter()
        yield
        times.append(time.perf_counter() - start)
    mean = sum(times) / len(times)
    spread = (sum((t - mean) ** 2 for t in times) / len(times)) ** 0.5
    print(f"{in_words(mean)} ± {in_words(spread)} per loop ({len(times)} loop{'s' * (len(times) > 1)})")


def in_words(seconds: float) -> str:
    """A duration for people.

    >>> in_words(75), in_words(1.234), in_words(0.0123), in_words(3e-6), in_words(4e-9)
    ('1min 15s', '1.23 s', '12.3 ms', '3 µs', '4 ns')
    """
    if seconds >= 60:
        return f"{int(seconds // 60)}min {round(seconds % 60)}s"
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"

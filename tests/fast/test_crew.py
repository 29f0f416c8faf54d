"""Tasks of two phases in turns, shared by threads: each is done once, and none before the phase before it is over."""

import threading

import numpy as np
import pytest

pytest.importorskip("numba")

from minikeras.fast.compiling import kernel
from minikeras.fast.crew import counters, finish, offer, take, wait

WIDTH, PHASES = 3, 400


@kernel
def add_up(crew, offer, rows):
    """Each task sums up the row before its own."""
    while True:
        task = take(crew)
        if task >= len(rows) * WIDTH - WIDTH:
            return
        phase, k = task // WIDTH, task % WIDTH
        wait(crew, phase * WIDTH, offer)
        rows[phase + 1, k] += rows[phase].sum() % 7 + k
        finish(crew)


def expected():
    rows = np.zeros((PHASES, WIDTH), np.int64)
    for row, after in zip(rows, rows[1:]):
        after += row.sum() % 7 + np.arange(WIDTH)
    return rows


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("offered", [True, False], ids=["offers its core", "spins"])
def test_tasks_come_in_order_whoever_does_them(count, offered):
    crew, rows = counters(), np.zeros((PHASES, WIDTH), np.int64)
    work = [threading.Thread(target=add_up, args=(crew, offer() if offered else 0, rows)) for _ in range(count)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    np.testing.assert_array_equal(rows, expected())


def test_the_system_lets_others_have_the_core():
    assert offer() > 0

"""Tasks of two phases in turns, shared by threads: each is done once, and none before the phase before it is over."""

import threading

import numpy as np
import pytest

pytest.importorskip("numba")

from minikeras._core import threads
from minikeras.fast import crew
from minikeras.fast.compiling import kernel
from minikeras.fast.crew import Pace, counters, finish, given_to, go_through, offer, take, wait

WIDTH, PHASES = 3, 400


@kernel
def add_up(crew, stop, offer, rows):
    """Each task sums up the row before its own."""
    while True:
        task = take(crew)
        if task >= stop:
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
    rows, stop = np.zeros((PHASES, WIDTH), np.int64), (PHASES - 1) * WIDTH
    arguments = counters(), stop, offer() if offered else 0, rows
    work = [threading.Thread(target=add_up, args=arguments) for _ in range(count)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    np.testing.assert_array_equal(rows, expected())


class Told(Pace):
    """Says what it was told to say."""

    def __init__(self, *answers):
        super().__init__()
        self.answers, self.heard = list(answers), []

    def steps(self, wanted):
        return min(self.answers.pop(0), wanted)

    def note(self, given, took):
        self.heard.append(given)


@pytest.mark.parametrize("answers", [(0,), (1, 2, 0), (400,), (1, 2, 4, 8, 0), (5, 0)])
@pytest.mark.parametrize("several", [1, 2, 4])
def test_steps_are_done_alone_and_together_in_turns(answers, several, monkeypatch):
    monkeypatch.setattr(threads, "_threads", lambda: several)
    rows, pace = np.zeros((PHASES, WIDTH), np.int64), Told(*answers)

    def work(crew, stop):
        add_up(crew, stop, offer(), rows)

    go_through(PHASES - 1, WIDTH, several, pace, work)
    np.testing.assert_array_equal(rows, expected())
    assert len(pace.heard) == (len([a for a in answers if a]) if several > 1 else 0)
    assert all(1 <= len(given) <= several for given in pace.heard)


def test_threads_that_lose_their_cores_leave_the_work_to_one(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(crew.time, "perf_counter", lambda: clock[0])
    pace = Pace()
    for most in (1, 2, 4, 8):
        assert pace.steps(1000) == most and pace.steps(1) == 1
        pace.note([1.0, 0.9], 0.01)
    for pause in (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 0.64):
        pace.note([0.95, 0.5], 0.01)
        clock[0] += pause - 1e-3
        assert pace.steps(1000) == 0
        clock[0] += 2e-3
        assert pace.steps(1000) == 1
    pace.note([], 0.01)  # nobody was asked
    assert pace.times == 32 and pace.steps(1000) == 2
    pace.note([0.1], 100.0)
    assert pace.until == clock[0] + crew.LONGEST


def test_the_part_of_the_time_that_a_thread_had_a_core(monkeypatch):
    clock = {"perf_counter": 5.0, "thread_time": 1.0}
    for name in clock:
        monkeypatch.setattr(crew.time, name, lambda name=name: clock[name])

    def work(wall, used):
        def run():
            clock["perf_counter"] += wall
            clock["thread_time"] += used

        return run

    assert given_to(work(0.5, 0.1)) == pytest.approx(0.2)
    assert given_to(work(0.5, 0.5)) == pytest.approx(1.0)
    assert given_to(work(crew.BRIEF / 2, 0.0)) == 1.0  # too short to tell
    monkeypatch.setattr(crew, "TICK", 0.1)
    assert given_to(work(1.5, 0.0)) == 1.0


def test_the_system_lets_others_have_the_core():
    assert offer() > 0

import os
import threading
import time
import warnings
from queue import SimpleQueue

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras._core import threads
from minikeras._core.convolve import convolve, convolve_kernel, convolve_transpose
from minikeras.layers import dense


@pytest.fixture
def library(monkeypatch):
    """A BLAS that notes what it is told."""
    told = [4]
    monkeypatch.setattr(threads, "_openblas", lambda: (lambda: told[-1], told.append))
    return told


def test_the_old_number_comes_back(library):
    with threads.limited(), threads.limited():
        assert library == [4, 1]
    assert library == [4, 1, 4]
    with pytest.raises(KeyError), threads.limited():
        raise KeyError
    assert library[-1] == 4


def test_two_threads_do_not_fight_over_it(library):
    inside, leave = threading.Event(), threading.Event()

    def work():
        with threads.limited():
            inside.set()
            leave.wait(10)

    other = threading.Thread(target=work)
    other.start()
    inside.wait(10)
    with threads.limited():
        pass
    assert library == [4, 1]  # the other one still computes
    leave.set()
    other.join()
    assert library == [4, 1, 4]


def test_fit_limits_them(library):
    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.seen = library[-1]

    watch = Watch()
    model = keras.Sequential([layers.Dense(2, input_shape=(3,))])
    model.compile("sgd", "mse")
    model.fit(np.zeros((4, 3)), np.zeros((4, 2)), verbose=0, callbacks=[watch])
    assert watch.seen == 1 and library[-1] == 4
    keras.config.set_blas_threads(None)
    try:
        model.fit(np.zeros((4, 3)), np.zeros((4, 2)), verbose=0, callbacks=[watch])
    finally:
        keras.config.set_blas_threads("auto")
    assert watch.seen == 4
    with pytest.raises(ValueError, match="set_blas_threads"):
        keras.config.set_blas_threads(0)


def test_a_tape_and_single_steps_limit_them_too(library):
    model = keras.Sequential([layers.Dense(2, input_shape=(3,))])
    model.compile("sgd", "mse")
    model.train_on_batch(np.zeros((4, 3)), np.zeros((4, 2)))
    assert library == [4, 1, 4]
    with keras.GradientTape() as tape:
        assert library[-1] == 1
        y = model(np.ones((4, 3)))
    assert library[-1] == 4
    tape.gradient(y, model.trainable_variables)
    assert library == [4, 1, 4, 1, 4, 1, 4]


def test_large_work_is_cut_by_its_sizes_alone(library):
    assert threads.cut(100, 1e7) == [slice(0, 100)]
    assert threads.cut(100, 2.5e7) == [slice(0, 50), slice(50, 100)]  # 2e7 for the first
    assert len(threads.cut(100, 1e9)) == 8 and threads.cut(2, 1e9) == [slice(0, 1), slice(1, 2)]
    assert threads.cut(0, 0.0) == [slice(0, 0)]
    with threads.limited():
        assert len(threads.cut(100, 1e9)) == 8  # as many as before the limit
    keras.config.set_blas_threads(np.int64(1))
    try:
        assert threads.cut(100, 1e9) == [slice(0, 100)]
    finally:
        keras.config.set_blas_threads("auto")


def test_parts_are_done_side_by_side_and_errors_come_through(library):
    meet, who = threading.Barrier(2, timeout=20), []

    def work(part):
        meet.wait()  # each waits for the other: one after the other they would not get on
        who.append(threading.current_thread().name)

    threads.share([0, 1], work)
    assert len(set(who)) == 2 and library[-1] == 4

    def fail(part):
        meet.wait()
        if threading.current_thread() is not threading.main_thread():
            raise KeyError(part)

    with pytest.raises(KeyError):
        threads.share([0, 1], fail)
    with np.errstate(divide="ignore"):  # holds for the workers, too
        threads.share([0, 1], lambda part: np.ones(1) / 0.0)


def test_nobody_waits_for_a_worker_that_has_not_begun(library, monkeypatch):
    done, queue = [], SimpleQueue()
    monkeypatch.setattr(threads, "_queues", [queue])  # nobody takes anything from it
    threads.share([0, 1, 2], done.append)
    assert done == [0, 1, 2] and queue.qsize() == 2
    queue.get()()  # who comes too late finds nothing to do
    assert done == [0, 1, 2]


def test_a_child_process_makes_workers_of_its_own(library):
    threads.share([0, 1], lambda part: None)
    if not hasattr(os, "fork"):
        pytest.skip("no fork on this system")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python warns of forks beside threads
        child = os.fork()
    if not child:
        done = []
        threads.share([0, 1], done.append)
        os._exit(len(done))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2


def test_shared_products_and_convolutions_are_the_same(library, monkeypatch):
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((37, 20)), rng.standard_normal((20, 11))
    x, w = rng.standard_normal((5, 9, 8, 4)), rng.standard_normal((3, 3, 4, 6))

    def everything():
        y = convolve(x, w, padding="same")
        found = [threads.dot(a, b), threads.dot(b.T, a.T), y, convolve_transpose(y, w, (9, 8), padding="same")]
        found += [convolve_kernel(x, y, (3, 3), padding="same"), convolve(x, w[:, :, :2], 2, groups=2)]
        keras.utils.set_random_seed(1)
        lstm = layers.LSTM(5, return_sequences=True, dtype="float64")
        model = keras.Sequential([keras.Input((8, 4), dtype="float64"), lstm, layers.Dense(3, dtype="float64")])
        y, trail = model.forward(x[:, 0])
        return [*found, y, model.backward(np.ones_like(y), trail), *(v.grad for v in model.trainable_variables)]

    whole = everything()
    monkeypatch.setattr(threads, "LARGE", 1.0)
    assert len(threads.cut(5, 100.0)) == 4
    monkeypatch.setattr(dense, "MANY", 1)
    for one, parts in zip(whole, everything()):
        np.testing.assert_allclose(parts, one, rtol=1e-12, atol=1e-13)


def test_the_real_library_does_as_it_is_told():
    found = threads._openblas()
    if found is None:
        pytest.skip("NumPy works with another BLAS here")
    before = found[0]()
    with threads.limited():
        assert found[0]() == 1
    assert found[0]() == before


def test_what_a_part_shares_it_does_alone(monkeypatch):
    monkeypatch.setattr(threads, "_threads", lambda: 2)
    done = []

    def inner(part):
        done.append((part, threading.get_ident()))

    def work(part):
        threads.share([(part, k) for k in range(3)], inner)

    threads.share([0, 1, 2, 3], work)
    assert sorted(part for part, _ in done) == [(i, k) for i in range(4) for k in range(3)]
    for i in range(4):
        mine = [(k, who) for (part, k), who in done if part == i]
        assert [k for k, _ in mine] == [0, 1, 2] and len({who for _, who in mine}) == 1
    threads.share([0, 1], inner)
    assert len(done) == 14  # and shares again thereafter


def test_after_an_error_nobody_begins_another_part(library):
    failed, done = threading.Event(), []

    def work(part):
        if threading.current_thread() is not threading.main_thread():
            failed.set()
            raise KeyError(part)
        failed.wait(20)
        time.sleep(0.01)
        done.append(part)

    with pytest.raises(KeyError):
        threads.share(list(range(500)), work)
    assert 1 <= len(done) < 250

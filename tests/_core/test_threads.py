import threading

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras._core import threads


@pytest.fixture
def library(monkeypatch):
    """A BLAS that notes what it is told."""
    told = [4]
    monkeypatch.setattr(threads, "_openblas", lambda: (lambda: told[-1], told.append))
    return told


def test_small_products_take_one_thread_and_the_old_number_comes_back(library):
    with threads.limited(1e5), threads.limited(1e5):
        assert library == [4, 1]
    assert library == [4, 1, 4]
    with pytest.raises(KeyError), threads.limited(1e5):
        raise KeyError
    assert library[-1] == 4
    with threads.limited(1e9):
        assert library[-1] == 4


def test_two_threads_do_not_fight_over_it(library):
    inside, leave = threading.Event(), threading.Event()

    def work():
        with threads.limited(10):
            inside.set()
            leave.wait(10)

    other = threading.Thread(target=work)
    other.start()
    inside.wait(10)
    with threads.limited(10):
        pass
    assert library == [4, 1]  # the other one still computes
    leave.set()
    other.join()
    assert library == [4, 1, 4]


def test_fit_limits_them_for_small_nets(library):
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


def test_the_largest_product():
    dense = keras.Sequential([layers.Dense(100, input_shape=(50,)), layers.Dense(3)])
    assert threads.largest_product(dense, 32) == 32 * 5000
    images = keras.Sequential([layers.Conv2D(4, 3, input_shape=(10, 10, 2))])
    assert threads.largest_product(images, 2) == 2 * 64 * 72
    assert threads.largest_product(images, 10**6) == 4 * 2**20  # in blocks


def test_the_real_library_does_as_it_is_told():
    found = threads._openblas()
    if found is None:
        pytest.skip("NumPy works with another BLAS here")
    before = found[0]()
    with threads.limited(1.0):
        assert found[0]() == 1
    assert found[0]() == before

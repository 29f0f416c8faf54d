import threading

import numpy as np
import pytest

import minikeras as keras
from minikeras import GradientTape, layers
from minikeras._core.now import CALL, TAPE, Call


def test_threads_know_nothing_of_each_other():
    seen = []
    with GradientTape() as tape:
        token = CALL.set(Call(True))
        thread = threading.Thread(target=lambda: seen.extend([TAPE.get(), CALL.get()]))
        thread.start()
        thread.join()
        assert TAPE.get() is tape and CALL.get().training
        CALL.reset(token)
    assert seen == [None, None] and TAPE.get() is None and CALL.get() is None


def test_a_call_that_fails_leaves_nothing_behind():
    class Broken(layers.Layer):
        def call(self, x):
            raise RuntimeError("broken")

    for tape in (False, True):
        try:
            if tape:
                with GradientTape():
                    Broken()([1.0])
            else:
                Broken()([1.0])
        except RuntimeError:
            pass
        assert CALL.get() is None and TAPE.get() is None
    try:
        Broken().forward(None)
    except RuntimeError:
        pass
    assert CALL.get() is None and TAPE.get() is None


class Counts(layers.Layer):
    """Counts its calls in a variable, which `build` sets to ten."""

    def build(self, input_shape):
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False, name="calls")
        self.calls.assign(10.0)

    def call(self, x):
        self.calls.assign_add(1.0)
        return x


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner, self.dense = Counts(), layers.Dense(1)

    def call(self, x):
        return self.dense(self.inner(x))


def test_a_call_on_symbols_changes_no_variable():
    layer = Counts()
    layer(keras.Input((1,)))
    assert layer.calls.numpy() == 10.0


@pytest.mark.parametrize("make", [Own, lambda: keras.Sequential([Counts(), layers.Dense(1)])], ids=["own", "sequential"])
def test_what_a_layer_counts_is_what_was_done(make):
    model = make()
    model.compile("sgd", "mse")
    x = np.ones((8, 1))
    counts = model.layers[0]
    model.fit(x, x, batch_size=2, verbose=0)
    assert counts.calls.numpy() == 14.0
    model.predict(x, verbose=0)
    assert counts.calls.numpy() == 15.0

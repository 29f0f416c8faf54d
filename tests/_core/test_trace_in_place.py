"""`x += y` where x is a plain array and y is traced: a new array for the name; an error where the change would be missed."""

import numpy as np
import pytest

import minikeras
from minikeras import layers, ops
from minikeras._core.tape import vjp

Y = np.array([1.0, 2.0, 3.0])


class Holder:
    pass


def by_name(y):
    x = np.zeros(3)
    x += y
    x *= 2.0
    x += y
    return x


def by_attribute(y):
    holder = Holder()
    holder.x = np.ones(3)
    holder.x *= y
    return holder.x * 3.0


def by_view(y):
    x = np.arange(3.0).reshape(1, 3)
    x -= y
    return x * -3.0


def in_a_loop(y):
    total = ops.zeros_like(y)
    for _ in range(3):
        total += y
    return total


@pytest.mark.parametrize("function", [by_name, by_attribute, by_view, in_a_loop])
def test_the_name_stands_for_the_result(function):
    y, back = vjp(function, Y)
    assert y.shape[-1] == 3
    np.testing.assert_array_equal(np.ravel(back(np.ones_like(y))[0]), [3.0, 3.0, 3.0])


def shared(y):
    x = np.zeros(3)
    alias = x
    x += y
    return alias


def in_a_list(y):
    parts = [np.zeros(3), np.zeros(3)]
    for part in parts:
        part += y
    return parts[0]


def row_of(y):
    table = np.zeros((2, 3))
    row = table[0]
    row += y
    return table


def with_out(y):
    x = np.zeros(3)
    np.add(x, y, out=x)
    return x


@pytest.mark.parametrize("function", [shared, in_a_list, row_of, with_out])
def test_what_somebody_else_holds_is_refused(function):
    for _ in range(2):
        with pytest.raises(NotImplementedError, match="where something else holds x too"):
            vjp(function, Y)


def test_a_layer_that_sums_up_as_one_does_in_keras():
    class Experts(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.experts = [layers.Dense(2) for _ in range(3)]

        def call(self, x):
            total = ops.zeros((ops.shape(x)[0], 2))
            for expert in self.experts:
                total += expert(x)
            return total

    model = minikeras.Sequential([minikeras.Input((4,)), Experts()])
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(16, 4))
    history = model.fit(x, x[:, :2], epochs=20, verbose=0).history["loss"]
    assert len(model.trainable_weights) == 6 and history[-1] < history[0] / 2

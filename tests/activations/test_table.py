"""The door to the activations."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from minikeras import activations, ops
from minikeras._core.gradient_tape import GradientTape
from minikeras._core.variable import Variable
from minikeras.activations.table import above, bare, floats, within


def test_the_bare_formula_is_on_hand():
    x = np.array([-1.0, 2.0], "float32")
    np.testing.assert_array_equal(bare(activations.relu)(x), [0, 2])
    assert bare(activations.relu) is activations.relu.__wrapped__ and bare(np.tanh) is np.tanh


def test_source_and_signature_are_those_of_the_formula():
    assert "np.maximum(x, zeros_beside(x))" in inspect.getsource(activations.relu)
    assert list(inspect.signature(activations.relu).parameters) == ["x", "negative_slope", "max_value", "threshold"]


def test_variables_and_data_frames_come_in():
    pandas = pytest.importorskip("pandas")
    assert activations.relu(Variable([-1.0, 2.0])).tolist() == [0, 2]
    assert activations.relu(pandas.DataFrame({"a": [-1.0, 2.0]})).tolist() == [[0], [2]]


@pytest.mark.parametrize("name", ["linear", "tanh", "softmax", "relu", "gelu"])
def test_a_tape_sees_variables_and_watched_tensors(name):
    f = getattr(activations, name)
    v, x = Variable([[0.5, 2.0]]), ops.convert_to_tensor([[0.5, 2.0]])
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        of_variable, of_tensor, of_operation = (ops.sum(f(a) ** 2) for a in (v, x, v * 1.0))
    expected = tape.gradient(of_operation, v)
    assert np.abs(expected).min() > 0
    np.testing.assert_array_equal(tape.gradient(of_variable, v), expected)
    np.testing.assert_array_equal(tape.gradient(of_tensor, x), expected)


def test_floats():
    assert floats([1, 2]).dtype == "float32" and floats(np.array([1.0])).dtype == "float64"
    x = np.ones(3)
    assert floats(x) is x


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_masks_have_the_dtype_of_the_array(dtype):
    z = np.array([-2, 0, 0.5, 2], dtype)
    assert above(z, 0).dtype == within(z, 1).dtype == dtype
    assert above(z, 0).tolist() == [0, 0, 1, 1] and within(z, 1).tolist() == [0, 1, 1, 0]


def test_the_slope_under_its_name_of_keras_2():
    with pytest.warns(UserWarning, match="`alpha` of relu still works"):
        y = activations.relu(np.array([-2.0, 1.0]), alpha=0.5)
    assert y.tolist() == activations.leaky_relu(np.array([-2.0, 1.0]), alpha=0.5).tolist() == [-1.0, 1.0]
    assert activations.elu(np.array([-50.0]), alpha=2.0) == pytest.approx(-2.0)  # its own

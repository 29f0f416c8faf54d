import numpy as np
import pytest

import minikeras as keras
from minikeras._core.symbolic import InputSpec, KerasTensor


def test_a_symbol_holds_no_numbers():
    symbol = KerasTensor((None, 3), name="x")
    assert (
        symbol.ndim == 2
        and symbol.dtype == "float32"
        and repr(symbol) == "<KerasTensor shape=(None, 3), dtype=float32, name=x>"
    )
    with pytest.raises(ValueError, match="holds no numbers"):
        np.asarray(symbol)
    with pytest.raises(TypeError, match="holds no numbers"):
        float(symbol)
    assert np.sum(symbol, axis=-1).shape == (None,)


@pytest.mark.parametrize(
    "spec, good, bad, problem",
    [
        (InputSpec(ndim=3), (None, 2, 3), (None, 2), "expected 3 axes"),
        (InputSpec(min_ndim=2), (None, 2, 3), (None,), "at least 2 axes"),
        (InputSpec(max_ndim=2), (None, 2), (None, 2, 3), "at most 2 axes"),
        (InputSpec(axes={-1: 4}), (None, 4), (None, 5), "axis -1 of the input to have size 4"),
        (InputSpec(shape=(None, 2, None)), (7, 2, 9), (7, 3, 9), "axis 1 of the input to have size 2"),
    ],
)
def test_what_a_layer_demands(spec, good, bad, problem):
    assert spec.problem(good) is None and problem in spec.problem(bad)


def test_unknown_sizes_fit():
    assert InputSpec(axes={1: 4}).problem((None, None, 3)) is None
    assert repr(InputSpec(min_ndim=2, axes={-1: 3})) == "InputSpec(min_ndim=2, axes={-1: 3})"


def test_whether_two_symbols_are_one_can_be_asked():
    a, b = KerasTensor((None, 3)), KerasTensor((None, 3))
    assert a == a and a != b and not a == b and not a != a
    assert b in [a, b] and b not in [a] and [a, b].index(b) == 1
    assert (a == b).shape == (None, 3)  # it is still an operation
    for asked in (a, a == 0.0, a > b):
        with pytest.raises(TypeError, match="holds no numbers"):
            bool(asked)


def test_it_has_no_length_and_says_so_to_those_who_ask():
    x = KerasTensor((None, 3))
    assert not hasattr(x, "__len__") and x._keras_shape == (None, 3)
    with pytest.raises(TypeError, match=r"use x.shape\[0\]"):
        len(x)


def test_symbolic_tensors_are_reshaped_by_their_methods():
    x = keras.Input((3, 4))
    assert x.reshape((-1, 2, 6)).shape == (None, 2, 6) and keras.Input((1, 4)).squeeze(1).shape == (None, 4)
    model = keras.Model(x, x.reshape((-1, 12)))
    assert keras.Model.from_config(model.get_config()).predict(np.ones((2, 3, 4)), verbose=0).shape == (2, 12)


def test_rank_and_shape_are_plain():
    symbol = KerasTensor((None, 3))
    assert np.ndim(symbol) == 2 and np.shape(symbol) == (None, 3)

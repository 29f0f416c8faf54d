import numpy as np
import pytest

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

"""How targets, predictions and weights are matched."""

import numpy as np
import pytest

from minikeras.metrics.shapes import as_array, match_targets, samplewise, spread


@pytest.mark.parametrize(
    "true, pred, matched",
    [
        ((3,), (3, 1), (3, 1)),
        ((3, 1), (3,), (3, 1)),
        ((3, 2, 1), (3, 2), (3, 2)),
        ((3, 2), (3, 2, 1), (3, 2)),
        ((3, 2), (3, 2), (3, 2)),
    ],
)
def test_a_last_axis_of_1_comes_and_goes(true, pred, matched):
    y_true, y_pred = match_targets(np.zeros(true), np.zeros(pred), "it")
    assert y_true.shape == y_pred.shape == matched


def test_nothing_else_is_stretched():
    with pytest.raises(
        ValueError, match=r"it expected one shape for both, got y_true of shape \(3,\) and y_pred of shape \(3, 2\)"
    ):
        match_targets(np.zeros(3), np.zeros((3, 2)), "it")


def test_lists_take_the_default_float_type_and_arrays_keep_theirs():
    assert as_array([1.5]).dtype == np.float32 and as_array(np.float64(1.5)).dtype == np.float64
    assert as_array([1]).dtype.kind == "i" and as_array([True]).dtype == bool


def test_weights_are_reduced_as_the_values_are():
    values, weight = samplewise(np.ones((2, 3, 4)), [[1, 2, 3], [4, 5, 6]], np.mean, "float32")
    assert values.tolist() == [2, 5] and weight.tolist() == [2, 5]


def test_spread_names_both_shapes():
    with pytest.raises(ValueError, match=r"sample_weight of shape \(2,\) does not fit values of shape \(3, 3\)"):
        spread(np.zeros(2), (3, 3))

"""Weights, masks and divisors, with real Keras' numbers."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import losses
from minikeras.losses.reduction import align, reduce, shares, standardize_reduction

Y = np.array([[0.0, 1.0, 2.0], [1.0, -1.0, 0.5]], "float32")
P = np.array([[0.5, 1.5, -1.0], [2.0, -1.0, 0.0]], "float32")


@pytest.mark.parametrize(
    ("reduction", "weights", "expected"),
    [
        ("sum_over_batch_size", None, 1.7916667), ("sum_over_batch_size", [1, 3], 2.2083335), ("mean", [1, 3], 2.2083335),
        ("sum", None, 3.5833335), ("sum", [1, 3], 4.4166670), ("mean_with_sample_weight", None, 1.7916667),
        ("mean_with_sample_weight", [1, 3], 1.1041667), ("mean_with_sample_weight", [[1], [3]], 1.1041667),
        ("mean_with_sample_weight", [0, 0], 0.0), ("sum_over_batch_size", 2.0, 3.5833335),
    ],
)  # fmt: skip
def test_reductions_of_mean_squared_error(reduction, weights, expected):
    loss = losses.MeanSquaredError(reduction=reduction)
    assert float(loss(Y, P, weights)) == pytest.approx(expected, rel=1e-6)
    weights = None if weights is None else np.array(weights, "float32")
    assert loss.value_and_grad(Y, P, weights)[0] == pytest.approx(expected, rel=1e-6)


def test_no_reduction():
    for name in (None, "none"):
        loss = losses.MeanSquaredError(reduction=name)
        np.testing.assert_allclose(loss(Y, P), [3.1666667, 0.4166667], rtol=1e-6)
        np.testing.assert_allclose(loss(Y, P, [1, 3]), [3.1666667, 1.25], rtol=1e-6)
        assert loss(Y, P, [[1], [3]]).shape == (2, 1)  # as Keras


def test_weights_of_samples_go_along_the_further_axes():
    y, p = np.zeros((2, 3, 4)), np.ones((2, 3, 4))
    loss = losses.MeanSquaredError()
    assert float(loss(y, p, [1, 3])) == float(loss(y, p, [[1], [3]])) == float(loss(y, p, [[1] * 3, [3] * 3])) == 2.0
    value, grad = loss.value_and_grad(y, p, np.array([1.0, 3.0]))
    assert value == 2.0 and grad[1, 0, 0] == pytest.approx(3 * 2 / 24)


def test_weights_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"sample_weight of shape \(3,\) does not fit the loss values of shape \(2,\)"):
        losses.MeanSquaredError()(Y, P, [1, 2, 3])
    with pytest.raises(ValueError, match="one weight for each sample"):
        align(np.ones((2, 2, 2)), np.ones((2, 2)))


def test_masked_values_do_not_count():
    values, mask = np.array([1.0, 2.0, 3.0]), np.array([True, False, True])
    assert reduce(values, "mean", None, mask) == 2.0
    assert reduce(values, "mean", [1, 1, 3], mask) == 5.0
    assert reduce(values, "mean_with_sample_weight", [1, 1, 3], mask) == 2.5
    assert reduce(values, "sum", None, mask) == 4.0
    assert reduce(values, "mean", None, np.zeros(3, bool)) == 0.0
    assert reduce(values, None, None, mask).tolist() == [1.0, 0.0, 3.0]


def test_shares():
    assert shares(np.zeros(4), "sum") == 1.0 and shares(np.zeros(0), "mean") == 1.0
    assert shares(np.array(3.0), "mean") == 1.0


def test_unknown_reduction():
    with pytest.raises(ValueError, match="Invalid value for argument `reduction` of a loss: .*got 'average'"):
        losses.Huber(reduction="average")
    assert standardize_reduction("auto") == "sum_over_batch_size"


def test_keras_2_had_names_for_them():
    kind = losses.Reduction
    assert losses.MeanSquaredError(reduction=kind.NONE)(Y, P).shape == (2,) and "Reduction" not in losses.__all__
    assert losses.MeanSquaredError(reduction=kind.AUTO)(Y, P) == losses.MeanSquaredError()(Y, P)
    with pytest.raises(ValueError, match="Invalid Reduction Key: mean"):
        kind.validate("mean")

"""Where loss and activation meet: the same numbers as apart, and exact where those fail."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import activations, losses
from minikeras.losses.fused import sigmoid_crossentropy, softmax_crossentropy, sparse_softmax_crossentropy
from tests.gradcheck import check_gradient

RNG = np.random.default_rng(5)
Z = RNG.normal(size=(6, 4))
LABELS = RNG.integers(0, 4, 6)
PAIRS = {
    "bce": (losses.BinaryCrossentropy, activations.sigmoid, (RNG.random((6, 4)) > 0.5) * 1.0),
    "cce": (losses.CategoricalCrossentropy, activations.softmax, np.eye(4)[LABELS]),
    "scce": (losses.SparseCategoricalCrossentropy, activations.softmax, LABELS),
}


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    ("pair", "kwargs"),
    [
        ("bce", {}), ("bce", {"label_smoothing": 0.2}), ("bce", {"axis": 0}), ("cce", {}), ("cce", {"label_smoothing": 0.2}),
        ("scce", {}), ("scce", {"ignore_class": 2}),
    ],
)  # fmt: skip
def test_together_as_apart(pair, kwargs, weighted, reduction):
    cls, activation, y = PAIRS[pair]
    loss = cls(**kwargs, reduction=reduction)
    y, p = loss.prepare_targets(y, Z.shape, "float64"), activation(Z)
    w = RNG.random(4 if "axis" in kwargs else 6) if weighted else None
    value, dz = loss.fused(activation)(y, Z, p, w)
    apart, dp = loss.value_and_grad(y, p, w)
    assert type(value) is float and dz.dtype == Z.dtype
    np.testing.assert_allclose(value, apart, rtol=1e-9)
    np.testing.assert_allclose(dz, activations.derivative(activation)(dp, Z, p), rtol=1e-7, atol=1e-12)
    logits, dz_logits = cls(**kwargs, from_logits=True, reduction=reduction).value_and_grad(y, Z, w)
    np.testing.assert_allclose(logits, value, rtol=1e-12)
    np.testing.assert_allclose(dz_logits, dz, rtol=1e-12, atol=1e-15)


def test_soft_targets_that_do_not_sum_to_one():
    loss, z, y = losses.CategoricalCrossentropy(), Z.copy(), RNG.random((6, 4))
    fused = loss.fused(activations.softmax)
    check_gradient(lambda: fused(y, z, activations.softmax(z), None)[0], z, fused(y, z, activations.softmax(z), None)[1])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_saturated_logits_give_the_exact_gradient(dtype):
    z = np.array([[50.0], [-50.0], [50.0], [-50.0]], dtype)
    y = np.array([[0.0], [1.0], [1.0], [0.0]], dtype)
    p = activations.sigmoid(z)
    value, dz = losses.BinaryCrossentropy().fused(activations.sigmoid)(y, z, p, None)
    assert value == pytest.approx(25.0, rel=1e-6)  # two right ones cost nothing, two wrong ones 50 each
    np.testing.assert_allclose(dz, (p - y) / 4, rtol=1e-6, atol=0)
    for labels, cls in (([1, 0, 0, 1], losses.SparseCategoricalCrossentropy), (None, losses.CategoricalCrossentropy)):
        two = np.concatenate([z, -z], axis=1)
        q, one_hot = activations.softmax(two), np.eye(2, dtype=dtype)[[1, 0, 0, 1]]
        value, dz = cls().fused(activations.softmax)(one_hot if labels is None else np.array(labels), two, q, None)
        assert value == pytest.approx(50.0, rel=1e-6)
        np.testing.assert_allclose(dz, (q - one_hot) / 4, rtol=1e-6, atol=1e-30)


def test_probabilities_that_round_to_zero():
    z = np.array([[0.0, 300.0, -300.0]], "float32")
    p = activations.softmax(z)
    assert p.min() == 0.0
    assert sparse_softmax_crossentropy(np.array([2]), z, p, 1.0)[0] == 600.0
    assert softmax_crossentropy(np.array([[0.5, 0.0, 0.5]], "float32"), z, p, 1.0)[0] == 450.0
    assert sigmoid_crossentropy(np.array([[1.0]]), np.array([[-800.0]]), np.array([[0.0]]), 1.0)[0] == 800.0


def test_sequences_with_weights_of_samples_or_steps():
    z, y = RNG.normal(size=(3, 5, 4)), RNG.integers(0, 4, (3, 5))
    p, loss = activations.softmax(z), losses.SparseCategoricalCrossentropy()
    for w in (RNG.random(3), RNG.random((3, 1)), RNG.random((3, 5))):
        value, dz = loss.fused(activations.softmax)(y, z, p, w)
        assert value == pytest.approx(float(loss(y, p, w)), rel=1e-9)
        expected = (p - np.eye(4)[y]) * w.reshape(*w.shape, *(1,) * (3 - w.ndim)) / 15
        np.testing.assert_allclose(dz, expected, rtol=1e-9, atol=1e-12)


def test_an_output_axis_of_one_that_the_targets_lack():
    z, y = RNG.normal(size=(3, 5, 1)), (RNG.random((3, 5)) > 0.5) * 1.0
    p, loss = activations.sigmoid(z), losses.BinaryCrossentropy()
    value, dz = loss.fused(activations.sigmoid)(
        loss.prepare_targets(y, (None, 5, 1), "float64"), z, p, np.array([1.0, 2.0, 3.0])
    )
    assert dz.shape == z.shape and value == pytest.approx(float(loss(y, p, [1, 2, 3])), rel=1e-9)


def test_arrays_in_fortran_order():
    fused, p = losses.SparseCategoricalCrossentropy().fused(activations.softmax), activations.softmax(Z)
    value, dz = fused(LABELS, Z, np.asfortranarray(p), None)
    expected, expected_dz = fused(LABELS, Z, p, None)
    assert value == pytest.approx(expected)
    np.testing.assert_allclose(dz, expected_dz, rtol=1e-12)


def test_only_the_known_pairs_meet():
    assert losses.BinaryCrossentropy().fused(activations.softmax) is None
    assert losses.CategoricalCrossentropy().fused(activations.sigmoid) is None
    assert losses.BinaryCrossentropy(from_logits=True).fused(activations.sigmoid) is None
    assert losses.CategoricalCrossentropy(axis=1).fused(activations.softmax) is None
    assert losses.MeanSquaredError().fused(activations.sigmoid) is None


def test_a_diverged_model_has_a_loss_of_nan_and_no_warning():
    for bad in (np.nan, np.inf):
        z = np.array([[bad, 1.0, 2.0]], "float32")
        with np.errstate(invalid="ignore"):
            q = activations.softmax(z)
        value, _ = losses.SparseCategoricalCrossentropy().fused(activations.softmax)(np.array([0]), z, q, None)
        assert np.isnan(value)

"""Cross-entropies: real Keras' numbers (JAX), on probabilities and on logits."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import losses

Q = np.array([[0.2, 0.5, 0.3], [0.9, 0.05, 0.05]], "float32")
Z = np.array([[0.5, 1.5, -1.0], [2.0, -1.0, 0.0]], "float32")
ONE_HOT = np.array([[0, 0, 1], [1, 0, 0]], "float32")


@pytest.mark.parametrize(
    ("kwargs", "categorical", "binary"),
    [
        ({}, [1.2039728164672852, 0.10536054521799088], [0.7067545652389526, 0.06931572407484055]),
        ({"label_smoothing": 0.1}, [1.2004609107971191, 0.29805201292037964], [0.7157377600669861, 0.2040841281414032]),
        ({"from_logits": True}, [2.8715391159057617, 0.1698460429906845], [1.3295841217041016, 0.3777789771556854]),
        (
            {"from_logits": True, "label_smoothing": 0.1},
            [2.738205909729004, 0.3365127444267273],
            [1.2795840501785278, 0.427778959274292],
        ),
    ],
)
def test_values_of_keras(kwargs, categorical, binary):
    p = Z if kwargs.get("from_logits") else Q
    np.testing.assert_allclose(losses.CategoricalCrossentropy(reduction=None, **kwargs)(ONE_HOT, p), categorical, rtol=1e-6)
    np.testing.assert_allclose(losses.BinaryCrossentropy(reduction=None, **kwargs)(ONE_HOT, p), binary, rtol=1e-6)
    if "label_smoothing" not in kwargs:
        np.testing.assert_allclose(
            losses.SparseCategoricalCrossentropy(reduction=None, **kwargs)([2, 0], p), categorical, rtol=1e-6
        )


def test_probabilities_are_clipped_as_in_keras():
    p, y = np.array([[0.0], [1.0], [1.0]], "float32"), np.array([[1.0], [0.0], [1.0]], "float32")
    expected = [16.11809539794922, 15.942384719848633, 1.1920928955078125e-07]
    np.testing.assert_allclose(losses.BinaryCrossentropy(reduction=None)(y, p), expected, rtol=1e-6)
    np.testing.assert_array_equal(losses.BinaryCrossentropy().value_and_grad(y, p)[1], 0.0)  # where clipped, flat
    wrong = np.array([[0.0, 1.0, 0.0]], "float32")
    np.testing.assert_allclose(losses.categorical_crossentropy(ONE_HOT[:1], wrong), [16.11809539794922], rtol=1e-6)


def test_probabilities_are_divided_by_their_sum():
    np.testing.assert_allclose(
        losses.categorical_crossentropy(ONE_HOT, 3 * Q), losses.categorical_crossentropy(ONE_HOT, Q), rtol=1e-6
    )


def test_ignored_class():
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    assert float(loss([-1, 0], Q)) == pytest.approx(0.10536054521799088)
    assert float(loss([-1, 0], Q, [5.0, 3.0])) == pytest.approx(0.3160816431045532)
    weighted = losses.SparseCategoricalCrossentropy(ignore_class=-1, reduction="mean_with_sample_weight")
    three = np.concatenate([Q, Q[:1]])
    assert float(weighted([-1, 0, 2], three, [5.0, 3.0, 1.0])) == pytest.approx(0.3800136148929596)
    value, grad = loss.value_and_grad(np.array([-1, 0]), Q)
    assert not grad[0].any() and grad[1].any() and value == pytest.approx(0.10536054521799088)


def test_classes_along_another_axis():
    rng = np.random.default_rng(0)
    z, labels = rng.normal(size=(2, 4, 3)), rng.integers(0, 4, (2, 3))
    last = np.moveaxis(z, 1, -1)
    for cls, y, y_last in (
        (losses.SparseCategoricalCrossentropy, labels, labels),
        (losses.CategoricalCrossentropy, np.moveaxis(np.eye(4)[labels], -1, 1), np.eye(4)[labels]),
    ):
        value, grad = cls(from_logits=True, axis=1).value_and_grad(y, z)
        expected, expected_grad = cls(from_logits=True).value_and_grad(y_last, last)
        assert value == pytest.approx(expected)
        np.testing.assert_allclose(grad, np.moveaxis(expected_grad, -1, 1), rtol=1e-9)


def test_axis_must_be_an_integer():
    with pytest.raises(ValueError, match="`axis`.*integer, got True"):
        losses.categorical_crossentropy(ONE_HOT, Q, axis=True)


def test_outputs_of_nothing_are_nan_without_a_warning():
    assert np.isnan(losses.categorical_crossentropy(ONE_HOT, np.zeros((2, 3)))).all()
    assert np.isnan(losses.CategoricalCrossentropy().value_and_grad(ONE_HOT, np.zeros((2, 3), "float32"))[0])

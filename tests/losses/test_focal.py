"""Focal and generalized cross-entropies: real Keras' numbers."""

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
        ({}, [0.14748665690422058, 0.00026340148178860545], [0.25738638639450073, 0.0004366908688098192]),
        ({"label_smoothing": 0.1}, [0.14768195152282715, 0.04530664533376694], [0.2419617772102356, 0.0026005178224295378]),
        ({"from_logits": True}, [0.6389041543006897, 0.0010360624874010682], [0.7388507127761841, 0.06591613590717316]),
        (
            {"from_logits": True, "label_smoothing": 0.1},
            [0.6029742360115051, 0.03939765691757202],
            [0.6636218428611755, 0.06996123492717743],
        ),
    ],
)
def test_values_of_keras(kwargs, categorical, binary):
    p = Z if kwargs.get("from_logits") else Q
    np.testing.assert_allclose(
        losses.CategoricalFocalCrossentropy(reduction=None, **kwargs)(ONE_HOT, p), categorical, rtol=3e-6
    )
    np.testing.assert_allclose(losses.BinaryFocalCrossentropy(reduction=None, **kwargs)(ONE_HOT, p), binary, rtol=3e-6)


def test_balancing_and_weights_of_classes():
    loss = losses.BinaryFocalCrossentropy(apply_class_balancing=True, gamma=1.5, alpha=0.4, reduction=None)
    np.testing.assert_allclose(loss(ONE_HOT, Q), [0.14702078700065613, 0.0006736299837939441], rtol=3e-6)
    loss = losses.CategoricalFocalCrossentropy(alpha=[0.1, 0.2, 0.7], gamma=1.0, reduction=None)
    np.testing.assert_allclose(loss(ONE_HOT, Q), [0.5899466276168823, 0.0010536056943237782], rtol=3e-6)


def test_no_focus_is_the_plain_cross_entropy():
    plain = losses.BinaryCrossentropy().value_and_grad(ONE_HOT, Q)
    focal = losses.BinaryFocalCrossentropy(gamma=0.0).value_and_grad(ONE_HOT, Q)
    assert focal[0] == pytest.approx(plain[0], rel=1e-6)
    np.testing.assert_allclose(focal[1], plain[1], rtol=1e-5)


def test_saturated_outputs_do_not_warn():
    y, p = np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]])
    for gamma in (0.5, 1.0, 2.0):
        for loss in (losses.BinaryFocalCrossentropy(gamma=gamma), losses.CategoricalFocalCrossentropy(gamma=gamma)):
            loss.value_and_grad(y, p)
            loss.value_and_grad(1.0 - y, p)


def test_generalized():
    loss = losses.CategoricalGeneralizedCrossEntropy(q=0.3, reduction=None)
    np.testing.assert_allclose(loss([2, 0], Q), [1.0105156898498535, 0.10371287167072296], rtol=2e-6)
    value, grad = losses.CategoricalGeneralizedCrossEntropy().value_and_grad(np.array([0]), np.array([[0.0, 1.0]]))
    assert value == 2.0 and np.isfinite(grad).all()
    for q in (0.0, 1.0, -1.0):
        with pytest.raises(ValueError, match="`q`.*above 0 and below 1"):
            losses.CategoricalGeneralizedCrossEntropy(q=q)

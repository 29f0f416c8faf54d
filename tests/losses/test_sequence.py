"""Connectionist temporal classification: real Keras' numbers, and counting by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from minikeras import losses

Z = np.array(
    [[[1, 0, -1], [0, 2, 1], [0.5, -0.5, 0], [0, 0, 1]], [[0, 1, 0], [1, 0, 2], [0, 0, 0], [1, 1, -1]]],
    "float32",
)


def test_values_of_keras():
    loss = losses.CTC(reduction=None)
    np.testing.assert_allclose(loss(np.array([[1, 2], [2, 0]]), Z), [0.8503044843673706, 2.1858696937561035], rtol=1e-5)
    np.testing.assert_allclose(loss(np.array([[1, 1], [2, 2]]), Z), [2.67240309715271, 4.119929790496826], rtol=1e-5)


def test_gradient_of_keras():
    _, grad = losses.CTC().value_and_grad(np.array([[1, 2], [2, 0]]), Z)
    np.testing.assert_allclose(grad[0, 0], [-0.006965726613998413, -0.03804956004023552, 0.045015282928943634], rtol=1e-4)
    np.testing.assert_allclose(grad[1, 2], [-0.07008077204227448, 0.1666666865348816, -0.09658589959144592], rtol=1e-4)


def said(path):
    """What a path says: repeats joined, blanks dropped."""
    return tuple(c for c, _ in itertools.groupby(path) if c)


@pytest.mark.parametrize("labels", [(1, 2), (1, 1), (2,), ()])
def test_all_paths_counted(labels):
    p = np.exp(Z[0].astype(float))
    p /= p.sum(axis=-1, keepdims=True)
    total = sum(np.prod(p[range(4), path]) for path in itertools.product(range(3), repeat=4) if said(path) == labels)
    y = np.array([labels + (0,) * (2 - len(labels))])
    assert float(losses.CTC()(y, Z[:1].astype(float))) == pytest.approx(-np.log(total))


def test_labels_that_no_path_can_say():
    value, grad = losses.CTC().value_and_grad(np.array([[1, 1, 1]]), Z[:1])  # needs five steps
    assert value > 1e4 and np.isfinite(grad).all()


def test_shapes():
    with pytest.raises(ValueError, match="logits of shape"):
        losses.CTC()(np.ones((2, 3)), np.ones((2, 3)))
    with pytest.raises(ValueError, match="integer labels of shape"):
        losses.CTC()(np.ones(2), Z)
    with pytest.raises(ValueError, match="labels from 1 to 3; y_pred has 3 classes"):
        losses.CTC()(np.array([[1, 3], [1, 1]]), Z)

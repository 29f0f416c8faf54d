"""Cross-entropies, and class numbers as ones and zeros."""

from __future__ import annotations

import numpy as np

from minikeras._core.config import epsilon as fuzz
from minikeras._core.config import standardize_dtype
from minikeras._core.trace import logits_of
from minikeras.ops.curves import log_softmax
from minikeras.ops.dtypes import array, cast, floats, promote_floats
from minikeras.ops.operation import operation


@operation
def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    """Ones at the class and zeros elsewhere, along a new axis; all zeros for classes that do not exist.

    >>> one_hot([0, 2], 3)
    array([[1., 0., 0.], [0., 0., 1.]], dtype=float32)
    """
    if sparse:
        raise ValueError("Sparse arrays do not exist in NumPy: one_hot with sparse=True is not available.")
    x = np.asarray(array(x))
    axis = axis % (x.ndim + 1)
    classes = np.arange(num_classes).reshape([-1 if i == axis else 1 for i in range(x.ndim + 1)])
    return np.equal(np.expand_dims(x, axis), classes).astype(standardize_dtype(dtype))


@operation
def multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False, **kwargs):
    """Ones at all classes of a sample and zeros elsewhere.

    >>> multi_hot([[0, 2], [1, 1]], 3)
    array([[1., 0., 1.], [0., 1., 0.]], dtype=float32)
    """
    num_classes = kwargs.pop("num_tokens", num_classes)
    if num_classes is None:
        raise ValueError("Argument `num_classes` must be specified.")
    inputs = array(inputs)
    return np.max(one_hot(inputs, num_classes, axis, dtype, sparse), 1 if inputs.ndim > 1 else 0)


def clipped(p):
    """Probabilities away from 0 and 1 by epsilon."""
    return np.clip(p, cast(fuzz(), p.dtype), cast(1.0 - fuzz(), p.dtype))


def same_shape(target, output):
    """Targets and outputs of cross-entropies."""
    if target.shape != output.shape:
        raise ValueError(
            f"Arguments `target` and `output` must have the same shape. Received: {target.shape} and {output.shape}."
        )


def before(output, from_logits, kind, axis=-1):
    """What a cross-entropy starts from, and whether these are logits: those that a tape knows behind probabilities."""
    z = None if from_logits or axis not in (-1, np.ndim(output) - 1) else logits_of(output, kind)
    return (output, from_logits) if z is None else (z, True)


@operation
def binary_crossentropy(target, output, from_logits=False):
    """-t log p - (1 - t) log(1 - p) with p = output, or p = sigmoid(output) with ``from_logits``.

    >>> binary_crossentropy([1.0, 0.0], [0.5, 0.5])
    array([0.6931, 0.6931], dtype=float32)
    """
    output, from_logits = before(output, from_logits, "sigmoid")
    target, output = promote_floats(target, output)
    same_shape(target, output)
    if from_logits:
        zero = cast(0, output.dtype)
        return target * np.logaddexp(-output, zero) + (1 - target) * np.logaddexp(output, zero)
    p = clipped(output)
    return -(target * np.log(p) + (1 - target) * np.log(1 - p))


def log_probabilities(output, from_logits, axis):
    """log p, from logits or from probabilities that are first made to sum to 1."""
    if from_logits:
        return log_softmax(output, axis)
    return np.log(clipped(output / np.sum(output, axis, keepdims=True)))


@operation
def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """-Σ t log p along an axis.

    >>> categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
    array([0.6931], dtype=float32)
    """
    output, from_logits = before(output, from_logits, "softmax", axis)
    target, output = promote_floats(target, output)
    same_shape(target, output)
    if target.ndim < 1:
        raise ValueError(f"Arguments `target` and `output` must be at least rank 1. Received shape {target.shape}.")
    return -np.sum(target * log_probabilities(output, from_logits, axis), axis)


@operation
def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """-log p of the class with the number given.

    >>> sparse_categorical_crossentropy([1], [[0.5, 0.5]])
    array([0.6931], dtype=float32)
    """
    output, from_logits = before(output, from_logits, "softmax", axis)
    target, output = np.asarray(array(target)).astype("int64"), floats(output)
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = np.squeeze(target, -1)
    if output.ndim < 1:
        raise ValueError(f"Argument `output` must be at least rank 1. Received: output.shape={output.shape}")
    if len(target.shape) != len(output.shape[:-1]) or axis == -1 and target.shape != output.shape[:-1]:
        raise ValueError(
            "Arguments `target` and `output` must have the same shape up until the last dimension: "
            f"target.shape={target.shape}, output.shape={output.shape}"
        )
    log_p = log_probabilities(output, from_logits, axis)
    return -np.sum(cast(one_hot(target, output.shape[axis], axis), log_p.dtype) * log_p, axis)

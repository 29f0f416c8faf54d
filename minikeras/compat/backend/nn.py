"""What nets are made of, in keras.backend: activations, cross-entropies, and labels of sequences."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import activations, config, losses, ops, random
from minikeras.compat.backend.whole import whole

sigmoid, tanh, softmax, softplus, softsign = ops.sigmoid, ops.tanh, ops.softmax, ops.softplus, ops.softsign


@whole
def relu(x, alpha=0.0, max_value=None, threshold=0.0, negative_slope=None):
    """max(x, 0), with slope α below, a ceiling, and a threshold.

    >>> relu(np.array([-2.0, 3.0]), 0.5).tolist()
    [-1.0, 3.0]
    """
    return activations.relu(x, alpha if negative_slope is None else negative_slope, max_value, threshold)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """x, or α (eˣ - 1) below 0.

    >>> elu(np.array([0.0, 1.0])).tolist()
    [0.0, 1.0]
    """
    return ops.elu(x, alpha)


def hard_sigmoid(x: Any) -> Any:
    """Keras 2's straight line for the sigmoid: 0.2 x + 0.5, between 0 and 1. That of Keras 3 is another.

    >>> hard_sigmoid(np.array([-3.0, 1.0])).tolist()
    [0.0, 0.7]
    """
    return ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0)


@whole
def dropout(x, level, noise_shape=None, seed=None):
    """Set a part of the values to 0 and make up for it in the others.

    >>> dropout(np.ones(2), 0.0).tolist()
    [1.0, 1.0]
    """
    return random.dropout(x, level, noise_shape, seed)


def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """-Σ t ln p.

    >>> categorical_crossentropy(np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]])).round(3).tolist()
    [0.693]
    """
    return ops.categorical_crossentropy(target, output, from_logits, axis)


@whole
def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1, ignore_class=None):
    """-ln p of the class that the integer names.

    >>> sparse_categorical_crossentropy(np.array([1]), np.array([[0.5, 0.5]])).round(3).tolist()
    [0.693]
    """
    target = np.asarray(target).astype("int32") if not hasattr(target, "entry") else target
    if np.ndim(target) == np.ndim(output) and np.shape(target)[-1] == 1:
        target = np.squeeze(target, -1)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(target, output, from_logits, axis)
    counts = target != ignore_class
    return ops.sparse_categorical_crossentropy(np.where(counts, target, 0), output, from_logits, axis) * counts


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """-t ln p - (1 - t) ln (1 - p), for each output.

    >>> binary_crossentropy(np.array([1.0]), np.array([0.5])).round(3).tolist()
    [0.693]
    """
    return ops.binary_crossentropy(target, output, from_logits)


@whole
def binary_focal_crossentropy(target, output, apply_class_balancing=False, alpha=0.25, gamma=2.0, from_logits=False):
    """The same, times (1 - p)ᵞ for what is right.

    >>> binary_focal_crossentropy(np.array([1.0]), np.array([0.5])).round(3).tolist()
    [0.173]
    """
    target, output = np.expand_dims(target, -1), np.expand_dims(output, -1)
    return losses.binary_focal_crossentropy(target, output, apply_class_balancing, alpha, gamma, from_logits)


@whole
def categorical_focal_crossentropy(target, output, alpha=0.25, gamma=2.0, from_logits=False, axis=-1):
    """-Σ α (1 - p)ᵞ t ln p.

    >>> categorical_focal_crossentropy(np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]])).round(3).tolist()
    [0.043]
    """
    return losses.categorical_focal_crossentropy(target, output, alpha, gamma, from_logits, axis=axis)


def ctc_batch_cost(y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Any:
    """The CTC loss of each sample, (batch, 1); the last class is the blank.

    Args:
        y_true: labels (batch, labels).
        y_pred: probabilities (batch, steps, classes).
        input_length, label_length: how many steps and labels count, (batch, 1).

    >>> ctc_batch_cost(np.array([[0]]), np.full((1, 1, 2), 0.5), np.array([[1]]), np.array([[1]])).round(3).tolist()
    [[0.693]]
    """
    return _ctc(y_true, y_pred, input_length, label_length)


@whole
def _ctc(y_true, y_pred, input_length, label_length):
    lengths = (np.asarray(getattr(n, "untraced", n)).reshape(-1) for n in (label_length, input_length))
    target = np.asarray(getattr(y_true, "untraced", y_true))
    cost = ops.ctc_loss(target, np.log(y_pred + config.epsilon()), *lengths, mask_index=np.shape(y_pred)[-1] - 1)
    return np.reshape(cost, (-1, 1))


def ctc_decode(y_pred: Any, input_length: Any, greedy: bool = True, beam_width: int = 100, top_paths: int = 1) -> tuple:
    """The labels that probabilities most likely say: a list of arrays filled up with -1, and scores.

    >>> paths, scores = ctc_decode(np.array([[[0.9, 0.1], [0.1, 0.9]]]), [2])
    >>> paths[0].tolist()
    [[0, -1]]
    """
    logits = np.log(np.asarray(y_pred) + config.epsilon())
    how = {"strategy": "greedy"} if greedy else {"strategy": "beam_search", "beam_width": beam_width, "top_paths": top_paths}
    blank = logits.shape[-1] - 1
    labels, scores = ops.ctc_decode(logits, np.asarray(input_length).reshape(-1), **how, mask_index=blank)
    return list(labels), scores


def ctc_label_dense_to_sparse(labels: Any, label_lengths: Any) -> Any:
    """Return the labels: there are no sparse tensors here, and nothing here wants them.

    >>> ctc_label_dense_to_sparse([[1]], [1])
    [[1]]
    """
    return labels

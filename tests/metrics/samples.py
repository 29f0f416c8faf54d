"""Batches for the tests of metrics, from NumPy's frozen generator, so that Keras could be asked about the same ones."""

from __future__ import annotations

import numpy as np

SIZES = 7, 16, 33


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def one_hot(labels, classes):
    return np.eye(classes)[labels]


def batch(kind, n, r):
    """Targets and predictions of a kind, for n samples."""
    if kind == "binary":
        return r.randint(0, 2, (n, 1)), r.rand(n, 1)
    if kind == "binary logits":
        return r.randint(0, 2, (n, 1)), 2 * r.randn(n, 1)
    if kind == "labels":  # several yes or no answers
        return r.randint(0, 2, (n, 4)), r.rand(n, 4)
    if kind == "ties":  # predictions on round numbers, where > and >= differ
        return r.randint(0, 2, (n, 4)), r.randint(0, 11, (n, 4)) / 10
    if kind == "one-hot":
        return one_hot(r.randint(0, 5, n), 5), softmax(2 * r.randn(n, 5))
    if kind == "one-hot sequence":
        return one_hot(r.randint(0, 5, (n, 3)), 5), softmax(2 * r.randn(n, 3, 5))
    if kind == "one-hot logits":
        return one_hot(r.randint(0, 5, n), 5), 2 * r.randn(n, 5)
    if kind == "sparse":
        return r.randint(0, 5, n), softmax(2 * r.randn(n, 5))
    if kind == "sparse column":
        return r.randint(0, 5, (n, 1)), softmax(2 * r.randn(n, 5))
    if kind == "sparse sequence":
        return r.randint(0, 5, (n, 3)), softmax(2 * r.randn(n, 3, 5))
    if kind == "classes":
        return r.randint(0, 4, n), r.randint(0, 4, n)
    if kind == "best classes":
        return r.randint(0, 9, n), np.argsort(r.rand(n, 9), axis=-1)
    if kind == "numbers":
        return r.randn(n, 3), r.randn(n, 3)
    if kind == "column":
        return r.randn(n, 1), r.randn(n, 1)
    if kind == "flat":
        return r.randn(n), r.randn(n, 1)
    if kind == "sequence":
        return r.randn(n, 2, 3), r.randn(n, 2, 3)
    if kind == "positive":
        return r.rand(n, 3) + 0.1, r.rand(n, 3) + 0.1
    if kind == "values":
        return (r.randn(n, 2),)
    raise KeyError(kind)


def batches(kind, weighted=False, seed=0):
    """Three batches ``((y_true, y_pred), sample_weight)``; floats are float32, nothing can be written into."""
    r = np.random.RandomState(seed)
    for n in SIZES:
        arrays = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in batch(kind, n, r)]
        weight = r.rand(n).astype(np.float32)
        for a in (*arrays, weight):
            a.flags.writeable = False
        yield arrays, weight if weighted else None


def results(metric, kind, weighted=False):
    """What a metric says after each of the three batches."""
    said = []
    for arrays, weight in batches(kind, weighted):
        metric.update_state(*arrays, sample_weight=weight)
        said.append(np.asarray(metric.result(), float).round(7).tolist())
    return said

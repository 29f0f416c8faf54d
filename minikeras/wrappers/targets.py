"""Targets between scikit-learn's form and a model's: labels in one-hot form and back, rows and columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.utils import to_categorical


class Targets:
    """Numbers: a column more for the model, one less on the way back.

    >>> y = np.array([1.0, 2.0]); numbers = Targets(y)
    >>> numbers.encode(y).shape, numbers.decode(np.ones((5, 1))).shape
    ((2, 1), (5,))
    """

    kind = "continuous"

    def __init__(self, y: np.ndarray):
        from sklearn.utils.multiclass import type_of_target

        self.ndim, self.dtype = y.ndim, y.dtype
        self.kind = type_of_target(y, raise_unknown=True)

    def encode(self, y: np.ndarray) -> Any:
        """What the model is trained on."""
        return y.reshape(-1, 1) if y.ndim == 1 else y

    def decode(self, raw: Any) -> np.ndarray:
        """What the model gives, in the form of y."""
        raw = raw.astype(self.dtype) if self.dtype.kind == "f" else raw
        return raw[:, 0] if self.ndim == 1 and raw.ndim == 2 and raw.shape[1] == 1 else raw


class OneHot(Targets):
    """Classes: each becomes a column. Several targets per sample become a list of such tables.

    >>> labels = OneHot(np.array(["b", "a", "b"])); labels.encode(np.array(["b", "a"]))
    array([[0., 1.],
           [1., 0.]])
    >>> labels.decode(np.array([[0.9, 0.1]]))
    array(['a'], dtype='<U1')
    """

    def __init__(self, y: np.ndarray):
        super().__init__(y)
        if self.kind not in ("binary", "multiclass", "multilabel-indicator", "multiclass-multioutput"):
            raise ValueError(
                f"Unknown label type: a classifier takes binary, multiclass, multilabel-indicator or multiclass-multioutput "
                f"targets, got {self.kind}."
            )
        self.columns = y.shape[1] if y.ndim == 2 and y.shape[1] > 1 else 0
        self.labels = self.kind == "multilabel-indicator"  # each column says yes or no
        if self.labels:
            self.classes = np.arange(self.columns)
        else:
            self.classes = [np.unique(y[:, i]) for i in range(self.columns)] if self.columns else np.unique(y)

    def encode(self, y: np.ndarray) -> Any:
        """What the model is trained on."""
        if self.labels:
            return y.astype(float)
        if self.columns:
            return [self._one_hot(y[:, i], classes) for i, classes in enumerate(self.classes)]
        return self._one_hot(y.reshape(-1), self.classes)

    @staticmethod
    def _one_hot(y: np.ndarray, classes: np.ndarray) -> np.ndarray:
        return to_categorical(np.searchsorted(classes, y), len(classes)).astype(float)

    def decode(self, raw: Any) -> np.ndarray:
        """The likeliest labels."""
        if self.labels:
            return (raw > 0.5).astype(self.dtype)
        if self.columns:
            return np.stack([classes[np.argmax(one, axis=1)] for one, classes in zip(raw, self.classes)], axis=1)
        return self.classes[np.argmax(raw, axis=1) if raw.shape[1] > 1 else (raw[:, 0] > 0.5).astype(int)]

    def probabilities(self, raw: Any, are_logits: bool) -> Any:
        """What the model gives, as shares of one."""
        if self.columns and not self.labels:
            return [self._shares(one, are_logits) for one in raw]
        return raw if self.labels else self._shares(raw, are_logits)

    @staticmethod
    def _shares(raw: np.ndarray, are_logits: bool) -> np.ndarray:
        raw = raw.astype(float)
        if raw.shape[1] == 1:
            return np.hstack([1 - raw, raw])
        shares = np.exp(raw - raw.max(axis=1, keepdims=True)) if are_logits else raw  # softmax of logits
        sums = shares.sum(axis=1, keepdims=True)
        return np.divide(shares, sums, out=np.full_like(shares, 1 / shares.shape[1]), where=sums > 0)


def classes_of(y: np.ndarray) -> int:
    """How many different classes, or rows of labels, there are.

    >>> classes_of(np.array(["a", "b", "a"])), classes_of(np.array([[1, 0], [1, 0]]))
    (2, 1)
    """
    return len(np.unique(y, axis=0))

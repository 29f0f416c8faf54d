"""From values per sample to one number: loss = Σ share·l, where the shares hold weights, masks and divisors."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.trace import Box
from minikeras.losses.targets import convert

MEANS = ("sum_over_batch_size", "mean", "mean_with_sample_weight")
SUMS = ("sum", "none", None)


class Reduction:
    """The names of reductions, as Keras 2 had them: ``Reduction.NONE``.

    >>> Reduction.all()
    ('auto', 'none', 'sum', 'sum_over_batch_size')
    """

    AUTO, NONE, SUM, SUM_OVER_BATCH_SIZE = "auto", "none", "sum", "sum_over_batch_size"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """All of them."""
        return cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE

    @classmethod
    def validate(cls, key: str) -> None:
        """Raise a ValueError unless it is one of them."""
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key: {key}. Expected keys are {cls.all()}.")


def standardize_reduction(reduction: str | None) -> str | None:
    """Return the reduction if there is such a one; Keras 2's "auto" is "sum_over_batch_size".

    >>> standardize_reduction("auto")
    'sum_over_batch_size'
    """
    if reduction == "auto":
        return "sum_over_batch_size"
    if reduction not in (*MEANS, *SUMS):
        raise ValueError(
            f"Invalid value for argument `reduction` of a loss: expected one of {(*MEANS, *SUMS)}, got {reduction!r}."
        )
    return reduction


def shares(values: Any, reduction: str | None, sample_weight: Any = None, mask: np.ndarray | None = None) -> Any:
    """Return the share of each value in the reduced loss Σ share·l: one float if all are equal, else an array.

    >>> shares(np.zeros(4), "mean"), shares(np.zeros(2), "mean_with_sample_weight", [1, 3])
    (0.25, array([0.25, 0.75]))
    """
    if values is None:
        raise ValueError("The loss function returned None. Does it lack a `return`?")
    if sample_weight is None and mask is None:
        return 1.0 if reduction in SUMS or values.ndim == 0 else 1.0 / max(values.size, 1)
    if sample_weight is None:
        weights = mask.astype(values.dtype)
    else:
        weights = align(sample_weight, values)
        if mask is not None:
            weights = weights * mask
    if reduction in SUMS:
        return weights
    if reduction == "mean_with_sample_weight":
        divisor = float(weights.sum())
    elif mask is None:
        divisor = values.size if values.ndim else weights.size
    else:
        divisor = float(mask.sum())
    return weights * (1.0 / divisor if divisor else 0.0)


def spread(share: np.ndarray, axis: Any) -> np.ndarray:
    """Put back the axis that a loss has summed away, for the shares to go along it."""
    return share[..., None] if axis == -1 else np.expand_dims(share, axis)


def align(sample_weight: Any, values: Any) -> np.ndarray:
    """Bring weights to the rank of the values: (n, 1) for values (n,) and (n,) for values (n, t) weigh whole samples.

    >>> align([1, 2], np.zeros((2, 3))).shape, align([[1], [2]], np.zeros(2)).shape
    ((2, 1), (2,))
    """
    weights = sample_weight if isinstance(sample_weight, Box) else np.asarray(sample_weight)
    if weights.dtype != values.dtype:
        weights = convert(weights, values.dtype)
    given, shape = weights.shape, values.shape
    if given == shape or not given or not shape:
        return weights
    if len(given) == len(shape) + 1 and given[-1] == 1:
        weights = weights.reshape(given[:-1])
    elif len(given) < len(shape):
        weights = weights.reshape(given + (1,) * (len(shape) - len(given)))
    if weights.ndim != len(shape) or any(a not in (1, b) for a, b in zip(weights.shape, shape, strict=True)):
        raise ValueError(
            f"sample_weight of shape {given} does not fit the loss values of shape {shape}: give one weight for each sample, "
            f"shape {shape[:1]}, or one for each value."
        )
    return weights


def reduce(values: Any, reduction: str | None, sample_weight: Any = None, mask: np.ndarray | None = None) -> Any:
    """Weigh and sum up values per sample.

    >>> float(reduce(np.array([1.0, 2.0]), "mean", [1.0, 3.0]))
    3.5
    """
    if not isinstance(values, Box):
        values = np.asarray(values)
    share = shares(values, reduction, sample_weight, mask)
    if reduction in ("none", None):
        if np.ndim(sample_weight) == 2 and values.ndim == 1:  # (n,) by (n, 1) is (n, 1), as in Keras
            return (values * share).reshape(-1, 1)
        return values if sample_weight is None and mask is None else values * share
    if isinstance(values, Box):
        return np.sum(values * share)
    if isinstance(share, float):
        return values.dtype.type(float(values.sum()) * share)
    return (values * share).sum()


def masked_weights(mask: np.ndarray, sample_weight: Any, reduction: str | None, dtype: Any) -> np.ndarray:
    """Sample weights with 0 where a step is masked; for a mean the others grow, so that it is taken over those that count.

    >>> masked_weights(np.array([[True, False], [True, True]]), None, "mean", "float64").round(2).tolist()
    [[1.33, 0.0], [1.33, 1.33]]
    """
    weights = np.asarray(mask).astype(dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        valid = float(weights.sum())
        weights = (np.asarray(mask) != 0) * np.asarray(weights.size / valid if valid else 0.0, dtype)
    if sample_weight is None:
        return weights
    given = np.asarray(sample_weight, dtype)
    if given.ndim < weights.ndim:
        given = given.reshape(given.shape + (1,) * (weights.ndim - given.ndim))
    elif given.ndim == weights.ndim + 1 and given.shape[-1] == 1:
        given = given[..., 0]
    elif given.ndim > weights.ndim:
        weights = weights.reshape(weights.shape + (1,) * (given.ndim - weights.ndim))
    return given * weights

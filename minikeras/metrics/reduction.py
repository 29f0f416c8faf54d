"""Sums and means over everything seen, and the mean of any function of ``(y_true, y_pred)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import losses
from minikeras._core.arguments import check_passed_on
from minikeras._core.naming import shorten
from minikeras._core.origin import of_the_house
from minikeras._core.registry import home
from minikeras._core.serialize import constructor_arguments, deserialize_keras_object, serialize_keras_object
from minikeras._core.tensor import plain, tensor
from minikeras.metrics.metric import Metric
from minikeras.metrics.shapes import as_array, samplewise


class Sum(Metric):
    """The weighted sum of the values seen, ``Σ wᵢ vᵢ``.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = Sum(); m.update_state([1, 3, 5, 7]); float(m.result())
    16.0
    >>> m.update_state([1, 3], sample_weight=[1, 0]); float(m.result())
    17.0
    """

    def __init__(self, name: str = "sum", dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", self.dtype, name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values, one number or an array of any shape; weights as `Mean` takes them."""
        with np.errstate(all="ignore"):
            values, _ = samplewise(values, sample_weight, np.sum, self.dtype)
            self.total.value[...] += values.sum()

    def tally(self, values: Any, sample_weight: Any = None) -> None:
        """Add values."""
        self.update_state(values, sample_weight)

    def result(self) -> np.generic:
        """Return the sum."""
        return self.total.value[()]


class Mean(Metric):
    """The weighted mean of the values seen, ``Σ wᵢ vᵢ / Σ wᵢ``; 0 before any.

    Values of more than one axis are averaged to one per sample first.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = Mean(); m.update_state([1, 3, 5, 7]); float(m.result())
    4.0
    >>> m.reset_state(); m.update_state([1, 3, 5, 7], sample_weight=[1, 1, 0, 0]); float(m.result())
    2.0
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", self.dtype, name="total")
        self.count = self.add_variable((), "zeros", self.dtype, name="count")
        self._largest = float(np.finfo(self.dtype).max) if np.dtype(self.dtype).kind == "f" else np.inf

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values.

        Args:
            values: one number, or an array whose first axis counts the samples.
            sample_weight: one number for all, ``(samples,)``, or any shape that the leading axes of ``values`` have.
        """
        with np.errstate(all="ignore"):  # a diverged model has a metric of inf or NaN, as in Keras
            values, weight = samplewise(values, sample_weight, np.mean, self.dtype)
            count = values.size if weight is None else weight.sum()
            self._add(float(values.sum()), float(count))

    def tally(self, values: Any, sample_weight: Any = None) -> None:
        """Add values; a Python float with a number as its weight takes no NumPy at all."""
        if type(values) is float and (sample_weight is None or type(sample_weight) in (int, float)):
            weight = 1 if sample_weight is None else sample_weight
            self._add(values * weight, weight)
        else:
            self.update_state(values, sample_weight)

    def result(self) -> np.generic:
        """Return the mean."""
        total, count = self.total.value[()], self.count.value[()]
        return total / count if count else np.zeros_like(total)[()]

    def _add(self, total: float, count: float) -> None:
        t, c = self.total.value, self.count.value
        total += t.item()  # 0-d arrays: by way of Python's floats, ten times faster than +=
        if -self._largest < total < self._largest:
            t[()] = total
        else:
            with np.errstate(over="ignore"):
                t[()] = total
        c[()] = c.item() + count


class MeanMetricWrapper(Mean):
    """The mean over all samples of a function of ``(y_true, y_pred)``.

    Args:
        fn: ``fn(y_true, y_pred, **kwargs)`` on arrays; returns one value per sample, or an array averaged to that.
        name: the key in ``History``.
        dtype: number type of the computation.
        **kwargs: handed to ``fn``.

    >>> def worst(y_true, y_pred): return np.max(np.abs(y_true - y_pred), axis=-1)
    >>> m = MeanMetricWrapper(worst, name="worst"); m.update_state([[0, 1], [2, 2]], [[0, 3], [1, 2]]); float(m.result())
    1.5
    """

    def __init__(self, fn: Callable, name: str | None = None, dtype: Any = None, **kwargs):
        super().__init__(name=name, dtype=dtype)
        check_passed_on(fn, kwargs, 2)
        self._fn = fn
        self._fn_kwargs = kwargs
        self._errors = {"all": "ignore"} if of_the_house(fn) else {}
        self._by_rows = type(self) is not MeanMetricWrapper  # of a function of the user's nothing is known
        if self._direction is None and is_loss(fn):
            self._direction = "down"

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch: targets, predictions and, where wanted, weights per sample or per value."""
        with np.errstate(**self._errors):
            values = self._fn(as_array(y_true), as_array(y_pred), **self._fn_kwargs)
        super().update_state(self._checked(values), sample_weight)

    def tally(self, y_true: np.ndarray, y_pred: np.ndarray, sample_weight: np.ndarray | None = None) -> None:
        """Add a batch of arrays that need neither conversion nor checks."""
        with np.errstate(**self._errors):
            given = (y_true, y_pred) if self._errors else tensor((y_true, y_pred))  # a user's own hands: y.get_shape()
            values = self._checked(self._fn(*given, **self._fn_kwargs))
        if values.ndim == 2 and y_true.ndim != y_pred.ndim and values.shape == (len(y_true),) * 2 != (1, 1):
            self._warn_once(
                f"Metric {self.name!r} returned an array of shape {values.shape} for y_true of shape {y_true.shape} and y_pred "
                f"of shape {y_pred.shape}: each sample held against each other. Give both one shape, as by y_pred[:, 0]."
            )
        if sample_weight is not None:
            super().update_state(values, sample_weight)
        else:
            self._tally_sum(float(np.add.reduce(values, None, np.float64)), values)

    def _checked(self, values: Any) -> np.ndarray:
        values = np.asarray(plain(values))
        if values.dtype.kind not in "fiub":
            raise ValueError(
                f"The function of metric {self.name!r} returned no numbers but {shorten(values.tolist())}. "
                "Does it lack a `return`?"
            )
        return values

    def check_targets(self, y_true: np.ndarray) -> None:
        """Warn of targets that a loss, which this is the mean of, has no meaning for."""
        text = losses.labels.problem(self._fn, y_true)
        if text:
            self._warn_once(text)

    def get_config(self) -> dict:
        """Return the name, the dtype and the arguments; the function too where it is one."""
        config = super().get_config()
        if "fn" in constructor_arguments(type(self)):
            config |= {"fn": serialize_keras_object(self._fn), **serialize_keras_object(self._fn_kwargs)}
        return config

    @classmethod
    def from_config(cls, config: dict) -> Metric:
        """Build a metric from what ``get_config`` returned."""
        return cls(**{**deserialize_keras_object(config), "name": config.get("name")} if "fn" in config else config)

    def _tally_sum(self, total: float, values: np.ndarray) -> None:
        """Add a batch whose values sum to ``total``: Σ over samples of the mean over a sample = total · n / size."""
        n, size = len(values) if values.ndim else 1, values.size
        self._add(total if size == n else total * n / size, n)


def is_loss(fn: Any) -> bool:
    """Whether a function or object is one of this library's losses: smaller is better.

    >>> is_loss(losses.mean_squared_error), is_loss(len)
    (True, False)
    """
    return home(fn) is losses.registry

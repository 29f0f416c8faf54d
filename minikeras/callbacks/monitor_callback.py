"""What EarlyStopping, ModelCheckpoint and ReduceLROnPlateau share: a value to watch, and which way is better."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.arguments import refuse_nan
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.logs import Logs, other_name


class MonitorCallback(Callback):
    """Base of callbacks that watch a value of ``logs``.

    A value v is an improvement on the reference r when v < r - min_delta (mode "min") or v > r + min_delta ("max").
    NaN is never one; any number is one on NaN.

    Args:
        monitor: the name to watch, such as ``"val_loss"`` or ``"accuracy"``.
        mode: ``"min"``, ``"max"``, or ``"auto"`` and None: down for losses, else what the metric of that name says of itself.
        baseline: the first reference; the first value seen, by default.
        min_delta: the least change that counts.

    >>> callback = MonitorCallback("val_loss", min_delta=0.1)
    >>> callback._is_improvement(0.85, 1.0), callback._is_improvement(0.95, 1.0), callback._is_improvement(9.0, None)
    (True, False, True)
    """

    def __init__(
        self, monitor: str = "val_loss", mode: str | None = "auto", baseline: float | None = None, min_delta: float = 0
    ):
        super().__init__()
        mode = "auto" if mode is None else mode
        if mode not in ("auto", "min", "max"):
            warnings.warn(f"{type(self).__name__} mode {mode!r} is unknown, fallback to auto mode.", stacklevel=3)
            mode = "auto"
        refuse_nan(type(self).__name__, {"baseline": baseline, "min_delta": min_delta})
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(min_delta)
        self.monitor_op: Callable | None = None
        self._warned = False
        self._came = False  # whether the watched value was seen in this training

    def _begin(self) -> None:
        """Start a training: what was warned of before may be warned of again.

        Raises:
            ValueError: the metric that is watched gives several values.
        """
        self._warned = self._came = False
        metric = self._metric()
        if metric is not None and getattr(metric, "_several", None):
            raise ValueError(self._not_one("several values", metric))

    def _set_monitor_op(self) -> None:
        """Find out which way is better; late, as the metrics are known once they have met data."""
        up = {"min": False, "max": True}.get(self.mode)
        if up is None:
            up = self._direction()
        self.monitor_op = np.greater if up else np.less

    def _direction(self) -> bool:
        """Whether more is better, by the name of what is watched."""
        if self.monitor.removeprefix("val_") == "loss":
            return False
        direction = getattr(self._metric(), "_direction", None)
        if direction:
            return direction == "up"
        names = [metric.name for metric in _all_metrics(getattr(self.model, "metrics", ()))]
        raise ValueError(
            f"{type(self).__name__} watches monitor={self.monitor!r}, and can't tell whether more of it is better or worse: "
            f"pass mode='max' or mode='min'. The model has {names}."
        )

    def _metric(self) -> Any:
        """The metric of the watched name; None where there is none."""
        metrics, name = _all_metrics(getattr(self.model, "metrics", ())), self.monitor.removeprefix("val_")
        found = next((metric for metric in metrics if metric.name == name), None)
        return found or next((metric for metric in metrics if metric.name == other_name(name)), None)

    def _value(self, logs: dict) -> float | None:
        """The watched value; None where there is none.

        Raises:
            ValueError: it is more than one number.
        """
        value = Logs(logs).get(self.monitor)
        if value is None:
            return None
        self._came = True
        if np.ndim(value):
            raise ValueError(self._not_one(f"{np.size(value)} values", self._metric()))
        return value

    def _not_one(self, got: str, metric: Any) -> str:
        hint = getattr(metric, "_several", None) or "write a metric of your own that joins them to one"
        return f"{type(self).__name__} compares one number with another, but monitor={self.monitor!r} gives {got}: {hint}."

    def _will_come(self, logs: dict) -> bool:
        """Whether a value that is missing now is still to be expected: a validation that is not due in every epoch."""
        validated = getattr(self.model, "validates", False)
        return bool(validated) and self.monitor.startswith("val_") and self.monitor.removeprefix("val_") in logs

    def _is_improvement(self, value: float, reference: float | None) -> bool:
        if math.isnan(value):
            return False
        if reference is None or math.isnan(reference):
            return True
        if self.monitor_op is None:
            self._set_monitor_op()
        shift = self.min_delta if self.monitor_op is np.greater else -self.min_delta
        return bool(self.monitor_op(value - shift, reference))

    def _warn_once(self, message: str) -> None:
        if not self._warned:
            self._warned = True
            warnings.warn(message, stacklevel=4)


def _all_metrics(metrics: Any) -> list:
    """Metrics, and those that they hold."""
    found = []
    for metric in metrics or ():
        inside = getattr(metric, "metrics", None)
        found.extend(_all_metrics(inside) if isinstance(inside, (list, tuple)) else [metric])
    return found

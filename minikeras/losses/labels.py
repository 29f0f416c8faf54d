"""What labels mean to a loss: numbers outside of it make a loss that is no measure of anything, and nobody notices."""

from __future__ import annotations

from typing import Any

import numpy as np

_A_BIT = 1e-5  # what a sum of probabilities in half or single precision may be off
_PROBABILITIES = (
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "dice",
    "kl_divergence",
    "tversky",
)
#: The loss, by the name of its function -> the least and the largest label that it has a meaning for.
MEANING: dict[str, tuple[float, float]] = {
    **dict.fromkeys(_PROBABILITIES, (0.0, 1.0)),
    "hinge": (-1.0, 1.0),
    "squared_hinge": (-1.0, 1.0),
    "poisson": (0.0, np.inf),
    "mean_squared_logarithmic_error": (0.0, np.inf),
}


def problem(function: Any, y: np.ndarray) -> str | None:
    """Say what is wrong with labels for a loss function, and which loss fits them; None where all is well.

    >>> def hinge(y_true, y_pred): ...
    >>> problem(hinge, np.array([1.0, -1.0])) is None
    True
    >>> problem(hinge, np.array([1.0, 2.0]))
    'hinge got labels from 1 to 2, and has a meaning for -1 and 1 (or 0 and 1) only. Use y - 1 for labels that count from 1.'
    """
    name = getattr(function, "__name__", "")
    if name not in MEANING or not y.size:
        return None
    low, high = MEANING[name]
    least, most = float(y.min()), float(y.max())
    if least >= low - _A_BIT and most <= high + _A_BIT:
        mixed = low < 0 and least < 0 and bool((y == 0).any())
        return _mixed(name) if mixed else None
    if not np.isfinite(least) or not np.isfinite(most):
        return f"{name} got labels that are NaN or infinite: the loss will be NaN. Find them with np.isfinite(y)."
    meaning = "-1 and 1 (or 0 and 1)" if low < 0 else "labels from 0 to 1" if high == 1 else "labels of 0 and more"
    advice = _advice(name, y, least, most)
    return f"{name} got labels from {least:g} to {most:g}, and has a meaning for {meaning} only. {advice}"


def _mixed(name: str) -> str:
    return (
        f"{name} got labels -1 and 0: 0 is read as -1 only where labels are 0 and 1, and here it stands in the middle. "
        "Use -1 and 1, or 0 and 1."
    )


def _advice(name: str, y: np.ndarray, least: float, most: float) -> str:
    """Which labels, or which loss, fit."""
    values = np.unique(y.reshape(-1)[:10_000])
    whole = bool(np.equal(values, np.trunc(values)).all())
    if name in ("poisson", "mean_squared_logarithmic_error"):
        return "Use mean_squared_error for numbers of any size."
    if whole and least >= -1 and most == 1:
        return "Use (y + 1) / 2 as labels, or the loss hinge for labels -1 and 1."
    if whole and (least, most) == (1, 2):
        return "Use y - 1 for labels that count from 1."
    if least == 0 and most == 255:
        return "Use y / 255."
    if whole and len(values) == 2:
        return f"Use (y == {most:g}) as labels."
    if whole and least >= 0 and "hinge" not in name and "categorical" not in name:
        units = int(most) + 1
        return f"For {units} classes use sparse_categorical_crossentropy and {units} units with softmax in the last layer."
    return "Use mean_squared_error for numbers of any size, or scale them to that range."

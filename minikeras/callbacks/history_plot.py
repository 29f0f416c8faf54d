"""Pictures and tables of a training."""

from __future__ import annotations

from typing import Any

import numpy as np


def plot_history(history: Any, metrics: list[str] | None = None, ax: Any = None) -> Any:
    """Draw how loss and metrics went over the epochs: training as lines, validation dashed, a ring around the best epoch.

    Args:
        history: what fit() returned, or its dict.
        metrics: which; all by default.
        ax: a matplotlib axes, or as many as there are metrics; by default a new figure.

    Returns:
        The axes, an array of them.

    >>> [ax.get_ylabel() for ax in plot_history({"loss": [3, 2, 1], "val_loss": [3, 2, 2.5], "mae": [1, 1, 1]})]
    ['loss', 'mae']
    """
    values = getattr(history, "history", history)
    epochs = getattr(history, "epoch", None)
    metrics = [metrics] if isinstance(metrics, str) else metrics
    names = metrics or sorted((n for n in values if not n.startswith("val_") or n[4:] not in values), key=lambda n: n != "loss")
    missing = [name for name in names if name not in values]
    if missing or not names:
        save = f" To save the picture: history.plot()[0].figure.savefig({missing[0]!r})." if "." in "".join(missing) else ""
        raise ValueError(f"The history has no {', '.join(missing) or 'values'}; it has {', '.join(values) or 'none'}.{save}")
    axes = new_axes(ax, len(names))
    for axis, name in zip(axes, names):
        for key, style, colour, label in ((name, "-", "#0072b2", "training"), (f"val_{name}", "--", "#d55e00", "validation")):
            if key in values:
                y = np.asarray(values[key], "float64")
                at = np.arange(len(y)) + 1 if not epochs or len(epochs) != len(y) else np.asarray(epochs) + 1
                axis.plot(at, y, style, color=colour, label=label, marker="o" if len(y) < 15 else None, markersize=4)
                judged = at, y  # the validation where there is one
        marked = _mark_best(axis, name, *judged)
        axis.set(xlabel="epoch", ylabel=name)
        axis.grid(alpha=0.3)
        if f"val_{name}" in values or marked:
            axis.legend()
        axis.xaxis.get_major_locator().set_params(integer=True)
    return axes


def _mark_best(axis: Any, name: str, epochs: np.ndarray, values: np.ndarray) -> bool:
    """Put a ring around the best epoch, if there is one to tell."""
    if values.ndim != 1 or len(values) < 2 or np.isnan(values).all() or "learning_rate" in name or name == "lr":
        return False
    i = int((np.nanargmin if _less_is_better(name) else np.nanargmax)(values))
    ring = {"marker": "o", "markersize": 11, "markerfacecolor": "none", "markeredgecolor": "#333333", "linestyle": "none"}
    axis.plot(epochs[i], values[i], label=f"best: {values[i]:.3g} in epoch {epochs[i]}", **ring)
    return True


def _less_is_better(name: str) -> bool:
    return any(word in name for word in _LESS_IS_BETTER)


def table_of(history: Any) -> str:
    """Return an HTML table: the first, the best and the last value of loss and metrics.

    The best is the least of what is called a loss or an error, and the greatest of all else.

    >>> table_of({"loss": [3.0, 1.0, 2.0]}).count("<td>"), table_of({})
    (3, '<p>No epochs.</p>')
    """
    import html  # with all its entities: only where there is a page to show

    values = getattr(history, "history", history)
    if not values:
        return "<p>No epochs.</p>"
    rows = []
    for name, series in values.items():
        numbers = np.asarray(series, "float64").reshape(len(series), -1)[:, 0]
        best = numbers.min() if _less_is_better(name) else numbers.max()
        cells = "".join(f"<td>{value:.4g}</td>" for value in (numbers[0], best, numbers[-1]))
        rows.append(f"<tr><th>{html.escape(str(name))}</th>{cells}</tr>")
    epochs = max(len(series) for series in values.values())
    head = "".join(f"<th>{title}</th>" for title in (f"{epochs} epochs", "first", "best", "last"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


_LESS_IS_BETTER = "loss", "error", "mae", "mse", "mape", "msle", "learning_rate"


def new_axes(ax: Any, n: int) -> np.ndarray:
    """The axes given, or those of a new figure."""
    if ax is not None:
        axes = np.atleast_1d(np.asarray(ax, object)).ravel()
        if len(axes) != n:
            raise ValueError(f"Expected {n} axes, got {len(axes)}.")
        return axes
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError("Pictures need matplotlib, which is not here: pip install matplotlib") from None
    return plt.subplots(1, n, figsize=(5.2 * n, 4), squeeze=False, layout="constrained")[1].ravel()

"""Outputs that are nested: dicts and lists of dicts and lists, where a loss may stand for a leaf or for all that is below."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from minikeras import losses, metrics
from minikeras._core.nest import children, flatten, is_nested, keys, pack_sequence_as
from minikeras._core.tape import vjp
from minikeras.losses.loss import GRADIENTS


class Entry(NamedTuple):
    """What was given for an output: the number of that among the leaves, where it was given, and what."""

    leaf: int
    at: tuple
    value: Any


def is_deep(structure: Any) -> bool:
    """Whether outputs are nested in each other.

    >>> is_deep({"a": 1, "b": 2}), is_deep({"a": [1, 2], "b": 3})
    (False, True)
    """
    return is_nested(structure) and any(is_nested(child) for child in children(structure))


def entries(given: Any, structure: Any, argument: str, at: tuple = (), first: int = 0) -> list[Entry]:
    """One entry for each leaf of the outputs, in the order in which they were given.

    Args:
        given: what stands for the outputs: nested as they are, or one entry for all that is below, or a flat list.
        structure: the outputs.
        argument: what the error calls it.
        at, first: the place in the structure, and the number of its first leaf.

    >>> for entry in entries({"b": "mse", "a": ["mae", None]}, {"a": [0, 1], "b": 2}, "loss"): print(tuple(entry))
    (2, ('b',), 'mse')
    (0, ('a', 0), 'mae')
    (1, ('a', 1), None)
    """
    if not is_nested(structure):
        return [Entry(first, at, given)]
    parts, leaves = dict(zip(keys(structure), children(structure))), len(flatten(structure))
    starts, n = {}, first
    for key, part in parts.items():
        starts[key], n = n, n + len(flatten(part))
    if not is_nested(given) or isinstance(given, dict) and "class_name" in given:
        return [Entry(first + i, at, given) for i in range(leaves)]
    if isinstance(given, dict) and isinstance(structure, dict):
        unknown = [key for key in given if key not in parts]
        if unknown:
            raise ValueError(f"{argument} has a key {_said(at, unknown[0])}, the outputs there are {list(parts)}.")
        order = [*given, *(key for key in parts if key not in given)]
        return [e for key in order for e in entries(given.get(key), parts[key], argument, (*at, key), starts[key])]
    if not isinstance(given, dict) and not isinstance(structure, dict) and len(given) == len(parts):
        return [e for i, key in enumerate(parts) for e in entries(given[i], parts[key], argument, (*at, key), starts[key])]
    if not isinstance(given, dict) and len(given) == leaves:
        places = _paths(structure, at)
        return [Entry(first + i, place, value) for i, (place, value) in enumerate(zip(places, given))]
    if "metrics" in argument and not isinstance(given, dict):
        return [Entry(first + i, at, given) for i in range(leaves)]  # the same for all
    raise ValueError(
        f"{argument} does not fit the outputs{f' at {_said(at)}' if at else ''}, which are nested as "
        f"{_sketch(structure)}: got {_sketch(given)}. Give one entry for each, nested as they are."
    )


def _paths(structure: Any, at: tuple) -> list[tuple]:
    if not is_nested(structure):
        return [at]
    return [path for key, part in zip(keys(structure), children(structure)) for path in _paths(part, (*at, key))]


def _said(at: tuple, *more: Any) -> str:
    return repr("/".join(map(str, (*at, *more))))


def _sketch(structure: Any) -> Any:
    """The shape of a nest in words.

    >>> _sketch({"a": [1, 2]})
    "{'a': [*, *]}"
    """
    if isinstance(structure, dict):
        return "{" + ", ".join(f"{key!r}: {_sketch(value)}" for key, value in structure.items()) + "}"
    return f"[{', '.join(map(_sketch, structure))}]" if is_nested(structure) else "*"


def at_path(structure: Any, path: tuple) -> Any:
    """What stands there in a nest.

    >>> at_path({"a": [1, 2]}, ("a", 1))
    2
    """
    for key in path:
        structure = structure[key]
    return structure


def of_the_house(loss: losses.Loss) -> bool:
    """Whether a loss is built in.

    >>> of_the_house(losses.MeanSquaredError()), of_the_house(losses.resolve(lambda y_true, y_pred: y_pred["a"]))
    (True, False)
    """
    return isinstance(loss, losses.LossFunctionWrapper) and loss.fn in GRADIENTS


def check_group(name: str, identifier: Any, structure: Any) -> None:
    """Raise a ValueError for a loss of the house over outputs that it can't take together: it takes arrays of one shape."""
    loss = losses.resolve(identifier)
    if of_the_house(loss):
        parts = flatten(structure)
        if isinstance(structure, dict) or is_deep(structure) or len({tuple(part.shape) for part in parts}) > 1:
            raise ValueError(
                f"The loss {loss.name!r} takes one output; at {name!r} there are {len(parts)}, nested as {_sketch(structure)}. "
                "Give a loss for each, nested so, or a function of your own, which is called with all of them."
            )


class Together(losses.Loss):
    """The sum of several losses of one output, ``loss={"a": ["mse", "mae"]}``.

    >>> Together(["mse", "mae"]).value_and_grad(np.zeros((1, 1)), np.full((1, 1), 2.0))
    (6.0, array([[5.]]))
    """

    def __init__(self, identifiers: list):
        self.losses = [losses.resolve(identifier) for identifier in identifiers if identifier is not None]
        super().__init__(name="_".join(loss.name for loss in self.losses), reduction=self.losses[0].reduction)

    def prepare_targets(self, y_true: Any, output_shape: tuple, dtype: Any) -> Any:
        """Check targets for the first of them; the others do so in each step."""
        return self.losses[0].prepare_targets(y_true, output_shape, dtype)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The sum of the reduced losses."""
        return sum(loss(y_true, y_pred, sample_weight) for loss in self.losses)

    def value_and_grad(self, y_true, y_pred, sample_weight=None):
        """The sum and its slope."""
        found = [
            loss.value_and_grad(loss.prepare_targets(y_true, y_pred.shape, y_pred.dtype), y_pred, sample_weight)
            for loss in self.losses
        ]
        return sum(value for value, _ in found), sum(slope for _, slope in found)  # ∂ΣC/∂a = Σ ∂C/∂a


class Group:
    """A loss that stands for several outputs at once: it is called with their targets and predictions, nested as they are.

    Args:
        name: where it was given.
        identifier: the loss.
        weight: its factor.
        leaves: the numbers of its outputs.
        structure: how they are nested.
    """

    def __init__(self, name: str, identifier: Any, weight: float, leaves: list[int], structure: Any):
        self.name, self.weight, self.leaves, self.structure = name, weight, leaves, structure
        self.loss = losses.resolve(identifier)
        self.total, self.count = 0.0, 0
        self.tracker = metrics.Mean(name=f"{name}_loss")

    def reset(self) -> None:
        """Start anew."""
        self.total, self.count = 0.0, 0

    def state(self) -> dict:
        """The sums so far."""
        return {"total": self.total, "count": self.count}

    def set_state(self, state: dict) -> None:
        """Go on from the sums that `state` returned."""
        self.total, self.count = state["total"], state["count"]

    def tracked(self) -> list:
        """The loss as a `Metric`."""
        self.tracker.reset_state()
        if self.count:
            self.tracker.update_state(self.total / self.count, self.count)
        return [self.tracker]

    def value(self, ys: list, ps: list, ws: list) -> Any:
        """The reduced loss, for all targets, predictions and weights of the model."""
        y, p = ([flat[i] for i in self.leaves] for flat in (ys, ps))
        if of_the_house(self.loss):  # of arrays of one shape: as Keras has it, one array
            return self.loss(np.stack(y), np.stack(p), ws[self.leaves[0]])
        return self.loss(pack_sequence_as(self.structure, y), pack_sequence_as(self.structure, p), ws[self.leaves[0]])

    def value_and_slopes(self, ys: list, ps: list, ws: list) -> tuple[float, dict]:
        """The reduced loss of a batch, which is counted in, and its slope ∂C/∂a[L] for each of its outputs."""

        def run(*own):
            now = dict(zip(self.leaves, own))
            return self.value(ys, [now.get(i) for i in range(len(ps))], ws)

        value, pullback = vjp(run, *(ps[i] for i in self.leaves))
        n, total = len(ps[self.leaves[0]]), float(np.sum(value))
        self.total, self.count = self.total + total * n, self.count + n
        return total, dict(zip(self.leaves, pullback(np.ones_like(value))))

"""Losses that see more of a graph than an output and its target: functions that name symbolic tensors of the model.

So are the variational autoencoders of Keras 1 and 2 written: ``vae_loss(x, x_decoded)`` adds what ``z_mean`` costs. Such a
loss is called once, on the symbolic output and a symbolic target, and what comes out is added to the model's loss; each step
says what the target is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from minikeras._core.naming import auto_name
from minikeras._core.nest import flatten
from minikeras._core.operation import Operation
from minikeras._core.origin import of_the_house
from minikeras._core.symbolic import KerasTensor, Node


class Target:
    """The target of an output as a node of the graph: what the step at hand says, whatever the output is.

    >>> target = Target(); target.value = np.array([[1.0]]); target(np.array([[5.0]])).tolist()
    [[1.0]]
    """

    __name__ = "target"

    def __init__(self):
        self.value: Any = None

    def __call__(self, output: Any) -> Any:
        if self.value is None:  # in a prediction
            return np.zeros(np.shape(output), str(output.dtype))
        return np.asarray(self.value).astype(str(output.dtype), copy=False)

    def tensor(self, output: KerasTensor) -> KerasTensor:
        """The symbolic target of a symbolic output."""
        made = KerasTensor(tuple(output.shape), str(output.dtype))
        Node(Operation(self, auto_name("target")), (output,), {}, made)
        return made


def names_tensors(function: Any, depth: int = 3) -> bool:
    """Whether a function of the user's own, or one that it calls, names a symbolic tensor.

    >>> names_tensors(lambda y_true, y_pred: y_true - y_pred)
    False
    """
    if not isinstance(function, FunctionType) or of_the_house(function) or not depth:
        return False
    cells = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    named = [function.__globals__[name] for name in function.__code__.co_names if name in function.__globals__]
    return any(isinstance(value, KerasTensor) or names_tensors(value, depth - 1) for value in [*cells, *named])


def _is_filled(cell: Any) -> bool:
    with contextlib.suppress(ValueError):
        return cell.cell_contents is not cell
    return False


def nothing(y_true: Any, y_pred: Any) -> Any:
    """What stands in the place of such a loss: 0.

    >>> nothing(np.ones((2, 1)), np.ones((2, 1))).tolist()
    [[0.0], [0.0]]
    """
    return y_pred * 0


def split_losses(model: Any, loss: Any) -> tuple[Any, list[Target | None]]:
    """The losses with `nothing` for those that name symbolic tensors, and the targets of the outputs of these.

    Those are added to the model's symbolic losses, in the place of those of an earlier compile().
    """
    before = vars(model).pop("_losses_of_graph", [])
    if before:
        model._symbolic_losses = [t for t in model._symbolic_losses if not any(t is old for old in before)]
        model._lay_out()
    outputs = model.outputs if getattr(model, "_outputs", None) is not None else []
    functions = [loss] if callable(loss) else loss if isinstance(loss, (list, tuple)) else []
    if len(functions) != len(outputs) or not any(names_tensors(function) for function in functions):
        return loss, []
    targets = [_added(model, f, output) if names_tensors(f) else None for f, output in zip(functions, outputs)]
    left = [f if target is None else nothing for f, target in zip(functions, targets)]
    return (left[0] if callable(loss) else left), targets


def _added(model: Any, function: Callable, output: KerasTensor) -> Target | None:
    """The target for a loss that has been added to the model; None where it can't be called on symbolic tensors."""
    target = Target()
    try:
        value = function(target.tensor(output), output)
        if not isinstance(value, KerasTensor):
            return None
        model.add_loss(value)
    except (TypeError, ValueError):
        return None
    vars(model).setdefault("_losses_of_graph", []).append(value)
    return target


def fed(step: Callable, targets: list[Target | None]) -> Callable:
    """The step, which first says what the targets are.

    >>> fed(len, []) is len
    True
    """
    if not any(target is not None for target in targets):
        return step

    def feed(x: Any, y: Any, w: Any) -> None:
        given = list(flatten(y))
        for target, value in zip(targets, given):
            if target is not None:
                target.value = value
        try:
            step(x, y, w)
        finally:
            for target in targets:
                if target is not None:
                    target.value = None

    return feed

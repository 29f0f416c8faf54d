"""Reading the arguments of models: of their constructors, and those of fit, evaluate and predict that are not data."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core import config
from minikeras._core.nest import flatten, keys
from minikeras._core.origin import of_the_house
from minikeras._core.symbolic import is_shape
from minikeras.callbacks import CallbackList


def callback_list(callbacks: Any, model: Any, verbose: int, add_history: bool = False, **params) -> CallbackList:
    """The callbacks of a run as one: those given, a History if asked for, a progress bar unless silent.

    >>> [type(c).__name__ for c in callback_list(None, None, 1, add_history=True, epochs=1, steps=None)]
    ['History', 'ProgbarLogger']
    """
    if isinstance(callbacks, CallbackList):
        return callbacks
    return CallbackList(callbacks, add_history=add_history, add_progbar=verbose != 0, model=model, verbose=verbose, **params)


def hand_over(callbacks: CallbackList, x: Any, y: Any = None, weight: Any = None) -> None:
    """Give the user's own callbacks the arrays of the validation as ``validation_data``, as Keras 1 and 2 did: x, y, weights.

    >>> from minikeras.callbacks import Callback
    >>> own = type("Own", (Callback,), {"__module__": "own"})()
    >>> hand_over(CallbackList([own]), np.zeros((3, 2)), np.zeros(3)); [a.shape for a in own.validation_data]
    [(3, 2), (3, 1), (3,)]
    """
    own = [callback for callback in callbacks.callbacks if not of_the_house(type(callback))]
    inputs, targets = flatten(x), flatten(y) if y is not None else []
    if own and all(getattr(array, "shape", ()) and hasattr(array, "__array__") for array in inputs + targets):
        columns = [a[:, None] if a.ndim == 1 else a for a in map(np.asarray, targets)]
        weights = [np.ones(len(columns[0])) for _ in columns] if weight is None else flatten(weight)
        for callback in own:
            callback.validation_data = [*map(np.asarray, inputs), *columns, *weights]


def verbosity(verbose: Any) -> int:
    """Check `verbose`; "auto" is a bar, or lines where interactive logging is off.

    >>> verbosity("auto"), verbosity(2), verbosity(False)
    (1, 2, 0)
    """
    if verbose == "auto":
        return 1 if config.is_interactive_logging_enabled() else 2
    if not isinstance(verbose, (bool, int, np.integer)):
        raise ValueError(f"Argument `verbose` must be 0, 1, 2 or 'auto', got {verbose!r}.")
    return int(verbose)


def whole(value: Any, argument: str) -> int:
    """Check a count of epochs.

    >>> whole(2.5, "epochs")
    Traceback (most recent call last):
    ValueError: Argument `epochs` must be a whole number, 0 or more, got 2.5.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
        raise ValueError(f"Argument `{argument}` must be a whole number, 0 or more, got {value!r}.")
    return int(value)


def due(freq: Any) -> Callable[[int], bool]:
    """Whether to validate after an epoch, counted from 1.

    >>> [epoch for epoch in range(1, 7) if due(2)(epoch)], [epoch for epoch in range(1, 7) if due([1, 5])(epoch)]
    ([2, 4, 6], [1, 5])
    """
    if isinstance(freq, (int, np.integer)) and not isinstance(freq, bool) and freq > 0:
        return lambda epoch: epoch % int(freq) == 0
    if isinstance(freq, (list, tuple, set, range, np.ndarray)):
        return set(int(epoch) for epoch in freq).__contains__
    raise ValueError(f"Argument `validation_freq` must be a positive integer or a list of epochs from 1, got {freq!r}.")


_GRAPH = {"inputs": "inputs", "input": "inputs", "outputs": "outputs", "output": "outputs"}  # as Keras 1 wrote them, too


def graph_given(args: tuple, kwargs: dict) -> bool:
    """Whether a Model is made of symbolic tensors.

    >>> graph_given((), {"name": "m"}), graph_given((), {"input": 1, "output": 2})
    (False, True)
    """
    return len(args) >= 2 or len(args) == 1 and bool({"outputs", "output"} & set(kwargs)) or bool(set(_GRAPH) & set(kwargs))


def take_graph(args: tuple, kwargs: dict) -> tuple[Any, Any] | None:
    """Take inputs and outputs out of the arguments of a Model; None if it is not made of tensors.

    >>> take_graph(("x",), kwargs := {"outputs": "y", "name": "m"}), kwargs
    (('x', 'y'), {'name': 'm'})
    """
    if not graph_given(args, kwargs):
        if args:
            raise TypeError(f"Model takes inputs and outputs, or in a subclass none of them, got {args!r:.80}.")
        return None
    found = dict(zip(("inputs", "outputs", "name"), args))
    for old, name in _GRAPH.items():
        if old in kwargs:
            if name in found:
                raise TypeError(f"Model got `{name}` twice.")
            found[name] = kwargs.pop(old)
    if "name" in found:
        kwargs["name"] = found["name"]
    for name in ("inputs", "outputs"):
        if found.get(name) is None:
            raise ValueError(f"Model(inputs, outputs) needs both, got no `{name}`: x = keras.Input(...), y = layers(x).")
    return found["inputs"], found["outputs"]


def flat_mask(mask: Any) -> Any:
    """Masks in a structure as a flat list; one mask as it is."""
    return flatten(mask) if isinstance(mask, (list, tuple, dict)) else mask


def flat_shapes(shapes: Any) -> list:
    """The shapes in a structure.

    >>> flat_shapes({"b": (None, 2), "a": [(None, 3)]})
    [(None, 3), (None, 2)]
    """
    if is_shape(shapes):
        return [tuple(shapes)]
    items = [shapes[key] for key in keys(shapes)] if isinstance(shapes, dict) else shapes
    return [s for item in items for s in flat_shapes(item)]


def takes(function: Callable, arguments: dict) -> bool:
    """Whether a function can be called with these arguments, by name.

    >>> takes(lambda a, b=0: None, {"a": 1}), takes(lambda a, b: None, {"a": 1}), takes(lambda: None, {"a": 1})
    (True, False, False)
    """
    try:
        inspect.signature(function).bind(**arguments)
    except TypeError:
        return False
    return True

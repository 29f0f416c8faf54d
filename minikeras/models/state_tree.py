"""All that a model holds in numbers, as a tree of dicts: ``tree["trainable_variables"]["dense"]["kernel"]``."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.naming import nearest
from minikeras._core.tensor import tensor
from minikeras._core.variable import Variable

_FORMATS = ("backend_tensor", "numpy_array")
_LATER = ("optimizer_variables", "metrics_variables")  # made by the first step of training


class StateTree:
    """Reading and writing the variables of a model by their paths."""

    optimizer: Any
    metrics_variables: Any
    trainable_variables: Any
    non_trainable_variables: Any

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict[str, dict]:
        """Return copies of all variables: those of the layers, of the optimizer and of the metrics.

        Args:
            value_format: "backend_tensor", which also answers ``.numpy()``, or "numpy_array".

        >>> import minikeras as keras
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="d")], name="m")
        >>> model.get_state_tree("numpy_array")["trainable_variables"]["m"]["d"]["bias"].tolist()
        [0.0]
        """
        if value_format not in _FORMATS:
            raise ValueError(f"Invalid `value_format` argument: expected one of {_FORMATS}, got {value_format!r}.")
        form = tensor if value_format == "backend_tensor" else np.asarray
        return {
            kind: _nested({path: form(v.numpy()) for path, v in _by_path(variables).items()})
            for kind, variables in self._state().items()
        }

    def set_state_tree(self, state_tree: dict[str, dict]) -> None:
        """Give variables the values of a tree such as `get_state_tree` returns; what it leaves out stays.

        State of the optimizer and the metrics that there is not yet is passed over: they make theirs when they meet data.

        Raises:
            ValueError: a kind of variables, or the path of a weight, is unknown; nothing has been changed then.

        >>> import minikeras as keras
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="d")], name="m")
        >>> model.set_state_tree({"trainable_variables": {"m": {"d": {"bias": [0.5]}}}}); model.get_weights()[1].tolist()
        [0.5]
        """
        known, found = self._state(), []
        for kind, values in state_tree.items():
            if kind not in known:
                raise ValueError(f"Unknown variable name: {kind!r}. A state tree has the keys {list(known)}.")
            variables = _by_path(known[kind])
            for path, value in _flat(values).items():
                if path in variables:
                    found.append((variables[path], value))
                elif kind not in _LATER:
                    near = nearest(path, variables)
                    hint = f" Did you mean {near[0]!r}?" if near else ""
                    raise ValueError(f"Model {self.name!r} has no {kind[:-1].replace('_', ' ')} {path!r}.{hint}")
        for variable, value in found:
            if np.shape(value) != tuple(variable.shape):
                raise ValueError(
                    f"The value for {variable.path!r} must have the shape {tuple(variable.shape)}, got {np.shape(value)}."
                )
        for variable, value in found:
            variable.assign(value)

    def _state(self) -> dict[str, list[Variable]]:
        return {
            "trainable_variables": self.trainable_variables,
            "non_trainable_variables": self.non_trainable_variables,
            "optimizer_variables": [] if self.optimizer is None else self.optimizer.variables,
            "metrics_variables": self.metrics_variables,
        }


def _by_path(variables: list[Variable]) -> dict[str, Variable]:
    found: dict[str, Variable] = {}
    for variable in variables:
        if found.setdefault(variable.path, variable) is not variable:
            raise ValueError(
                f"The following variable path is found twice in the model: {variable.path!r}. Give the layers other names."
            )
    return found


def _nested(flat: dict[str, Any]) -> dict:
    """By the parts of the paths.

    >>> _nested({"a/b": 1, "a/c/d": 2})
    {'a': {'b': 1, 'c': {'d': 2}}}
    """
    tree: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, last = path.split("/")
        place = tree
        for part in parents:
            place = place.setdefault(part, {})
        place[last] = value
    return tree


def _flat(tree: dict, before: str = "") -> dict[str, Any]:
    """The other way round.

    >>> _flat({"a": {"b": 1, "c": {"d": 2}}})
    {'a/b': 1, 'a/c/d': 2}
    """
    found: dict[str, Any] = {}
    for key, value in tree.items():
        found.update(_flat(value, f"{before}{key}/") if isinstance(value, dict) else {f"{before}{key}": value})
    return found

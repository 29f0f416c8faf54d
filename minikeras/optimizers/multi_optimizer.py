"""Different optimizers for different variables of one model."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from typing import Any

from minikeras._core.serialize import Configurable, deserialize_keras_object, serialize_keras_object
from minikeras._core.variable import Variable
from minikeras.optimizers.loss_scale_optimizer import LossScaleOptimizer
from minikeras.optimizers.optimizer import Optimizer


class OptimizerMap(Configurable, MutableMapping):
    """Which optimizer is for which variable: by path, or by a regular expression for whole paths.

    Args:
        default_optimizer: the optimizer of variables that nothing else is for.
        optimizer_map: ``{path or pattern: optimizer}``.

    >>> from minikeras.optimizers import SGD, Adam
    >>> chosen = OptimizerMap(SGD(), {".*/bias": Adam()})
    >>> type(chosen["dense/bias"]).__name__, type(chosen["dense/kernel"]).__name__
    ('Adam', 'SGD')
    """

    def __init__(self, default_optimizer: Optimizer, optimizer_map: dict[str, Optimizer] | None = None):
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(f"Argument `default_optimizer` must be an optimizer, got {default_optimizer!r}.")
        if not isinstance(optimizer_map, (dict, type(None))):
            raise TypeError(f"Argument `optimizer_map` must be a dict of optimizers by path, got {optimizer_map!r}.")
        self.default_optimizer = default_optimizer
        self.optimizer_map: dict[str, Optimizer] = {}
        for key, optimizer in (optimizer_map or {}).items():
            self[key] = optimizer

    def __getitem__(self, key: str) -> Optimizer:
        if key in self.optimizer_map:
            return self.optimizer_map[key]
        matching = [pattern for pattern in self.optimizer_map if re.fullmatch(pattern, key)]
        if len(matching) > 1:
            raise ValueError(f"Several optimizers are for variable {key!r}, by the patterns {matching}: keep one of them.")
        return self.optimizer_map[matching[0]] if matching else self.default_optimizer

    def __setitem__(self, key: str, optimizer: Optimizer) -> None:
        if key in self.optimizer_map:
            raise ValueError(f"{key!r} has an optimizer already, {self.optimizer_map[key].name!r}: delete it first.")
        if not isinstance(key, str):
            raise ValueError(f"A key of an OptimizerMap is a path or a pattern, got {key!r}.")
        self.optimizer_map[key] = _single(optimizer)

    def __delitem__(self, key: str) -> None:
        del self.optimizer_map[key]

    def __len__(self) -> int:
        return len(self.optimizer_map)

    def __iter__(self):
        return iter(self.optimizer_map)

    def __call__(self, variable: Variable) -> Optimizer:
        """Return the optimizer of a variable."""
        return self[variable.path]

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> OptimizerMap:
        """Rebuild the map and its optimizers."""
        return cls(**{name: deserialize_keras_object(part, custom_objects) for name, part in config.items()})


class MultiOptimizer(Optimizer):
    """Gives each variable to the optimizer chosen for it.

    Args:
        optimizer_map: an `OptimizerMap`, or a function from a variable to its optimizer.
        loss_scale_factor: as in `Optimizer`; it is handed to all inner optimizers.
        name: optional name.

    It has no learning rate of its own; those of ``optimizers`` can be set.

    >>> from minikeras.optimizers import SGD
    >>> w, b = Variable([1.0], name="w"), Variable([1.0], name="b")
    >>> optimizer = MultiOptimizer(OptimizerMap(SGD(0.5), {"b": SGD(0.25)}))
    >>> optimizer.apply([[1.0], [1.0]], [w, b]); w.tolist(), b.tolist()
    ([0.5], [0.75])
    """

    def __init__(
        self,
        optimizer_map: OptimizerMap | Callable[[Variable], Optimizer],
        loss_scale_factor: float | None = None,
        name: str | None = None,
    ):
        super().__init__(0.0, loss_scale_factor=loss_scale_factor, name=name)
        self.optimizer_map = optimizer_map
        self.optimizers: list[Optimizer] = []
        for optimizer in getattr(optimizer_map, "optimizer_map", {}).values():
            self._take(optimizer)
        if hasattr(optimizer_map, "default_optimizer"):
            self._take(optimizer_map.default_optimizer)
        self._chosen: dict[Variable, Optimizer] = {}

    def _take(self, optimizer: Optimizer) -> Optimizer:
        if not any(o is optimizer for o in self.optimizers):
            optimizer.loss_scale_factor = self.loss_scale_factor
            self.optimizers.append(optimizer)
        return optimizer

    def build(self, variables):
        """Choose the optimizers and build them."""
        variables = list(dict.fromkeys(self._checked(variables)))
        for v in variables:
            if v not in self._chosen:
                self._chosen[v] = self._take(_single(self.optimizer_map(v)))
        for optimizer in self.optimizers:
            optimizer.build([v for v in variables if self._chosen[v] is optimizer])
        self._trainable_variables = variables
        self._parts = [o.step for o in self.optimizers if o._trainable_variables]
        self.built = True
        if self._pending is not None:
            pending, self._pending = self._pending, None
            self.set_weights(pending)

    def apply(self, grads, trainable_variables=None):
        """Do one step from gradients given as arrays; see `Optimizer.apply`."""
        if trainable_variables is None and not self.built:
            self._refuse()
        variables = list(self._trainable_variables if trainable_variables is None else trainable_variables)
        if len(grads) != len(variables):
            raise ValueError(f"`grads` must match the variables one to one, got {len(grads)} for {len(variables)} variables.")
        new = [v for v in variables if v not in self._chosen]
        if new or not self.built:
            self.build([*self._trainable_variables, *new])
        for optimizer in self.optimizers:
            own = [(g, v) for g, v in zip(grads, variables) if self._chosen[v] is optimizer]
            if own:
                optimizer.apply_gradients(own)
        self._iterations.value[()] += 1

    @property
    def variables(self) -> list[Variable]:
        """Own state, then that of the inner optimizers."""
        return super().variables + [v for optimizer in self.optimizers for v in optimizer.variables]

    @property
    def learning_rate(self):
        """There is none."""
        raise AttributeError("A MultiOptimizer has no learning rate of its own: use those of its `optimizers`.")

    @learning_rate.setter
    def learning_rate(self, value):
        raise AttributeError("A MultiOptimizer has no learning rate of its own: set those of its `optimizers`.")

    lr = learning_rate

    def joined(self):
        """The inner optimizers under their names."""
        return [(optimizer.name, optimizer) for optimizer in self.optimizers]

    def averages(self):
        """Those of the inner optimizers."""
        return [pair for optimizer in self.optimizers for pair in optimizer.averages()]

    def finalize_variable_values(self, var_list):
        """As the inner optimizers do."""
        for optimizer in self.optimizers:
            optimizer.finalize_variable_values([v for v in var_list if self._chosen.get(v) is optimizer])

    def get_config(self):
        """Return the arguments that rebuild this optimizer."""
        chosen = serialize_keras_object(self.optimizer_map)
        return {"optimizer_map": chosen, "loss_scale_factor": self.loss_scale_factor, "name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuild it, and the inner optimizers."""
        return cls(**{**config, "optimizer_map": deserialize_keras_object(config.get("optimizer_map"), custom_objects)})


def _single(optimizer: Any) -> Optimizer:
    if not isinstance(optimizer, Optimizer) or isinstance(optimizer, (LossScaleOptimizer, MultiOptimizer)):
        raise ValueError(f"The optimizer of a variable must be a plain one: optimizer cannot be {type(optimizer).__name__}.")
    return optimizer

"""What an optimizer remembers: its slots, one flat vector per name, and how they are listed, saved and loaded."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import numpy as np

from minikeras._core.variable import Variable, adopt, no_gradient
from minikeras.optimizers.clipping import by_global_norm, by_norm, by_value
from minikeras.optimizers.options import Options, Rate


class State(Options):
    """The variables of an optimizer, in the order and with the names of Keras' files.

    A slot is made once per variable and name and stays where it is for life, as weights do; the slots of one name that
    are made together lie side by side in the order of their variables, so that they can be walked as long runs.
    """

    slots: tuple[tuple[str, ...], ...] = ()  # groups of slot names; within a group the order is variable by variable

    def __init__(self, learning_rate: Rate = 0.01, *options, **named):
        super().__init__(learning_rate, *options, **named)
        self.built = False
        self._trainable_variables: list[Variable] = []
        self._slots: dict[tuple[Variable, str], Variable] = {}
        self._extra: list[Variable] = []
        self._pending: list[np.ndarray] | None = None

    def slot_start(self, variable: Variable, name: str) -> Any:
        """Return what a new slot holds, or None if this variable has no slot of that name. 0 by default."""
        return 0.0

    def make_slot(self, variable: Variable, name: str) -> Variable | None:
        """Make a slot of a variable: by default one of its shape and type that starts at ``slot_start``."""
        start = self.slot_start(variable, name)
        return None if start is None else self.add_variable_from_reference(variable, name, start, listed=False)

    def row(self, variable: Variable, names: Sequence[str] | None = None) -> list[Variable]:
        """Return a variable and its slots: those of these names, by default those of the rule."""
        names = [name for group in self.slots for name in group] if names is None else names
        return [variable, *(self._slots[variable, name] for name in names if (variable, name) in self._slots)]

    def _groups(self) -> list[tuple[str, ...]]:
        groups = [("average",)] if self.use_ema else []
        groups += [("gradient_accumulator",)] if self.gradient_accumulation_steps else []
        return groups + list(self.slots)

    def _add_slots(self, variables: list[Variable]) -> None:
        for name in (name for group in self._groups() for name in group):
            new = []
            for v in variables:
                if (v, name) in self._slots:
                    continue
                if name == "average":  # that of a variable which comes later starts at its value
                    start = v.value if self._iterations.value.item() else 0.0
                    slot = self.add_variable_from_reference(v, name, start, listed=False)
                elif name == "gradient_accumulator":
                    slot = self.add_variable_from_reference(v, name, listed=False)
                else:
                    slot = self.make_slot(v, name)
                if slot is not None:
                    self._slots[v, name] = slot
                    new.append(slot)
            adopt(new)

    @property
    def variables(self) -> list[Variable]:
        """All state in the order of Keras' files: count, learning rate (if it is a number), slots."""
        own = [self._iterations, *([self._learning_rate] if isinstance(self._learning_rate, Variable) else [])]
        for group in self._groups():
            own += [self._slots[v, n] for v in self._trainable_variables for n in group if (v, n) in self._slots]
        return own + self._extra

    @property
    def _model_variables_moving_average(self) -> list[Variable]:  # Keras' name, which callbacks know
        return [self._slots[v, "average"] for v in self._trainable_variables] if self.use_ema else []

    def _clip_gradients(self, grads: Sequence[Any]) -> list[np.ndarray]:  # Keras' name, which optimizers of users call
        """Return copies of the gradients, clipped as a step would clip them."""
        grads = [np.array(g) for g in grads]
        flat = [g.reshape(-1) for g in grads]
        for bound, clip in ((self.clipnorm, by_norm), (self.global_clipnorm, by_global_norm), (self.clipvalue, by_value)):
            if bound:
                clip(flat, bound)()
                break
        return grads

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of all state."""
        return [v.numpy() for v in self.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Write all state.

        Args:
            weights: arrays in the order of ``variables``.

        Raises:
            ValueError: not built yet, or number or shapes differ; nothing is changed then.
        """
        if not self.built:
            raise ValueError(f"You are calling set_weights() too early: {self.name!r} has no variables yet, build it.")
        variables, weights = self.variables, [np.asarray(w) for w in weights]
        if len(weights) != len(variables):
            raise ValueError(f"Optimizer {self.name!r} has {len(variables)} variables, got {len(weights)} weights.")
        for v, w in zip(variables, weights):
            if v.shape != w.shape:
                raise ValueError(f"Optimizer variable {v.path!r} has shape {v.shape}, got a weight of shape {w.shape}.")
        for v, w in zip(variables, weights):
            v.value[...] = w

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Write all state into ``store["0"]``, ``store["1"]``, ..."""
        for i, v in enumerate(self.variables):
            store[str(i)] = v.numpy()

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Read all state from ``store["0"]``, ``store["1"]``, ...; with a warning, leave it be if the number differs."""
        count = len(self.variables)
        if len(store.keys()) != count:
            hint = "" if self.built else " It has not been built yet: call build(variables) first."
            warnings.warn(
                f"The state of optimizer {self.name!r} is not loaded: it has {count} variables, but {len(store.keys())} "
                f"were saved.{hint}",
                UserWarning,
                stacklevel=2,
            )
            return
        weights = [np.asarray(store[str(i)]) for i in range(count)]
        for v, w in zip(self.variables, weights):
            if v.shape != w.shape:
                raise ValueError(f"Optimizer variable {v.path!r} has shape {v.shape}, got a saved value of shape {w.shape}.")
        for v, w in zip(self.variables, weights):
            v.value[...] = w

    def __reduce__(self):  # a copy has no variables yet; once it is built, it goes on from this state
        return _revive, (type(self), self.get_config(), self.get_weights() if self.built else self._pending)

    # ---- for optimizers written as one writes them for Keras

    def add_variable(
        self,
        shape: tuple,
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a variable that belongs to the optimizer.

        Args:
            shape: its shape.
            initializer: a number, "zeros", "ones", or a function ``(shape, dtype) -> array``.
            dtype: its type, the default float type if None.
            aggregation, layout: kept for Keras' sake.
            name: its name.
        """
        start = {"zeros": 0.0, "ones": 1.0}.get(initializer, initializer) if isinstance(initializer, str) else initializer
        if isinstance(start, str):
            raise ValueError(f"`initializer` is a number, 'zeros', 'ones' or a function, not {start!r}.")
        nothing = isinstance(start, (int, float)) and start == 0  # takes no memory yet
        fill = start if callable(start) else np.zeros if nothing else (lambda shape, dtype: np.full(shape, start, dtype))
        variable = self._own(Variable(fill, tuple(shape), dtype, trainable=False, name=name))
        if variable.grad is not None:
            variable.grad = no_gradient(variable.shape, variable.dtype)
        self._extra.append(variable)
        return variable

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros", listed: bool = True
    ) -> Variable:
        """Make a variable of the shape and type of another, named after it.

        Args:
            reference_variable: the model's variable.
            name: what follows the variable's name.
            initializer: as in ``add_variable``, or an array.
            listed: whether it goes to the end of ``variables``, as it should if it is not one of ``slots``.
        """
        v = reference_variable
        name = f"{v.path.replace('/', '_')}_{name or 'var'}"
        slot = self.add_variable(v.shape, initializer, v.dtype, name=name)
        if not listed:
            self._extra.pop()
        return slot

    def add_optimizer_variables(self, trainable_variables: Sequence[Variable], name: Any, initializer: Any = "zeros"):
        """Make one variable for each of the model's, or one for each of several names; a list or a tuple of lists."""
        names = [name] if isinstance(name, str) else list(name)
        starts = list(initializer) if isinstance(initializer, (list, tuple)) else [initializer] * len(names)
        made = [[self.add_variable_from_reference(v, *pair) for pair in zip(names, starts)] for v in trainable_variables]
        columns = tuple([row[i] for row in made] for i in range(len(names)))
        return columns[0] if isinstance(name, str) else columns

    def _get_variable_index(self, variable: Variable) -> int:
        for i, v in enumerate(self._trainable_variables):
            if v is variable:
                return i
        raise ValueError(f"Optimizer {self.name!r} does not know variable {variable.path!r}: build it with that variable.")

    def assign(self, variable: Variable, value: Any) -> None:
        """Write a value into a variable."""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """Add a value to a variable."""
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """Subtract a value from a variable."""
        variable.assign_sub(value)


def _revive(cls: type, config: dict, weights: list[np.ndarray] | None) -> State:
    optimizer = cls.from_config(config)
    optimizer._pending = weights
    return optimizer

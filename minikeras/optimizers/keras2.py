"""Optimizers of one's own as Keras 1 and 2 had them written: `get_updates`, or `_create_slots` and `_resource_apply_dense`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from minikeras._core.serialize import deserialize_keras_object, serialize_keras_object
from minikeras._core.symbolic import KerasTensor
from minikeras._core.tensor import tensor
from minikeras._core.variable import Variable, untraced
from minikeras.optimizers.options import Rate
from minikeras.optimizers.schedules import LearningRateSchedule
from minikeras.optimizers.state import State

#: The variables that the running `get_updates` makes: it is called anew for each step, and finds those of its first call.
MADE: ContextVar[Made | None] = ContextVar("made", default=None)


class Made:
    """The variables that a function makes, in their order; when it runs again, it gets the same.

    >>> made = Made([]); first = made.get(lambda: Variable(1.0)); Made(made.known).get(lambda: Variable(2.0)) is first
    True
    """

    def __init__(self, known: list[Variable]):
        self.known, self.at = known, 0

    def get(self, make: Callable[[], Variable]) -> Variable:
        """The next of the variables."""
        if self.at == len(self.known):
            self.known.append(make())
        self.at += 1
        return self.known[self.at - 1]


class Training:
    """One step of an optimizer on a symbolic loss: what its `get_updates` gives to ``K.function(updates=...)``."""

    def __init__(self, optimizer: Any, loss: KerasTensor, params: Sequence[Variable]):
        self.optimizer, self.loss, self.params = optimizer, loss, list(params)


class Keras2(State):
    """What optimizers of Keras 1 and 2 override, and find in their base class.

    ``get_updates(loss, params)`` was called once, to say how values are to change in each step. It is called for each step
    here, on numbers, and the changes that it lists are made together at its end, as in a graph.
    """

    _use_locking = False

    def __init__(self, learning_rate: Rate = 0.01, *options, **named):
        if isinstance(learning_rate, str) and self.is_of_keras2():  # the base class of Keras 2 took its name first
            learning_rate, named = 0.01, {"name": learning_rate, **named}
        self._initial_decay = named.get("decay") or 0.0
        self._sets: dict[tuple[int, ...], list[Variable]] = {}
        super().__init__(learning_rate, *options, **named)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "get_updates" in vars(cls):
            cls.get_updates = _at_the_right_time(vars(cls)["get_updates"])

    @classmethod
    def is_of_keras2(cls) -> bool:
        """Whether a class is one of these.

        >>> from minikeras.optimizers import SGD
        >>> SGD.is_of_keras2()
        False
        """
        return cls.get_updates is not Keras2.get_updates or hasattr(cls, "_resource_apply_dense")

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None):
        """Build an optimizer from what ``get_config`` returned; one of Keras 2 sees to its ``lr`` and ``decay`` itself."""
        if not cls.is_of_keras2():
            return super().from_config(config, custom_objects)
        rate = config.get("learning_rate")
        if isinstance(rate, dict):
            config = {**config, "learning_rate": deserialize_keras_object(rate, custom_objects)}
        return cls(**config)

    def own_walk(self, variables: list[Variable]) -> Callable[[], None] | None:
        """The part of a step that changes the weights, where a subclass writes it as one did; else None."""
        if type(self).get_updates is not Keras2.get_updates:
            return lambda: self._carry_out(self._updates_for(variables))
        return functools.partial(self._apply_dense, variables) if hasattr(self, "_resource_apply_dense") else None

    def _add_slots(self, variables: list[Variable]) -> None:
        super()._add_slots(variables)
        if type(self).get_updates is not Keras2.get_updates:
            for v in variables:
                v.grad.fill(0)
            self._updates_for(variables)  # makes its variables, and changes nothing
        elif hasattr(self, "_create_slots"):
            self._create_slots(variables)

    # ---- get_updates

    def get_updates(self, loss: Any, params: Sequence[Variable]) -> list:
        """List the changes of one step: for ``K.function(inputs, outputs, updates)``, or for an optimizer around this one."""
        if isinstance(loss, KerasTensor):
            return [Training(self, loss, params)]
        before, count = [v.numpy() for v in params], self._iterations.numpy()
        self.apply(self.get_gradients(loss, params), params)
        changes = [(v, v.numpy()) for v in params]
        for v, value in [*zip(params, before), (self._iterations, count)]:
            v.assign(value)
        return [*changes, (self._iterations, count + 1)]

    def get_gradients(self, loss: Any, params: Sequence[Variable]) -> list:
        """The gradients of the step that `get_updates` is called for."""
        if MADE.get() is None:
            raise ValueError(
                f"get_gradients() of optimizer {self.name!r} belongs into get_updates(), where a step has gradients. Elsewhere "
                "use GradientTape, or K.gradients for symbolic tensors."
            )
        return [tensor(v.grad.copy()) for v in params]

    def _updates_for(self, variables: list[Variable]) -> list:
        known = self._sets.setdefault(tuple(map(id, variables)), [])
        count, token = len(known), MADE.set(Made(known))
        self.updates: list = []  # some ask it whether they were called before
        try:
            updates = self.get_updates(**_given(type(self).get_updates, variables))
        finally:
            MADE.reset(token)
        self._extra += [self._own(v) for v in known[count:]]
        return updates

    def _carry_out(self, updates: list) -> None:
        listed = [update for update in updates if update is not None and not isinstance(update, Variable)]
        changes = [(v, getattr(update, "added", None), value) for update, (v, value) in zip(listed, listed)]
        changes = [(v, added is not None, np.array(untraced(value if added is None else added))) for v, added, value in changes]
        for v, adds, value in changes:
            if v is not self._iterations:  # which is counted anyway
                (v.assign_add if adds else v.assign)(value)

    # ---- _resource_apply_dense

    def _apply_dense(self, variables: list[Variable]) -> None:
        state: dict = {}
        if hasattr(self, "_prepare"):
            self._prepare(variables)
        for dtype in {v.dtype for v in variables}:
            state["cpu", dtype] = {}
            self._prepare_local("cpu", dtype, state)
        rule = self._resource_apply_dense
        told = {"apply_state": state} if "apply_state" in inspect.signature(rule).parameters else {}
        for v in variables:
            rule(tensor(v.grad.copy()), v, **told)

    def _prepare_local(self, var_device: str, var_dtype: str, apply_state: dict) -> None:
        apply_state[var_device, var_dtype]["lr_t"] = self._decayed_lr(var_dtype)

    def _fallback_apply_state(self, var_device: str, var_dtype: str) -> dict:
        state: dict = {(var_device, var_dtype): {}}
        self._prepare_local(var_device, var_dtype, state)
        return state[var_device, var_dtype]

    def _set_hyper(self, name: str, value: Any) -> None:
        if name == "learning_rate":
            self._set_rate(value)
        else:
            setattr(self, name, value)

    def _get_hyper(self, name: str, dtype: Any = None) -> Any:
        value = self._learning_rate if name == "learning_rate" else getattr(self, name)
        if isinstance(value, LearningRateSchedule):
            return value
        value = value() if callable(value) and not isinstance(value, Variable) else value
        return value if dtype is None else tensor(np.asarray(untraced(value), str(dtype)))

    def _serialize_hyperparameter(self, name: str) -> Any:
        value = self._get_hyper(name)
        return serialize_keras_object(value) if isinstance(value, LearningRateSchedule) else np.asarray(untraced(value)).item()

    def _decayed_lr(self, var_dtype: Any) -> Any:
        rate, t = self._rate(), self._iterations.value.item()
        return tensor(np.asarray(rate / (1.0 + self._initial_decay * t), str(var_dtype)))

    def add_slot(self, var: Variable, slot_name: str, initializer: Any = "zeros", shape: Any = None) -> Variable:
        """Make a variable that goes with one of the model's, once; `get_slot` finds it."""
        if (var, slot_name) not in self._slots:
            start = initializer.numpy() if isinstance(initializer, Variable) else initializer
            shape = var.shape if shape is None else shape
            name = f"{var.path.replace('/', '_')}_{slot_name}"
            self._slots[var, slot_name] = self.add_variable(shape, start, var.dtype, name=name)
        return self._slots[var, slot_name]

    def get_slot(self, var: Variable, slot_name: str) -> Variable:
        """The variable that `add_slot` has made."""
        return self._slots[var, slot_name]

    def get_slot_names(self) -> list[str]:
        """The names of all slots."""
        return list(dict.fromkeys(name for _, name in self._slots))

    # ---- update_step(gradient, variable), of Keras 2.11 to 2.15

    def add_variable_from_reference(
        self, reference_variable: Variable | None = None, name: str | None = None, initializer: Any = "zeros",
        listed: bool = True, *, model_variable: Variable | None = None, variable_name: str | None = None,
        initial_value: Any = None,
    ) -> Variable:  # fmt: skip
        """Make a variable of the shape and type of another; Keras 2 has other names for the arguments."""
        start = initializer if initial_value is None else np.asarray(untraced(initial_value))
        return super().add_variable_from_reference(
            model_variable if reference_variable is None else reference_variable, variable_name or name, start, listed
        )

    def _build_learning_rate(self, learning_rate: Any) -> Any:
        self._set_rate(learning_rate)
        return self._learning_rate

    def _var_key(self, variable: Variable) -> int:
        return id(variable)

    @property
    def _index_dict(self) -> dict[int, int]:
        return {id(v): i for i, v in enumerate(self._trainable_variables)}

    @property
    def _name(self) -> str:
        return self.name

    @property
    def weights(self) -> list[Variable]:
        """All state, as ``variables``; what Keras 1 and 2 had written here is not kept."""
        return self.variables

    @weights.setter
    def weights(self, value: Any) -> None: ...


def _given(function: Callable, variables: list[Variable]) -> dict[str, Any]:
    """The arguments of a `get_updates`: (loss, params) in Keras 2, (params, constraints, loss) in Keras 1."""
    constraints = {v: v.constraint or (lambda w: w) for v in variables}
    given = {"params": variables, "constraints": constraints, "loss": None}
    names = inspect.signature(function).parameters
    return {name: value for name, value in given.items() if name in names or name != "constraints"}


def _at_the_right_time(get_updates: Callable) -> Callable:
    """A subclass' `get_updates`, which says how numbers change, when there is only a symbol: a step to be done later."""

    @functools.wraps(get_updates)
    def planned(self, *args, **kwargs):
        given = inspect.signature(get_updates).bind(self, *args, **kwargs).arguments
        if isinstance(given.get("loss"), KerasTensor):
            return [Training(self, given["loss"], given["params"])]
        return get_updates(self, *args, **kwargs)

    return planned

"""What every optimizer is told: its arguments, checked and kept, its learning rate and its config."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.arguments import checked_name, is_number
from minikeras._core.config import floatx
from minikeras._core.naming import auto_name
from minikeras._core.serialize import (
    Configurable,
    all_arguments,
    described,
    deserialize_keras_object,
    list_arguments,
    plain,
    serialize_keras_object,
)
from minikeras._core.tensor import tensor
from minikeras._core.variable import Variable, untraced
from minikeras.optimizers.old_arguments import OLD, UNUSED, translate
from minikeras.optimizers.schedules import LearningRateSchedule

Rate = float | LearningRateSchedule | Callable[[], float]


#: What the numbers of the rules may be; 1 itself makes a bias that nothing can be freed from.
_SHARE = (0.0, math.nextafter(1.0, 0.0))
RANGES = {
    **dict.fromkeys(("beta_1", "beta_2", "adam_beta_1", "adam_beta_2"), _SHARE),
    **dict.fromkeys(("rho", "momentum", "ema_momentum"), (0, 1)),
    **dict.fromkeys(("epsilon", "weight_decay", "adam_weight_decay", "initial_accumulator_value"), (0, math.inf)),
}


class Options(Configurable):
    """The arguments of all optimizers; `Optimizer` says what they mean.

    A subclass takes its own arguments first and hands on the rest: ``__init__(self, learning_rate=0.01, momentum=0.0,
    *options, **named)``. Its signature, as `inspect` and `help` show it, then lists the rest by name, as in Keras.
    """

    takes_nan = ()
    ranges = RANGES

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.__signature__ = full_signature(cls)
        list_arguments(cls, cls.__signature__.parameters)

    def __init__(
        self,
        learning_rate: Rate = 0.01,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **old: Any,
    ):
        learning_rate = translate(learning_rate, old, owner=type(self).__name__, known=type(self).__signature__.parameters)
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._check_options()
        self.name = checked_name(self, name) or auto_name(type(self).__name__)
        self._iterations = self._own(Variable(0, dtype="int32", trainable=False, name="iteration"))
        self._set_rate(learning_rate)

    def _check_options(self) -> None:
        given = {n: getattr(self, n) for n in ("clipnorm", "clipvalue", "global_clipnorm") if getattr(self, n) is not None}
        if len(given) > 1:
            raise ValueError(f"Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set, got {given}.")
        owner = type(self).__name__
        for name in (*given, "loss_scale_factor"):
            value = getattr(self, name)
            if value is not None and not (is_number(value) and 0 < value):
                raise ValueError(f"Argument `{name}` of {owner} must be a number above 0, or None for none, got {value!r}.")
        check_range(owner, "weight_decay", self.weight_decay, 0, math.inf)
        check_range(owner, "ema_momentum", self.ema_momentum, 0, 1)
        for name, least in (("gradient_accumulation_steps", 2), ("ema_overwrite_frequency", 1)):
            value = getattr(self, name)
            whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
            if value is not None and not (whole and value >= least):
                raise ValueError(f"Argument `{name}` of {owner} must be an integer >= {least} or None, got {value!r}.")

    def _own(self, variable: Variable) -> Variable:
        variable.path = f"{self.name}/{variable.name}"
        return variable

    @property
    def learning_rate(self):
        """The learning rate: a ``Variable`` when it is a number, else what the schedule says of the next step."""
        rate = self._learning_rate
        if isinstance(rate, Variable):
            return rate
        now = rate(self._iterations.value.item()) if isinstance(rate, LearningRateSchedule) else rate()
        value = tensor(np.asarray(now, floatx()))
        value._optimizer = self  # so that K.set_value(optimizer.lr, ...) reaches a rate that decays
        return value

    @learning_rate.setter
    def learning_rate(self, value):
        rate = self._learning_rate
        if callable(value) and not isinstance(value, Variable):
            self._set_rate(value)
        elif isinstance(rate, Variable):
            rate.assign(self._checked_rate(value))
        elif getattr(rate, "settable", False):
            rate.initial_learning_rate = self._checked_rate(value)
        elif isinstance(rate, LearningRateSchedule):
            raise TypeError(
                f"The rate of optimizer {self.name!r} can't be set. This optimizer was created with a `LearningRateSchedule` "
                "object as its `learning_rate`, which says the rate of each step. "
                "Give it a number if it is to change by hand or by a callback."
            )
        else:
            self._set_rate(value)

    lr = learning_rate

    def _set_rate(self, value: Rate) -> None:
        """Keep the rate, and `_rate`: the quickest way to its number at the next step."""
        if isinstance(value, LearningRateSchedule):
            count = self._iterations.value.item
            self._learning_rate, self._rate = value, lambda: float(value(count()))
        elif callable(value) and not isinstance(value, Variable):
            self._learning_rate, self._rate = value, lambda: float(value())
        else:
            variable = Variable(self._checked_rate(value), dtype=floatx(), trainable=False, name="learning_rate")
            self._learning_rate, self._rate = self._own(variable), variable.value.item

    def _checked_rate(self, value: Any) -> float:
        value = untraced(value)
        if isinstance(value, (bool, dict)) or not is_number(value):
            raise ValueError(
                "Argument `learning_rate` should be a float, a LearningRateSchedule or a function without arguments that "
                f"returns a float, got {value!r}."
            )
        rate = float(value)
        if not 0 <= rate < math.inf:
            raise ValueError(f"`learning_rate` of {type(self).__name__} must be 0 or more, and finite, got {rate}.")
        return rate

    @property
    def iterations(self):
        """The number of updates of the weights so far, an integer variable or scalar."""
        steps = self.gradient_accumulation_steps
        return tensor(self._iterations.value // steps) if steps else self._iterations

    @iterations.setter
    def iterations(self, value: Any) -> None:
        """As optimizers of Keras 1 and 2 make a variable for it: steps are counted anyway."""

    def get_config(self) -> dict:
        """Return the arguments that rebuild this optimizer, without its state."""
        rate = self._learning_rate
        config = {name: plain(_number_in(getattr(self, name))) for name in COMMON if name != "learning_rate"}
        config["learning_rate"] = float(rate) if isinstance(rate, Variable) else serialize_keras_object(rate)
        own = [name for name in all_arguments(described(type(self))) if name not in config]
        missing = [name for name in own if not hasattr(self, name)]
        if missing and "get_config" not in vars(type(self)):
            raise NotImplementedError(
                f"{type(self).__name__} takes the arguments {missing} but keeps no attributes of these names. "
                "Store them (self.name = name) or write get_config()."
            )
        return {**config, **{name: plain(_number_in(getattr(self, name))) for name in own if name not in missing}}

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None):
        """Build an optimizer from what ``get_config`` returned; a config by Keras 2 is understood, too."""
        old = {name: config[name] for name in (*OLD, *UNUSED) if name in config and name not in cls._arguments}
        config = {name: value for name, value in config.items() if name not in old}
        rate = translate(config.get("learning_rate"), old, quiet=True)
        if isinstance(rate, dict):
            rate = deserialize_keras_object(rate, custom_objects)
        return cls(**config) if rate is None else cls(**{**config, "learning_rate": rate})


def _number_in(value: Any) -> Any:
    """The number in a variable, as optimizers of Keras 1 and 2 hold their arguments."""
    return value.numpy().tolist() if isinstance(value, Variable) else value


def check_range(owner: str, name: str, value: Any, low: float, high: float) -> None:
    """Raise if a number lies outside of a range.

    >>> check_range("Adam", "beta_1", 1.5, 0, 1)
    Traceback (most recent call last):
    ValueError: Argument `beta_1` of Adam must be from 0 to 1, got 1.5.
    """
    if isinstance(value, (int, float, np.number)) and not low <= value <= high:
        wanted = f"from {low} to {high}" if high < math.inf else f"{low} or more"
        raise ValueError(f"Argument `{name}` of {owner} must be {wanted}, got {value!r}.")


def full_signature(cls: type) -> inspect.Signature:
    """The signature of an optimizer with the arguments written out that its ``__init__`` hands on.

    >>> class Plain(Options):
    ...     def __init__(self, learning_rate: float = 0.5, *options, **named):
    ...         super().__init__(learning_rate, *options, **named)
    >>> list(full_signature(Plain).parameters)[:3]
    ['learning_rate', 'weight_decay', 'clipnorm']
    """
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    kinds = {p.kind for p in parameters if p.name != "old"}  # what is called `old` is no option of today
    own = [p for p in parameters if p.kind not in CATCH_ALLS]
    if inspect.Parameter.VAR_KEYWORD in kinds:
        names = {p.name for p in own}
        by_name = inspect.Parameter.VAR_POSITIONAL not in kinds
        rest = [p for p in COMMON.values() if p.name not in names]
        own += [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in rest] if by_name else rest
    return inspect.Signature(sorted(own, key=lambda p: p.kind))


CATCH_ALLS = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
_OPTIONS = list(inspect.signature(Options.__init__).parameters.values())[1:]
COMMON = {p.name: p for p in _OPTIONS if p.kind not in CATCH_ALLS}

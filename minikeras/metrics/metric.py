"""The contract of a metric: a state that batches are added to, and a result read from it.

    update_state(y_true, y_pred, sample_weight=None)    convert, check, add a batch to the state
    tally(y_true, y_pred, sample_weight=None)           the same for arrays that were checked before: what training calls
    result()                                            the value over all batches since the last reset
    reset_state()                                       back to the start

A class of your own writes ``update_state`` and ``result``; ``tally`` then calls ``update_state``.
"""

from __future__ import annotations

import contextlib
import functools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minikeras import initializers
from minikeras._core import dtypes
from minikeras._core.arguments import checked_name, unknown_arguments
from minikeras._core.config import floatx
from minikeras._core.naming import auto_name
from minikeras._core.old_arguments import outside
from minikeras._core.origin import of_the_house
from minikeras._core.registry import home
from minikeras._core.serialize import Configurable, all_arguments, described, plain
from minikeras._core.tensor import tensor
from minikeras._core.variable import Variable


def _answering(result: Callable) -> Callable:
    """Let what a `result` method returns answer as tensors do: ``metric.result().numpy()``."""

    @functools.wraps(result)
    def answering(self):
        return tensor(result(self))

    return answering


_PLAIN = (type(None), bool, int, float, str, list, tuple, np.generic)


class Metric(Configurable):
    """Base of all metrics.

    Args:
        dtype: number type of the computation, ``floatx()`` by default; a name or a `DTypePolicy`.
        name: the key in ``History``; the class name in snake case, numbered, by default.

    >>> class Positives(Metric):
    ...     def __init__(self, name="positives", **kwargs):
    ...         super().__init__(name=name, **kwargs)
    ...         self.seen = self.add_weight(name="seen", initializer="zeros")
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.seen.assign_add(np.sum(np.asarray(y_pred) > 0.5))
    ...     def result(self):
    ...         return self.seen
    >>> m = Positives()
    >>> float(m([0, 1], [0.2, 0.9])), float(m([0, 1], [0.7, 0.9]))
    (1.0, 3.0)
    >>> m.reset_state(); float(m.result())
    0.0
    """

    _direction: str | None = None  # "up" or "down": which way is better, asked by EarlyStopping and its kin
    _by_rows = True
    takes_nan = ()
    _to_come: list | tuple = ()  # values that variables which are not made yet go on from, see `state`
    _several: str | None = None  # where `result` is more than one number: how to get one, for those who can't do with more

    def __init__(self, dtype: Any = None, name: str | None = None):
        self._variables: list[Variable] = []
        self._metrics: list[Metric] = []
        self._dtype = dtypes.get(dtype or floatx()).compute_dtype
        self.name = checked_name(self, name) or auto_name(type(self).__name__)
        self._warned = False  # of targets without a meaning

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "update_state" in cls.__dict__ and "tally" not in cls.__dict__:
            cls.tally = Metric.tally  # an inherited shortcut would pass the class's own update_state by
        if "result" in cls.__dict__:
            cls.result = _answering(cls.__dict__["result"])

    @property
    def by_rows(self) -> bool:
        """Whether it comes to the same however rows are cut into batches; said of the house's classes of (y_true, y_pred)."""
        return self._by_rows and home(type(self)) is not None and getattr(self, "axis", -1) == -1

    @property
    def dtype(self) -> str:
        """The name of the number type that the metric computes in."""
        return self._dtype

    @property
    def variables(self) -> list[Variable]:
        """The state: the variables of this metric, then those of the metrics it holds."""
        self._check_started()
        return [*self._variables, *(v for metric in self._metrics for v in metric.variables)]

    def update_state(self, *args, **kwargs) -> None:
        """Add a batch to the state."""
        wanted = "update_state(y_true, y_pred, sample_weight=None)"
        raise NotImplementedError(f"Metric {type(self).__name__} should define {wanted}.")

    def tally(self, y_true: np.ndarray, y_pred: np.ndarray, sample_weight: np.ndarray | None = None) -> None:
        """Add a batch of arrays that need neither conversion nor checks."""
        if sample_weight is None:
            self.update_state(y_true, y_pred)
        else:
            self.update_state(y_true, y_pred, sample_weight)

    def check_targets(self, y_true: np.ndarray) -> None:
        """Look, once, at all targets of a training: warn of values that the metric has no meaning for."""

    def result(self) -> Any:
        """Return the value over all batches since the last reset: a scalar, an array or a dict of scalars."""
        raise NotImplementedError(f"Metric {type(self).__name__} should define result().")

    def reset_state(self) -> None:
        """Set every variable of the state to zero."""
        self._to_come = ()
        for v in self.variables:
            v.value[...] = 0

    def reset_states(self) -> None:
        """The old name of `reset_state`."""
        self.reset_state()

    def __call__(self, *args, **kwargs) -> Any:
        """Add a batch and return the result so far."""
        self._check_started()
        self.update_state(*args, **kwargs)
        return self.result()

    def add_variable(
        self,
        shape: tuple,
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str | None = "sum",
        name: str | None = None,
    ) -> Variable:
        """Make a variable of the state.

        Args:
            shape: its shape, ``()`` for a number.
            initializer: the start value by name, config, object or function.
            dtype: its number type, ``floatx()`` by default.
            aggregation: kept for Keras' sake: how parallel copies would be joined.
            name: its name.
        """
        self._check_started()
        variable = Variable(
            initializers.get("zeros" if initializer is None else initializer),
            shape=tuple(shape) if np.iterable(shape) else (shape,),
            dtype=dtype or floatx(),
            trainable=False,
            aggregation=aggregation,
            synchronization="on_read",
            name=name,
        )
        variable.path = f"{self.name}/{variable.name}"
        self._note(variable)
        return variable

    def add_weight(self, *args, **kwargs) -> Variable:
        """Make a variable of the state: ``(shape=(), initializer=None, dtype=None, name=None)``, or Keras 2's
        ``(name, shape=(), aggregation=None, synchronization=None, initializer=None, dtype=None)``.

        >>> m = Metric(); m.add_weight("total", initializer="zeros").shape, m.add_weight((2,), "ones").tolist()
        ((), [1.0, 1.0])
        """
        old = bool(args) and isinstance(args[0], str)
        names = "name shape aggregation synchronization initializer dtype" if old else "shape initializer dtype name"
        given = {"shape": (), "initializer": None, **dict(zip(names.split(), args, strict=False)), **kwargs}
        given.pop("synchronization", None)
        known = "name", "shape", "initializer", "dtype", "aggregation"
        unknown_arguments(f"add_weight() of {type(self).__name__}", given, known)
        return self.add_variable(**given)

    def stateless_update_state(self, metric_variables: list, *args, **kwargs) -> list[np.ndarray]:
        """Return what the state becomes from the state given; the metric's own stays.

        >>> from minikeras.metrics import Mean
        >>> [float(v) for v in Mean().stateless_update_state([2.0, 1.0], [4.0])]
        [6.0, 2.0]
        """
        with self._holding(metric_variables):
            self.update_state(*args, **kwargs)
            return [v.numpy() for v in self.variables]

    def stateless_result(self, metric_variables: list) -> Any:
        """Return the result of the state given."""
        with self._holding(metric_variables):
            result = self.result()
            return result.numpy() if isinstance(result, Variable) else result

    def stateless_reset_state(self) -> list[np.ndarray]:
        """Return the state that `reset_state` would leave."""
        with self._holding([v.numpy() for v in self.variables]):
            self.reset_state()
            return [v.numpy() for v in self.variables]

    def get_config(self) -> dict:
        """Return the name, the dtype, and the arguments that the metric keeps under their own names."""
        config = {"name": self.name, "dtype": self.dtype}
        for argument in all_arguments(described(type(self))):
            if argument not in config and isinstance(getattr(self, argument, config), _PLAIN):
                config[argument] = plain(getattr(self, argument))
        return config

    @contextlib.contextmanager
    def _holding(self, values: list) -> Iterator[None]:
        kept = [v.numpy() for v in self.variables]
        if len(values) != len(kept):
            raise ValueError(f"Metric {self.name!r} has {len(kept)} variables, got {len(values)} values in metric_variables.")
        try:
            for v, value in zip(self.variables, values, strict=True):
                v.assign(value)
            yield
        finally:
            for v, value in zip(self.variables, kept, strict=True):
                v.assign(value)

    def _warn_once(self, text: str) -> None:
        if not self._warned:
            self._warned = True
            warnings.warn(text, UserWarning, stacklevel=outside())

    def _check_started(self):
        if "_variables" not in self.__dict__:
            raise RuntimeError(f"Metric {type(self).__name__} should call super().__init__() first in its __init__().")

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if "_metrics" in self.__dict__ and name not in ("_variables", "_metrics"):
            self._keep(value)

    def _keep(self, value):
        """Note the variables and metrics in an attribute, however deep in lists and dicts."""
        if isinstance(value, (dict, list, tuple)):
            for item in value.values() if isinstance(value, dict) else value:
                self._keep(item)
            return
        if isinstance(value, Variable) and not any(value is other for other in self._variables):
            self._note(value)
        elif isinstance(value, Metric) and not any(value is other for other in self._metrics):
            self._metrics.append(value)

    def _note(self, variable):
        """Count a variable to the state; where that is to go on from another one, it takes its value."""
        i = len(self._variables)
        self._variables.append(variable)
        if i < len(self._to_come) and np.shape(self._to_come[i]) == tuple(variable.shape):
            variable.assign(self._to_come[i])

    def _make_sums(self, shape: tuple) -> None:
        """Make the variables that wait for the shape of the data, where their shape is all that is needed."""

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}>"


def wants_given(metric: Metric) -> bool:
    """Whether a metric has to see targets as the user passed them: its own code may look at their shape and type.

    What stands in this library takes what the loss has made of them just as well.

    >>> from minikeras.metrics import BinaryAccuracy, MeanMetricWrapper
    >>> wants_given(BinaryAccuracy()), wants_given(MeanMetricWrapper(max, name="mine"))
    (False, True)
    """
    function = getattr(metric, "_fn", None)
    inside = any(wants_given(other) for other in metric._metrics)
    return inside or not of_the_house(type(metric)) or function is not None and not of_the_house(function)

"""What is to be written into which variable: read and checked as a whole, then written as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from minikeras._core.variable import Variable

if TYPE_CHECKING:
    from minikeras.saving.hdf5 import Dataset, Group


class Plan:
    """Collects values for variables. Nothing changes before `carry_out`.

    >>> v = Variable([1.0, 2.0]); plan = Plan("x.h5"); plan.put(v, np.array([3.0, 4.0])); v.tolist()
    [1.0, 2.0]
    >>> plan.carry_out(); v.tolist()
    [3.0, 4.0]
    """

    def __init__(self, name: str):
        self.name = name
        self.values: list[tuple[Variable, np.ndarray]] = []
        self.calls: list[tuple[Callable, Any, list[Variable]]] = []
        self.filled: set[int] = set()

    def put(self, variable: Variable, value: np.ndarray) -> None:
        """Plan one value, known to fit."""
        self.values.append((variable, value))
        self.filled.add(id(variable))

    def take(self, variables: list[Variable], datasets: list[Dataset], label: str) -> None:
        """Plan values from a file for the variables of one layer; nothing is read unless all fit."""
        check_fit(self.name, variables, datasets, label)
        read = [(v, read_for(v, d)) for v, d in zip(variables, datasets, strict=True)]
        for variable, value in read:
            self.put(variable, value)

    def call(self, function: Callable, store: Any, variables: list[Variable]) -> None:
        """Plan a call of a layer's own ``load_own_variables``."""
        self.calls.append((function, store, variables))
        self.filled.update(id(v) for v in variables)

    def carry_out(self) -> None:
        """Write all; if a layer's own code fails on the way, put everything back."""
        touched = [v for v, _ in self.values] + [v for *_, variables in self.calls for v in variables]
        before = [v.numpy() for v in touched] if self.calls else []
        try:
            for function, store, _ in self.calls:
                self._call(function, store)
        except BaseException:
            for variable, value in zip(touched, before, strict=True):
                variable.assign(value)
            raise
        for variable, value in self.values:
            variable.assign(value)


    def _call(self, function: Callable, store: Any) -> None:
        try:
            function(store)
        except (LookupError, TypeError, AttributeError) as error:
            layer = getattr(function, "__self__", None)
            raise ValueError(
                f"{self.name}: load_own_variables() of layer {getattr(layer, 'name', None)!r} ({type(layer).__name__}) failed "
                f"on what the file has for it, {list(store)[:20]}: {type(error).__name__}: {error}. Is it of another model?"
            ) from error


def check_fit(name: str, variables: list[Variable], datasets: list[Dataset], label: str) -> None:
    """Raise a ValueError unless the datasets of a file are those that the variables of a layer need."""
    if len(variables) != len(datasets):
        raise ValueError(
            f"{name}: {label} has {len(variables)} weights of shapes {[v.shape for v in variables]}, but the file has "
            f"{len(datasets)} for it, of shapes {[d.shape for d in datasets[:20]]}. Is it the file of another model?"
        )
    for variable, dataset in zip(variables, datasets, strict=True):
        if variable.shape != dataset.shape:
            raise ValueError(
                f"{name}: {label} has a weight {variable.name!r} of shape {variable.shape}, but {dataset.path!r} in the file "
                f"is of shape {dataset.shape}. Is it the file of another model?"
            )
        kinds = variable.value.dtype.kind.replace("u", "i"), dataset.dtype.kind.replace("u", "i")
        if kinds[0] != kinds[1]:
            raise ValueError(
                f"{name}: {label} has a weight {variable.name!r} of {variable.dtype}, but {dataset.path!r} in the file "
                f"is of {dataset.dtype}."
            )


def read_for(variable: Variable, dataset: Dataset) -> np.ndarray:
    """Read a dataset as the number type of a variable."""
    value = dataset.read()
    if value.dtype == variable.value.dtype:
        return value
    if value.dtype.kind in "iu":
        limits = np.iinfo(variable.value.dtype)
        if value.size and not (limits.min <= int(value.min()) and int(value.max()) <= limits.max):
            raise dataset.source.error(f"holds numbers in {dataset.path!r} that {variable.dtype} can't.")
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return value.astype(variable.value.dtype)


def datasets_in(group: Group) -> list[Dataset]:
    """The numbered datasets "0", "1", ... of a ``vars`` group; their numbers may not have gaps."""
    names = group.names
    if names != [str(n) for n in range(len(names))]:
        raise group.source.error(f"is damaged: {group.path!r} should have the datasets 0, 1, ..., it has {names[:20]}.")
    return [group.dataset(name) for name in names]

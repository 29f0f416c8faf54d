"""The outputs of a model and what each is held against: one `Head` for each, however loss and metrics were given."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import losses, metrics
from minikeras._core.config import floatx
from minikeras._core.naming import nearest, shorten
from minikeras._core.nest import flatten, is_nested
from minikeras.losses.reduction import masked_weights
from minikeras.metrics.metric import wants_given

BY_SHAPE = ("accuracy", "acc", "crossentropy", "ce")  # names that the shapes of targets and outputs decide


class Head:
    """One output: its loss, the weight of that in the sum, and its metrics, resolved when shapes are known.

    Args:
        name: what History calls it, "" where it is the only one.
        identifier: the loss, as compile() got it; None for an output that is not trained.
        weight: the factor of the loss.
        plain, weighted: metrics without and with the sample weights.
    """

    def __init__(self, name: str, identifier: Any, weight: float, plain: list, weighted: list):
        self.name, self.identifier, self.weight, self.plain, self.weighted = name, identifier, weight, plain, weighted
        self.loss = None if identifier is None or _names(identifier, BY_SHAPE) else losses.resolve(identifier)
        self.shape: tuple | None = None  # of the output that the metrics were resolved for
        self.metrics: list | None = None  # resolved: [(name, metric)]
        self.tallies: list = []  # how each counts a batch; whether it takes weights, minds masks, wants targets as given
        self.checks: list = []  # of metrics that look at the targets once
        self.paired = False  # whether targets come as (prepared, as given): a metric of the user's may look at their shape
        self.total, self.count = 0.0, 0
        self.tracker = metrics.Mean(name=f"{name}_loss" if name else "loss")

    def prepare(self, y: Any, output: Any) -> Any:
        """Check targets against the output, a `KerasTensor`; make the loss and the metrics for their shapes."""
        shape, given = (None, *output.shape[1:]), y  # any number of rows
        if self.shape is not None and not _meets(self.shape, shape):  # layers came or went: "accuracy" may mean another now
            self.loss = None if _names(self.identifier, BY_SHAPE) else self.loss
            self.metrics = None
        self.shape = shape
        if self.loss is None and self.identifier is not None:
            self.loss = losses.resolve(self.identifier, y.shape, shape)
        if self.loss is not None and y is not None:
            y = self.loss.prepare_targets(y, shape, "float32" if output.dtype == "float16" else output.dtype)
        if self.metrics is None and y is not None:
            self._make_metrics((None, *y.shape[1:]), shape)
        for check in self.checks:
            check(y)
        return (y, as_given(given)) if self.paired and y is not None else y

    def _make_metrics(self, target_shape: tuple, output_shape: tuple) -> None:
        """Make the metrics for these shapes; a name that is taken gets "weighted_" before it, or a number behind."""
        self.metrics, self.tallies = [], []
        names: set[str] = {"loss"}
        for identifiers, weighted in ((self.plain, False), (self.weighted, True)):
            for identifier in identifiers:
                metric = metrics.resolve(identifier, self.loss, target_shape, output_shape)
                base = f"weighted_{metric.name}" if weighted and metric.name in names else metric.name
                copies = (f"{base}_{i}" for i in itertools.count(1))
                name = base if base not in names else next(copy for copy in copies if copy not in names)
                names.add(name)
                self.metrics.append((f"{self.name}_{name}" if self.name else name, metric))
                self.tallies.append(
                    (metric.tally, weighted, isinstance(metric, metrics.MeanMetricWrapper), wants_given(metric))
                )
        found = [metric for _, metric in self.metrics]
        self.paired = any(wants_given(metric) for metric in found)
        self.checks = [m.check_targets for m in found if type(m).check_targets is not metrics.Metric.check_targets]

    def tally(self, value: float, y: Any, p: np.ndarray, w: Any, mask: Any = None) -> None:
        """Count a batch in: its loss, and its metrics."""
        n = len(p)
        self.total += value * n
        self.count += n
        if mask is None and not self.paired:
            for count, weighted, *_ in self.tallies:
                count(y, p, w if weighted else None)
            return
        y, given = y if self.paired else (y, y)
        for count, weighted, minds, as_it_came in self.tallies:
            own = w if weighted else None
            own = masked_weights(mask, own, None, p.dtype) if minds and mask is not None else own
            count(given if as_it_came else y, p, own)

    def reset(self) -> None:
        """Start anew."""
        self.total, self.count = 0.0, 0
        for _, metric in self.metrics or ():
            metric.reset_state()

    def logs(self) -> dict:
        """The metrics so far, by name."""
        found: dict[str, Any] = {}
        for name, metric in self.metrics or ():
            result = metric.result()
            if result is None:
                kind = type(metric).__name__
                raise ValueError(f"result() of metric {name!r} ({kind}) returned None. Does it lack a `return`?")
            prefix = f"{self.name}_" if self.name else ""
            found.update({f"{prefix}{k}": v for k, v in result.items()} if isinstance(result, dict) else {name: result})
        return found

    def tracked(self) -> list:
        """The loss and the metrics as objects."""
        self.tracker.reset_state()
        if self.count:
            self.tracker.update_state(self.total / self.count, self.count)
        own = [self.tracker] if self.name and self.identifier is not None else []
        return [*own, *(metric for _, metric in self.metrics or ())]

    def state(self) -> dict:
        """The sums so far."""
        values = [[v.numpy() for v in metric.variables] for _, metric in self.metrics or ()]
        return {"total": self.total, "count": self.count, "metrics": values}

    def set_state(self, state: dict) -> None:
        """Go on from the sums that `state` returned."""
        self.total, self.count = state["total"], state["count"]
        for (_, metric), values in zip(self.metrics or (), state["metrics"]):
            for variable, value in zip(metric.variables, values):
                variable.assign(value)

    def cost(self, activation: Callable | None, dtype: str) -> tuple[Callable, bool]:
        """The cost ``(y, z, p, w) -> (C, slope)``, and whether the slope is ∂C/∂z rather than ∂C/∂p.

        Where the last activation and the loss know each other (softmax or sigmoid and cross-entropy), it starts from logits.
        """
        fused = self.loss.fused(activation) if activation is not None else None
        rule = fused or self.loss.value_and_grad
        if dtype == "float16":
            rule = _in_float32(rule)
        if fused is not None:
            return rule, True  # δ[L] = ∂C/∂z[L] at once

        def from_output(y, z, p, w):
            return rule(y, p, w)  # ∂C/∂a[L]

        return from_output, False


def _meets(one: tuple, two: tuple) -> bool:
    """Whether two shapes are the same but for sizes that are open in one of them.

    >>> _meets((None, 4, 2), (None, None, 2)), _meets((None, 4), (None, 5))
    (True, False)
    """
    return len(one) == len(two) and all(m == n or m is None or n is None for m, n in zip(one, two))


NOT_YET = "output"  # the name of a head before the model has met data


def as_given(y: Any) -> Any:
    """Targets for a metric of the user's: of the shape that came; floats of the default type, as Keras passes them."""
    return y.astype(floatx(), copy=False) if y.dtype.kind == "f" else y


def make_heads(names: list[str], given: dict) -> list[Head]:
    """The heads of a model with these outputs, for what compile() got."""
    n = len(names)
    loss = [_alone(one) for one in per_head(given["loss"], names, "loss", spread=True)]
    weights = per_head(given["loss_weights"], names, "loss_weights")
    plain = per_head(given["metrics"], names, "metrics", spread=True)
    weighted = per_head(given["weighted_metrics"], names, "weighted_metrics", spread=True)
    for name, weight in zip(names, weights):
        if not isinstance(weight, (int, float, np.number, type(None))):
            hint = " Metrics are given by name: compile(..., metrics=[...])." if isinstance(weight, str) else ""
            where = f" for output {name!r}" if n > 1 else ""
            raise ValueError(f"Argument `loss_weights` of compile() must be a number{where}, got {weight!r}.{hint}")
    return [
        Head(
            name if n > 1 else "",
            loss[i],
            1.0 if weights[i] is None else float(weights[i]),
            _listed(plain[i]),
            _listed(weighted[i]),
        )
        for i, name in enumerate(names)
    ]


def per_head(given: Any, names: list[str], argument: str, spread: bool = False) -> list:
    """What compile() got for an argument, one entry for each output.

    Args:
        spread: whether one entry, or a list that fits no other way, holds for all outputs.

    >>> per_head({"b": "mse", "a": "mae"}, ["a", "b"], "loss"), per_head("mse", ["a", "b"], "loss", spread=True)
    (['mae', 'mse'], ['mse', 'mse'])
    """
    n, listing = len(names), argument.endswith("metrics")
    if given is None:
        return [None] * n
    if isinstance(given, dict) and not is_config(given):
        given = _by_path(given, names)
        if n == 1 and len(given) == 1 and names == [NOT_YET]:
            return list(given.values())
        unknown = [key for key in given if key not in names]
        if unknown:
            near = nearest(str(unknown[0]), names)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            raise ValueError(f"`{argument}` of compile() names an output {unknown[0]!r}. {hint}The model has {names}.")
        return [given.get(name) for name in names]
    if isinstance(given, (list, tuple)):
        if n == 1 and listing:
            return [given]
        if len(given) == n:
            return list(given)
        if listing and n > 1 and not any(isinstance(g, (list, tuple, dict)) and not is_config(g) for g in given):
            return [list(given)] * n  # as Keras 2: the same for every output
        outputs = (
            f"one output, so `{argument}` takes one entry"
            if n == 1
            else f"{n} outputs {names}: `{argument}` takes one entry for each"
        )
        raise ValueError(f"The model has {outputs}, got {len(given)}: {shorten(given)}.")
    if n > 1 and not spread:
        raise ValueError(
            f"The model has {n} outputs {names}: `{argument}` takes a list or a dict with one entry for each, got {given!r}."
        )
    return [given] * n


def _by_path(given: dict, names: list[str]) -> dict:
    """One entry for each output where the outputs are nested: "rest/0" and "rest/1" for {"rest": [.., ..]}.

    >>> _by_path({"a": "mse", "rest": ["mae", None]}, ["a", "rest/0", "rest/1"])
    {'a': 'mse', 'rest/0': 'mae', 'rest/1': None}
    """
    found: dict[str, Any] = {}
    for key, value in given.items():
        below = [name for name in names if name.startswith(f"{key}/")]
        if not below or key in names:
            found[key] = value
        elif isinstance(value, dict) and not is_config(value):
            found.update({f"{key}/{k}": v for k, v in value.items()})
        else:
            values = value if isinstance(value, (list, tuple)) and len(value) == len(below) else [value] * len(below)
            found.update(zip(below, values))
    return found


def _alone(given: Any) -> Any:
    """The loss of one output, which may stand in a list: ``loss={"a": ["mse"]}``."""
    return given[0] if isinstance(given, (list, tuple)) and len(given) == 1 else given


def _listed(given: Any) -> list:
    """The metrics of one output, however they are wrapped."""
    if given is None:
        return []
    if isinstance(given, dict) and not is_config(given):
        if len(given) > 1:
            raise ValueError(f"The metrics of one output are a list, got {shorten(given)}.")
        given = next(iter(given.values()), None)
    if isinstance(given, (list, tuple)):
        if len(given) == 1 and isinstance(given[0], (list, tuple, dict)) and not is_config(given[0]):
            return _listed(given[0])
        return [m for m in given if m is not None]
    return [given]


def check_metrics(given: Any) -> None:
    """Say at compile() that a name is misspelt, not after an hour."""
    for identifier in flatten_given(given):
        if isinstance(identifier, str) and identifier not in BY_SHAPE:
            metrics.get(identifier)
        elif not isinstance(identifier, (str, dict, type(None))) and not callable(identifier):
            raise ValueError(f"An entry of metrics is a name, a function or a Metric, got {shorten(identifier)}.")


def flatten_given(given: Any) -> list:
    """The entries of what compile() got for losses or metrics."""
    if isinstance(given, dict) and not is_config(given):
        return [g for value in given.values() for g in flatten_given(value)]
    if isinstance(given, (list, tuple)):
        return [g for value in given for g in flatten_given(value)]
    return [given]


def is_config(value: Any) -> bool:
    """Whether a dict is the config of an object."""
    return isinstance(value, dict) and "class_name" in value


def _names(identifier: Any, names: tuple) -> bool:
    return isinstance(identifier, str) and identifier in names


def _in_float32(rule: Callable) -> Callable:
    """Half precision is too coarse for a sum over a batch: 1 + 0.0001 is 1 there."""

    def wide(y, *outputs_and_weights):
        *outputs, w = outputs_and_weights
        value, slope = rule(y, *(a.astype("float32") for a in outputs), w)
        return value, slope.astype(outputs[0].dtype)

    return wide


def by_head(value: Any, names: list[str], structure: Any, what: str, trained: list[bool] | None = None) -> list:
    """Targets or weights, one entry for each output, None where there is none.

    Args:
        value: an array for the only output; else a list, tuple or dict, by the names of the outputs or the keys of their dict.
        structure: the model's outputs.
        trained: which of them have a loss.
    """
    n = len(names)
    if value is None:
        return [None] * n
    needed = [i for i, need in enumerate(trained) if need] if trained else list(range(n))
    if n > 1 and len(needed) == 1 and not is_nested(value):  # one array for the only output that is trained
        return [value if i == needed[0] else None for i in range(n)]
    if n == 1:
        flat = flatten(value)
        if len(flat) != 1:
            raise ValueError(f"The model has one output, but {what} holds {len(flat)} arrays.")
        return flat
    if isinstance(value, dict):
        value = _by_path(value, names)
        unknown = [key for key in value if key not in names]
        if unknown:
            near = nearest(str(unknown[0]), names)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            raise ValueError(f"{what} has a key {unknown[0]!r}. {hint}The outputs of the model are {names}.")
        return [value.get(name) for name in names]
    flat = flatten(value)
    if len(flat) != n:
        raise ValueError(
            f"The model has {n} outputs {names}, so {what} is a list, tuple or dict of {n} arrays; got "
            f"{'one array' if len(flat) == 1 else f'{len(flat)} arrays'}."
        )
    return flat

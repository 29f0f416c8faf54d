"""The outputs of a model and what each is held against: one `Head` for each, however loss and metrics were given."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import losses, metrics
from minikeras._core.config import floatx
from minikeras._core.naming import nearest, shorten
from minikeras._core.nest import flatten, flatten_with_path, is_nested
from minikeras.losses.reduction import masked_weights
from minikeras.losses.targets import convert
from minikeras.metrics.metric import wants_given
from minikeras.metrics.state import set_state, state_of
from minikeras.models.nested_outputs import Entry, Group, Together, at_path, check_group, entries, is_deep

BY_SHAPE = ("accuracy", "acc", "crossentropy", "ce")  # names that the shapes of targets and outputs decide


class Head:
    """One output: its loss, the weight of that in the sum, and its metrics, resolved when shapes are known.

    Args:
        name: what History calls it, "" where it is the only one.
        identifier: the loss, as compile() got it; None for an output that is not trained.
        weight: the factor of the loss.
        plain, weighted: metrics without and with the sample weights.
        prefix: what stands before the names of the metrics, where that is not the name.
    """

    def __init__(self, name: str, identifier: Any, weight: float, plain: list, weighted: list, prefix: str | None = None):
        self.name, self.identifier, self.weight, self.plain, self.weighted = name, identifier, weight, plain, weighted
        self.prefix = name if prefix is None else prefix
        self.grouped = False  # whether a loss over several outputs holds it against its target, see `Group`
        if isinstance(identifier, list):
            self.loss = Together(identifier)
        else:
            self.loss = None if identifier is None or _names(identifier, BY_SHAPE) else losses.resolve(identifier)
        self.shape: tuple | None = None  # of the output that the metrics were resolved for
        self.metrics: list | None = None  # resolved: [(name, metric)]
        self.tallies: list = []  # how each counts a batch; whether it takes weights, minds masks, wants targets as given
        self.checks: list = []  # of metrics that look at the targets once
        self.paired = False  # whether targets come as (prepared, as given): a metric of the user's may look at their shape
        self.total, self.count = 0.0, 0
        self.to_come: list = []  # states that metrics which are not made yet go on from
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
        elif self.grouped and y is not None:
            y = convert(y, output.dtype)
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
                self.metrics.append((f"{self.prefix}_{name}" if self.prefix else name, metric))
                self.tallies.append(
                    (metric.tally, weighted, isinstance(metric, metrics.MeanMetricWrapper), wants_given(metric))
                )
        found = [metric for _, metric in self.metrics]
        for metric, values in zip(found, self.to_come):
            set_state(metric, values)
        self.paired = any(wants_given(metric) for metric in found)
        self.checks = [m.check_targets for m in found if type(m).check_targets is not metrics.Metric.check_targets]

    @property
    def by_rows(self) -> bool:
        """Whether loss and metrics come to the same however the rows are cut into batches."""
        known = self.loss is not None and self.metrics is not None and not self.paired
        return known and self.loss.by_rows and all(metric.by_rows for _, metric in self.metrics)

    def tally(self, value: float, y: Any, p: np.ndarray, w: Any, mask: Any = None) -> None:
        """Count a batch in: its loss, and its metrics."""
        n = len(p)
        self.total += value * n
        self.count += n
        if mask is None and not self.paired:
            for count, weighted, _, _ in self.tallies:
                count(y, p, w if weighted else None)
            return
        y, given = y if self.paired else (y, y)
        for count, weighted, minds, as_it_came in self.tallies:
            own = w if weighted else None
            own = masked_weights(mask, own, None, p.dtype) if minds and mask is not None else own
            count(given if as_it_came else y, p, own)

    def reset(self) -> None:
        """Start anew."""
        self.total, self.count, self.to_come = 0.0, 0, []
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
            prefix = f"{self.prefix}_" if self.prefix else ""
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
        values = self.to_come if self.metrics is None else [state_of(metric) for _, metric in self.metrics]
        return {"total": self.total, "count": self.count, "metrics": values}

    def set_state(self, state: dict) -> None:
        """Go on from the sums that `state` returned."""
        self.total, self.count, self.to_come = state["total"], state["count"], state["metrics"]
        for (_, metric), values in zip(self.metrics or (), state["metrics"]):
            set_state(metric, values)

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


def make_heads(
    names: list[str], given: dict, structure: Any = None, prefixes: list[str] | None = None
) -> tuple[list[Head], list[Group], list[str]]:
    """The heads of a model, the losses over several of its outputs, and the names of all losses in the order of compile().

    Args:
        names: what History calls the outputs.
        given: what compile() got.
        structure: the outputs, where they may be nested.
        prefixes: what stands before the names of their metrics, where that is not their name.
    """
    n, prefixes = len(names), prefixes or names
    placed = _entries(given["loss"], names, "loss", True, structure, prefixes)
    loss, groups = [_alone(e.value) for e in sorted(placed, key=_leaf)], []
    weights = per_head(given["loss_weights"], names, "loss_weights", False, structure, prefixes)
    plain = per_head(given["metrics"], names, "metrics", True, structure, prefixes)
    weighted = per_head(given["weighted_metrics"], names, "weighted_metrics", True, structure, prefixes)
    for name, weight in zip(names, weights):
        if not isinstance(weight, (int, float, np.number, type(None))):
            hint = " Metrics are given by name: compile(..., metrics=[...])." if isinstance(weight, str) else ""
            where = f" for output {name!r}" if n > 1 else ""
            raise ValueError(f"Argument `loss_weights` of compile() must be a number{where}, got {weight!r}.{hint}")
    weights = [1.0 if w is None else float(w) for w in weights]
    grouped: dict[tuple, list[int]] = {}
    if is_deep(structure):
        paths = [path for path, _ in flatten_with_path(structure)]
        for entry in placed:
            if entry.value is not None and 0 < len(entry.at) < len(paths[entry.leaf]):
                grouped.setdefault(entry.at, []).append(entry.leaf)
    for at, leaves in grouped.items():
        name, inner = "/".join(map(str, at)), at_path(structure, at)
        check_group(name, loss[leaves[0]], inner)
        groups.append(Group(name, loss[leaves[0]], weights[leaves[0]], leaves, inner))
        loss = [None if i in leaves else one for i, one in enumerate(loss)]
    heads = [
        Head(name if n > 1 else "", loss[i], weights[i], _listed(plain[i]), _listed(weighted[i]), prefixes[i] if n > 1 else "")
        for i, name in enumerate(names)
    ]
    order = []
    for entry in placed:
        group = next((g for g in groups if entry.leaf in g.leaves), None)
        heads[entry.leaf].grouped = group is not None
        if entry.value is not None:
            order.append(f"{names[entry.leaf] if group is None else group.name}_loss")
    return heads, groups, list(dict.fromkeys(order))


def _leaf(entry: Entry) -> int:
    return entry.leaf


def _entries(
    given: Any, names: list[str], argument: str, spread: bool, structure: Any, prefixes: list[str] | None
) -> list[Entry]:
    """What compile() got for an argument, one entry for each output, in the order in which they were given."""
    if is_deep(structure):
        known = _known_by_name(given, names, prefixes)
        return entries(given, structure, f"`{argument}` of compile()") if known is None else known
    found = [Entry(i, (name,), value) for i, (name, value) in enumerate(zip(names, _per_flat(given, names, argument, spread)))]
    if isinstance(structure, dict) and isinstance(given, dict) and not is_config(given):
        order = {name: i for i, name in enumerate(given)}
        found.sort(key=lambda e: order.get(names[e.leaf], len(order)))
    return found


def _known_by_name(given: Any, names: list[str], prefixes: list[str] | None) -> list[Entry] | None:
    """The entries of a dict whose keys are the names of nested outputs or of the layers that make them; None for another."""
    if isinstance(given, dict) and not is_config(given) and given:
        for known in (names, prefixes or names):
            if len(set(known)) == len(known) and all(key in known for key in given):
                return [Entry(i, (), given.get(name)) for i, name in enumerate(known)]
    return None


def per_head(
    given: Any,
    names: list[str],
    argument: str,
    spread: bool = False,
    structure: Any = None,
    prefixes: list[str] | None = None,
) -> list:
    """What compile() got for an argument, one entry for each output.

    Args:
        spread: whether one entry, or a list that fits no other way, holds for all outputs.
        structure, prefixes: as `make_heads` takes them.

    >>> per_head({"b": "mse", "a": "mae"}, ["a", "b"], "loss"), per_head("mse", ["a", "b"], "loss", spread=True)
    (['mae', 'mse'], ['mse', 'mse'])
    """
    return [e.value for e in sorted(_entries(given, names, argument, spread, structure, prefixes), key=_leaf)]


def _per_flat(given: Any, names: list[str], argument: str, spread: bool) -> list:
    """The same for outputs that are not nested."""
    n, listing = len(names), argument.endswith("metrics")
    if given is None:
        return [None] * n
    if isinstance(given, dict) and not is_config(given):
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


def _alone(given: Any) -> Any:
    """The loss of one output, which may stand in a list: ``loss={"a": ["mse"]}``; a list of several is their sum."""
    if isinstance(given, (list, tuple)):
        return given[0] if len(given) == 1 else list(given)
    return given


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
    if is_deep(structure) and (len(flatten(value)) != n or isinstance(value, dict)):
        known = _known_by_name(value, names, None)
        return [e.value for e in sorted(entries(value, structure, what) if known is None else known, key=_leaf)]
    if isinstance(value, dict):
        unknown = [key for key in value if key not in names]
        if unknown:
            near = nearest(str(unknown[0]), names)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            raise ValueError(f"{what} has a key {unknown[0]!r}. {hint}The outputs of the model are {names}.")
        return [value.get(name) for name in names]
    flat = flatten(value)
    if len(flat) == len(needed) < n:  # those of the outputs that have a loss
        given = dict(zip(needed, flat))
        return [given.get(i) for i in range(n)]
    if len(flat) != n:
        raise ValueError(
            f"The model has {n} outputs {names}, so {what} is a list, tuple or dict of {n} arrays; got "
            f"{'one array' if len(flat) == 1 else f'{len(flat)} arrays'}."
        )
    return flat

"""A compiled model as the tables that `minikeras.fast.epoch` runs by, or why it can't be."""

from __future__ import annotations

import sys
from operator import is_
from typing import Any, NamedTuple

import numpy as np

from minikeras import layers, metrics, regularizers
from minikeras._core import blas
from minikeras._core.origin import of_the_house
from minikeras._core.variable import Variable
from minikeras.fast.losses import FROM_LOGITS, code_of
from minikeras.fast.optimizers import Walk, walk_of
from minikeras.fast.passes import DENSE, FIRST, KIND, TRAINED, WIDTH, B, W
from minikeras.fast.table import Table, Unfit, scales

SMALL = 2**14  # numbers in a W whose products loops of our own do as well as BLAS, if need be


class Plan(NamedTuple):
    """A model in tables.

    Attributes:
        layers, reals: a row for each layer, see `passes`.
        fixed: numbers that nobody learns, of layers that scale.
        dropouts: the layers that draw masks, in order, and their widths.
        space: the numbers a sample takes in the work space.
        store: where the weights lie.
        loss, number: its code and its own number.
        from_logits: whether it starts from the logits.
        walk: what the optimizer does, None where NumPy has to do it, or where it has not begun.
        penalties, amounts: weights from and to, and λ₁ and λ₂ for them.
        width: that of the inputs.
    """

    layers: np.ndarray
    reals: np.ndarray
    fixed: np.ndarray
    dropouts: list[tuple[Any, int]]
    space: int
    store: Any
    loss: int
    number: np.float32
    from_logits: bool
    walk: Walk | None
    penalties: np.ndarray
    amounts: np.ndarray
    width: int


def plan(model: Any) -> Plan:
    """Put a built and compiled model into tables.

    Raises:
        Unfit: something in it is not done here.
    """
    table, store, width = layers_of(model)
    head = _head(model)
    found = code_of(head.loss, table.last)
    if found is None:
        name = getattr(table.last, "__name__", "its activation")
        raise Unfit(f"the loss {head.loss.name!r} behind {name!r} is not compiled")
    code, number = found
    trained = model.trainable_variables
    if not trained:
        raise Unfit("nothing in it is trained")
    rows, space = table.finish(keep_last=code in FROM_LOGITS)
    penalties, amounts = _penalties(trained)
    o = model.optimizer
    if o is not None and o.scales_loss:
        raise Unfit("its optimizer scales the loss")
    walk = walk_of(o, trained) if o is not None and o.built and o.is_set_on(trained) else None
    return Plan(
        np.array(rows, np.int64), np.array(table.reals, np.float32), np.array(table.fixed, np.float32), table.dropouts, space,
        store, code, np.float32(number), code in FROM_LOGITS, walk, penalties, amounts, width,
    )  # fmt: skip


def layers_of(model: Any) -> tuple[Table, Any, int]:
    """The layers of a built model in a table, where their weights lie, and the width of the inputs.

    Raises:
        Unfit: something in it is not done here.
    """
    steps, shape, store = _steps(model), model.input_shape[1:], _store(model)
    if None in shape:
        raise Unfit(f"the sizes of its inputs {model.input_shape} are open")
    table = Table(shape)
    for unit, sources, slot in steps:
        table.add(unit, sources, slot)
    if table.largest > SMALL and not blas.address("cblas_sgemm"):
        raise Unfit("its products are large, and NumPy's BLAS was not found")
    return table, store, int(np.prod(shape))


def parts_of(plan: Plan, size: int) -> tuple[np.ndarray, np.ndarray]:
    """What is to be done for all weights, and how it falls into parts of about a size: the tables of `minikeras.fast.epoch`.

    Args:
        plan: of a model.
        size: of a part, in weights; a row of W is never cut.
    """
    found = []  # where it stands, how many weights, and the entry
    for l, layer in enumerate(plan.layers.tolist()):
        if layer[KIND] != DENSE or not layer[TRAINED]:
            continue
        width, rows = layer[WIDTH], plan.width if layer[FIRST] < 0 else int(plan.layers[layer[FIRST], WIDTH])
        count = max(1, round(width * rows / size))
        ends = [rows * i // count for i in range(count + 1)]
        found += [(layer[W] + i * width, (j - i) * width, (l, i, j)) for i, j in zip(ends, ends[1:]) if i < j]
        if layer[B] >= 0:
            found.append((layer[B], width, (l, 0, 0)))
    found.sort()
    parts, begun, held = [], 0, 0
    for k, (at, weights, _) in enumerate(found):
        if held and held + weights > 1.25 * size:
            parts.append((parts[-1][1] if parts else 0, at, begun, k))
            begun, held = k, 0
        held += weights
    parts.append((parts[-1][1] if parts else 0, plan.store.values.size, begun, len(found)))
    entries = [entry for *_, entry in found]
    return np.array(entries, np.int64).reshape(-1, 3), np.array(parts, np.int64)


ATTRIBUTES = (
    "activation", "rate", "noise_shape", "momentum", "epsilon", "axis", "negative_slope", "alpha", "max_value", "threshold",
    "scale", "center", "kernel", "invert", "bias", "gamma", "beta", "data_format",
)  # fmt: skip


def made_of(model: Any) -> list:
    """All that a plan holds, or that decides whether there can be one, and that may be replaced or changed at any time."""
    parts = [model._train_step, Variable.changes]
    for group in getattr(model.optimizer, "slots", ()):
        parts += group
    for unit in [] if model._course is None else _units(model._course):
        parts.append(unit)
        parts += map(vars(unit).get, ATTRIBUTES)
        parts += [n.tobytes() for n in scales(unit)]
    for thing in (*(head.loss for head in model._compiled.heads), *(v.regularizer for v in model._compiled.trained or ())):
        if thing is not None:
            parts.append(thing)
            parts += _numbers(thing)
    return parts


def alike(a: list, b: list) -> bool:
    """Whether all in two lists is the same; what may be an array is not asked whether it is equal.

    >>> alike([1.5, None], [3 / 2, None]), alike([np.ones(2)], [np.ones(2)])
    (True, False)
    """
    if len(a) != len(b):
        return False
    return all(map(is_, a, b)) or all(
        x is y or type(x) is type(y) in (int, float, str, bytes) and x == y for x, y in zip(a, b)
    )


def _numbers(thing: Any) -> list:
    """The plain attributes of an object."""
    return [value for value in getattr(thing, "__dict__", {}).values() if isinstance(value, (int, float, str))]


def _units(course: Any) -> list:
    """The layers of a course, and what stands between them."""
    return course.units if hasattr(course, "units") else [step.unit for step in course.steps]


def _steps(model: Any) -> list[tuple[Any, list[int], int]]:
    """The layers of a model in order: each with the numbers of the arrays it takes, and of the one it gives; 0 is x."""
    course = model._course
    if model.is_traced or course is None or len(model.inputs) != 1 or len(model.outputs) != 1:
        raise Unfit("it has a call of its own, or several inputs or outputs")
    if model._own_steps() or model._loss_functions or model._compiled.targets:
        raise Unfit("it has a step or losses of its own")
    if model.makes_mask or not isinstance(model.output_structure(), type(model.outputs[0])):
        raise Unfit("its outputs are masked or nested")
    if hasattr(course, "units"):
        steps = [(unit, [i], i + 1) for i, unit in enumerate(course.units)]
    else:
        steps = _steps_of_graph(course)
    if any(type(unit) is layers.Flatten and unit.data_format != "channels_last" for unit, *_ in steps):
        raise Unfit("Flatten puts the channels last")
    return steps


def _steps_of_graph(graph: Any) -> list[tuple[Any, list[int], int]]:
    if graph.losses or graph.watched or graph._activity or any(graph._shared):
        raise Unfit("its graph adds losses, or a layer stands in it twice")
    for step in graph.steps:
        if step.mode is not None or step.constants or step.cast is not None or not step.single:
            raise Unfit(f"layer {step.node.operation.name!r} is called with more than arrays")
    return [(step.unit, step.ins, step.outs[0]) for step in graph.steps]


def _head(model: Any) -> Any:
    """The only output with its loss and metrics."""
    (head,) = model._compiled.heads if len(model._compiled.heads) == 1 else (None,)
    if head is None or head.loss is None or head.weight != 1.0 or model._compiled.groups:
        raise Unfit("it has several outputs, or a weight of the loss")
    for _, metric in head.metrics or ():
        wrapped = metric._fn if type(metric) is metrics.MeanMetricWrapper else None
        if not of_the_house(type(metric)) or wrapped is not None and not _is_ours(wrapped):
            raise Unfit(f"metric {metric.name!r} is your own and wants each batch")
    if head.paired or head.metrics is None:
        raise Unfit("a metric wants the targets as they came")
    return head


def _is_ours(function: Any) -> bool:
    """Whether a function is what stands under its name in a module here, not something that only says so."""
    module, name = getattr(function, "__module__", None) or "", getattr(function, "__name__", "")
    return module.startswith("minikeras.") and vars(sys.modules[module]).get(name) is function


def _store(model: Any) -> Any:
    """The one vector of all weights."""
    weights = [v for v in model.weights if v.grad is not None]
    stores = {id(v.store): v.store for v in weights}
    if len(stores) != 1 or next(iter(stores.values())) is None:
        raise Unfit("its weights don't lie side by side: layers came from other models")
    store = next(iter(stores.values()))
    if store.values.dtype != np.float32 or any(layer.compute_dtype != "float32" for layer in model.layers):
        raise Unfit("it computes in other numbers than float32")
    return store


def _penalties(variables: list) -> tuple[np.ndarray, np.ndarray]:
    spans, amounts = [], []
    for v in variables:
        if (r := v.regularizer) is None:
            continue
        if type(r) not in (regularizers.L1, regularizers.L2, regularizers.L1L2):
            raise Unfit(f"regularizer {type(r).__name__} is not compiled")
        spans.append((v.span.start, v.span.stop))
        amounts.append((getattr(r, "l1", 0.0), getattr(r, "l2", 0.0)))
    return np.array(spans, np.int64).reshape(-1, 2), np.array(amounts, np.float32).reshape(-1, 2)

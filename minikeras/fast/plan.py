"""A compiled model as the tables that `minikeras.fast.epoch` runs by, or why it can't be."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numpy as np

from minikeras import activations, layers, metrics, regularizers
from minikeras._core.origin import of_the_house
from minikeras.fast.activations import ALPHA, CODES, FROM_INPUT, LINEAR, RELU
from minikeras.fast.epoch import ACTIVATION, DENSE, DROPOUT, NORMALIZATION
from minikeras.fast.losses import FROM_LOGITS, code_of
from minikeras.fast.optimizers import Walk, walk_of


class Unfit(Exception):
    """The compiled epoch can't do this model; the message says why."""


class Plan(NamedTuple):
    """A model in tables.

    Attributes:
        layers, reals: a row for each layer, see `epoch`.
        dropouts: the layers that draw masks, in order, and their widths.
        space: the numbers a sample takes in the work space.
        store: where the weights lie.
        loss, number: its code and its own number.
        from_logits: whether it starts from the logits.
        walk: what the optimizer does, None where NumPy has to do it, or where it has not begun.
        penalties, amounts: weights from and to, and λ₁ and λ₂ for them.
        largest: the numbers in the largest W.
        width: that of the inputs.
    """

    layers: np.ndarray
    reals: np.ndarray
    dropouts: list[tuple[Any, int]]
    space: int
    store: Any
    loss: int
    number: np.float32
    from_logits: bool
    walk: Walk | None
    penalties: np.ndarray
    amounts: np.ndarray
    largest: int
    width: int


def plan(model: Any) -> Plan:
    """Put a built and compiled model into tables.

    Raises:
        Unfit: something in it is not done here.
    """
    units = _units(model)
    width = int(np.prod(model.input_shape[1:]))
    store = _store(model)
    table = _Table(width)
    for unit in units:
        table.add(unit)
    head = _head(model)
    found = code_of(head.loss, table.last)
    if found is None:
        name = getattr(table.last, "__name__", "its activation")
        raise Unfit(f"the loss {head.loss.name!r} behind {name!r} is not compiled")
    code, number = found
    rows, space = table.finish(keep_last=code in FROM_LOGITS)
    trained = model.trainable_variables
    if not trained:
        raise Unfit("nothing in it is trained")
    penalties, amounts = _penalties(trained)
    o = model.optimizer
    if o is not None and o.scales_loss:
        raise Unfit("its optimizer scales the loss")
    walk = walk_of(o, trained) if o is not None and o.built and o.is_set_on(trained) else None
    return Plan(
        np.array(rows, np.int64), np.array(table.reals, np.float32), table.dropouts, space, store, code, np.float32(number),
        code in FROM_LOGITS, walk, penalties, amounts, table.largest, width,
    )  # fmt: skip


ATTRIBUTES = (
    "activation", "rate", "noise_shape", "momentum", "epsilon", "axis", "negative_slope", "alpha", "max_value", "threshold",
    "scale", "center", "kernel", "bias", "gamma", "beta", "data_format",
)  # fmt: skip


def marks(model: Any) -> tuple:
    """All that a plan holds and that may be replaced or changed at any time: of layers, losses, penalties, the optimizer."""
    layers = [(unit, *map(vars(unit).get, ATTRIBUTES)) for unit in model._course.units]
    losses = [(head.loss, *_numbers(head.loss)) for head in model._compiled.heads]
    penalties = [(r, *_numbers(r)) for v in model._compiled.trained or () if (r := v.regularizer) is not None]
    return layers, losses, penalties, getattr(model.optimizer, "slots", None)


def _numbers(thing: Any) -> list:
    """The plain attributes of an object."""
    return [value for value in vars(thing).values() if isinstance(value, (int, float, str))] if thing is not None else []


def _units(model: Any) -> list:
    """The layers of a model in a row."""
    course = model._course
    if model.is_traced or course is None or not hasattr(course, "units") or len(model.inputs) != 1:
        raise Unfit("its layers don't stand in a row")
    if model._own_steps() or model._loss_functions or model._compiled.targets:
        raise Unfit("it has a step or losses of its own")
    if model.makes_mask or not isinstance(model.output_structure(), type(model.outputs[0])):
        raise Unfit("its outputs are masked or nested")
    units = list(course.units)
    if any(type(unit) is layers.Flatten and unit.data_format != "channels_last" for unit in units):
        raise Unfit("Flatten puts the channels last")
    if any(type(unit) is layers.Flatten for unit in units[:1]) or len(model.input_shape) == 2:
        return [unit for unit in units if type(unit) not in (layers.Flatten, layers.InputLayer)]
    raise Unfit(f"its inputs have {len(model.input_shape)} axes: 2 are compiled, or more before a Flatten")


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


class _Table:
    """The rows as they are made, layer by layer."""

    def __init__(self, width: int):
        self.width, self.largest, self.last = width, 0, activations.linear
        self.rows: list[list[int]] = []
        self.reals: list[list[float]] = []
        self.dropouts: list[tuple[Any, int]] = []

    def add(self, layer: Any) -> None:
        """Take a layer in, or say why not."""
        kind = type(layer)
        if kind is layers.Dense:
            self._dense(layer)
        elif kind is layers.BatchNormalization:
            self._normalization(layer)
        elif kind is layers.Dropout and layer.noise_shape is None:
            if layer.rate == 1.0:
                raise Unfit("a Dropout of rate 1 is not compiled")
            if layer.rate > 0.0:
                self._row(DROPOUT, mean=len(self.dropouts), numbers=[0.0, 1.0 / (1.0 - layer.rate), 0.0, 0.0])
                self.dropouts.append((layer, self.width))
                self.last = None
        elif (found := _activation(layer)) is not None:
            code, alpha = found
            if code != LINEAR:
                self._row(ACTIVATION, phi=code, numbers=[alpha, 0.0, 0.0, 0.0])
                self.last = activations.softmax if isinstance(layer, layers.Softmax) else getattr(layer, "activation", None)
        else:
            raise Unfit(f"{kind.__name__} is not compiled")

    def _row(self, kind, w=-1, b=-1, mean=-1, variance=-1, phi=LINEAR, trained=0, numbers=(0.0, 0.0, 0.0, 0.0)):
        self.rows.append([kind, self.width, w, b, mean, variance, phi, 0, 0, 0, trained])
        self.reals.append(list(numbers))

    def _dense(self, layer: Any) -> None:
        code = CODES.get(layer.activation)
        if code is None:
            name = getattr(layer.activation, "__name__", type(layer.activation).__name__)
            raise Unfit(f"activation {name!r} of layer {layer.name!r} is not compiled")
        kernel, bias = layer.kernel, layer.bias
        if bias is not None and bias.trainable != kernel.trainable:
            raise Unfit(f"of layer {layer.name!r} only the kernel or the bias is trained")
        self.largest = max(self.largest, kernel.size)
        self.width = kernel.shape[1]
        start = -1 if bias is None else bias.span.start
        alpha = ALPHA.get(code, 0.0)
        self._row(DENSE, kernel.span.start, start, phi=code, trained=int(kernel.trainable), numbers=[alpha, 0.0, 0.0, 0.0])
        self.last = layer.activation

    def _normalization(self, layer: Any) -> None:
        if layer.renorm or layer.axis not in (-1, 1) or not layer.trainable:
            raise Unfit(f"layer {layer.name!r} (BatchNormalization) is frozen, or renormalizes, or has another axis")
        gamma = layer.gamma.span.start if layer.scale else -1
        beta = layer.beta.span.start if layer.center else -1
        mean, variance = layer.moving_mean.span.start, layer.moving_variance.span.start
        self._row(NORMALIZATION, gamma, beta, mean, variance, trained=1, numbers=[0.0, 0.0, layer.momentum, layer.epsilon])
        self.last = None

    def finish(self, keep_last: bool) -> tuple[list[list[int]], int]:
        """Say where z, a and δ of each layer stand; return the rows and the numbers of a sample."""
        at = 0
        for l, row in enumerate(self.rows):
            kind, width, phi = row[0], row[1], row[6]
            apart = kind == NORMALIZATION or kind == DENSE and phi != LINEAR and (
                phi in FROM_INPUT or keep_last and l == len(self.rows) - 1
            )  # fmt: skip
            row[7] = at if kind != ACTIVATION or l == 0 else self.rows[l - 1][8]
            at += width if apart else 0
            row[8] = at
            at += 2 * width if kind == NORMALIZATION else width
        widest = max(row[1] for row in self.rows)
        here, there = at, at + widest
        for row in reversed(self.rows):
            row[9] = here
            if row[0] == DENSE:
                here, there = there, here
        return self.rows, at + 2 * widest


def _activation(layer: Any) -> tuple[int, float] | None:
    """The code and the number of an activation that is a layer; None for what is not here."""
    kind = type(layer)
    if kind is layers.Activation and layer.activation in CODES:
        code = CODES[layer.activation]
        return code, ALPHA.get(code, 0.0)
    if kind is layers.ReLU and layer.max_value is None and not layer.negative_slope and not layer.threshold:
        return RELU, 0.0
    if kind is layers.LeakyReLU:
        return CODES[activations.leaky_relu], layer.negative_slope
    if kind is layers.ELU:
        return CODES[activations.elu], float(layer.alpha)
    if kind is layers.Softmax and layer._axes == -1:
        return CODES[activations.softmax], 0.0
    return None

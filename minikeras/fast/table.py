"""The rows of the table of layers that `minikeras.fast.passes` goes by."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras import activations, layers
from minikeras._core.config import epsilon
from minikeras.fast.activations import ALPHA, CODES, FROM_INPUT, LINEAR, RELU
from minikeras.fast.passes import (
    ACTIVATION,
    DELTA,
    DENSE,
    DIFFERENCE,
    DROPOUT,
    FIRST,
    KIND,
    MORE,
    NORMALIZATION,
    PHI,
    PRODUCT,
    SCALING,
    SECOND,
    SIDE_BY_SIDE,
    SUM,
    TRAINED,
    WIDTH,
    A,
    Z,
)
from minikeras.layers.preprocessing.normalization import Normalization
from minikeras.layers.preprocessing.rescaling import Rescaling

MERGES: dict[Any, int] = {
    layers.Add: SUM, layers.Average: SUM, layers.Subtract: DIFFERENCE, layers.Multiply: PRODUCT,
    layers.Concatenate: SIDE_BY_SIDE, np.add: SUM, np.subtract: DIFFERENCE, np.multiply: PRODUCT,
}  # fmt: skip


class Unfit(Exception):
    """The compiled epoch can't do this model; the message says why."""


class Table:
    """The rows as they are made, layer by layer, for inputs of a shape."""

    def __init__(self, shape: tuple[int, ...]):
        self.largest, self.last = 0, activations.linear
        self.shape, width = shape, math.prod(shape)
        self.sources, self.width = [-1], width  # the rows that the layer now takes, and the width of the first
        self.made = {0: (-1, width)}  # number of an array -> the row that gives it, and its width
        self.deep = {0} if len(shape) > 1 else set()  # those that have the axes of the inputs yet
        self.fixed: list[float] = []
        self.rows: list[list[int]] = []
        self.reals: list[list[float]] = []
        self.dropouts: list[tuple[Any, int]] = []

    def add(self, layer: Any, sources: list[int], slot: int) -> None:
        """Take a layer in, with the numbers of the arrays it takes and gives, or say why not."""
        taken, kind, deep = [self.made[i] for i in sources], type(layer), not self.deep.isdisjoint(sources)
        if deep and kind not in (layers.Flatten, layers.InputLayer, Rescaling, Normalization):
            raise Unfit(f"its inputs have {len(self.shape) + 1} axes: 2 are compiled, or more before a Flatten")
        self.sources, self.width = [row for row, _ in taken], taken[0][1]
        node = vars(layer).get("node")  # of an operation
        if (code := MERGES.get(kind if node is None else layer.function)) is not None:
            self._merge(code, layer, taken, node)
        elif kind is layers.Dense:
            self._dense(layer)
        elif kind is layers.BatchNormalization:
            self._normalization(layer)
        elif kind in (Rescaling, Normalization):
            self._scaling(layer, self.shape if deep else (self.width,))
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
        elif kind not in (layers.Flatten, layers.InputLayer):
            raise Unfit(f"{kind.__name__ if node is None else node.operation.name!r} is not compiled")
        self.made[slot] = self.sources[0], self.width
        if deep and kind is not layers.Flatten:
            self.deep.add(slot)

    def _row(self, kind, w=-1, b=-1, mean=-1, variance=-1, phi=LINEAR, trained=0, numbers=(0.0, 0.0, 0.0, 0.0)):
        first, *others = self.sources
        self.rows.append([kind, self.width, w, b, mean, variance, phi, 0, 0, 0, trained, first, *(others or [-1]), 0, 0])
        self.reals.append(list(numbers))
        self.sources = [len(self.rows) - 1]

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

    def _scaling(self, layer: Any, shape: tuple[int, ...]) -> None:
        numbers = scales(layer)
        if not numbers:
            raise Unfit(f"layer {layer.name!r} has not been adapted")
        for n in numbers:
            n = n.reshape(n.shape[1:]) if n.ndim > len(shape) and len(n) == 1 else n
            if n.ndim > len(shape) or any(a not in (1, b) for a, b in zip(n.shape[::-1], shape[::-1])):
                raise Unfit(f"layer {layer.name!r} scales along other axes than the inputs have")
            self.fixed += np.broadcast_to(n, shape).ravel().tolist()
        self._row(SCALING, w=len(self.fixed) - 3 * self.width)
        self.last = None

    def _merge(self, code: int, layer: Any, taken: list[tuple[int, int]], node: Any) -> None:
        widths = [width for _, width in taken]
        if code == SIDE_BY_SIDE and layer.axis not in (-1, 1) or code != SIDE_BY_SIDE and len(set(widths)) > 1:
            raise Unfit(f"a merge of arrays of widths {widths}, or along another axis, is not compiled")
        if len(taken) < 2 or node is not None and (node.kwargs or len(node.args) != len(taken)):
            raise Unfit(f"{(layer if node is None else node.operation).name!r} merges other things than several arrays")
        first, self.last = taken[0][0], None
        for k, (row, width) in enumerate(taken[1:], 2):  # two by two
            keep = 1.0 / k if type(layer) is layers.Average and k == len(taken) else 1.0
            self.width, self.sources = self.width + width if code == SIDE_BY_SIDE else width, [first, row]
            self._row(code, numbers=[0.0, keep, 0.0, 0.0])
            (first,) = self.sources

    def finish(self, keep_last: bool) -> tuple[list[list[int]], int]:
        """Say where z, a and δ of each layer stand; return the rows and the numbers of a sample."""
        at = 0
        for l, row in enumerate(self.rows):
            kind, width, phi = row[KIND], row[WIDTH], row[PHI]
            apart = kind == NORMALIZATION or kind == DENSE and phi != LINEAR and (
                phi in FROM_INPUT or keep_last and l == len(self.rows) - 1
            )  # fmt: skip
            row[Z] = at if kind != ACTIVATION or row[FIRST] < 0 else self.rows[row[FIRST]][A]
            at += width if apart else 0
            row[A] = at
            at += 2 * width if kind == NORMALIZATION else width
        return self.rows, self._places_of_deltas(at)

    def _places_of_deltas(self, at: int) -> int:
        """Say where δ stands, from the last layer to the first; return the end of all.

        Of what has weights it is kept for ∂C/∂W, other places are taken again: by δ of the same width, so that rows of a batch
        that go through side by side don't meet there.
        """
        sources = [[i for i in (row[FIRST], row[SECOND]) if i >= 0] for row in self.rows]
        readers = [i for some in sources for i in some]
        places, free, end = {len(self.rows) - 1: at}, [], at + self.rows[-1][WIDTH]
        for l in range(len(self.rows) - 1, -1, -1):
            row = self.rows[l]
            row[DELTA] = places[l]
            kept = row[KIND] == DENSE and row[TRAINED]
            for k in (0, 1):
                i = row[FIRST + k]
                row[MORE + k] = int(i in places)
                if i < 0 or i in places:
                    continue
                width = self.rows[i][WIDTH]
                if row[KIND] in (ACTIVATION, DROPOUT, NORMALIZATION) and readers.count(i) == 1:
                    places[i], kept = places[l], True  # δ is changed where it stands
                elif found := [place for place in free if place[0] == width]:
                    free.remove(found[-1])
                    places[i] = found[-1][1]
                else:
                    places[i], end = end, end + width
            if not kept:
                free.append((row[WIDTH], places[l]))
        return end


def scales(layer: Any) -> tuple:
    """The numbers c, s and o of a Rescaling or Normalization as (x - c) · s + o; none of other layers.

    >>> [float(number) for number in scales(Rescaling(2.0))], scales(layers.Flatten())
    ([0.0, 2.0, 0.0], ())
    """
    nothing = np.zeros((), np.float32)
    if type(layer) is Rescaling:
        scale, offset = (np.asarray(layer._value(number, nothing), np.float32) for number in (layer.scale, layer.offset))
        return nothing, scale, offset
    if type(layer) is not Normalization or layer._mean is None:
        return ()
    mean, deviation = layer._mean, np.maximum(np.sqrt(layer._variance), np.float32(epsilon()))
    return (nothing, deviation, mean) if layer.invert else (mean, 1 / deviation, nothing)


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

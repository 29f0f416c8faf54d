"""Equations such as "abc,cd->abd": read, checked against shapes, and computed as one matrix product."""

from __future__ import annotations

import functools
import math
import re
import string
from typing import Any, NamedTuple

import numpy as np

from minikeras._core.variable import Variable

FORMS = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")


class Equation(NamedTuple):
    """The letters of input, weight and output; where axes without letters stand: "left", "right" or None."""

    x: str
    w: str
    z: str
    elided: str | None


class Plan(NamedTuple):
    """Shapes that an equation asks for, and which axes of the weight are inputs and which outputs."""

    kernel_shape: tuple
    bias_shape: tuple | None
    output_shape: tuple
    input_axes: list[int]
    output_axes: list[int]


def split_equation(equation: str) -> Equation:
    """Read an equation.

    >>> split_equation("...x,xy->...y")
    Equation(x='x', w='xy', z='y', elided='left')
    """
    found = FORMS.fullmatch(equation.replace(" ", "")) if isinstance(equation, str) else None
    dots = [bool(found and found[i]) for i in (1, 3, 5, 7)]
    if found is None or dots not in ([False] * 4, [True, False] * 2, [False, True] * 2):
        raise ValueError(
            f"Invalid einsum equation {equation!r}. Equations must be in the form [X],[Y]->[Z], ...[X],[Y]->...[Z], or "
            "[X]...,[Y]->[Z]...."
        )
    x, w, z = found[2], found[4], found[6]
    for letters in (x, w, z):
        if len(set(letters)) < len(letters):
            raise ValueError(f"Invalid einsum equation {equation!r}: a letter stands twice in {letters!r}.")
    for letter in z:
        if letter not in x + w:
            raise ValueError(f"Output dimension {letter!r} of {equation!r} stands neither in the input nor in the weight.")
    for letter in w:
        if letter not in x + z:
            raise ValueError(f"Weight dimension {letter!r} of {equation!r} stands neither in the input nor in the output.")
    return Equation(x, w, z, "left" if dots[0] else "right" if dots[1] else None)


def analyse(equation: str, bias_axes: str | None, input_shape: tuple, output_shape: tuple) -> Plan:
    """Work out the shapes of the weights and of the output.

    Args:
        equation: as `EinsumDense` takes it.
        bias_axes: the letters of the bias.
        input_shape: the shape of the input, batch included.
        output_shape: what the user gave: sizes without the batch; those of elided axes are left out.

    >>> analyse("abc,cd->abd", "d", (None, 5, 3), (None, 2))
    Plan(kernel_shape=(3, 2), bias_shape=(2,), output_shape=(None, 5, 2), input_axes=[0], output_axes=[1])
    """
    x, w, z, elided = split_equation(equation)
    count = len(input_shape) - len(x)
    if count < 0 or count and not elided:
        raise ValueError(f"equation {equation!r} needs an input with {len(x)} axes, got shape {input_shape}.")
    between = input_shape[1:count] if elided == "left" else ()
    after = input_shape[len(x) :] if elided == "right" else ()
    full = (input_shape[0], *between, *output_shape, *after)
    first = count if elided == "left" else 0
    inputs = dict(zip(x, input_shape[first:]))
    outputs = dict(zip(z, full[first:]))
    if len(full) != len(z) + count:
        raise ValueError(f"output_shape={output_shape} does not fit the output {z!r} of equation {equation!r}.")
    for letter in x:
        size = outputs.get(letter)
        if size is not None and size != inputs[letter]:
            raise ValueError(
                "Input shape and output shape do not match at shared dimension "
                f"{letter!r}. Input shape is {inputs[letter]}, and output shape is {size}."
            )
    sizes = {**outputs, **{k: n for k, n in inputs.items() if outputs.get(k) is None}}
    kernel = tuple(sizes[letter] for letter in w)
    if None in kernel:
        raise ValueError(f"the weight of equation {equation!r} has size {kernel}, unknown at None: input shape {input_shape}.")
    bias = None
    if bias_axes is not None:
        bias = bias_shape(equation, bias_axes, z, sizes) + (1,) * (count if elided == "right" else 0)
    output = tuple(sizes[k] for k in z)
    output = (*input_shape[:first], *output, *after)
    inner = [i for i, letter in enumerate(w) if letter not in z]
    return Plan(kernel, bias, output, inner, [i for i in range(len(w)) if i not in inner])


def bias_shape(equation: str, bias_axes: str, z: str, sizes: dict) -> tuple:
    """The shape of a bias: from its first letter in the output on, 1 where it has none."""
    for letter in bias_axes:
        if letter not in z:
            raise ValueError(f"Bias dimension {letter!r} was requested, but is not part of the output {z!r} of {equation!r}.")
    shape = tuple(sizes[k] if k in bias_axes else 1 for k in z[min(map(z.index, bias_axes)) :])
    if None in shape:
        raise ValueError(f"the bias of equation {equation!r} has shape {shape}, unknown at None: give the full output_shape.")
    return shape


class Product:
    """An equation of letters as a matrix product: x as (b, f, s), W as (b, s, n), z as (b, f, n).

    b: letters in all three; f: of x and z; s: of x and W, summed; n: of W and z. Letters of x alone are summed before.
    """

    def __init__(self, x: str, w: str, z: str):
        shared, free = [k for k in z if k in x and k in w], [k for k in z if k in x and k not in w]
        summed, new = [k for k in w if k not in z], [k for k in z if k not in x]
        self.alone = tuple(i for i, k in enumerate(x) if k not in w and k not in z)
        left = [k for k in x if k in w or k in z]
        self.parts = len(shared), len(free), len(summed), len(new)
        self.x_order = [left.index(k) for k in (*shared, *free, *summed)]
        self.w_order = [w.index(k) for k in (*shared, *summed, *new)]
        self.z_order = [z.index(k) for k in (*shared, *free, *new)]
        self.x_back, self.w_back, self.z_back = map(inverse, (self.x_order, self.w_order, self.z_order))

    def forward(self, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return x as rows, which `backward` needs, and z."""
        b, f, s, _ = self.parts
        if self.alone:
            x = np.add.reduce(x, self.alone)
        x, w = x.transpose(self.x_order), w.transpose(self.w_order)
        rows, kernel = stacked(x, b, f), stacked(w, b, s)
        z = np.matmul(rows, kernel) if b else np.dot(rows, kernel)  # z = x W
        return rows, z.reshape(*x.shape[: b + f], *w.shape[b + s :]).transpose(self.z_back)

    def backward(self, dz: np.ndarray, rows: np.ndarray, shape: tuple, weight: Variable, need_dx: bool) -> Any:
        """Write ∂L/∂W and return ∂L/∂x."""
        b, f, s, n = self.parts
        w, dz = weight.value.transpose(self.w_order), dz.transpose(self.z_order)
        deltas = stacked(dz, b, f)
        if weight.trainable:
            dw = np.matmul(rows.swapaxes(-1, -2), deltas)  # ∂L/∂W = xᵀ δ
            weight.grad[...] = dw.reshape(w.shape).transpose(self.w_back)
        if not need_dx:
            return None
        dx = np.matmul(deltas, stacked(w, b, s).swapaxes(-1, -2))  # ∂L/∂x = δ Wᵀ
        dx = dx.reshape(*dz.shape[: b + f], *w.shape[b : b + s]).transpose(self.x_back)
        return np.broadcast_to(np.expand_dims(dx, self.alone), shape) if self.alone else dx


def stacked(a: np.ndarray, batch: int, rows: int) -> np.ndarray:
    """An array as a matrix, or as a stack of them: ``batch`` axes, then ``rows`` axes, then the others.

    >>> stacked(np.zeros((2, 3, 4, 5)), 0, 2).shape, stacked(np.zeros((2, 3, 4, 5)), 1, 1).shape
    ((6, 20), (2, 3, 20))
    """
    sizes = a.shape
    shape = (math.prod(sizes[batch : batch + rows]), math.prod(sizes[batch + rows :]))
    return a.reshape((math.prod(sizes[:batch]), *shape) if batch else shape)


def inverse(order: list[int]) -> list[int]:
    """The order that undoes another.

    >>> inverse([2, 0, 1])
    [1, 2, 0]
    """
    return [order.index(i) for i in range(len(order))]


@functools.lru_cache(256)
def product(equation: str, ndim: int) -> Product:
    """The product of an equation for an input with so many axes; ``...`` becomes letters that are free."""
    x, w, z, elided = split_equation(equation)
    rest = "".join([k for k in string.ascii_letters if k not in x + w + z][: ndim - len(x)])
    return Product(rest + x, w, rest + z) if elided == "left" else Product(x + rest, w, z + rest)

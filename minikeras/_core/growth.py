"""How large what an operation gives may become, found before it is tried: a config from a file may name any sizes.

A file of a few hundred bytes can say ``tile`` a million times, or double a tensor forty times over. While a model is built
from a file, an operation is tried only where a bound on its result and on the work for it is not too large.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minikeras._core.allowance import spend_work

MOST = 1 << 24  # numbers in a result
MOST_WORK = 1 << 32  # multiplications for one
MOST_OPERANDS = 8

PLAIN = ("arithmetic", "elementwise", "nans", "curves", "normalizing", "colors")  # no more than the arguments broadcast
JOINING = set(  # no more than the arguments hold together
    "Sum Prod Mean Var Std Max Min Amax Amin Ptp All Any Argmax Argmin CountNonzero Average Cumsum Cumprod Trapezoid Median "
    "Quantile Percentile Digitize Sort Argsort Argpartition Nonzero SearchSorted IsIn Reshape Ravel Copy View ExpandDims "
    "Squeeze Transpose Swapaxes Moveaxis Flip Fliplr Flipud Roll Rot90 Concatenate Stack Append Hstack Vstack Dstack Split "
    "ArraySplit "
    "Hsplit Vsplit Dsplit Diagonal Trace Tril Triu Ndim Size Cast SaturateCast ConvertToTensor StopGradient SliceUpdate "
    "ScatterUpdate Unstack ZerosLike OnesLike EmptyLike SpaceToDepth DepthToSpace CropImages Norm Logsumexp Rsqrt Erf Erfc "
    "Erfinv TopK InTopK ViewAsComplex ViewAsReal BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy "
    "GetItem Logdet Moments FFT FFT2 IFFT2".split()
)
BROADCAST = {"Where", "Select", "TakeAlongAxis", "FullLike"}
TIMES = {"Repeat", "Tile", "OneHot", "MultiHot", "Linspace", "Logspace", "Geomspace", "Vander"}
SHAPED = {"BroadcastTo", "Full", "Scatter", "Slice"}
PADDED = {"Pad", "PadImages", "MaxPool", "AveragePool", "AdaptiveMaxPool", "AdaptiveAveragePool", "GaussianBlur"}
PRODUCTS = {"Matmul", "Dot", "Inner", "Tensordot", "Einsum", "Outer"}
CONVOLUTIONS = {"Conv", "DepthwiseConv", "SeparableConv", "ConvTranspose"}
FUNCTIONS = {"Cond", "Switch", "WhileLoop", "ForiLoop", "Map", "VectorizedMap", "Scan", "AssociativeScan", "JVP", "Arange"}


class Given(NamedTuple):
    """What an operation is called with, as far as it tells of sizes."""

    kind: str
    shapes: list[tuple[int, ...]]  # of the arrays
    numbers: list[int]  # all single numbers, without sign
    words: list[str]

    @property
    def total(self) -> int:
        """How many numbers all arrays hold."""
        return sum(math.prod(shape) for shape in self.shapes) + len(self.numbers) + 1

    @property
    def factor(self) -> int:
        """The product of all single numbers."""
        return math.prod(max(n, 1) for n in self.numbers)


def check_growth(function: Callable, args: tuple, kwargs: dict, who: str) -> None:
    """Raise a ValueError if an operation, called on these arrays, may give or take more than a file may ask for.

    >>> def tile(x, n): return np.tile(x, n)
    >>> tile.class_name = "Tile"; check_growth(tile, (np.zeros(3), 2), {}, "operation Tile")
    >>> check_growth(tile, (np.zeros(3), 10**12), {}, "operation Tile")
    Traceback (most recent call last):
    ValueError: The operation Tile on arrays of shapes [(3,)] may give 5e+12 numbers; a file may ask for 16777216.
    """
    kind = getattr(function, "class_name", "")
    if kind in FUNCTIONS:
        raise ValueError(f"The {who} is not built from a file: it calls functions, or makes numbers out of nothing.")
    if not kind:
        return  # a function of the user's, or NumPy's own on arrays of one shape
    given = _given(kind, (args, kwargs))
    module = getattr(getattr(function, "__wrapped__", function), "__module__", "").rpartition(".")[2]
    size, steps = _bound(given, module)
    if max(size / MOST, steps / MOST_WORK) > 1:
        much, most = (f"give {size:.0e} numbers", MOST) if size > MOST else (f"take {steps:.0e} steps", MOST_WORK)
        raise ValueError(f"The {who} on arrays of shapes {given.shapes[:4]} may {much}; a file may ask for {most}.")
    spend_work(size + steps // 64)


def _given(kind: str, value: Any) -> Given:
    given, level = Given(kind, [], [], []), [value]
    while level:
        below: list = []
        for v in level:
            if isinstance(v, np.ndarray):
                given.shapes.append(v.shape)
            elif isinstance(v, str):
                given.words.append(v)
            elif isinstance(v, dict):
                below += v.values()
            elif isinstance(v, (list, tuple)):
                below += v
            elif isinstance(v, (int, float)) and math.isfinite(v):
                given.numbers.append(abs(int(v)))
        level = below
    return given


def _bound(given: Given, module: str) -> tuple[int, int]:
    """At most how many numbers come out, and in how many steps."""
    kind, shapes, total = given.kind, given.shapes, given.total
    if module in PLAIN or kind in BROADCAST:
        size = _broadcast(shapes)
    elif kind in JOINING:
        size = total
    elif kind == "Diff":
        return total, given.factor * 100_000  # a step of Python for each
    elif kind in TIMES:
        size = total * given.factor
    elif kind in SHAPED:
        size = total + given.factor
    elif kind in PADDED:
        wide = 2 * max(given.numbers, default=0)
        size = sum(_widened(shape, wide, kind == "Pad") for shape in shapes)
    elif kind in PRODUCTS and len(shapes) > 1:
        return _product(given)
    elif kind in CONVOLUTIONS and len(shapes) > 1:
        return _convolved(given)
    elif kind == "Resize":
        size = sum(_without_sides(s) for s in shapes) * given.factor
    elif kind == "Take":
        size = math.prod(shapes[0]) * (total - math.prod(shapes[0])) if shapes else total
    else:  # whatever it does: linear algebra on matrices, sizes given by numbers
        size = total * given.factor * max((math.prod(s[-2:]) for s in shapes), default=1)
    return size, size


def _widened(shape: tuple, wide: int, everywhere: bool) -> int:
    """The size of an array with so many numbers more along each axis, or those of an image, wherever its channels are."""
    if everywhere or len(shape) < 3:
        return math.prod(n + wide for n in shape)
    last, first = math.prod(n + wide for n in shape[1:-1]) * shape[-1], math.prod(n + wide for n in shape[2:]) * shape[1]
    return shape[0] * max(last, first)


def _without_sides(shape: tuple) -> int:
    """How many numbers of a batch of images remain for each pixel, wherever the channels stand."""
    last, first = math.prod(shape[-3:-1]), math.prod(shape[-2:])
    return math.prod(shape) // max(min(last, first), 1)


def _broadcast(shapes: list[tuple]) -> int:
    try:
        return math.prod(np.broadcast_shapes(*shapes))
    except ValueError:
        return sum(math.prod(shape) for shape in shapes)  # the operation itself will say what is wrong


def _product(given: Given) -> tuple[int, int]:
    """Products of matrices: each pair of rows meets once for each number that is summed over."""
    sizes, shapes = [math.prod(s) for s in given.shapes], given.shapes
    if given.kind == "Einsum":
        return _einsum(given)
    if given.kind == "Tensordot":
        free = math.prod(sizes)
        return free // _summed(given) ** 2, free // _summed(given)
    if given.kind == "Outer":
        return math.prod(sizes), math.prod(sizes)
    inner = max((shapes[0] or (1,))[-1], 1)
    batch = max(min(math.prod(s[:-2]) for s in shapes[:2]), 1) if given.kind == "Matmul" else 1
    size = math.prod(sizes[:2]) // inner // inner // batch
    return size, size * inner


def _summed(given: Given) -> int:
    axes = given.numbers[0] if len(given.numbers) == 1 else 1
    return max(math.prod(given.shapes[0][-axes:]) if axes else 1, 1)


def _einsum(given: Given) -> tuple[int, int]:
    """The sizes of all letters together are the steps, those behind the arrow the result."""
    text = next((w for w in given.words if "," in w or "->" in w), "").replace(" ", "")
    inputs, _, output = text.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(given.shapes) or len(terms) > MOST_OPERANDS:
        return MOST + 1, MOST_WORK + 1
    letters: dict[str, int] = {}
    for term, shape in zip(terms, given.shapes):
        plain = term.replace("...", "")
        open_axes = shape[: len(shape) - len(plain)] if "..." in term else ()
        letters["..."] = max(letters.get("...", 1), math.prod(open_axes))
        letters.update((c, max(n, letters.get(c, 1))) for c, n in zip(plain, shape[len(open_axes) :]))
    written = output.replace("...", "") if "->" in text else "".join(letters).replace("...", "")
    return math.prod(letters.get(c, 1) for c in written) * letters.get("...", 1), math.prod(letters.values())


def _convolved(given: Given) -> tuple[int, int]:
    """A window for each place: no more places than the image has, padded by the window, or spread by the strides."""
    x, kernel = given.shapes[:2]
    wide = math.prod(kernel[:-2] or (1,))
    spread = max(given.numbers, default=1) ** max(len(x) - 2, 0) if given.kind == "ConvTranspose" else 1
    places = (
        math.prod(n + max(given.numbers, default=1) * max(kernel[:-2], default=1) for n in x[1:-1]) * (x or (1,))[0] * spread
    )
    return places * max(max(kernel[-2:], default=1), max(x[1:] or (1,))), places * wide * max(x[1:] or (1,)) * max(
        kernel[-2:], default=1
    )

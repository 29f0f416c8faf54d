"""Other shapes of the same numbers, and parts of them, where sizes may be open until the graph runs."""

from __future__ import annotations

import string
from typing import Any, NamedTuple

import numpy as np

from minikeras.saving.onnx_export.graph import Tensor, broadcast, cast, integers, op

FAR = np.iinfo(np.int64).max  # where a slice ends that goes to the end


class Size(NamedTuple):
    """A size that is open: that of an axis of a tensor."""

    tensor: Tensor
    axis: int


def size(x: Tensor, axis: int) -> int | Size:
    """The size of an axis, for `reshape` and `full`."""
    return Size(x, axis % x.ndim) if x.shape[axis] is None else x.shape[axis]


def sizes(x: Tensor) -> list:
    """The sizes of all axes."""
    return [size(x, i) for i in range(x.ndim)]


def vector(x: Tensor, wanted: Any) -> Tensor:
    """Sizes as a vector that is computed when the graph runs."""
    parts: list[Tensor] = []
    for n in wanted:
        if isinstance(n, Size):
            shape = op("Shape", n.tensor, dtype=np.int64, shape=(n.tensor.ndim,))
            parts.append(op("Gather", shape, integers(x, n.axis), shape=(1,), axis=0))
        else:
            parts.append(integers(x, n))
    return parts[0] if len(parts) == 1 else op("Concat", *parts, shape=(len(parts),), axis=0)


def reshape(x: Tensor, *wanted: Any) -> Tensor:
    """x in another shape: numbers, -1 for what is left, or a `size` of this or another tensor."""
    wanted, total = list(wanted), 1
    if -1 in wanted and None not in x.shape and not any(isinstance(n, Size) for n in wanted):
        for n in x.shape:
            total *= n
        for n in wanted:
            total //= 1 if n == -1 else max(n, 1)
        wanted[wanted.index(-1)] = total
    shape = tuple(None if isinstance(n, Size) or n == -1 else n for n in wanted)
    same = [isinstance(n, Size) and n.tensor.name == x.name and n.axis == i for i, n in enumerate(wanted)]
    plain = [0 if s else n for s, n in zip(same, wanted)]  # 0: as it is
    left = [i for i, n in enumerate(plain) if isinstance(n, Size)]
    if len(left) == 1 and -1 not in plain:
        plain[left.pop()] = -1
    if 0 in shape:
        raise ValueError(f"an array of shape {shape} holds no numbers")
    return op("Reshape", x, vector(x, wanted) if left else integers(x, *plain), shape=shape)


def full(x: Tensor, wanted: Any, value: Any, dtype: Any) -> Tensor:
    """One number everywhere; ``x`` says in which graph."""
    wanted, dtype = list(wanted), np.dtype(dtype)
    if not any(isinstance(n, Size) for n in wanted):
        return x.graph.constant(np.full(wanted, value), dtype)
    shape = tuple(None if isinstance(n, Size) else n for n in wanted)
    return op("Expand", x.graph.constant(value, dtype), vector(x, wanted), dtype=dtype, shape=shape)


def count(x: Tensor, axis: int) -> Tensor:
    """0, 1, 2, ... along an axis of x, as a vector of integers."""
    if x.shape[axis] is not None:
        return x.graph.constant(np.arange(x.shape[axis]), np.int64)
    shape = op("Shape", x, dtype=np.int64, shape=(x.ndim,))
    end = op("Gather", shape, x.graph.constant(axis % x.ndim, np.int64), shape=(), axis=0)
    return op("Range", x.graph.constant(0, np.int64), end, x.graph.constant(1, np.int64), shape=(None,))


def transpose(x: Tensor, order: Any) -> Tensor:
    """The axes in another order."""
    order = [i % x.ndim for i in order]
    return x if order == list(range(x.ndim)) else op("Transpose", x, shape=tuple(x.shape[i] for i in order), perm=order)


def moveaxis(x: Tensor, source: int, destination: int) -> Tensor:
    """One axis in another place."""
    order = [i for i in range(x.ndim) if i != source % x.ndim]
    order.insert(destination % x.ndim, source % x.ndim)
    return transpose(x, order)


def expand_dims(x: Tensor, *axes: int) -> Tensor:
    """New axes of size 1, where they stand in the result."""
    rank = x.ndim + len(axes)
    axes = tuple(sorted(i % rank for i in axes))
    rest = iter(x.shape)
    return op("Unsqueeze", x, integers(x, *axes), shape=tuple(1 if i in axes else next(rest) for i in range(rank)))


def squeeze(x: Tensor, *axes: int) -> Tensor:
    """Without axes of size 1."""
    axes = tuple(sorted(i % x.ndim for i in axes))
    shape = tuple(n for i, n in enumerate(x.shape) if i not in axes)
    return op("Squeeze", x, integers(x, *axes), shape=shape) if axes else x


def cut(x: Tensor, parts: dict[int, slice]) -> Tensor:
    """The part of x that slices of some axes leave."""
    shape, starts, stops, steps, axes = list(x.shape), [], [], [], []
    for axis, part in parts.items():
        if part == slice(None):
            continue
        axis, step = axis % x.ndim, 1 if part.step is None else part.step
        starts.append((0 if step > 0 else FAR) if part.start is None else part.start)
        stops.append((FAR if step > 0 else -FAR) if part.stop is None else part.stop)
        steps.append(step)
        axes.append(axis)
        n = x.shape[axis]
        shape[axis] = None if n is None else len(range(*part.indices(n)))
    if not axes:
        return x
    return op("Slice", x, *(integers(x, *v) for v in (starts, stops, axes, steps)), shape=tuple(shape))


def backwards(x: Tensor, axis: int) -> Tensor:
    """An axis from its end to its start."""
    return cut(x, {axis: slice(None, None, -1)})


def pad(x: Tensor, edges: dict[int, tuple[int, int]], value: Any = 0, mode: str = "constant") -> Tensor:
    """x with numbers around it, so many before and after along each axis; negative ones cut off."""
    edges = {axis % x.ndim: pair for axis, pair in edges.items() if any(pair)}
    if not edges:
        return x
    pairs = [edges.get(i, (0, 0)) for i in range(x.ndim)]
    shape = tuple(None if n is None else n + lo + hi for n, (lo, hi) in zip(x.shape, pairs))
    pads = integers(x, *(lo for lo, _ in pairs), *(hi for _, hi in pairs))
    filling = (x.graph.constant(value, x.dtype),) if mode == "constant" else ()
    return op("Pad", x, pads, *filling, shape=shape, mode=mode)


def take(x: Tensor, places: Any, axis: int) -> Tensor:
    """The entries of an axis at places: integers, a number, an array, or a tensor of them."""
    places = places if isinstance(places, Tensor) else x.graph.constant(places, np.int64)
    axis %= x.ndim
    return op("Gather", x, places, shape=(*x.shape[:axis], *places.shape, *x.shape[axis + 1 :]), axis=axis)


def concat(parts: list[Tensor], axis: int) -> Tensor:
    """Tensors one behind the other."""
    if len(parts) == 1:
        return parts[0]
    axis %= parts[0].ndim
    shape = [next((n for n in each if n is not None), None) for each in zip(*(p.shape for p in parts))]
    lengths = [p.shape[axis] for p in parts]
    shape[axis] = None if None in lengths else sum(lengths)
    return op("Concat", *parts, shape=tuple(shape), axis=axis)


def split(x: Tensor, lengths: list[int], axis: int = -1) -> list[Tensor]:
    """x in parts of these lengths."""
    if len(lengths) == 1:
        return [x]
    axis %= x.ndim
    shapes = [(*x.shape[:axis], n, *x.shape[axis + 1 :]) for n in lengths]
    return x.graph.add("Split", (x, integers(x, *lengths)), [(x.dtype, s) for s in shapes], axis=axis)


def repeat(x: Tensor, axis: int, times: int) -> Tensor:
    """Each entry of an axis several times in a row."""
    axis %= x.ndim
    if times == 1:
        return x
    if x.shape[axis] is not None:
        return take(x, np.repeat(np.arange(x.shape[axis]), times), axis)
    y = expand_dims(x, axis + 1)
    y = op("Tile", y, integers(x, *(times if i == axis + 1 else 1 for i in range(y.ndim))),
           shape=(*x.shape[: axis + 1], times, *x.shape[axis + 1 :]))  # fmt: skip
    before, after = sizes(x)[:axis], sizes(x)[axis + 1 :]
    return reshape(y, *before, -1, *after)


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """The matrix product, as NumPy has it."""
    batch = broadcast(a.shape[:-2], b.shape[:-2])
    shape = (*batch, *(a.shape[-2:-1] if a.ndim > 1 else ()), *(b.shape[-1:] if b.ndim > 1 else ()))
    return op("MatMul", a, b, shape=shape)


def einsum(equation: str, *operands: Tensor) -> Tensor:
    """A sum of products over letters; ``...`` stands for letters of its own."""
    ins, out = equation.replace(" ", "").split("->")
    terms = ins.split(",")
    free = [k for k in string.ascii_letters if k not in equation]
    count = max([t.ndim - len(term.replace("...", "")) for term, t in zip(terms, operands) if "..." in term], default=0)
    dots = "".join(free[:count])
    known: dict[str, Any] = {}
    for i, (term, t) in enumerate(zip(terms, operands)):
        mine = dots[len(dots) - (t.ndim - len(term.replace("...", ""))) :] if "..." in term else ""
        terms[i] = term.replace("...", mine)
        for k, n in zip(terms[i], t.shape):
            known[k] = n if known.get(k) in (None, 1) else known[k]
    out = out.replace("...", dots)
    return op("Einsum", *operands, shape=tuple(known[k] for k in out), equation=f"{','.join(terms)}->{out}")


def along(matrix: np.ndarray, x: Tensor, axis: int) -> Tensor:
    """A matrix multiplied onto one axis."""
    letters = string.ascii_letters[: x.ndim]
    k, new = letters[axis % x.ndim], string.ascii_letters[x.ndim]
    return einsum(f"{letters},{new}{k}->{letters.replace(k, new)}", x, x.graph.constant(matrix, x.dtype))


def one_hot(x: Tensor, depth: int, dtype: Any) -> Tensor:
    """1 at the place that an integer names, in vectors that are a new last axis."""
    return cast(op("Equal", expand_dims(x, -1), np.arange(depth), dtype=bool), dtype)

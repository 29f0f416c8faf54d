"""The operations of `keras.ops` and of NumPy that stand in a graph: the table `OPERATIONS` from Keras' names to rules.

A rule gets ``to``, which knows the number type of the result, and the operation's arguments by name: tensors of the graph where
there were symbolic ones, else what the user gave.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minikeras import activations as act
from minikeras._core.nest import flatten, pack_sequence_as
from minikeras._core.symbolic import Node
from minikeras.saving.onnx_export import shapes as sh
from minikeras.saving.onnx_export.functions import FUNCTIONS
from minikeras.saving.onnx_export.graph import Graph, Tensor, cast, clip, op, reduce, single, where


class To(NamedTuple):
    """What comes out of an operation: in which graph, of which number type, of which shape (those of the first result)."""

    graph: Graph
    dtype: np.dtype
    shape: tuple

    def lift(self, value: Any, dtype: Any = None) -> Tensor:
        """A tensor of the graph, of the result's number type or another."""
        dtype = self.dtype if dtype is None else np.dtype(dtype)
        return cast(value, dtype) if isinstance(value, Tensor) else self.graph.constant(value, dtype)


def compute(node: Node, args: Any, kwargs: Any, graph: Graph) -> Any:
    """Add what a node of operations computes."""
    from minikeras.ops import OPERATIONS as known  # only models with operations need it: it takes its time to import

    operation = node.operation
    rule, function = OPERATIONS.get(operation.class_name), known.get(operation.class_name, operation.function)
    if rule is None:
        raise ValueError("there is no translation for this operation")
    try:
        given = inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError) as error:
        raise ValueError(f"its arguments are not those of keras.ops: {error}") from None
    given.apply_defaults()
    outs = flatten(node.outputs)
    y = rule(To(graph, np.dtype(str(outs[0].dtype)), tuple(outs[0].shape)), *given.args, **given.kwargs)
    flat = [cast(part, str(spec.dtype)) for part, spec in zip(flatten(y), outs, strict=True)]
    return pack_sequence_as(node.outputs, flat)


# -- number by number -----------------------------------------------------------------------------------------------------


def one(kind: str) -> Callable:
    """The rule of an operator of one tensor."""
    return lambda to, x: op(kind, to.lift(x))


def narrow(kind: str) -> Callable:
    """The same for one that ONNX Runtime has for float32 only."""

    def rule(to, x):
        if not single(x := to.lift(x)):
            raise ValueError(f"ONNX Runtime has no {kind} for float64")
        return op(kind, x)

    return rule


def of(formula: Callable) -> Callable:
    """The rule of a formula of tensors in the number type of the result."""
    return lambda to, *given: formula(*map(to.lift, given))


def compare(kind: str, inverse: bool = False) -> Callable:
    """The rule of a comparison."""

    def rule(to, x1, x2):
        common = np.result_type(*(t.dtype if isinstance(t, Tensor) else t for t in (x1, x2)))
        if common.kind == "b" and kind != "Equal":
            common = np.dtype(np.int32)
        y = op(kind, to.lift(x1, common), to.lift(x2, common), dtype=bool)
        return ~y if inverse else y

    return rule


def logical(kind: str) -> Callable:
    """The rule of an operator of truth values."""

    def rule(to, *given):
        if to.dtype.kind != "b":
            raise ValueError(f"bits of {to.dtype}")
        return op(kind, *(truth(to, x) for x in given))

    return rule


def truth(to, x):
    """x ≠ 0"""
    if not isinstance(x, Tensor):
        return to.graph.constant(np.asarray(x) != 0, bool)
    return x if x.dtype == bool else ~op("Equal", x, 0, dtype=bool)


def activation(f: Callable) -> Callable:
    """The rule of an activation: its arguments have the same names."""
    return lambda to, x, *more: FUNCTIONS[f](to.lift(x), *more)


def floor_divide(to, x1, x2):
    """⌊a / b⌋"""
    a, b = to.lift(x1), to.lift(x2)
    return op("Floor", a / b) if to.dtype.kind == "f" else (a - op("Mod", a, b)) / b


def mod(to, x1, x2):
    """a - ⌊a / b⌋ b"""
    a, b = to.lift(x1), to.lift(x2)
    return a - op("Floor", a / b) * b if to.dtype.kind == "f" else op("Mod", a, b)


def expm1(x):
    """exp(x) - 1, near 0 without cancelling: 2t / (1 - t), t = tanh(x/2)"""
    t = op("Tanh", clip(x, -1.0, 1.0) * 0.5)
    return where(op("Abs", x) < 1.0, 2.0 * t / (1.0 - t), op("Exp", x) - 1.0, x)


def log1p(x):
    """log(1 + x), near 0 without cancelling: x log(u) / (u - 1), u = 1 + x"""
    u = 1.0 + x
    flat = op("Equal", u, 1.0, dtype=bool)
    return where(flat, x, op("Log", u) * (x / where(flat, 1.0, u - 1.0, x)), x)


def logaddexp(a, b):
    """log(exp(a) + exp(b)) = max(a, b) + log(1 + exp(-|a - b|))"""
    return op("Max", a, b) + log1p(op("Exp", -op("Abs", a - b)))


def clip_between(to, x, x_min, x_max):
    """min(max(x, low), high)"""
    return clip(to.lift(x), to.lift(x_min), to.lift(x_max))


def round_to(to, x, decimals=0):
    """The nearest number with so many decimals"""
    scale = 10.0**decimals
    return op("Round", to.lift(x)) if not decimals else op("Round", to.lift(x) * scale) / scale


def choose(to, condition, x1=None, x2=None):
    """x1 where the condition holds, else x2"""
    if x1 is None or x2 is None:
        raise ValueError("where(condition) alone gives as many places as there are")
    c, a, b = truth(to, condition), to.lift(x1), to.lift(x2)
    return (c & a) | (~c & b) if to.dtype.kind == "b" else where(c, a, b, a)


def nan_to_num(to, x, nan=0.0, posinf=None, neginf=None):
    """Numbers in the place of NaN and of infinities"""
    x, limits = to.lift(x), np.finfo(to.dtype)
    high, low = (limits.max if posinf is None else posinf), (limits.min if neginf is None else neginf)
    y = where(op("IsNaN", x, dtype=bool), nan, x, x)
    y = where(op("Equal", x, np.inf, dtype=bool), high, y, x)
    return where(op("Equal", x, -np.inf, dtype=bool), low, y, x)


# -- along axes -----------------------------------------------------------------------------------------------------------


def axes_of(x: Tensor, axis: Any) -> tuple[int, ...]:
    """The axes that an argument names; None for all."""
    if axis is None:
        return tuple(range(x.ndim))
    return tuple(i % x.ndim for i in (axis if isinstance(axis, (list, tuple)) else (axis,)))


def reduced(kind: str) -> Callable:
    """The rule of a sum, a mean, a maximum ... along axes."""

    def rule(to, x, axis=None, keepdims=False, initial=None):
        if initial is not None:
            raise ValueError("initial= has no translation")
        return reduce(kind, to.lift(x), axes_of(x, axis), bool(keepdims))

    return rule


def prod(to, x, axis=None, keepdims=False, dtype=None):
    """Π x"""
    return reduce("ReduceProd", to.lift(x), axes_of(x, axis), bool(keepdims))


def variance(to, x, axis=None, keepdims=False):
    """Σ (x - μ)² / n"""
    x, axes = to.lift(x), axes_of(x, axis)
    centered = x - reduce("ReduceMean", x, axes)
    return reduce("ReduceMean", centered * centered, axes, bool(keepdims))


def moments(to, x, axes, keepdims=False, synchronized=False):
    """μ and σ²"""
    x = to.lift(x)
    return reduce("ReduceMean", x, axes_of(x, axes), bool(keepdims)), variance(to, x, axes, keepdims)


def average(to, x, axis=None, weights=None):
    """Σ x / n"""
    if weights is not None:
        raise ValueError("weights have no translation")
    return reduce("ReduceMean", to.lift(x), axes_of(x, axis), False)


def truths(kind: str) -> Callable:
    """The rule of any and all."""
    return lambda to, x, axis=None, keepdims=False: cast(
        reduce(kind, cast(truth(to, x), np.int32), axes_of(x, axis), bool(keepdims)), bool
    )


def count_nonzero(to, x, axis=None):
    """Σ [x ≠ 0]"""
    return reduce("ReduceSum", cast(truth(to, x), to.dtype), axes_of(x, axis), False)


def place_of(kind: str) -> Callable:
    """The rule of argmax and argmin."""

    def rule(to, x, axis=None, keepdims=False):
        x = cast(x, np.int32) if x.dtype == bool else x
        if axis is None:
            rank, x, axis = x.ndim, sh.reshape(x, -1), 0
        axis, shape = axis % x.ndim, list(x.shape)
        shape[axis : axis + 1] = [1] if keepdims else []
        y = op(kind, x, dtype=np.int64, shape=tuple(shape), axis=axis, keepdims=int(keepdims))
        return sh.reshape(y, *(1,) * rank) if keepdims and len(to.shape) != y.ndim else y

    return rule


def logsumexp(to, x, axis=None, keepdims=False):
    """log Σ exp(x), from the largest on"""
    x, axes = to.lift(x), axes_of(x, axis)
    top = reduce("ReduceMax", x, axes)
    y = op("Log", reduce("ReduceSum", op("Exp", x - top), axes)) + top
    return y if keepdims else sh.squeeze(y, *axes)


def cumsum(to, x, axis=None, dtype=None):
    """Sums of all up to each"""
    x = to.lift(x)
    x, axis = (sh.reshape(x, -1), 0) if axis is None else (x, axis)
    return op("CumSum", x, to.graph.constant(axis, np.int64), shape=x.shape)


def norm(to, x, ord=None, axis=None, keepdims=False):
    """√(Σ x²)"""
    if ord not in (None, 2, "fro", "euclidean") or ord == 2 and not isinstance(axis, int):
        raise ValueError(f"ord={ord!r} has no translation")
    x = to.lift(x)
    return op("Sqrt", reduce("ReduceSum", x * x, axes_of(x, axis), bool(keepdims)))


def normalize(to, x, axis=-1, order=2, epsilon=None):
    """x / ‖x‖"""
    if order != 2:
        raise ValueError(f"order={order!r} has no translation")
    x = to.lift(x)
    least = 1e-12 if epsilon is None else float(epsilon)
    return x / op("Max", op("Sqrt", reduce("ReduceSum", x * x, axes_of(x, axis))), least)


def top_k(to, x, k, sorted=True):
    """The k largest and their places"""
    shape = (*x.shape[:-1], int(k))
    return tuple(x.graph.add("TopK", (x, sh.integers(x, int(k))), [(x.dtype, shape), (np.dtype(np.int64), shape)], axis=-1))


# -- shapes ---------------------------------------------------------------------------------------------------------------


def reshape(to, x, newshape):
    """Another shape"""
    wanted = list(newshape) if isinstance(newshape, (list, tuple)) else [newshape]
    if any(n is None for n in wanted):
        wanted = [-1 if n is None else n for n in wanted]
    return sh.reshape(x, *map(int, wanted))


def transposed(to, x, axes=None):
    """Axes in another order"""
    return sh.transpose(x, range(x.ndim)[::-1] if axes is None else axes)


def swapaxes(to, x, axis1, axis2):
    """Two axes exchanged"""
    order = list(range(x.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return sh.transpose(x, order)


def moveaxis(to, x, source, destination):
    """Axes in other places"""
    source, destination = ([i % x.ndim for i in axes_of(x, v)] for v in (source, destination))
    order = [i for i in range(x.ndim) if i not in source]
    for there, here in sorted(zip(destination, source)):
        order.insert(there, here)
    return sh.transpose(x, order)


def expand_dims(to, x, axis):
    """New axes of size 1"""
    return sh.expand_dims(x, *(axis if isinstance(axis, (list, tuple)) else (axis,)))


def squeeze(to, x, axis=None):
    """Without axes of size 1"""
    return sh.squeeze(x, *([i for i, n in enumerate(x.shape) if n == 1] if axis is None else axes_of(x, axis)))


def concatenate(to, xs, axis=0):
    """One behind the other"""
    return sh.concat([to.lift(x) for x in xs], axis)


def stack(to, x, axis=0):
    """Side by side along a new axis"""
    parts = [to.lift(part) for part in x]
    return sh.concat([sh.expand_dims(part, axis if axis >= 0 else part.ndim + 1 + axis) for part in parts], axis)


def split(to, x, indices_or_sections, axis=0):
    """In equal parts, or cut at places"""
    n = x.shape[axis]
    if isinstance(indices_or_sections, (int, np.integer)):
        if n is None:
            raise ValueError(f"the size of axis {axis} must be known, the shape is {x.shape}")
        return sh.split(x, [n // int(indices_or_sections)] * int(indices_or_sections), axis)
    bounds = [None, *(int(i) for i in indices_or_sections), None]
    return [sh.cut(x, {axis: slice(i, j)}) for i, j in zip(bounds, bounds[1:])]


def unstack(to, x, num=None, axis=0):
    """Each entry of an axis by itself"""
    if x.shape[axis] is None:
        raise ValueError(f"the size of axis {axis} must be known, the shape is {x.shape}")
    return [sh.take(x, i, axis) for i in range(x.shape[axis])]


def flip(to, x, axis=None):
    """Axes from their end to their start"""
    return sh.cut(x, {i: slice(None, None, -1) for i in axes_of(x, axis)})


def roll(to, x, shift, axis=None):
    """The end of an axis put before its start"""
    if not isinstance(shift, (int, np.integer)) or not isinstance(axis, (int, np.integer)):
        raise ValueError("shift and axis must be integers")
    n = x.shape[axis]
    shift = int(shift) if n is None else int(shift) % n
    return sh.concat([sh.cut(x, {axis: slice(-shift, None)}), sh.cut(x, {axis: slice(None, -shift)})], axis) if shift else x


def repeat(to, x, repeats, axis=None):
    """Each entry several times in a row"""
    if not isinstance(repeats, (int, np.integer)):
        raise ValueError("repeats must be an integer")
    return sh.repeat(sh.reshape(x, -1) if axis is None else x, axis or 0, int(repeats))


def tile(to, x, repeats):
    """The whole several times in a row"""
    repeats = [int(n) for n in (repeats if isinstance(repeats, (list, tuple)) else (repeats,))]
    x = sh.expand_dims(x, *range(len(repeats) - x.ndim)) if len(repeats) > x.ndim else x
    repeats = [1] * (x.ndim - len(repeats)) + repeats
    shape = tuple(None if n is None else n * times for n, times in zip(x.shape, repeats))
    return op("Tile", x, sh.integers(x, *repeats), shape=shape)


def padded(to, x, pad_width, mode="constant", constant_values=None):
    """Numbers around it"""
    pairs = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2)).tolist()
    modes = {"constant": "constant", "reflect": "reflect", "edge": "edge"}
    if mode not in modes:
        raise ValueError(f"mode={mode!r} has no translation")
    return sh.pad(x, dict(enumerate(map(tuple, pairs))), constant_values or 0, mode)


def broadcast_to(to, x, shape):
    """One size repeated"""
    wanted = [-1 if n is None else int(n) for n in shape]
    ahead = len(wanted) - x.ndim
    target = [(sh.size(x, i - ahead) if i >= ahead else 1) if n == -1 else n for i, n in enumerate(wanted)]
    return op("Expand", x, sh.vector(x, target), shape=tuple(to.shape))


def take(to, x, indices, axis=None):
    """Entries of an axis"""
    x, axis = (sh.reshape(x, -1), 0) if axis is None else (x, axis)
    return sh.take(x, cast(indices, np.int64) if isinstance(indices, Tensor) else np.asarray(indices, np.int64), axis)


def take_along_axis(to, x, indices, axis=None):
    """For each place, the entry of an axis that its integer names"""
    if axis is None:
        raise ValueError("axis=None has no translation")
    indices = to.lift(indices, np.int64)
    return op("GatherElements", x, indices, shape=indices.shape, axis=axis)


def getitem(to, x, key):
    """x[key], of integers, slices, ..., None, and one array or tensor of integers"""
    keys = list(key) if isinstance(key, tuple) else [key]
    dots = next((i for i, k in enumerate(keys) if k is Ellipsis), len(keys))
    used = sum(k is not None and k is not Ellipsis for k in keys)
    keys[dots : dots + 1] = [slice(None)] * (x.ndim - used)
    many = [k for k in keys if isinstance(k, (Tensor, list, np.ndarray))]
    if len(many) > 1 or many and any(isinstance(k, (int, np.integer)) for k in keys):
        raise ValueError("an index of several arrays has no translation")
    parts, axis = {}, 0
    for k in keys:
        if isinstance(k, slice):
            if any(isinstance(n, Tensor) for n in (k.start, k.stop, k.step)):
                raise ValueError("a slice between tensors has no translation")
            parts[axis] = k
        elif not (k is None or isinstance(k, (int, np.integer, *(type(m) for m in many)))) or isinstance(k, bool):
            raise ValueError(f"an index of {type(k).__name__} has no translation")
        axis += k is not None
    x, axis = sh.cut(x, parts), 0
    for k in keys:
        if k is None:
            x, axis = sh.expand_dims(x, axis), axis + 1
        elif isinstance(k, slice):
            axis += 1
        elif isinstance(k, (int, np.integer)):
            x = sh.take(x, int(k), axis)
        else:
            if (k.dtype if isinstance(k, Tensor) else np.asarray(k).dtype).kind not in "iu":
                raise ValueError("a mask as index gives as many entries as it has")
            k = cast(k, np.int64) if isinstance(k, Tensor) else np.asarray(k, np.int64)
            x, axis = sh.take(x, k, axis), axis + k.ndim
    return x


def triangle(upper: int) -> Callable:
    """The rule of tril and triu."""
    return lambda to, x, k=0: op("Trilu", x, to.graph.constant(int(k), np.int64), shape=x.shape, upper=upper)


def filled(value: Any = None) -> Callable:
    """The rule of zeros_like, ones_like and full_like."""

    def rule(to, x, fill_value=None, dtype=None):
        return sh.full(x, sh.sizes(x), fill_value if value is None else value, to.dtype)

    return (lambda to, x, dtype=None: rule(to, x)) if value is not None else rule


def one_hot(to, x, num_classes, axis=-1, dtype=None, sparse=False):
    """1 at the place that an integer names"""
    return sh.moveaxis(y := sh.one_hot(x, int(num_classes), to.dtype), -1, axis if axis >= 0 else y.ndim + axis)


# -- products -------------------------------------------------------------------------------------------------------------


def dot(to, x1, x2):
    """Σ over the last axis of one and the last but one of the other"""
    a, b = to.lift(x1), to.lift(x2)
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    return sh.matmul(a, b) if b.ndim <= 2 else tensordot(to, a, b, ([-1], [-2]))


def tensordot(to, x1, x2, axes=2):
    """Σ over pairs of axes"""
    a, b = to.lift(x1), to.lift(x2)
    if isinstance(axes, int):
        axes = (list(range(a.ndim - axes, a.ndim)), list(range(axes)))
    left, right = ([i % t.ndim for i in (v if isinstance(v, (list, tuple)) else [v])] for t, v in zip((a, b), axes))
    first, second = [chr(97 + i) for i in range(a.ndim)], [chr(65 + i) for i in range(b.ndim)]
    for i, j in zip(left, right):
        second[j] = first[i]
    out = [k for i, k in enumerate(first) if i not in left] + [k for j, k in enumerate(second) if j not in right]
    return sh.einsum(f"{''.join(first)},{''.join(second)}->{''.join(out)}", a, b)


def einsum(to, subscripts, *operands, **kwargs):
    """Sums of products over letters"""
    if "->" not in subscripts:
        raise ValueError("an equation without -> has no translation")
    return sh.einsum(subscripts, *map(to.lift, operands))


def outer(to, x1, x2):
    """a bᵀ"""
    return sh.reshape(to.lift(x1), -1, 1) * sh.reshape(to.lift(x2), 1, -1)


def attention(to, query, key, value, bias=None, mask=None, scale=None, is_causal=False, flash_attention=None, cap=None):
    """softmax(scale · query keyᵀ + bias) value, for each head"""
    if query.shape[2] != key.shape[2]:
        key, value = (sh.repeat(t, 2, query.shape[2] // key.shape[2]) for t in (key, value))
    q, k, v = (sh.transpose(to.lift(t), (0, 2, 1, 3)) for t in (query, key, value))
    s = sh.matmul(q, sh.transpose(k, (0, 1, 3, 2))) * (1 / math.sqrt(query.shape[-1]) if scale is None else float(scale))
    s = s if cap is None else op("Tanh", s / float(cap)) * float(cap)
    s = s if bias is None else s + to.lift(bias)
    allowed = None if mask is None else truth(to, mask)
    if is_causal:
        past = sh.expand_dims(sh.count(query, 1), 1) - sh.expand_dims(sh.count(key, 1), 0) > -1
        allowed = past if allowed is None else allowed & past
    s = s if allowed is None else where(allowed, s, -0.7 * float(np.finfo(s.dtype).max), s)
    return sh.transpose(sh.matmul(op("Softmax", s, axis=-1), v), (0, 2, 1, 3))


def pooled(kind: str) -> Callable:
    """The rule of max_pool and average_pool."""

    def rule(to, inputs, pool_size, strides=None, padding="valid", data_format=None):
        from minikeras.config import image_data_format
        from minikeras.saving.onnx_export import windows

        rank = inputs.ndim - 2
        size, step = ((v,) * rank if isinstance(v, int) else tuple(v) for v in (pool_size, strides or pool_size))
        return getattr(windows, kind)(to.lift(inputs), size, step, padding, data_format or image_data_format())

    return rule


def same(to, x, *arguments):
    """x in the number type of the result"""
    return to.lift(x)


OPERATIONS: dict[str, Callable] = {
    "Absolute": one("Abs"),
    "Add": of(lambda a, b: a + b),
    "All": truths("ReduceMin"),
    "Amax": reduced("ReduceMax"),
    "Amin": reduced("ReduceMin"),
    "Any": truths("ReduceMax"),
    "Arccos": narrow("Acos"),
    "Arccosh": narrow("Acosh"),
    "Arcsin": narrow("Asin"),
    "Arcsinh": narrow("Asinh"),
    "Arctan": narrow("Atan"),
    "Arctanh": narrow("Atanh"),
    "Argmax": place_of("ArgMax"),
    "Argmin": place_of("ArgMin"),
    "Array": same,
    "Average": average,
    "AveragePool": pooled("average_pool"),
    "BroadcastTo": broadcast_to,
    "Cast": lambda to, x, dtype: truth(to, x) if to.dtype == bool else to.lift(x),
    "Ceil": one("Ceil"),
    "Celu": activation(act.celu),
    "Clip": clip_between,
    "Concatenate": concatenate,
    "ConvertToTensor": same,
    "Copy": same,
    "Cos": one("Cos"),
    "Cosh": of(lambda x: (op("Exp", x) + op("Exp", -x)) * 0.5),
    "CountNonzero": count_nonzero,
    "Cumsum": cumsum,
    "Divide": of(lambda a, b: a / b),
    "Dot": dot,
    "DotProductAttention": attention,
    "Einsum": einsum,
    "Elu": activation(act.elu),
    "Equal": compare("Equal"),
    "Erf": narrow("Erf"),
    "Exp": one("Exp"),
    "Exp2": of(lambda x: op("Exp", x * math.log(2.0))),
    "ExpandDims": expand_dims,
    "Expm1": of(expm1),
    "Flip": flip,
    "Floor": one("Floor"),
    "FloorDivide": floor_divide,
    "FullLike": filled(),
    "Gelu": activation(act.gelu),
    "GetItem": getitem,
    "Glu": activation(act.glu),
    "Greater": compare("Greater"),
    "GreaterEqual": compare("GreaterOrEqual"),
    "HardShrink": activation(act.hard_shrink),
    "HardSigmoid": activation(act.hard_sigmoid),
    "HardSilu": activation(act.hard_silu),
    "HardTanh": activation(act.hard_tanh),
    "Hstack": lambda to, xs: concatenate(to, xs, 0 if xs[0].ndim == 1 else 1),
    "Isfinite": lambda to, x: op("Abs", x) < math.inf,
    "Isinf": lambda to, x: op("Equal", op("Abs", x), math.inf, dtype=bool),
    "Isnan": lambda to, x: op("IsNaN", x, dtype=bool),
    "LeakyRelu": activation(act.leaky_relu),
    "Less": compare("Less"),
    "LessEqual": compare("LessOrEqual"),
    "Log": one("Log"),
    "Log10": of(lambda x: op("Log", x) * (1.0 / math.log(10.0))),
    "Log1p": of(log1p),
    "Log2": of(lambda x: op("Log", x) * (1.0 / math.log(2.0))),
    "LogSigmoid": activation(act.log_sigmoid),
    "LogSoftmax": activation(act.log_softmax),
    "Logaddexp": of(logaddexp),
    "LogicalAnd": logical("And"),
    "LogicalNot": logical("Not"),
    "LogicalOr": logical("Or"),
    "LogicalXor": logical("Xor"),
    "Logsumexp": logsumexp,
    "Matmul": of(sh.matmul),
    "Max": reduced("ReduceMax"),
    "MaxPool": pooled("max_pool"),
    "Maximum": of(lambda a, b: op("Max", a, b)),
    "Mean": reduced("ReduceMean"),
    "Min": reduced("ReduceMin"),
    "Minimum": of(lambda a, b: op("Min", a, b)),
    "Mod": mod,
    "Moments": moments,
    "Moveaxis": moveaxis,
    "Multiply": of(lambda a, b: a * b),
    "NanToNum": nan_to_num,
    "Negative": one("Neg"),
    "Norm": norm,
    "Normalize": normalize,
    "NotEqual": compare("Equal", inverse=True),
    "OneHot": one_hot,
    "OnesLike": filled(1),
    "Outer": outer,
    "Pad": padded,
    "Power": of(lambda a, b: op("Pow", a, b)),
    "Prod": prod,
    "Ravel": lambda to, x: sh.reshape(x, -1),
    "Reciprocal": one("Reciprocal"),
    "Relu": activation(act.relu),
    "Relu6": activation(act.relu6),
    "Repeat": repeat,
    "Reshape": reshape,
    "Roll": roll,
    "Round": round_to,
    "Rsqrt": of(lambda x: 1.0 / op("Sqrt", x)),
    "Selu": activation(act.selu),
    "Sigmoid": activation(act.sigmoid),
    "Sign": one("Sign"),
    "Silu": activation(act.silu),
    "Sin": one("Sin"),
    "Sinh": of(lambda x: (op("Exp", x) - op("Exp", -x)) * 0.5),
    "SoftShrink": activation(act.soft_shrink),
    "Softmax": activation(act.softmax),
    "Softplus": activation(act.softplus),
    "Softsign": activation(act.softsign),
    "SparsePlus": activation(act.sparse_plus),
    "SparseSigmoid": activation(act.sparse_sigmoid),
    "Sparsemax": activation(act.sparsemax),
    "Split": split,
    "Sqrt": one("Sqrt"),
    "Square": of(lambda x: x * x),
    "Squareplus": activation(act.squareplus),
    "Squeeze": squeeze,
    "Stack": stack,
    "Std": lambda to, *given: op("Sqrt", variance(to, *given)),
    "StopGradient": same,
    "Subtract": of(lambda a, b: a - b),
    "Sum": reduced("ReduceSum"),
    "Swapaxes": swapaxes,
    "Take": take,
    "TakeAlongAxis": take_along_axis,
    "Tan": of(lambda x: op("Sin", x) / op("Cos", x)),
    "Tanh": one("Tanh"),
    "TanhShrink": activation(act.tanh_shrink),
    "Tensordot": tensordot,
    "Threshold": activation(act.threshold),
    "Tile": tile,
    "TopK": top_k,
    "Transpose": transposed,
    "Tril": triangle(0),
    "Triu": triangle(1),
    "TrueDivide": of(lambda a, b: a / b),
    "Trunc": of(lambda x: op("Sign", x) * op("Floor", op("Abs", x))),
    "Unstack": unstack,
    "Var": variance,
    "Vstack": lambda to, xs: concatenate(to, [sh.expand_dims(x, 0) if x.ndim == 1 else x for x in xs], 0),
    "Where": choose,
    "ZerosLike": filled(0),
}

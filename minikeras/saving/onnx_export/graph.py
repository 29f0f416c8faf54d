"""The graph that an export builds: tensors that add nodes by arithmetic, so that translations read like formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

BOOL = np.dtype(bool)


class Tensor:
    """A value of the graph: name, dtype, shape (None: any size)."""

    __array_ufunc__ = None  # NumPy's numbers leave arithmetic to us

    def __init__(self, graph: Graph, name: str, dtype: np.dtype, shape: tuple):
        self.graph, self.name, self.dtype, self.shape = graph, name, dtype, tuple(shape)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def __add__(self, other):
        return op("Add", self, other)

    def __sub__(self, other):
        return op("Sub", self, other)

    def __mul__(self, other):
        return op("Mul", self, other)

    def __truediv__(self, other):
        return op("Div", self, other)

    def __gt__(self, other):
        return op("Greater", self, other, dtype=BOOL)

    def __ge__(self, other):
        return op("GreaterOrEqual", self, other, dtype=BOOL)

    def __lt__(self, other):
        return op("Less", self, other, dtype=BOOL)

    def __and__(self, other):
        return op("And", self, other)

    def __or__(self, other):
        return op("Or", self, other)

    def __invert__(self):
        return op("Not", self)

    def __neg__(self):
        return op("Neg", self)

    def __rsub__(self, other):
        return op("Sub", other, self)

    def __rtruediv__(self, other):
        return op("Div", other, self)

    __radd__, __rmul__ = __add__, __mul__


class Graph:
    """Nodes and constants, as they come."""

    def __init__(self, onnx: Any, opset: int):
        self.onnx, self.opset, self.path = onnx, opset, ""
        self.nodes: list = []
        self.initializers: list = []
        self._constants: dict[tuple, Tensor] = {}
        self._names: set[str] = set()

    def name(self, wanted: str) -> str:
        """Return ``wanted``, numbered where it is taken."""
        name, n = wanted, 0
        while name in self._names:
            n += 1
            name = f"{wanted}_{n}"
        self._names.add(name)
        return name

    def input(self, name: str, dtype: np.dtype, shape: tuple) -> Tensor:
        """Return a tensor that comes in."""
        return Tensor(self, self.name(name), dtype, shape)

    def constant(self, value: Any, dtype: Any, name: str | None = None, key: Any = None) -> Tensor:
        """Return numbers that the file holds, once each."""
        value = np.asarray(value, dtype)
        key = (value.dtype, value.shape, value.tobytes()) if key is None else (value.dtype, key)
        if key not in self._constants:
            name = self.name(name or "constant_" + "_".join(f"{n:g}" for n in value.ravel()[:4]))
            self.initializers.append(self.onnx.numpy_helper.from_array(np.ascontiguousarray(value).reshape(value.shape), name))
            self._constants[key] = Tensor(self, name, value.dtype, value.shape)
        return self._constants[key]

    def weight(self, variable: Any, dtype: np.dtype, change: Callable | None = None, tag: Any = "") -> Tensor:
        """Return a weight under its path; changed by a function, which the tag tells from others, to how a node wants it."""
        value = variable.value if change is None else change(variable.value)
        return self.constant(value, dtype, variable.path, (id(variable), tag))

    def add(self, kind: str, inputs: tuple, outputs: list[tuple], **attributes) -> list[Tensor]:
        """Add a node; return its outputs, of which (dtype, shape) is given. None among the inputs stands for none."""
        name = self.name(f"{self.path}/{kind}")
        made = [Tensor(self, name, *outputs[0])]
        made += [Tensor(self, self.name(f"{name}/output_{i}"), *spec) for i, spec in enumerate(outputs[1:], 1)]
        given = ["" if t is None else t.name for t in inputs]
        while given and not given[-1]:
            given.pop()
        self.nodes.append(self.onnx.helper.make_node(kind, given, [t.name for t in made], name, **attributes))
        return made

    def body(self, name: str, inputs: list[Tensor], run: Callable) -> tuple[Any, list[Tensor]]:
        """Return the graph inside a node, whose outputs ``run`` makes of its inputs, and these outputs."""
        outer, self.nodes = self.nodes, []
        outputs = [op("Identity", y) for y in run()]  # under names of their own
        proto = self.onnx.helper.make_graph(self.nodes, name, list(map(self.info, inputs)), list(map(self.info, outputs)))
        self.nodes = outer
        return proto, outputs

    def info(self, tensor: Tensor, batch: Any = None) -> Any:
        """The type and the shape of a tensor as the file has them; ``batch``: the name of a first size that is open."""
        shape = list(tensor.shape)
        if shape and shape[0] is None:
            shape[0] = batch
        helper = self.onnx.helper
        return helper.make_tensor_value_info(tensor.name, helper.np_dtype_to_tensor_dtype(tensor.dtype), shape)

    def finish(self, name: str, inputs: list[Tensor], outputs: list[Tensor], output_names: list[str]) -> Any:
        """Return the graph from inputs to outputs as an ``onnx.GraphProto``, without the nodes that nobody reads."""
        fixed = {t.name for t in inputs} | {t.name for t in self.initializers}
        named: dict[str, str] = {}
        made = []
        for y, wanted in zip(outputs, output_names):
            if y.name in fixed or y.name in named:  # an input, a weight, or an output already
                y = op("Identity", Tensor(self, named.get(y.name, y.name), y.dtype, y.shape))
            named[y.name] = self.name(wanted)
            _rename(self.nodes, y.name, named[y.name])
            made.append(Tensor(self, named[y.name], y.dtype, y.shape))
        self._prune({t.name for t in made})
        came = [self._came(x, i) for i, x in enumerate(inputs)]
        went = [self.info(y, "batch") for y in made]
        return self.onnx.helper.make_graph(self.nodes, name, came, went, self.initializers)

    def _came(self, x: Tensor, k: int) -> Any:
        shape = tuple(f"dim_{k}_{i}" if n is None and i else n for i, n in enumerate(x.shape))
        return self.info(Tensor(self, x.name, x.dtype, shape), "batch")

    def _prune(self, needed: set[str]) -> None:
        kept = []
        for node in reversed(self.nodes):
            if needed.intersection(node.output):
                needed.update(_reads(node))
                kept.append(node)
        self.nodes = kept[::-1]
        self.initializers = [t for t in self.initializers if t.name in needed]


def _reads(node: Any) -> list[str]:
    """The names that a node reads, those in its bodies included."""
    inner = [name for a in node.attribute for inside in a.g.node for name in _reads(inside)]
    return [*node.input, *inner]


def _rename(nodes: list, old: str, new: str) -> None:
    for node in nodes:
        for names in (node.input, node.output):
            names[:] = [new if n == old else n for n in names]


def op(kind: str, *inputs: Any, like: Tensor | None = None, dtype: Any = None, shape: Any = None, **attributes) -> Tensor:
    """Add a node of one output. Numbers among the inputs become constants of the first tensor's dtype.

    The output has this dtype, and the shape that the inputs broadcast to, unless told otherwise.
    """
    like = like or next(t for t in inputs if isinstance(t, Tensor))
    tensors = tuple(t if t is None or isinstance(t, Tensor) else like.graph.constant(t, like.dtype) for t in inputs)
    shape = broadcast(*(t.shape for t in tensors)) if shape is None else shape
    return like.graph.add(kind, tensors, [(np.dtype(dtype or like.dtype), shape)], **attributes)[0]


def broadcast(*shapes: tuple) -> tuple:
    """The shape that shapes have in common.

    >>> broadcast((None, 1, 3), (5, 1)), broadcast((2,), ())
    ((None, 5, 3), (2,))
    """
    rank = max(map(len, shapes))
    columns = zip(*((1,) * (rank - len(s)) + tuple(s) for s in shapes))
    return tuple(next((n for n in sizes if n not in (1, None)), None if None in sizes else 1) for sizes in columns)


def integers(x: Tensor, *values: int) -> Tensor:
    """A vector of axes or sizes."""
    return x.graph.constant(values, np.int64)


def cast(x: Tensor, dtype: Any) -> Tensor:
    """x as another number type."""
    dtype = np.dtype(dtype)
    return x if x.dtype == dtype else op("Cast", x, dtype=dtype, to=x.graph.onnx.helper.np_dtype_to_tensor_dtype(dtype))


def where(condition: Tensor, a: Any, b: Any, like: Tensor) -> Tensor:
    """a where the condition holds, else b."""
    return op("Where", condition, a, b, like=like)


def clip(x: Tensor, low: Any, high: Any) -> Tensor:
    """min(max(x, low), high)"""
    return op("Min", op("Max", x, low), high)


def reduce(kind: str, x: Tensor, axes: tuple, keepdims: bool = True) -> Tensor:
    """The sum, the mean or the largest along axes, which stay with size 1 or go."""
    axes = tuple(i % x.ndim for i in axes)
    if not axes:
        return x
    shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape) if keepdims or i not in axes)
    if kind == "ReduceSum" or x.graph.opset >= 18:
        return op(kind, x, integers(x, *axes), shape=shape, keepdims=int(keepdims))
    return op(kind, x, shape=shape, axes=axes, keepdims=int(keepdims))


def any_of(x: Tensor, axes: tuple, keepdims: bool = False) -> Tensor:
    """Whether something is true along axes."""
    return cast(reduce("ReduceMax", cast(x, np.int32), axes, keepdims), bool)


def single(x: Tensor) -> bool:
    """Whether the runtime has all operators for this float type."""
    return x.dtype.itemsize <= 4

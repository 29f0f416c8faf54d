"""The graph that an export builds: tensors that add nodes by arithmetic, so that translations read like formulas."""

from __future__ import annotations

from typing import Any

import numpy as np


class Tensor:
    """A value of the graph: name, dtype, shape (None: any size)."""

    __array_ufunc__ = None  # NumPy's numbers leave arithmetic to us

    def __init__(self, graph: Graph, name: str, dtype: np.dtype, shape: tuple):
        self.graph, self.name, self.dtype, self.shape = graph, name, dtype, shape

    def __add__(self, other):
        return op("Add", self, other)

    def __sub__(self, other):
        return op("Sub", self, other)

    def __mul__(self, other):
        return op("Mul", self, other)

    def __truediv__(self, other):
        return op("Div", self, other)

    def __gt__(self, other):
        return op("Greater", self, other, dtype=np.dtype(bool))

    def __lt__(self, other):
        return op("Less", self, other, dtype=np.dtype(bool))

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
        """Return the tensor that comes in."""
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

    def weight(self, variable: Any, dtype: np.dtype, shape: tuple | None = None) -> Tensor:
        """Return a weight under its path."""
        value = variable.value if shape is None else variable.value.reshape(shape)
        return self.constant(value, dtype, variable.path, (id(variable), value.shape))

    def add(self, kind: str, inputs: tuple, dtype: np.dtype, shape: tuple, **attributes) -> Tensor:
        """Add a node; return its (first) output."""
        name = self.name(f"{self.path}/{kind}")
        outputs = [name] if kind not in ("Split", "TopK") else [name, self.name(f"{name}/second")]
        node = self.onnx.helper.make_node(kind, [t.name for t in inputs], outputs, name, **attributes)
        self.nodes.append(node)
        return Tensor(self, name, dtype, shape)

    def finish(self, name: str, x: Tensor, y: Tensor, output_name: str) -> Any:
        """Return the graph from x to y as an ``onnx.GraphProto``."""
        helper = self.onnx.helper
        y = op("Identity", y) if y is x else y
        old, new = y.name, self.name(output_name)
        for node in self.nodes:
            for names in (node.input, node.output):
                names[:] = [new if n == old else n for n in names]
        sizes = ["batch" if x.shape[0] is None else x.shape[0]]
        came = sizes + [f"dim_0_{i}" if n is None else n for i, n in enumerate(x.shape) if i]
        went = sizes + list(y.shape[1:])
        info = [
            helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(t.dtype), s)
            for n, t, s in ((x.name, x, came), (new, y, went))
        ]
        return helper.make_graph(self.nodes, name, info[:1], info[1:], self.initializers)


def op(kind: str, *inputs: Any, like: Tensor | None = None, dtype: Any = None, shape: Any = None, **attributes) -> Tensor:
    """Add a node. Numbers among the inputs become constants of the first tensor's dtype; the result is like that tensor."""
    like = like or next(t for t in inputs if isinstance(t, Tensor))
    tensors = tuple(t if isinstance(t, Tensor) else like.graph.constant(t, like.dtype) for t in inputs)
    return like.graph.add(kind, tensors, dtype or like.dtype, like.shape if shape is None else shape, **attributes)


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


def clip(x: Tensor, low: float, high: float) -> Tensor:
    """min(max(x, low), high)"""
    return op("Min", op("Max", x, low), high)


def reduce(kind: str, x: Tensor, axes: tuple) -> Tensor:
    """The sum or the maximum along axes, which stay with size 1."""
    axes = tuple(i % len(x.shape) for i in axes)
    shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    if kind == "ReduceSum" or x.graph.opset >= 18:
        return op(kind, x, integers(x, *axes), shape=shape, keepdims=1)
    return op(kind, x, shape=shape, axes=axes, keepdims=1)

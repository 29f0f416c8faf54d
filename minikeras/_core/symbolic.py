"""Shapes before numbers: what `keras.Input` returns, what layers make of it, and what a layer says of its inputs."""

from __future__ import annotations

import weakref
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from minikeras._core.config import standardize_dtype
from minikeras._core.logic import Operators
from minikeras._core.naming import auto_name
from minikeras._core.nest import flatten, is_nested
from minikeras._core.tensor import Shape, TypeName


class KerasTensor(Operators):
    """The shape and dtype of data that is not there yet; None in the shape stands for any size.

    Layers, `keras.ops`, operators and NumPy's functions take one and give one; `keras.Model` makes a model of them.

    >>> x = KerasTensor((None, 4), name="x"); x
    <KerasTensor shape=(None, 4), dtype=float32, name=x>
    >>> (x + 1.0)[:, 0].shape
    (None,)
    """

    def __init__(
        self,
        shape: tuple,
        dtype: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
    ):
        self.shape = Shape(shape)
        self.dtype = TypeName(standardize_dtype(dtype))
        self.sparse, self.ragged = sparse, ragged
        self.name = name or auto_name("KerasTensor")
        self.node: Node | None = None  # the call it comes out of
        self.index = 0  # its place among the outputs of that call

    @property
    def source(self) -> Any:
        """The layer or operation it comes out of, None for one made by hand."""
        return None if self.node is None else self.node.operation

    @property
    def _keras_history(self) -> History:
        if self.node is None:
            raise AttributeError("_keras_history")
        return History(self.source, self.source._inbound_nodes.index(self.node), self.index)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    rank = ndim

    def get_shape(self) -> Shape:
        """As ``shape``."""
        return self.shape

    def __array_ufunc__(self, ufunc, method, *args, out=None, **kwargs):
        from minikeras._core.operation import symbolic  # stands on this file

        if out is not None:
            raise TypeError(f"{self!r} holds no numbers to be changed in place: write x = x + y.")
        return symbolic(ufunc if method == "__call__" else getattr(ufunc, method), args, kwargs)

    def __array_function__(self, func, types, args, kwargs):
        from minikeras._core.operation import symbolic

        if func in (np.ndim, np.shape) and args and isinstance(args[0], KerasTensor):  # known without any numbers
            return self.ndim if func is np.ndim else self.shape
        return symbolic(func, args, kwargs)

    def reshape(self, newshape: Any) -> KerasTensor:
        """The same numbers in another shape, the batch's size first: ``x.reshape((-1, 12))``."""
        return np.reshape(self, newshape)

    def squeeze(self, axis: Any = None) -> KerasTensor:
        """Without axes of size 1."""
        return np.squeeze(self, axis)

    def _anew(name):  # x += y binds x to a new tensor, as it holds no numbers to change
        operator = getattr(Operators, f"__{name}__")
        return lambda self, other: operator(self, other)

    __iadd__, __isub__, __imul__, __itruediv__ = _anew("add"), _anew("sub"), _anew("mul"), _anew("truediv")
    __ifloordiv__, __imod__, __ipow__, __imatmul__ = _anew("floordiv"), _anew("mod"), _anew("pow"), _anew("matmul")
    del _anew

    def __invert__(self):
        return np.logical_not(self)

    def __getitem__(self, key):
        from minikeras._core.operation import getitem, symbolic

        return symbolic(getitem, (self, key), {})

    @property
    def __len__(self):  # hasattr(x, "__len__") says no, as of Keras' own
        raise NoLength(f"{self!r} holds no numbers: use x.shape[0], which is None for a batch of any size.")

    _keras_shape = property(lambda self: self.shape, doc="As ``shape``, for Keras up to 2.2.")

    def __iter__(self):
        if not self.shape or self.shape[0] is None:
            raise TypeError(f"{self!r} can't be iterated: the size of its first axis is not known.")
        return (self[i] for i in range(self.shape[0]))

    def __bool__(self):
        function = getattr(self.source, "function", None)
        if function in (np.equal, np.not_equal) and len(symbolic_leaves(self.node.args)) == 2:
            # `if a == b`, `a in tensors`, `tensors.index(a)`: whether they are one tensor
            return (self.node.args[0] is self.node.args[1]) == (function is np.equal)
        raise TypeError(
            f"{self!r} holds no numbers, so `if` can't ask it. Use keras.ops.where, or a layer of your own whose call() asks."
        )

    def __array__(self, *args, **kwargs):
        raise ValueError(
            f"{self!r} holds no numbers: it only says which shape data will have. Pass an array, or use keras.ops or a layer."
        )

    def _number(self, *args):
        raise TypeError(f"{self!r} holds no numbers: it only says which shape data will have.")

    __float__ = __int__ = __complex__ = numpy = item = _number

    def __hash__(self):
        return id(self)

    def __repr__(self):
        return f"<KerasTensor shape={tuple(self.shape)}, dtype={self.dtype}, name={self.name}>"


class NoLength(TypeError, AttributeError):
    """A symbolic tensor has no length: a TypeError to `len`, an AttributeError to `hasattr`."""


class History(NamedTuple):
    """Where a symbolic tensor comes from: layer or operation, which of its calls, which of its outputs."""

    operation: Any
    node_index: int
    tensor_index: int


class Node:
    """One call of a layer or an operation on symbolic tensors.

    Attributes:
        operation: what was called.
        args, kwargs: what it was called with, symbolic tensors among it.
        outputs: what came out: a symbolic tensor or a structure of them.
    """

    def __init__(self, operation: Any, args: tuple, kwargs: dict, outputs: Any):
        self.operation, self.args, self.kwargs, self.outputs = operation, args, kwargs, outputs
        for i, tensor in enumerate(flatten(outputs)):
            tensor.node, tensor.index = self, i
        self.losses: list = []  # symbolic: what the call adds of tensors that are not its arguments
        self._inputs = symbolic_leaves((args, kwargs))  # asked for again and again while a model is built
        operation._inbound_nodes.append(self)
        for node in self.parent_nodes:
            _consumers.setdefault(node, []).append(weakref.ref(self))

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic tensors among the arguments."""
        return list(self._inputs)

    input_tensors = inputs

    @property
    def parent_nodes(self) -> list[Node]:
        """The calls that the symbolic tensors among the arguments come out of."""
        return [tensor.node for tensor in self.inputs if tensor.node is not None]

    @property
    def is_input(self) -> bool:
        """Whether it is the making of an `Input`."""
        return not self.inputs

    @property
    def arguments(self) -> SimpleNamespace:
        """The arguments as Keras keeps them."""
        return SimpleNamespace(args=self.args, kwargs=self.kwargs, keras_tensors=self.inputs)

    @property
    def output_tensors(self) -> list[KerasTensor]:
        """The tensors that came out."""
        return flatten(self.outputs)

    @property
    def layer(self) -> Any:
        """What was called, as Keras 2 named it."""
        return self.operation

    outbound_layer = layer

    @property
    def inbound_layers(self) -> Any:
        """The layers that the arguments come out of, in Keras 2: a list, or the one there is."""
        layers = [node.operation for node in self.parent_nodes]
        return layers[0] if len(layers) == 1 else layers

    def iterate_inbound(self) -> Any:
        """Walk through what the arguments come out of: (layer, which of its calls, which of its outputs, the tensor)."""
        return ((*tensor._keras_history, tensor) for tensor in self.inputs if tensor.node is not None)

    def __repr__(self):
        return f"<Node of {self.operation!r}>"


_consumers: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # a call -> the calls that take what came out, weakly


def outbound_nodes(operation: Any) -> list[Node]:
    """The calls that take what came out of a layer or an operation, as far as anybody still has them.

    >>> from minikeras import Input, layers
    >>> layer = layers.Dense(1); x = Input((2,)); y = layer(x) + 1.0
    >>> outbound_nodes(layer) == [y.node], outbound_nodes(y.node.operation)
    (True, [])
    """
    found = [ref() for node in operation._inbound_nodes for ref in _consumers.get(node, ())]
    return list(dict.fromkeys(node for node in found if node is not None))


def symbolic_leaves(value: Any) -> list[KerasTensor]:
    """The symbolic tensors in a structure.

    >>> len(symbolic_leaves([KerasTensor((1,)), {"a": 3}]))
    1
    """
    if isinstance(value, KerasTensor):
        return [value]
    if not is_nested(value):
        return []
    return [t for item in (value.values() if isinstance(value, dict) else value) for t in symbolic_leaves(item)]


def shapes_of(value: Any) -> Any:
    """The shapes of a structure of arrays or symbolic tensors, in lists, tuples and dicts like it.

    >>> shapes_of([KerasTensor((None, 2)), KerasTensor((None, 3))])
    [(None, 2), (None, 3)]
    """
    if isinstance(value, dict):
        return {key: shapes_of(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [shapes_of(item) for item in value] if isinstance(value, list) else tuple(shapes_of(item) for item in value)
    return None if value is None else tuple(value.shape)  # an optional input that is left out


def is_shape(value: Any) -> bool:
    """Whether this is one shape, rather than a structure of shapes.

    >>> is_shape((None, 3)), is_shape([(None, 3)])
    (True, False)
    """
    return isinstance(value, (list, tuple)) and all(n is None or isinstance(n, int) or hasattr(n, "__index__") for n in value)


class InputSpec:
    """What a layer demands of its input: the number of axes, the size of some.

    Args:
        dtype: kept for Keras' sake.
        shape: the full shape, None for any size.
        ndim, max_ndim, min_ndim: the number of axes, at most, at least.
        axes: ``{axis: size}``.
        allow_last_axis_squeeze, name, optional: kept for Keras' sake.

    >>> InputSpec(min_ndim=2, axes={-1: 3}).problem((None, 4))
    'expected axis -1 of the input to have size 3'
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: tuple | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ):
        self.dtype = None if dtype is None else standardize_dtype(dtype)
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name, self.optional = name, optional

    def problem(self, shape: tuple) -> str | None:
        """Say what is wrong with a shape, or None."""
        n = len(shape)
        if self.ndim is not None and n != self.ndim:
            return f"expected {self.ndim} axes (batch included)"
        if self.max_ndim is not None and n > self.max_ndim:
            return f"expected at most {self.max_ndim} axes (batch included)"
        if self.min_ndim is not None and n < self.min_ndim:
            return f"expected at least {self.min_ndim} axes (batch included)"
        sizes = dict(self.axes)
        if self.shape is not None:
            sizes.update(enumerate(self.shape))
        for axis, size in sizes.items():
            if size is not None and shape[axis] not in (size, None):
                return f"expected axis {axis} of the input to have size {size}"
        return None

    def __repr__(self):
        parts = [f"{k}={v}" for k in ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes") if (v := getattr(self, k))]
        return f"InputSpec({', '.join(parts)})"

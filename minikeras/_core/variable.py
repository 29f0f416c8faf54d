"""Variables, and the flat store that holds the numbers of many of them side by side."""

from __future__ import annotations

import contextlib
import inspect
import sys
from _thread import allocate_lock
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from operator import attrgetter
from typing import Any

import numpy as np

from minikeras._core.allowance import spend
from minikeras._core.arguments import unknown_arguments
from minikeras._core.config import floatx, standardize_dtype
from minikeras._core.logic import Operators
from minikeras._core.naming import auto_name
from minikeras._core.nest import map_leaves
from minikeras._core.now import CALL, TAPE, TRIAL
from minikeras._core.promotion import in_keras_type
from minikeras._core.registry import REGISTRIES
from minikeras._core.scopes import current_path
from minikeras._core.tensor import Shape, TypeName, tensor

_undrawn: ContextVar[bool] = ContextVar("undrawn", default=False)
_moving = allocate_lock()


@contextlib.contextmanager
def undrawn(so: bool = True) -> Iterator[None]:
    """Let weights made in the block start at zero where they would be drawn at random: a file is going to overwrite them.

    >>> import minikeras as keras
    >>> with undrawn(): Variable(keras.initializers.GlorotUniform(), (1, 2)).value.tolist()
    [[0.0, 0.0]]
    """
    token = _undrawn.set(so or _undrawn.get())
    try:
        yield
    finally:
        _undrawn.reset(token)


class Variable(Operators):
    """An array with a name that training changes in place.

    Args:
        initializer: the start value, a callable ``(shape, dtype) -> array``, or the name of one such as ``"ones"``.
        shape: needed when ``initializer`` is a callable or a name.
        dtype: name of the number type; by default ``floatx()`` for floats, int32 for Python's integers, else that of the value.
        trainable: whether an optimizer may change it.
        name: a short name without "/"; ``path`` is the long one (``"sequential/dense/kernel"``).

    Attributes:
        value: the array itself, live: training writes into it. ``numpy()`` gives a copy.
        grad: the array of the same shape that ``backward`` writes ∂L/∂value into; None for integers.

    >>> v = Variable([1.0, 2.0], name="v")
    >>> v.assign_add([1.0, 1.0]).tolist()
    [2.0, 3.0]
    >>> (v * 2).tolist(), v.shape, v.dtype
    ([4.0, 6.0], (2,), 'float32')
    """

    def __init__(
        self,
        initializer: Any,
        shape: tuple | None = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
        **others,
    ):
        if others:
            unknown_arguments("Variable", others, inspect.signature(Variable).parameters)
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise ValueError(f"Argument `name` must be a string and cannot contain character `/`, got {name!r}.")
        if isinstance(initializer, str):
            initializer = REGISTRIES["keras.initializers"].get(initializer)
        if callable(initializer):
            if shape is None:
                raise ValueError("A Variable made by an initializer function needs a `shape`, got None.")
            shape = tuple(int(n) for n in shape)
            spend(shape, standardize_dtype(dtype))
            skip = _undrawn.get() and getattr(initializer, "draws", False)
            value = np.zeros(shape, standardize_dtype(dtype)) if skip else initializer(shape, standardize_dtype(dtype))
        else:
            value = np.asarray(initializer)
            if dtype is None and value.dtype.kind == "f":
                dtype = floatx()
            elif dtype is None and value.dtype.kind == "i" and not hasattr(initializer, "dtype"):
                dtype = standardize_dtype(int)
        dtype = value.dtype if dtype is None else np.dtype(standardize_dtype(dtype))
        owned = type(value) is np.ndarray and value.dtype == dtype and value.flags.carray and value.base is None
        if not (callable(initializer) and owned and sys.getrefcount(value) <= 2):  # nobody else holds what was just made
            value = np.array(value, dtype, order="C")
        self.value = value
        if self.value.dtype.kind not in "fiub":
            raise ValueError(f"A Variable holds numbers, got an array of {self.value.dtype}.")
        if shape is not None and self.value.shape != tuple(shape):
            raise ValueError(f"Variable {name!r} should have shape {tuple(shape)}, got a value of shape {self.value.shape}.")
        self.grad = np.zeros(value.shape, dtype) if value.dtype.kind == "f" else None  # takes no memory until it is written
        self.store: Store | None = None
        self.span: slice | None = None
        self.trainable = trainable
        self.name = name or auto_name("Variable")
        scope = current_path()
        self.path = f"{scope}/{self.name}" if scope else self.name
        self.regularizer = None
        self.constraint: Callable | None = None
        self.autocast = autocast

    changes = 0  # counts whenever a variable comes to be or its `trainable` is set: what is trained may have changed

    def _set_trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        if value:
            self.take_gradient()
        Variable.changes += 1

    def take_gradient(self) -> None:
        """Make place for the gradient of a variable that nobody expected to be trained: see `no_gradient`."""
        if self.grad is None or self.grad.flags.writeable:
            return
        if self.store is None:
            self.grad = np.zeros(self.value.shape, self.value.dtype)
        else:
            self.grad = self.store.place_for_gradients()[self.span].reshape(self.value.shape)

    trainable = property(attrgetter("_trainable"), _set_trainable, doc="Whether an optimizer may change it.")

    @property
    def shape(self) -> tuple:
        """The shape, a tuple of integers."""
        return Shape(self.value.shape)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.value.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.value.size

    @property
    def dtype(self) -> TypeName:
        """The name of the number type, such as ``"float32"``."""
        return TypeName(self.value.dtype.name)

    def bind(self, store: Store, span: slice) -> None:
        """Move into ``store``, for life: value and gradient become views of its vectors."""
        if self.store is not None:
            raise RuntimeError(f"Variable {self.path!r} lives in a store already.")
        shape = self.value.shape
        value = store.values[span].reshape(shape)
        value[...] = self.value
        self.value = value  # another thread that computes with it meanwhile sees the same numbers
        self.grad = store.grads[span].reshape(shape)
        self.store, self.span = store, span
        Variable.changes += 1  # who knows the old arrays looks again

    def numpy(self) -> np.ndarray:
        """Return a copy of the value.

        >>> Variable([1.0]).numpy()
        array([1.], dtype=float32)
        """
        return self.value.copy()

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> np.ndarray:
        """Write a new value of the same shape; all but ``value`` is kept for Keras 2's sake.

        >>> Variable([1.0, 2.0]).assign([3, 4]).tolist()
        [3.0, 4.0]
        """
        value = np.asarray(untraced(value))
        if value.shape != self.value.shape:
            raise ValueError(
                f"The shape of {self.path!r} is {self.value.shape} and can't change, got a value of shape {value.shape}."
            )
        self.in_place()[...] = value
        return self.value

    def in_place(self) -> np.ndarray:
        """The array, for whoever writes into it in a call: what a `Trial` writes is taken back at its end.

        >>> v = Variable([1.0]); v.in_place()[0] = 2.0; v.tolist()
        [2.0]
        """
        trial = TRIAL.get()
        if trial is not None:
            trial.setdefault(id(self), (self, self.value.copy()))
        return self.value

    def assign_add(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> np.ndarray:
        """Add to the value in place."""
        return self.assign(self.value + np.asarray(untraced(value), self.value.dtype))

    def assign_sub(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> np.ndarray:
        """Subtract from the value in place."""
        return self.assign(self.value - np.asarray(untraced(value), self.value.dtype))

    _as_keras = True  # whether operators give the number types that Keras gives

    def __array__(self, dtype=None, copy=None):
        if copy is False and (dtype is None or np.dtype(dtype) == self.value.dtype):
            return self.value
        return np.array(self.value, dtype)

    def _now(self) -> Any:
        """The array, or what stands for it under a tape."""
        tape = TAPE.get()
        return self.value if tape is None else tape.read(self)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        inputs = [i._now() if isinstance(i, Variable) else i for i in inputs]
        if any(isinstance(o, Variable) for o in kwargs.get("out", ())):
            raise TypeError(f"Variable {self.path!r} changes by assign(), not as the `out` of {ufunc.__name__}.")
        y = getattr(ufunc, method)(*inputs, **kwargs)
        if method == "__call__" and len(inputs) == 2 and getattr(y, "dtype", None) is not self.value.dtype and self._as_keras:
            y = in_keras_type(y, ufunc, inputs)
        return _outside(y)

    def __array_function__(self, func, types, args, kwargs):
        def unwrap(x):
            return x._now() if isinstance(x, Variable) else x

        return _outside(func(*map_leaves(unwrap, args), **map_leaves(unwrap, kwargs)))

    def _in_place(self, other):
        raise TypeError(f"Variable {self.path!r} changes by assign(), assign_add() or assign_sub(), not by `+=` and its kin.")

    __iadd__ = __isub__ = __imul__ = __itruediv__ = __ifloordiv__ = __imod__ = __ipow__ = __imatmul__ = _in_place

    def __getitem__(self, key):
        return _outside(self._now()[key])

    def __len__(self):
        return len(self.value)

    def __iter__(self):
        return iter(self._now())

    def __float__(self):
        return float(self.value)

    def __int__(self):
        return int(self.value)

    def __index__(self):
        return self.value.__index__()

    def __bool__(self):
        return bool(self.value)

    def __round__(self, ndigits=None):
        return np.round(self.value, ndigits or 0)

    def __hash__(self):
        return id(self)

    def __format__(self, spec):
        return format(self.value, spec)

    def __getstate__(self):  # a copy leaves the store: its numbers are its own
        state = {**vars(self), "value": self.value.copy(), "store": None, "span": None}
        return {**state, "grad": None if self.grad is None else np.zeros_like(self.value)}

    def __setstate__(self, state):
        vars(self).update(state)

    def __repr__(self):
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}, value={self.value}>"


def _of_array(name: str) -> property:
    return property(lambda self: getattr(self._now(), name), doc=f"That of the array: see ``numpy.ndarray.{name}``.")


for _name in dir(np.ndarray):  # reshape, mean, sum, T, tolist ...: all else that an array can
    if not _name.startswith("__") and not hasattr(Variable, _name):  # no __getattr__: it would slow down ``v.value`` fourfold
        setattr(Variable, _name, _of_array(_name))


class Store:
    """One vector for the weights of a model, one for their gradients; variables keep views of both, for life.

    Only variables without a home move in, the trainable ones first, so that an optimizer walks few long runs.

    >>> a, b = Variable([1.0, 2.0], trainable=False), Variable([3.0])
    >>> Store([a, b], "float32").values.tolist()
    [3.0, 1.0, 2.0]
    >>> b.assign([5.0]); a.store.values.tolist()
    array([5.], dtype=float32)
    [5.0, 1.0, 2.0]
    """

    def __init__(self, variables, dtype: str):
        new = sorted((v for v in variables if v.store is None and v.dtype == dtype), key=lambda v: not v.trainable)
        ends = np.cumsum([0] + [v.value.size for v in new]).tolist()
        self.values = _aligned(ends[-1], dtype)
        learns = any(v.grad.flags.writeable for v in new)
        self.grads = _aligned(ends[-1], dtype) if learns else no_gradient((ends[-1],), dtype)
        for v, i, j in zip(new, ends, ends[1:]):
            v.bind(self, slice(i, j))

    def place_for_gradients(self) -> np.ndarray:
        """The vector of gradients, one that can be written to; the views of it that are there still show zeros."""
        if not self.grads.flags.writeable:
            self.grads = _aligned(self.values.size, self.values.dtype.name)
        return self.grads


def no_gradient(shape: tuple, dtype: str) -> np.ndarray:
    """What stands in ``grad`` of a variable that is never trained: zeros that take no memory and can't be written to.

    >>> no_gradient((2, 3), "float32").tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    return np.broadcast_to(np.zeros((), dtype), shape)


def _aligned(size: int, dtype: str) -> np.ndarray:
    """Zeros that begin where a cache line does: the rounding of BLAS depends on it, and copies shall compute to the bit alike.

    >>> _aligned(3, "float32").ctypes.data % 64
    0
    """
    item = np.dtype(dtype).itemsize
    raw = np.zeros(size * item + 64, "uint8")
    start = -raw.ctypes.data % 64
    return raw[start : start + size * item].view(dtype)


def _outside(value: Any) -> Any:
    """The result of a variable's arithmetic: as a tensor where a user does it by hand, plain inside of layers."""
    return tensor(value) if CALL.get() is None else value


def untraced(value: Any) -> Any:
    """The plain values of an array that `trace` follows, such as a mean that a layer keeps; else what came."""
    return getattr(value, "untraced", value)


def adopt(variables) -> None:
    """Give every float variable without a home a place in a new store, one store per dtype.

    >>> a, b = Variable([1.0]), Variable([2.0]); adopt([a, b]); a.store is b.store
    True
    """
    variables = list(variables)
    if all(v.store is not None or v.grad is None for v in variables):
        return
    with _moving:  # another thread may bring them home, too
        for dtype in sorted({v.dtype for v in variables if v.store is None and v.grad is not None}):
            Store(variables, dtype)


def spans(variables) -> list[tuple[Store, slice]]:
    """Join neighbours in one store: the one or few stretches that hold these variables and nothing else.

    >>> a, b, c = Variable([1.0, 2.0]), Variable([3.0]), Variable([4.0]); adopt([a, b, c])
    >>> [s for _, s in spans([a, b])], [s for _, s in spans([a, c])]
    ([slice(0, 3, None)], [slice(0, 2, None), slice(3, 4, None)])
    """
    joined: list[list] = []
    for v in variables:
        if joined and joined[-1][0] is v.store and joined[-1][1].stop == v.span.start:
            joined[-1][1] = slice(joined[-1][1].start, v.span.stop)
        else:
            joined.append([v.store, v.span])
    return [(store, span) for store, span in joined]


def runs(variables) -> list[tuple[np.ndarray, np.ndarray]]:
    """The (values, grads) pairs of those stretches: what an optimizer walks.

    >>> a, b = Variable([1.0, 2.0]), Variable([3.0]); adopt([a, b])
    >>> [w.tolist() for w, g in runs([a, b])]
    [[1.0, 2.0, 3.0]]
    """
    return [(store.values[span], store.grads[span]) for store, span in spans(variables)]

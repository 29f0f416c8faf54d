"""`tf.constant`, `tf.Tensor`, `tf.Variable`, `tf.TensorShape`, `tf.TensorSpec`, `tf.TensorArray`."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops
from minikeras._core import tensor as tensors
from minikeras._core import variable as variables
from minikeras._core.now import TAPE
from minikeras._core.symbolic import KerasTensor
from minikeras._core.text import Text, is_text, text
from minikeras._core.trace import Box
from minikeras.compat.tensorflow._tools import absent, exported, sizes
from minikeras.compat.tensorflow.dtypes import as_dtype, of
from minikeras.data import structure


class _Answering(type):
    """Makes `isinstance` answer for classes of the library that stand for a class of TensorFlow."""

    def __instancecheck__(cls, instance):
        return isinstance(instance, cls.kinds) or type.__instancecheck__(cls, instance)


class Tensor(metaclass=_Answering):
    """What functions return: `isinstance` says so of tensors, traced arrays and text.

    >>> isinstance(constant(1.0), Tensor), isinstance(np.zeros(1), Tensor)
    (True, False)
    """

    kinds = (tensors.Tensor, Box, Text)


EagerTensor = Tensor


def convert_to_tensor(value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None) -> Any:
    """A tensor of numbers, lists of them, arrays, or what a variable holds; text of strings.

    >>> convert_to_tensor([1, 2.5]).dtype.name, convert_to_tensor("a").numpy()
    ('float32', b'a')
    """
    if isinstance(value, (Text, str, bytes)) or dtype is not None and as_dtype(dtype) == "string":
        return text(value)
    if not isinstance(value, (np.ndarray, Box, KerasTensor, variables.Variable)):
        if (found := _text_in(value)) is not None:
            return found
    elif isinstance(value, np.ndarray) and value.dtype.kind in "OSU" and is_text(value):
        return text(value)
    return ops.convert_to_tensor(value, None if dtype is None else str(as_dtype(dtype)))


def _text_in(value: Any) -> Text | None:
    first = value
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    return text(value) if isinstance(first, (str, bytes)) or isinstance(first, Text) else None


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str = "Const") -> Any:
    """A tensor of a value, of a type and a shape if they are given.

    >>> constant(0.5, shape=(2,)).numpy()
    array([0.5, 0.5], dtype=float32)
    """
    found = convert_to_tensor(value, dtype)
    if shape is None:
        return found
    return ops.broadcast_to(found, sizes(shape)) if found.size == 1 else ops.reshape(found, sizes(shape))


def is_tensor(x: Any) -> bool:
    """Whether it is a tensor or a variable, rather than an array or a list.

    >>> is_tensor(constant(1)), is_tensor(np.zeros(1))
    (True, False)
    """
    return isinstance(x, (Tensor, variables.Variable, KerasTensor))


is_symbolic_tensor = lambda x: isinstance(x, KerasTensor)  # noqa: E731


class _Values(np.ndarray):
    """The numbers of a `Variable`; called, they come as a tensor. What is computed with them is a plain array."""

    owner: Any = None  # the variable, where these are its numbers themselves

    def __call__(self):
        if self.owner is not None and TAPE.get() is not None:
            return self.owner.read_value()
        return ops.convert_to_tensor(self.view(np.ndarray).copy())

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        inputs = [_bare(x) for x in inputs]
        if out is not None:
            kwargs["out"] = tuple(_bare(o) for o in out)
        return getattr(ufunc, method)(*inputs, **kwargs)

    def __array_function__(self, func, types, args, kwargs):
        args, kwargs = tensors.map_leaves(_bare, args), tensors.map_leaves(_bare, kwargs)
        return func(*args, **kwargs)

    def __getitem__(self, key):
        return self.view(np.ndarray)[key]


def _bare(x: Any) -> Any:
    return x.view(np.ndarray) if type(x) is _Values else x


class _VariableMeta(_Answering):
    kinds = (variables.Variable,)


class Variable(variables.Variable, metaclass=_VariableMeta):
    """A variable made as TensorFlow makes one.

    Args:
        initial_value: numbers, or a function that returns them.
        trainable: whether a tape watches it and an optimizer may change it.
        name: its name.
        dtype: by default that of the value.
        shape: checked against the value.

    >>> v = Variable([1.0, 2.0]); v.assign_add([1.0, 1.0]).numpy(), v.value().numpy(), (v * 2).numpy()
    (array([2., 3.], dtype=float32), array([2., 3.], dtype=float32), array([4., 6.], dtype=float32))
    """

    _as_keras = False  # int32 / int32 is float64 in TensorFlow

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: Any = None,
        constraint: Any = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
        experimental_enable_variable_lifting: bool = True,
    ):
        if initial_value is None:
            raise ValueError("tf.Variable needs a value to begin with: tf.Variable(initial_value=...).")
        made = callable(initial_value) and not isinstance(initial_value, variables.Variable)
        value = initial_value() if made else initial_value
        value = np.asarray(variables.untraced(convert_to_tensor(value, dtype)))
        if value.dtype.kind in "OSU":
            raise ValueError("A tf.Variable holds numbers here, got text: keep text in a Python list.")
        if shape is not None and len(sizes(shape)) != value.ndim:
            raise ValueError(f"tf.Variable of shape {tuple(shape)} got an initial value of shape {value.shape}.")
        plain = None if name is None else str(name).split(":")[0].rpartition("/")[2] or None
        super().__init__(value, dtype=value.dtype.name, trainable=trainable is not False, name=plain)
        self.constraint = constraint

    @property
    def value(self) -> Any:
        """The numbers: an array, which answers ``value()`` too."""
        numbers = self.__dict__["value"].view(_Values)
        numbers.owner = self
        return numbers

    @value.setter
    def value(self, value: Any) -> None:
        self.__dict__["value"] = _bare(value)

    def _now(self) -> Any:
        return _bare(super()._now())

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Variable:
        """Write a new value of the same shape, and return the variable."""
        super().assign(_read(value))
        return self

    def assign_add(self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Variable:
        """Add to the value, and return the variable."""
        super().assign_add(_read(delta))
        return self

    def assign_sub(self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Variable:
        """Subtract from the value, and return the variable."""
        super().assign_sub(_read(delta))
        return self

    def read_value(self) -> Any:
        """The numbers, as a tensor that a tape follows."""
        return ops.convert_to_tensor(self)

    initialized_value = read_value

    @property
    def initializer(self) -> None:
        """None: a variable has its value from the start."""

    def numpy(self) -> Any:
        """A copy of the numbers; one number alone as such."""
        return self.__dict__["value"].copy()[()]

    def get_shape(self) -> Any:
        """As ``shape``."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Check the shape; a variable knows it already."""

    def __getitem__(self, key):
        part = super().__getitem__(key)
        if type(part) is tensors.Tensor:  # v[0].assign(x) writes into the variable
            part.assign = lambda value, *args, **kwargs: self._write(key, _read(value))
            part.assign_add = lambda value, *args, **kwargs: self._write(key, part.view(np.ndarray) + _read(value))
            part.assign_sub = lambda value, *args, **kwargs: self._write(key, part.view(np.ndarray) - _read(value))
        return part

    def _write(self, key: Any, value: Any) -> Variable:
        whole = np.array(_bare(self.__dict__["value"]))
        whole[key] = value
        return self.assign(whole)

    def scatter_update(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Variable:
        """Write rows at the indices of `IndexedSlices`."""
        return self._write(np.asarray(sparse_delta.indices), _read(sparse_delta.values))

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Write numbers at indices."""
        return self.assign(ops.scatter_update(self.numpy(), indices, updates))

    def _changed(operation):  # noqa: N805 - makes methods below
        return lambda self, other: operation(self, other)

    __iadd__, __isub__ = _changed(np.add), _changed(np.subtract)  # `v += 1` is v = v + 1, a tensor, as in TensorFlow
    __imul__, __itruediv__ = _changed(np.multiply), _changed(np.divide)


class IndexedSlices:
    """Some rows of an array, and which they are.

    >>> v = Variable([[1.0], [2.0]]); v.scatter_update(IndexedSlices([[5.0]], [1])).numpy().tolist()
    [[1.0], [5.0]]
    """

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None):
        self.values, self.indices, self.dense_shape = convert_to_tensor(values), convert_to_tensor(indices), dense_shape
        self.dtype = self.values.dtype


def _read(value: Any) -> Any:
    value = value.numpy() if isinstance(value, variables.Variable) else value
    return np.asarray(variables.untraced(value))


class TensorShape(tensors.Shape, metaclass=_Answering):
    """A shape of sizes, None where one is open.

    >>> s = TensorShape([None, 3]); s.as_list(), s.rank, s.is_compatible_with((2, 3)), s[1:]
    ([None, 3], 2, True, TensorShape([3]))
    """

    kinds = (tensors.Shape,)

    def __new__(cls, dims: Any = ()):
        if dims is None:
            raise ValueError("A TensorShape of unknown rank does not exist here: give a list of sizes, None where one is open.")
        dims = (dims,) if isinstance(dims, (int, np.integer)) else dims
        return tuple.__new__(cls, (None if n is None or isinstance(n, int) and n == -1 else int(n) for n in dims))

    def __getitem__(self, key):
        found = tuple.__getitem__(self, key)
        return TensorShape(found) if type(key) is slice else found

    def __add__(self, other):
        return TensorShape((*self, *TensorShape(other)))

    def __radd__(self, other):
        return TensorShape((*TensorShape(other), *self))

    concatenate = __add__

    def is_compatible_with(self, other: Any) -> bool:
        """Whether a shape of this kind may be the other."""
        other = TensorShape(other)
        return len(self) == len(other) and all(None in (a, b) or a == b for a, b in zip(self, other))

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raise where it is not."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {tuple(self)} and {tuple(other)} are incompatible")

    def merge_with(self, other: Any) -> TensorShape:
        """What both say together."""
        self.assert_is_compatible_with(other)
        return TensorShape([a if b is None else b for a, b in zip(self, TensorShape(other))])

    def __repr__(self):
        return f"TensorShape({list(self)})"

    def __reduce__(self):
        return TensorShape, (tuple(self),)


class TensorSpec(structure.TensorSpec):
    """Shape and type of a tensor.

    >>> TensorSpec([None, 2], "int32", name="x")
    TensorSpec(shape=(None, 2), dtype=tf.int32, name='x')
    """

    __slots__ = ()

    def __new__(cls, shape: Any, dtype: Any = "float32", name: str | None = None):
        return super().__new__(cls, None if shape is None else TensorShape(shape), as_dtype(dtype), name)

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        """That of a tensor."""
        return cls(tensor.shape, of(tensor), name)

    from_spec = from_tensor

    def is_compatible_with(self, other: Any) -> bool:
        """Whether a tensor is of this kind."""
        return TensorShape(self.shape).is_compatible_with(other.shape) and self.dtype == of(other)

    def __repr__(self):
        return f"TensorSpec(shape={tuple(self.shape)}, dtype={self.dtype!r}, name={self.name!r})"


class TensorArray:
    """A list of tensors that a loop writes and `stack` joins.

    >>> a = TensorArray("float32", size=2); a.write(0, 1.0).write(1, 2.0).stack().numpy()
    array([1., 2.], dtype=float32)
    """

    def __init__(self, dtype: Any, size: Any = 0, dynamic_size: bool = False, clear_after_read: bool = True, **kwargs):
        self.dtype = as_dtype(dtype)
        self._items: list = [None] * int(size)

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """Put a tensor in a place, and return the array."""
        index = int(index)
        self._items.extend([None] * (index + 1 - len(self._items)))
        self._items[index] = convert_to_tensor(value, None if hasattr(value, "dtype") else self.dtype)
        return self

    def read(self, index: Any, name: str | None = None) -> Any:
        """The tensor in a place."""
        return self._items[int(index)]

    def stack(self, name: str | None = None) -> Any:
        """All of them as one, along a new first axis."""
        shape = next((i.shape for i in self._items if i is not None), ())
        return ops.stack([np.zeros(shape, str(self.dtype)) if i is None else i for i in self._items], 0)

    def concat(self, name: str | None = None) -> Any:
        """All of them as one, along their first axis."""
        return ops.concatenate(self._items, 0)

    def gather(self, indices: Any, name: str | None = None) -> Any:
        """Some of them as one."""
        return ops.stack([self.read(i) for i in indices], 0)

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """Fill it with the rows of a tensor."""
        self._items = list(ops.unstack(value, axis=0))
        return self

    def size(self, name: str | None = None) -> int:
        """How many places there are."""
        return len(self._items)

    __len__ = size


__all__ = exported(globals(), "EagerTensor is_symbolic_tensor")
__getattr__ = absent("tf", globals())

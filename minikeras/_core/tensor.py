"""What a user gets back from layers, models and ops: an array that also answers as tensors do."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.nest import map_leaves
from minikeras._core.now import TAPE


class Shape(tuple):
    """A shape: a tuple that also answers as TensorFlow's does.

    >>> Shape((None, 3)).as_list(), Shape((2, 3)).rank
    ([None, 3], 2)
    """

    __slots__ = ()

    def as_list(self) -> list:
        """The sizes as a list."""
        return list(self)

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self)

    ndims = rank
    dims = property(lambda self: list(self), doc="The sizes as a list.")

    def __getitem__(self, key):
        return Shape(tuple.__getitem__(self, key)) if type(key) is slice else tuple.__getitem__(self, key)

    def num_elements(self) -> int | None:
        """The number of elements, None where a size is open."""
        return None if None in self else int(np.prod(self, dtype=np.int64))

    def is_fully_defined(self) -> bool:
        """Whether no size is open."""
        return None not in self

    def __reduce__(self):
        return Shape, (tuple(self),)


class TypeName(str):
    """The name of a number type, a string that also answers as a type does.

    >>> TypeName("float32").name, TypeName("int8") == "int8", TypeName("float32").is_floating
    ('float32', True, True)
    """

    __slots__ = ()
    name = property(lambda self: str(self), doc="The name.")
    base_dtype = property(lambda self: self, doc="The type itself.")
    as_numpy_dtype = property(lambda self: np.dtype(str(self)).type, doc="NumPy's type.")
    base_dtype = property(lambda self: self, doc="Itself: there are no references.")
    is_floating = property(lambda self: self.startswith(("float", "bfloat")), doc="Whether it is a float type.")
    is_integer = property(lambda self: self.startswith(("int", "uint")), doc="Whether it is an integer type.")

    def __reduce__(self):
        return TypeName, (str(self),)


class Reference:
    """A tensor as a key: equal to none but another reference to the same object.

    >>> x = tensor(np.zeros(2)); x.ref() == x.ref(), {x.ref(): 1}[x.ref()], x.ref().deref() is x
    (True, 1, True)
    """

    def __init__(self, value: Any):
        self._value = value

    def deref(self) -> Any:
        """The tensor."""
        return self._value

    def __eq__(self, other):
        return isinstance(other, Reference) and self._value is other._value

    def __hash__(self):
        return id(self._value)


class Rebinding:
    """``x += y`` makes the name stand for the sum, and changes nobody else's array: as in the graphs of TensorFlow."""

    def __iadd__(self, other):
        return self + other

    def __isub__(self, other):
        return self - other

    def __imul__(self, other):
        return self * other

    def __itruediv__(self, other):
        return self / other


class Tensor(Rebinding, np.ndarray):
    """A NumPy array with ``.numpy()``, ``.shape.as_list()``, and gradients under a `GradientTape` that watches it.

    >>> x = tensor(np.array([[1.0, 2.0]])); x.shape.as_list(), (x * 2).numpy()
    ([1, 2], array([[2., 4.]]))
    """

    _keras_mask: Any = None  # which steps count, where a layer before has said so

    @property
    def shape(self) -> Shape:
        """The sizes of the axes."""
        return Shape(np.ndarray.shape.__get__(self))

    @property
    def device(self) -> str:
        """Where it lives."""
        return "cpu"

    def numpy(self) -> np.ndarray:
        """A plain array of the same numbers; a scalar where there is one number only."""
        plain = np.array(self, copy=True, subok=False)
        return plain if plain.ndim else plain[()]

    def get_shape(self) -> Shape:
        """As ``shape``."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Check the shape; an array knows it already."""

    def eval(self, session: Any = None) -> np.ndarray:
        """As ``numpy()``."""
        return self.numpy()

    @property
    def untraced(self) -> np.ndarray:
        """The plain array."""
        return self.view(np.ndarray)

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        tape = TAPE.get()
        if tape is not None and out is None:
            watched = [tape.boxed(i) for i in inputs]
            if any(w is not i for w, i in zip(watched, inputs)):
                return getattr(ufunc, method)(*watched, **kwargs)
        inputs = [plain(i) for i in inputs]
        if out is not None:
            kwargs["out"] = tuple(plain(o) for o in out)
            getattr(ufunc, method)(*inputs, **kwargs)
            return out[0] if len(out) == 1 else out
        return tensor(getattr(ufunc, method)(*inputs, **kwargs))

    def __array_function__(self, func, types, args, kwargs):
        tape = TAPE.get()
        if tape is not None and tape.watches(args):
            return func(*map_leaves(tape.boxed, args), **kwargs)
        return tensor(func(*map_leaves(plain, args), **map_leaves(plain, kwargs)))

    def __getitem__(self, key):
        tape = TAPE.get()
        if tape is not None and (box := tape.boxed(self)) is not self:
            return box[key]
        return tensor(self.view(np.ndarray)[key])

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __float__(self):
        return float(self.item())  # one number, whatever the axes around it

    def __int__(self):
        return int(self.item())

    def __hash__(self):
        if self.ndim:
            raise TypeError("A tensor of several numbers is not hashable: use tensor.ref() as the key.")
        return hash(self.item())

    def ref(self) -> Reference:
        """What stands for this very tensor in a set or as a key."""
        return Reference(self)

    experimental_ref = ref

    def __reduce__(self):
        return tensor, (self.view(np.ndarray),)

    def __format__(self, spec):
        return format(self.item() if self.size == 1 else self.view(np.ndarray), spec)

    def __repr__(self):
        return repr(self.view(np.ndarray))

    def __str__(self):
        return str(self.view(np.ndarray))

    def __array_wrap__(self, array, context=None, return_scalar=False):
        return array


def _method(name: str):
    def method(self, *args, **kw):
        return getattr(np, name)(self, *args, **kw)

    method.__doc__ = f"As np.{name}."
    return method


METHODS = "all any argmax argmin argsort clip cumsum max mean min prod ravel repeat round squeeze std sum swapaxes take var"
for _name in METHODS.split():
    setattr(Tensor, _name, _method(_name))


def _reshape(self, *shape, **kw):
    """As np.reshape."""
    return np.reshape(self, shape[0] if len(shape) == 1 else shape, **kw)


def _transpose(self, *axes):
    """As np.transpose."""
    return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)


Tensor.reshape, Tensor.transpose = _reshape, _transpose
Tensor.T = property(lambda self: np.transpose(self), doc="As np.transpose.")


def plain(value: Any) -> Any:
    """The plain array behind a tensor; anything else as it is."""
    return value.view(np.ndarray) if type(value) is Tensor else value


def tensor(value: Any) -> Any:
    """Put arrays, and arrays in structures, on as tensors; anything else stays as it is.

    >>> type(tensor([np.zeros(1), "a"])[0]).__name__
    'Tensor'
    """
    if type(value) is np.ndarray or isinstance(value, np.generic):
        return value if value.dtype.kind in "OSU" else np.asarray(value).view(Tensor)
    return map_leaves(tensor, value) if type(value) in (list, tuple, dict) else value

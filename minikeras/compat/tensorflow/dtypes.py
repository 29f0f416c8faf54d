"""`tf.dtypes`: ``tf.float32`` and its kin, which are strings that answer as TensorFlow's types do, and `cast`.

>>> float32 == "float32", float32.as_numpy_dtype, as_dtype(np.int64), int32.max
(True, <class 'numpy.float32'>, tf.int64, 2147483647)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops
from minikeras._core.config import standardize_dtype
from minikeras._core.tensor import TypeName, tensor
from minikeras.compat.tensorflow._tools import absent, exported

_NAMES = "float16 float32 float64 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool string complex64 complex128"

_REAL = {"complex64": "float32", "complex128": "float64"}


class DType(TypeName):
    """The name of a number type, taken wherever a dtype is asked for.

    >>> DType("float32").is_floating, DType("uint8").size, DType("float16") == np.dtype("float16")
    (True, 1, True)
    """

    __slots__ = ()
    as_numpy_dtype = property(lambda self: np.object_ if self == "string" else np.dtype(str(self)).type, doc="NumPy's type.")
    size = property(lambda self: np.dtype(str(self)).itemsize, doc="Bytes of a number.")
    is_bool = property(lambda self: self == "bool", doc="Whether it is that of truth values.")
    is_complex = property(lambda self: self.startswith("complex"), doc="Whether numbers have an imaginary part.")
    is_unsigned = property(lambda self: self.startswith("uint"), doc="Whether it has no negative numbers.")
    base_dtype = property(lambda self: self, doc="The same.")
    real_dtype = property(lambda self: DType(_REAL.get(self, self)), doc="Of part.")
    min = property(lambda self: _limits(self).min, doc="The smallest number.")
    max = property(lambda self: _limits(self).max, doc="The greatest number.")
    limits = property(lambda self: (self.min, self.max), doc="Smallest and greatest.")
    as_datatype_enum = property(lambda self: _NAMES.split().index(self) + 1, doc="A number that stands for it.")

    def is_compatible_with(self, other: Any) -> bool:
        """Whether it is the same type."""
        return self == as_dtype(other)

    def __repr__(self):
        return f"tf.{str(self)}"

    def __reduce__(self):
        return DType, (str(self),)


def _limits(dtype: str) -> Any:
    return (np.finfo if dtype.startswith("float") else np.iinfo)(np.dtype(str(dtype)))


globals().update({name: DType(name) for name in _NAMES.split()})
double, half = DType("float64"), DType("float16")


def as_dtype(type_value: Any) -> DType:
    """The type that a name, a NumPy type or a Python type stands for."""
    if type_value is bool or type_value == "bool":
        return DType("bool")
    if type_value in (str, bytes, object, "string") or getattr(type_value, "kind", "?") in "OSU":
        return DType("string")
    return DType("bfloat16" if type_value == "bfloat16" else standardize_dtype(type_value))


def of(x: Any) -> str:
    """The name of the type of an array, symbolic or not; of text "string"."""
    kind = getattr(x, "dtype", None)
    kind = ops.convert_to_tensor(x).dtype if kind is None else kind
    return "string" if getattr(kind, "kind", "") in ("O", "S", "U") else str(getattr(kind, "name", kind))


def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """The array in another type; numbers after the point are cut off on the way to integers."""
    dtype = as_dtype(dtype)
    if dtype == "string":
        if of(x) == "string":
            return x
        raise ValueError(f"tf.cast makes numbers of numbers, got {dtype!r}: tf.strings.as_string makes text.")
    if of(x) == "string":
        raise ValueError("tf.cast makes numbers of numbers, got text: tf.strings.to_number reads numbers.")
    return tensor(ops.cast(x, str(dtype)))


def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Any:
    """The array in another type; what does not fit becomes the nearest number that does."""
    return ops.saturate_cast(value, str(as_dtype(dtype)))


def complex(real: Any, imag: Any, name: str | None = None) -> Any:
    """Numbers of real and imaginary parts."""
    return ops.add(np.asarray(real), np.asarray(imag) * 1j)



__all__ = exported(globals(), _NAMES + " double half")
__getattr__ = absent("tf.dtypes", globals())

"""The door through which numbers of any kind come into an operation; `promotion` has how their types are joined."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from minikeras._core.config import floatx, standardize_dtype
from minikeras._core.promotion import WEAK, common
from minikeras._core.symbolic import KerasTensor
from minikeras._core.tape import now
from minikeras._core.tensor import Tensor, plain
from minikeras._core.trace import Box, watched
from minikeras._core.variable import Variable


def result_type(*dtypes: Any) -> str:
    """The type that an operation on arrays of these types has: ``keras.backend.result_type``.

    Args:
        *dtypes: names, NumPy types, or Python's ``int`` and ``float`` for plain numbers; None is ``floatx()``, as no type is.

    >>> result_type("int32", "float16"), result_type("uint8", "int8"), result_type("int32", float), result_type("uint8", int)
    ('float16', 'int16', 'float32', 'uint8')
    """
    if not dtypes:
        return floatx()
    return common(*(d if type(d) is type and d in WEAK else np.dtype(standardize_dtype(d)) for d in dtypes)).name


def array(x: Any, dtype: Any = None) -> Any:
    """An array of whatever came; traced arrays stay traced. Python's floats become ``floatx()``, its integers int32.

    >>> array([1, 2]).dtype, array(0.5).dtype, array(np.zeros(2)).dtype
    (dtype('int32'), dtype('float32'), dtype('float64'))
    """
    kind = type(x)
    if kind is Tensor:
        x = plain(watched(x))
    elif isinstance(x, Variable):
        x = now(x)
    elif kind is not np.ndarray and not isinstance(x, (np.ndarray, Box)):
        x = from_nest(x)
    return x if dtype is None or x.dtype == dtype else x.astype(dtype)


def from_nest(x: Any) -> Any:
    """An array of numbers and lists of them."""
    if isinstance(x, KerasTensor):
        raise ValueError(f"{x!r} holds no numbers: it only says which shape data will have. Pass an array.")
    if isinstance(x, (list, tuple)) and any(isinstance(leaf, (Box, Variable, Tensor)) for leaf in leaves(x)):
        return np.stack(promote(*x))
    y = np.asarray(x)
    if hasattr(x, "dtype") or y.dtype.kind not in "if":
        return y
    if isinstance(x, (list, tuple)) and (typed := [leaf.dtype for leaf in leaves(x) if hasattr(leaf, "dtype")]):
        return y.astype(common(*typed))
    if y.dtype.kind == "f":
        return y.astype(floatx())
    return y if y.size and (y.max() > 2**31 - 1 or y.min() < -(2**31)) else y.astype("int32")


def leaves(x: Any):
    """What is in lists of lists."""
    for a in x:
        if isinstance(a, (list, tuple)):
            yield from leaves(a)
        else:
            yield a


def promote(*xs: Any) -> list:
    """Arrays of one type out of arrays and numbers of several.

    >>> [x.dtype.name for x in promote(np.arange(3, dtype="int32"), 0.5)]
    ['float32', 'float32']
    """
    xs = [x if type(x) is np.ndarray or type(x) in WEAK else array(x) for x in xs]
    kinds = [type(x) if type(x) in WEAK else x.dtype for x in xs]
    if len(kinds) == 2 and kinds[0] is kinds[1] and kinds[0] not in WEAK:
        return xs
    dtype = common(*kinds)
    return [cast(x, dtype) for x in xs]


def promote_floats(*xs: Any) -> list:
    """The same, and at least floats.

    >>> [x.dtype.name for x in promote_floats(1, np.arange(3))]
    ['float32', 'float32']
    """
    xs = [x if type(x) in WEAK else array(x) for x in xs]
    dtype = common(float, *(type(x) if type(x) in WEAK else x.dtype for x in xs))
    return [cast(x, dtype) for x in xs]


def floats(x: Any) -> Any:
    """An array of floats: integers become ``floatx()``, floats (and complex numbers) stay as they are.

    >>> floats([1, 2])
    array([1., 2.], dtype=float32)
    """
    x = array(x)
    return x if x.dtype.kind in "fc" else x.astype(floatx())


def cast(x: Any, dtype: Any) -> Any:
    """The array in another type, or as it is."""
    if type(x) in WEAK:
        return np.asarray(x, dtype)
    return x if x.dtype == dtype else x.astype(dtype)


def axis_of(axis: Any, ndim: int) -> int:
    """An axis counted from the front; one that an array of so many axes does not have is an error.

    >>> axis_of(-1, 3)
    2
    """
    place = operator.index(axis)
    if not -ndim <= place < ndim:
        raise ValueError(f"Axis {axis} is out of bounds for an array of {ndim} axes.")
    return place % ndim


def wide(x: Any) -> Any:
    """Floats wide enough to sum up: float16 becomes float32."""
    x = floats(x)
    return x.astype("float32") if x.dtype.itemsize == 2 else x

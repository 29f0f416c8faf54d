"""Whatever holds numbers, made into one NumPy array; what can't be is refused by name, with the fix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minikeras._core.config import floatx

_NUMBERS = "fiub"  # kinds of dtype: float, signed, unsigned, bool


def is_array_like(value: Any) -> bool:
    """Whether `to_array` is for it: anything but generators, iterators and datasets.

    >>> is_array_like([1, 2]), is_array_like(iter([1, 2]))
    (True, False)
    """
    plain = isinstance(value, (np.ndarray, list, tuple, range, dict, str, bytes, int, float, np.generic))
    return plain or hasattr(value, "__array__") or is_sparse(value) or isinstance(value, Mapping)


def is_sparse(value: Any) -> bool:
    """Whether it is a matrix of scipy.sparse.

    >>> is_sparse(np.zeros(2))
    False
    """
    return type(value).__module__.startswith("scipy.sparse") and hasattr(value, "tocsr")


def is_text(array: np.ndarray) -> bool:
    """Whether an array holds strings, or bytes, and nothing else.

    >>> is_text(np.array(["a"])), is_text(np.array(["a", None]))
    (True, False)
    """
    kind = array.dtype.kind
    return kind in "UST" or kind == "O" and all(isinstance(entry, (str, bytes)) for entry in array.flat)


def to_array(value: Any, name: str = "x", text: bool = False) -> Any:
    """Turn an argument of ``fit`` into an array of numbers with an axis of samples. Nothing is copied without need.

    Args:
        value: an ndarray, nested lists or tuples, a pandas DataFrame or Series, a list or dict of one of these,
            a tensor, anything with ``__array__``. A scipy.sparse matrix comes back in CSR form.
        name: what error messages call it.
        text: whether strings may come instead of numbers.

    Raises:
        ValueError: text, objects, dates, complex numbers, ragged lists, columns without numbers, no samples, no axis.

    >>> to_array([[1, 2], [3, 4]]).shape, to_array([np.zeros(3)]).shape
    ((2, 2), (3,))
    >>> to_array([["a"]], "y")
    Traceback (most recent call last):
    ValueError: y holds text (dtype <U1), expected numbers. ...
    """
    array = value if type(value) is np.ndarray else _plain_array(value, name, text)
    if array.dtype.kind not in _NUMBERS and not (text and is_text(array)):
        check_numbers(array, name)
    if array.ndim == 0:
        raise ValueError(f"{name} should hold samples along its first axis, got the single number {array!r}.")
    if array.shape[0] == 0:
        raise ValueError(f"{name} holds no samples: its shape is {array.shape}.")
    return array


def check_numbers(array: np.ndarray, name: str = "x") -> None:
    """Raise unless an array holds numbers: for those who prepare inputs among which text may be.

    >>> check_numbers(np.array(["a"]), "x['town']")
    Traceback (most recent call last):
    ValueError: x['town'] holds text (dtype <U1), expected numbers. ...
    """
    if array.dtype.kind not in _NUMBERS:
        raise ValueError(f"{name} holds {_contents(array)}, expected numbers. {_remedy(array, name)}")


def dense(value: Any, name: str = "x", text: bool = False) -> np.ndarray:
    """`to_array`, and a sparse matrix filled up with its zeros.

    >>> dense([1, 2], "y").tolist()
    [1, 2]
    """
    array = to_array(value, name, text)
    return array if type(array) is np.ndarray else array.toarray()


def cast(array: np.ndarray, dtype: Any, name: str = "x") -> np.ndarray:
    """Give an array another number type, row by row in memory; the same object when it fits already.

    Args:
        array: numbers.
        dtype: the type wanted; None leaves integers and makes floats ``floatx()``, as Keras does.

    >>> cast(np.array([1.5, 2.5]), None).dtype, cast(np.array([1, 2]), "float64").dtype
    (dtype('float32'), dtype('float64'))
    """
    if dtype is None:
        dtype = floatx() if array.dtype.kind == "f" else array.dtype
    dtype = np.dtype(dtype)
    if array.dtype == dtype:
        return array if array.flags.c_contiguous else np.ascontiguousarray(array)
    if dtype.kind in "iu" and array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or infinity, but the model takes {dtype} there.")
    with np.errstate(over="ignore"):  # 1e300 is infinite in float32
        return array.astype(dtype, order="C")


def take_rows(array: Any, index: Any) -> np.ndarray:
    """Rows of an array, or of a sparse matrix filled up with its zeros.

    >>> take_rows(np.arange(4), np.array([3, 0])).tolist()
    [3, 0]
    """
    if type(array) is np.ndarray:
        return array[index] if type(index) is slice else array.take(index, 0, None, "clip")  # "clip" checks no bounds: faster
    return array[index].toarray()


def check_lengths(**arrays: Any) -> int:
    """Return the number of samples that all arrays share.

    >>> check_lengths(x=np.zeros(3), y=np.zeros(2))
    Traceback (most recent call last):
    ValueError: Make sure all arrays contain the same number of samples: x has 3, y has 2.
    """
    lengths = {name: array.shape[0] for name, array in arrays.items() if array is not None}
    if len(set(lengths.values())) > 1:
        each = ", ".join(f"{name} has {n}" for name, n in lengths.items())
        raise ValueError(f"Make sure all arrays contain the same number of samples: {each}.")
    return next(iter(lengths.values()))


def _plain_array(value, name, text=False):
    """An ndarray (or CSR matrix) from anything; what is in it is not looked at."""
    if isinstance(value, Mapping):
        return _from_dict(value, name, text)
    if isinstance(value, (list, tuple)):
        return _from_list(value, name, text)
    if is_sparse(value):
        return value.tocsr()
    package = type(value).__module__.partition(".")[0]
    if package == "pandas" and hasattr(value, "to_numpy"):
        return _from_pandas(value, name, text)
    if hasattr(value, "detach"):  # a torch tensor may want a gradient, or live elsewhere
        value = value.detach().cpu()
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise ValueError(f"{name} is a masked array with masked values. Fill them first: {name}.filled(value).")
    if not is_array_like(value):
        raise ValueError(f"{name} should be an array, a list of numbers or a DataFrame, got {type(value).__name__}.")
    return np.asarray(value)


def _from_dict(value, name, text):
    if len(value) != 1:
        raise ValueError(
            f"{name} is a dict of {len(value)} entries, but the model has one {_side(name)}. "
            f"Join the columns to one array first, e.g. np.stack(list({name}.values()), axis=-1)."
        )
    return to_array(next(iter(value.values())), name, text)


def _from_list(value, name, text):
    if any(not isinstance(v, (int, float, list, tuple, str)) and is_array_like(v) for v in value[:1]):
        if len(value) == 1 and np.ndim(value[0]):  # Keras: a list holds one array for each input
            return to_array(value[0], name, text)
        if np.ndim(value[0]) > 1:
            raise ValueError(
                f"{name} is a list of {len(value)} arrays, the first of shape {np.shape(value[0])}, but the model has one "
                f"{_side(name)}. If each is one sample, join them: np.stack({name})."
            )
        value = [np.asarray(_plain_array(v, name, text)) for v in value]
    try:
        return np.asarray(value)
    except ValueError:  # inhomogeneous shape
        raise ValueError(
            f"The rows of {name} differ in length, so they make no array. Bring them to one length, "
            "e.g. with keras.utils.pad_sequences."
        ) from None


def _side(name):
    return "input" if name.startswith("x") else "output"


def _from_pandas(value, name, text):
    columns = getattr(value, "columns", None)
    types = [value.dtype] if columns is None else list(value.dtypes)
    if not types:
        raise ValueError(f"{name} is a DataFrame without columns.")
    wrong = [i for i, t in enumerate(types) if getattr(t, "kind", "O") not in _NUMBERS]
    if wrong and text and is_text(value.to_numpy("object")):
        return value.to_numpy("object")
    if wrong:
        raise ValueError(_wrong_columns(name, [None if columns is None else columns[i] for i in wrong], types[wrong[0]]))
    if all(isinstance(t, np.dtype) for t in types):
        return value.to_numpy(np.result_type(*types))
    if value.isna().to_numpy().any():  # pandas' nullable types: NA becomes NaN
        return value.to_numpy("float64", na_value=np.nan)
    return value.to_numpy(np.result_type(*(getattr(t, "numpy_dtype", getattr(t, "subtype", t)) for t in types)))


def _wrong_columns(name, columns, dtype):
    """The message about columns that hold no numbers."""
    drop = "else drop the column"
    if columns == [None]:
        where, one = f"{name} is a Series", name
    else:
        listed = ", ".join(repr(c) for c in columns[:5]) + (", ..." if len(columns) > 5 else "")
        where, one = f"{name} has {len(columns)} column(s) that hold no numbers: {listed}", f"{name}[{columns[0]!r}]"
        drop += f", or pass dict({name}) to a model with one input for each column" if name == "x" else ""
    return (
        f"{where} (dtype {dtype}), expected numbers. Numbers stored as objects: {one}.astype('float32'); "
        f"categories: pandas.get_dummies or {one}.astype('category').cat.codes; text with gaps: {one}.fillna(''); {drop}."
    )


def _contents(array):
    if array.dtype.kind == "O" and is_text(array):
        return "text (dtype object)"
    kind = {"U": "text", "T": "text", "S": "bytes", "O": "Python objects", "M": "dates", "m": "times", "c": "complex numbers"}
    return f"{kind.get(array.dtype.kind, 'records')} (dtype {array.dtype.str if array.dtype.kind in 'US' else array.dtype})"


def _remedy(array, name):
    if array.dtype.kind == "O" and not is_text(array):
        return (
            f"If they are numbers, convert: {name}.astype('float32'); "
            "if rows differ in length, bring them to one with keras.utils.pad_sequences."
        )
    if array.dtype.kind in "USTO":
        if name.startswith("y"):
            return (
                f"Number the classes: {name} = np.unique({name}, return_inverse=True)[1], or by LabelEncoder or StringLookup; "
                "keras.utils.to_categorical then makes one-hot rows."
            )
        return f"Numbers in text form convert by {name}.astype('float32'); categories want a number or a column each."
    return f"Turn them into numbers first, e.g. by {name}.astype('float32')."

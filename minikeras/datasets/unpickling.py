"""Read the pickles in which some data sets come, without running them: arrays of numbers, lists, dicts, nothing else.

A pickle names functions and calls them. Here three names are known, those by which NumPy's arrays are written, and they
stand for functions of ours that look at what they get; any other name is refused.
"""

from __future__ import annotations

import io
import math
import pickle
import re
import zipfile
from typing import Any

import numpy as np

_NUMBERS = re.compile(r"[?bBiufO][0-9]{0,2}")
_MOST = 1 << 31  # bytes that one array may take


class _Array:
    """An array to be: its state comes next."""

    value: np.ndarray | None = None

    def __setstate__(self, state: Any) -> None:
        version, shape, dtype, fortran, content = state
        if not isinstance(dtype, _Type) or version != 1 or not all(type(n) is int and n >= 0 for n in shape):
            raise _damaged()
        order = "F" if fortran else "C"
        if isinstance(content, list) and dtype.numbers.hasobject:
            if len(content) != math.prod(shape):
                raise _damaged()
            self.value = np.empty(len(content), object)
            self.value[:] = [plain(one) for one in content]
        elif isinstance(content, bytes) and not dtype.numbers.hasobject:
            if len(content) != math.prod(shape) * dtype.numbers.itemsize:
                raise _damaged()
            self.value = np.frombuffer(content, dtype.numbers).copy()
        else:
            raise _damaged()
        self.value = self.value.reshape(shape, order=order)


class _Type:
    """A number type to be."""

    def __init__(self, name: Any, align: Any = False, copy: Any = False):
        name = name.decode("ascii", "replace") if isinstance(name, bytes) else name
        if not isinstance(name, str) or not _NUMBERS.fullmatch(name):
            raise _damaged()
        self.numbers = np.dtype(name)

    def __setstate__(self, state: Any) -> None:
        order = state[1].decode("ascii", "replace") if isinstance(state[1], bytes) else state[1]
        if order not in ("<", ">", "=", "|") or any(part is not None for part in state[2:5]):
            raise _damaged()
        self.numbers = self.numbers.newbyteorder(order)


def _reconstruct(kind: Any, shape: Any, letter: Any) -> _Array:
    return _Array()


_KNOWN = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Type,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _KNOWN:
            raise ValueError(f"The file wants to run {module}.{name}: it is no data set, or somebody changed it.")
        return _KNOWN[module, name]


def unpickle(file: Any, **options: Any) -> Any:
    """Return the arrays, lists, dicts, strings and numbers of a pickle.

    Args:
        file: a binary file.
        options: what `pickle.Unpickler` takes, such as ``encoding="bytes"``.

    >>> unpickle(io.BytesIO(pickle.dumps({"x": np.arange(3), "y": [1, "a"]})))
    {'x': array([0, 1, 2]), 'y': [1, 'a']}
    >>> import os
    >>> unpickle(io.BytesIO(pickle.dumps(os.system)))
    Traceback (most recent call last):
    ValueError: The file wants to run posix.system: it is no data set, or somebody changed it.
    """
    try:
        return plain(_Unpickler(file, **options).load())
    except (pickle.UnpicklingError, EOFError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise _damaged() from error


def plain(value: Any) -> Any:
    """What was read, with arrays for arrays to be; raises where there is anything else in it.

    >>> plain([1, (2.0, "a")])
    [1, (2.0, 'a')]
    """
    if isinstance(value, _Array):
        if value.value is None:
            raise _damaged()
        return value.value
    if type(value) is list:
        if all(type(one) is int for one in value):  # sentences, by far the most
            return value
        return [plain(one) for one in value]
    if type(value) is tuple:
        return tuple(plain(one) for one in value)
    if type(value) is dict:
        return {plain(key): plain(one) for key, one in value.items()}
    if value is None or type(value) in (int, float, str, bytes, bool):
        return value
    raise _damaged()


def load_npz(path: str) -> dict[str, np.ndarray]:
    """Return the arrays of an .npz file, whose object arrays may hold lists of numbers.

    >>> import tempfile
    >>> lists = np.empty(2, object); lists[:] = [[1, 2], [3]]
    >>> with tempfile.TemporaryFile() as file:
    ...     np.savez(file, x=lists, y=[0, 1]); n = file.seek(0); load_npz(file)
    {'x': array([list([1, 2]), list([3])], dtype=object), 'y': array([0, 1])}
    """
    found = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.file_size > _MOST:
                    raise _damaged()
                if member.filename.endswith(".npy"):
                    with archive.open(member) as file:
                        found[member.filename.removesuffix(".npy")] = _read_array(io.BytesIO(file.read()))
    except zipfile.BadZipFile as error:
        raise _damaged() from error
    return found


def _read_array(file: io.BytesIO) -> np.ndarray:
    version = np.lib.format.read_magic(file)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = header(file)
    if not dtype.hasobject:
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)
    array = unpickle(file)
    if not isinstance(array, np.ndarray) or array.shape != shape:
        raise _damaged()
    return array


def _damaged() -> ValueError:
    return ValueError("The file is damaged, or no data set.")

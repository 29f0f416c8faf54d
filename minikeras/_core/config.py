"""The few settings that hold for the whole process: float type, fuzz factor, image layout, logging."""

from __future__ import annotations

import re

import numpy as np

_DTYPE = re.compile(r"[<>=|]?[A-Za-z][A-Za-z0-9_]*")
_PLAIN = frozenset("bool string float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64".split())
_FLOATS = ("float16", "float32", "float64")
_settings = {"floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last", "interactive_logging": True}


def floatx() -> str:
    """Return the default float type of weights and data, ``"float32"`` unless changed.

    >>> floatx()
    'float32'
    """
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Set the default float type: ``"float16"``, ``"float32"`` or ``"float64"``.

    >>> set_floatx("float64")
    >>> floatx()
    'float64'
    >>> set_floatx("float32")
    """
    if value not in _FLOATS:
        hint = " (NumPy has no bfloat16)" if value == "bfloat16" else ""
        raise ValueError(f"floatx must be one of {_FLOATS}, got {value!r}{hint}.")
    _settings["floatx"] = str(value)


def epsilon() -> float:
    """Return the fuzz factor that keeps logarithms and divisions away from zero, 1e-7 unless changed.

    >>> epsilon()
    1e-07
    """
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Set the fuzz factor.

    >>> set_epsilon(1e-6); epsilon()
    1e-06
    >>> set_epsilon(1e-7)
    """
    _settings["epsilon"] = float(value)


def image_data_format() -> str:
    """Return where the channels of an image stand, ``"channels_last"`` unless changed.

    >>> image_data_format()
    'channels_last'
    """
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Set where the channels of an image stand: ``"channels_last"`` or ``"channels_first"``.

    >>> set_image_data_format("channels_last")
    """
    wanted = data_format.lower() if isinstance(data_format, str) else data_format
    if wanted not in ("channels_last", "channels_first"):
        raise ValueError(f"data_format must be 'channels_last' or 'channels_first', got {data_format!r}.")
    _settings["image_data_format"] = wanted


def backend() -> str:
    """Return the name of the engine behind the layers: always ``"numpy"`` here.

    >>> backend()
    'numpy'
    """
    return "numpy"


def is_interactive_logging_enabled() -> bool:
    """Return whether ``verbose="auto"`` draws a progress bar (1) or writes one line per epoch (2).

    >>> is_interactive_logging_enabled()
    True
    """
    return _settings["interactive_logging"]


def enable_interactive_logging() -> None:
    """Let ``verbose="auto"`` mean 1: a progress bar.

    >>> enable_interactive_logging()
    """
    _settings["interactive_logging"] = True


def disable_interactive_logging() -> None:
    """Let ``verbose="auto"`` mean 2: one line per epoch, for log files.

    >>> disable_interactive_logging(); is_interactive_logging_enabled()
    False
    >>> enable_interactive_logging()
    """
    _settings["interactive_logging"] = False


def standardize_dtype(dtype) -> str:
    """Return the name of a dtype given as None, string, NumPy dtype, Python type or an object with a ``name``.

    >>> standardize_dtype(None), standardize_dtype(np.int64), standardize_dtype(float)
    ('float32', 'int64', 'float32')
    """
    if dtype.__class__ is str and dtype in _PLAIN:
        return dtype
    if dtype is None:
        return floatx()
    if dtype is int:
        return "int32"  # as Keras: Python's int stands for the framework's, not NumPy's
    if dtype is float:
        return floatx()
    name = getattr(dtype, "compute_dtype", None) or dtype
    if name == "bfloat16":
        raise ValueError("dtype 'bfloat16' does not exist in NumPy; use 'float32' or 'float16'.")
    try:
        if isinstance(name, (list, tuple, dict)) or isinstance(name, str) and not _DTYPE.fullmatch(name):
            raise TypeError  # NumPy has a language for structures, and Python's compiler reads it
        return "string" if name in ("string", str) else np.dtype(name).name
    except TypeError:
        raise ValueError(f"Cannot convert {dtype!r} to a dtype; expected a name such as 'float32' or 'int32'.") from None

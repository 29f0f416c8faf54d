"""`tf.debugging`: checks that raise.

>>> assert_equal([1], [2], "sizes")
Traceback (most recent call last):
ValueError: sizes: assert_equal failed for [1] and [2]
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from minikeras.compat.tensorflow._tensors import convert_to_tensor
from minikeras.compat.tensorflow._tools import absent, exported, raw
from minikeras.compat.tensorflow.dtypes import as_dtype, of


def _fail(message: Any, text: str) -> None:
    raise ValueError(f"{message}: {text}" if message else text)


def _comparison(name: str, compare: Any, doc: str) -> Any:
    def check(x, y, message=None, summarize=None, name=name, data=None):
        a, b = raw(x), raw(y)
        if not np.all(compare(a, b)):
            _fail(message, f"{check.__name__} failed for {a} and {b}")

    check.__name__ = check.__qualname__ = name
    check.__doc__ = doc
    return check


def _sign(name: str, compare: Any, doc: str) -> Any:
    def check(x, message=None, summarize=None, name=name, data=None):
        if not np.all(compare(raw(x), 0)):
            _fail(message, f"{check.__name__} failed for {raw(x)}")

    check.__name__ = check.__qualname__ = name
    check.__doc__ = doc
    return check


assert_equal = _comparison("assert_equal", operator.eq, "Raise unless x = y, everywhere.")
assert_none_equal = _comparison("assert_none_equal", operator.ne, "Raise unless x ≠ y, everywhere.")
assert_less = _comparison("assert_less", operator.lt, "Raise unless x < y, everywhere.")
assert_less_equal = _comparison("assert_less_equal", operator.le, "Raise unless x ≤ y, everywhere.")
assert_greater = _comparison("assert_greater", operator.gt, "Raise unless x > y, everywhere.")
assert_greater_equal = _comparison("assert_greater_equal", operator.ge, "Raise unless x ≥ y, everywhere.")
assert_positive = _sign("assert_positive", operator.gt, "Raise unless x > 0, everywhere.")
assert_negative = _sign("assert_negative", operator.lt, "Raise unless x < 0, everywhere.")
assert_non_negative = _sign("assert_non_negative", operator.ge, "Raise unless x ≥ 0, everywhere.")
assert_non_positive = _sign("assert_non_positive", operator.le, "Raise unless x ≤ 0, everywhere.")


def Assert(condition: Any, data: Any = None, summarize: Any = None, name: Any = None) -> None:  # noqa: N802
    """Raise unless something is true."""
    if not np.all(raw(condition)):
        _fail(None, f"assertion failed: {data}")


def assert_near(x: Any, y: Any, rtol: Any = None, atol: Any = None, message: Any = None, *args: Any, **kwargs: Any) -> None:
    """Raise unless x ≈ y, everywhere."""
    near = 10 * float(np.finfo(raw(x).dtype if raw(x).dtype.kind == "f" else "float32").eps)
    if not np.allclose(raw(x), raw(y), near if rtol is None else rtol, near if atol is None else atol):
        _fail(message, f"assert_near failed for {raw(x)} and {raw(y)}")


def assert_all_finite(x: Any, message: Any, name: Any = None) -> Any:
    """Raise where a number is infinite or none."""
    if not np.all(np.isfinite(raw(x))):
        _fail(message, "Tensor had Inf or NaN values")
    return convert_to_tensor(x)


def check_numerics(tensor: Any, message: Any, name: Any = None) -> Any:
    """Raise where a number is infinite or none."""
    return assert_all_finite(tensor, message)


def assert_shapes(shapes: Any, data: Any = None, summarize: Any = None, message: Any = None, name: Any = None) -> None:
    """Raise unless tensors have shapes, in which a letter stands for one size."""
    sizes: dict = {}
    for x, wanted in shapes.items() if isinstance(shapes, dict) else shapes:
        got = tuple(np.shape(x))
        if len(got) != len(wanted) or any(sizes.setdefault(w, g) != g if isinstance(w, str) else w not in (None, g)
                                          for w, g in zip(wanted, got)):  # fmt: skip
            _fail(message, f"assert_shapes failed: expected {tuple(wanted)}, got {got}")


def assert_rank(x: Any, rank: Any, message: Any = None, name: Any = None) -> None:
    """Raise unless a tensor has so many axes."""
    if np.ndim(x) != int(rank):
        _fail(message, f"assert_rank failed: expected {int(rank)} axes, got shape {tuple(np.shape(x))}")


def assert_type(tensor: Any, tf_type: Any, message: Any = None, name: Any = None) -> None:
    """Raise unless a tensor is of a type."""
    if of(tensor) != as_dtype(tf_type):
        raise TypeError(f"{message or 'assert_type failed'}: expected {tf_type!r}, got {of(tensor)}")


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether it is a tensor of numbers."""
    return hasattr(tensor, "dtype") and of(tensor) != "string"


def set_log_device_placement(enabled: bool) -> None:
    """Do nothing: there is one device."""


def enable_check_numerics(*args: Any, **kwargs: Any) -> None:
    """Do nothing: keras.callbacks.TerminateOnNaN watches the loss."""


def disable_check_numerics() -> None:
    """Do nothing."""


def disable_traceback_filtering() -> None:
    """Do nothing: tracebacks are whole."""


def enable_traceback_filtering() -> None:
    """Do nothing: tracebacks are whole."""


_ALSO = " ".join(n for n in globals() if n.startswith("assert_"))
__all__ = exported(globals(), _ALSO)
__getattr__ = absent("tf.debugging", globals())

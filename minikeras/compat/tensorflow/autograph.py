"""`tf.autograph`: functions stay as they are, since loops and conditions are Python's own.

>>> experimental.do_not_convert(len) is len
True
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from minikeras.compat.tensorflow._tools import Namespace, absent, exported


def _as_it_is(func: Callable | None = None, *args: Any, **kwargs: Any) -> Callable:
    return (lambda f: f) if func is None else func


def to_graph(entity: Callable, *args: Any, **kwargs: Any) -> Callable:
    """The function as it is."""
    return entity


def to_code(entity: Callable, *args: Any, **kwargs: Any) -> str:
    """The function's own code."""
    return inspect.getsource(entity)


def set_verbosity(level: int, alsologtostdout: bool = False) -> None:
    """Do nothing."""


def trace(*args: Any) -> None:
    """Do nothing."""


experimental = Namespace("tf.autograph.experimental", do_not_convert=_as_it_is, set_loop_options=lambda **kwargs: None)

__all__ = exported(globals(), "experimental")
__getattr__ = absent("tf.autograph", globals())

"""Blocks and decorators that say something to a compiler or a device: accepted, since there is neither."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any


class name_scope:
    """A block with a name, which begins the paths of the variables that are made in it.

    Args:
        name: the name.
        **kwargs: accepted as in Keras.

    >>> with name_scope("encoder") as scope: scope.name, current_path()
    ('encoder', 'encoder')
    """

    def __init__(self, name: str, **kwargs):
        if not isinstance(name, str) or "/" in name:
            raise ValueError(f"Argument `name` of name_scope must be a string without '/', got {name!r}.")
        self.name = name

    def __enter__(self):
        outer = current_path()
        self._tokens = [*getattr(self, "_tokens", []), _PATH.set(f"{outer}/{self.name}" if outer else self.name)]
        return self

    def __exit__(self, *error):
        _PATH.reset(self._tokens.pop())


_PATH: ContextVar[str] = ContextVar("name_scope", default="")


def current_path() -> str:
    """The names of the blocks that are open, joined by "/".

    >>> current_path()
    ''
    """
    return _PATH.get()


@contextlib.contextmanager
def device(device_name: str) -> Iterator[None]:
    """A block that would run on another device; all runs on the CPU.

    >>> with device("gpu:0"): 1 + 1
    2
    """
    if not isinstance(device_name, str):
        raise ValueError(f"Argument `device_name` must be a string such as 'cpu:0', got {device_name!r}.")
    yield


def remat(f: Callable) -> Callable:
    """Return the function: NumPy keeps what backward needs, and computes nothing twice to save memory.

    >>> remat(abs)(-1)
    1
    """
    return f


class RematScope:
    """A block whose layers would compute again on the way back what they do not keep; see `remat`.

    Args:
        mode: "full", "activations", "larger_than", "list_of_layers" or None.
        output_size_threshold, layer_names: which layers are meant.

    >>> with RematScope("full") as scope: scope.mode
    'full'
    """

    def __init__(self, mode: str | None = "full", output_size_threshold: int = 1024, layer_names: list | None = None):
        if mode not in ("full", "activations", "larger_than", "list_of_layers", None):
            raise ValueError(f"Argument `mode` of RematScope must be 'full', 'activations', 'larger_than' ..., got {mode!r}.")
        self.mode = mode
        self.output_size_threshold = output_size_threshold
        self.layer_names = layer_names or []

    def __enter__(self):
        return self

    def __exit__(self, *error: Any):
        return None

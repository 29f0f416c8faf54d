"""The user's own classes and functions, by the names that files and configs know them under."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable, Iterator
from typing import Any

CUSTOM: dict[str, Any] = {}  # registered for the process: "package>name" -> object
SCOPE: dict[str, Any] = {}  # given for a while: name -> object
_REGISTERED: dict[Any, str] = {}  # a class or function -> the name it is registered under


def find_custom(name: str, custom_objects: dict | None = None) -> Any:
    """Look a name up among the user's own: the call's `custom_objects`, the open scopes, the registered ones.

    >>> find_custom("f", {"f": max})
    <built-in function max>
    """
    for table in (custom_objects or {}, SCOPE, CUSTOM):
        if name in table:
            return table[name]
    return None


def get_registered_name(obj: Any) -> str:
    """The name a class or function was registered under, else its own.

    >>> get_registered_name(max)
    'max'
    """
    return _REGISTERED.get(obj, obj.__name__) if isinstance(obj, (type, types.FunctionType)) else obj.__name__


def get_registered_object(name: str, custom_objects: dict | None = None, module_objects: dict | None = None) -> Any:
    """The class or function registered under a name, or None.

    >>> get_registered_object("Custom>Nothing") is None
    True
    """
    return find_custom(name, {**(module_objects or {}), **(custom_objects or {})})


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable:
    """Decorate your class or function so that files that name it load.

    Args:
        package: a prefix of your own; the registered name is ``"package>name"``.
        name: defaults to the object's name.

    >>> @register_keras_serializable("my")
    ... def double(x): return 2 * x
    >>> get_registered_name(double), get_registered_object("my>double") is double
    ('my>double', True)
    """

    def decorate(obj):
        if isinstance(obj, type) and not hasattr(obj, "get_config"):
            raise ValueError(
                f"Cannot register a class that does not have a get_config() to describe itself by: {obj.__name__!r}."
            )
        registered = f"{package}>{name or obj.__name__}"
        CUSTOM[registered] = obj
        CUSTOM.setdefault(name or obj.__name__, obj)
        _REGISTERED[obj] = registered
        return obj

    return decorate


def get_custom_objects() -> dict[str, Any]:
    """The process-wide dict of the user's own objects; write into it to add some.

    >>> get_custom_objects() is CUSTOM
    True
    """
    return CUSTOM


@contextlib.contextmanager
def scope(custom_objects: dict | None) -> Iterator[dict]:
    """Let names mean the given objects while the block runs."""
    before = dict(SCOPE)
    SCOPE.update(custom_objects or {})
    try:
        yield SCOPE
    finally:
        SCOPE.clear()
        SCOPE.update(before)


class CustomObjectScope:
    """Let names mean your own objects while the block runs; also as ``custom_object_scope``.

    >>> with CustomObjectScope({"double": lambda x: 2 * x}):
    ...     get_registered_object("double")(4)
    8
    """

    def __init__(self, custom_objects: dict):
        self.custom_objects = custom_objects

    def __enter__(self):
        self._scope = scope(self.custom_objects)
        self._scope.__enter__()
        return self

    def __exit__(self, *error):
        self._scope.__exit__(*error)


custom_object_scope = CustomObjectScope

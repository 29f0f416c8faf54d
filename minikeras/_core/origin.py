"""Where classes really stand: while this library answers as Keras, their ``__module__`` is Keras' own name for the place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

WATCHERS: list[Callable] = []  # called with everything that a package imports when it is asked for it

_HOUSE = __name__.partition(".")[0]
_RENAMED: dict[type, str] = {}  # a class that answers with Keras' name of its module -> its own


def rename(cls: type, module: str) -> None:
    """Let a class say that it stands in another module.

    >>> class Lamp: pass
    >>> rename(Lamp, "keras.src.lamps"); Lamp.__module__.startswith("keras"), module_of(Lamp) == __name__
    (True, True)
    >>> restore_names(); Lamp.__module__ == __name__
    True
    """
    _RENAMED.setdefault(cls, cls.__module__)
    _move(cls, module)


def restore_names() -> None:
    """Give all classes back their own module names.

    >>> restore_names()
    """
    for cls, module in _RENAMED.items():
        _move(cls, module)
    _RENAMED.clear()


def _move(cls: type, module: str) -> None:
    line = vars(cls).get("__firstlineno__")
    cls.__module__ = module
    if line is not None:  # Python 3.13 and later forget it then, and with it the source
        cls.__firstlineno__ = line


def module_of(obj: Any) -> str:
    """The module that a class, a function or an object's class was written in.

    >>> module_of(module_of), module_of(3)
    ('minikeras._core.origin', 'builtins')
    """
    cls = obj if isinstance(obj, type) else type(obj)
    if cls in _RENAMED and (obj is cls or "__module__" not in getattr(obj, "__dict__", ())):
        return _RENAMED[cls]
    return getattr(obj, "__module__", None) or cls.__module__


def announce(obj: Any) -> None:
    """Tell the watchers that something has been imported.

    >>> WATCHERS.append(print); announce("Dense"); WATCHERS.remove(print)
    Dense
    """
    for watch in WATCHERS:
        watch(obj)


def of_the_house(obj: Any) -> bool:
    """Whether a class or function, or an object's class, is part of this library.

    >>> of_the_house(of_the_house), of_the_house(print)
    (True, False)
    """
    return module_of(obj).partition(".")[0] == _HOUSE

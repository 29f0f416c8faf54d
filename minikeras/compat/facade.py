"""A module under one of Keras' names, whose contents are those of modules here."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras._core.missing import NoSuchName, asked_by, missing
from minikeras._core.old_arguments import quiet
from minikeras._core.origin import announce
from minikeras.compat.places import CHILDREN, HIDDEN, STAR_PLACES, STARRED


class Facade(types.ModuleType):
    """A module that shows the public names of others: the same objects, under the name that code written for Keras imports.

    Names that another module makes only when they are asked for are passed on when they are asked for here.

    Args:
        name: such as ``"keras.layers"``.
        sources: the modules here that have the names, by name; the first that has one gives it. Those missing are passed over.
        given: names of its own.
        behind: further modules, asked last, whose names are not listed.

    >>> module = Facade("keras.losses", ["minikeras.losses"], {"__version__": "3"})
    >>> module.Huber is importlib.import_module("minikeras.losses").Huber, "Huber" in dir(module), hasattr(module, "Hubber")
    (True, True, False)
    """

    def __init__(self, name: str, sources: list[str], given: dict[str, Any] | None = None, behind: Sequence[str] = ()):
        super().__init__(name, f"{name}, as minikeras has it.")
        own = {"_sources": tuple(sources), "_behind": tuple(behind), "_given": dict(given or {}), "__path__": []}
        vars(self).update({**own, **(given or {})})

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return self._starred()
        failed = None
        if not (name.startswith("__") and name.endswith("__")):
            for module in (*self._modules(), *filter(None, map(find_module, self._behind))):
                try:
                    value = public_name(module, name)
                except AttributeError as error:
                    failed = failed or error
                    continue
                # optimizers.sgd(...): module and class
                if callable(value) and not isinstance(value, Facade) or not isinstance(value, types.ModuleType):
                    announce(value)
                    vars(self)[name] = value
                    return value
            child = f"{self.__name__}.{name}"
            if name not in HIDDEN.get(self.__name__, ()) and not name.startswith("__") and is_known(child):
                return importlib.import_module(child)
            if name in HIDDEN.get(self.__name__, ()) and asked_by("LOAD_ATTR") and is_known(child):
                return importlib.import_module(child)
        raise missing(self.__name__, name, "" if failed is None or isinstance(failed, NoSuchName) else str(failed))

    def __dir__(self) -> list[str]:
        names = {name for name in vars(self) if not name.startswith("_")} | set(self._given)
        for module in self._modules():
            names.update(getattr(module, "__all__", None) or [n for n in vars(module) if is_shown(module, n)])
        names.update(n for n in CHILDREN.get(self.__name__, "").split() if is_known(f"{self.__name__}.{n}"))
        return sorted(names)

    def __call__(self, *args, **kwargs):
        """Call the function of the module's name: ``keras.layers.merge`` was a module in Keras 2, a function in Keras 1."""
        parent, _, name = self.__name__.rpartition(".")
        for module in getattr(sys.modules.get(parent), "_modules", list)():
            function = getattr(module, name, None)
            if callable(function) and not isinstance(function, Facade):
                return function(*args, **kwargs)
        raise TypeError(f"{self.__name__} is a module, it can't be called.")

    def __reduce__(self):  # cloudpickle takes what a function names along, modules too
        return importlib.import_module, (self.__name__,)

    def _starred(self) -> list[str]:
        """What ``import *`` takes: the public names, those of old, and what Keras 1 and 2, without an ``__all__``, let through.

        Names of old are put in here, since whoever takes all uses few of them, and wants no hint for the others.
        """
        with quiet():
            for module in self._modules():
                for name in getattr(vars(module).get("__getattr__"), "names", ()):
                    vars(self).setdefault(name, public_name(module, name))
        for name in STARRED.get(".".join(self.__name__.split(".")[:2]), "").split():
            vars(self).setdefault(name, np if name == "np" else importlib.import_module(f"keras.{STAR_PLACES.get(name, name)}"))
        return [name for name in dir(self) if not name.startswith("_")]

    def _modules(self) -> list[types.ModuleType]:
        return [module for module in map(find_module, self._sources) if module is not None]

    def _fill(self) -> None:
        """Put in what the modules here have already, so that ``vars()`` of this one shows it."""
        for module in reversed(self._modules()):
            for name in getattr(module, "__all__", ()):
                value = vars(module).get(name)
                if name in vars(module) and not isinstance(value, types.ModuleType):
                    announce(value)
                    vars(self)[name] = value
        vars(self).update(self._given)


def is_shown(module: types.ModuleType, name: str) -> bool:
    """Whether a name of a module without an ``__all__`` is one of its own: no private one, and no module that it imports.

    >>> is_shown(find_module("minikeras.datasets.mnist"), "load_data"), is_shown(sys.modules[__name__], "sys")
    (True, False)
    """
    value = vars(module)[name]
    own = not isinstance(value, types.ModuleType) or value.__name__ == f"{module.__name__}.{name}"
    return own and not name.startswith("_")


def is_known(name: str) -> bool:
    """Whether a module of that name can be imported, by `install_as_keras`' finder.

    >>> is_known("keras.nothing.of.the.kind")
    False
    """
    return name in sys.modules or any(
        type(finder).__module__ == "minikeras.compat.finder" and finder.find_spec(name, None) for finder in sys.meta_path
    )


def find_module(name: str) -> types.ModuleType | None:
    """Import a module of this library, or return None where there is none of that name.

    >>> find_module("minikeras.nothing") is None, find_module("minikeras.losses").__name__
    (True, 'minikeras.losses')
    """
    if name in sys.modules:
        return sys.modules[name]
    parent = name.rpartition(".")[0]
    if parent and (find_module(parent) is None or not hasattr(sys.modules[parent], "__path__")):
        return None
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def public_name(module: types.ModuleType, name: str) -> Any:
    """What a module shows under a name, or makes when it is asked for it.

    >>> public_name(find_module("minikeras.losses"), "importlib")
    Traceback (most recent call last):
    minikeras._core.missing.NoSuchName: module 'minikeras.losses' has no attribute 'importlib'
    """
    shown = getattr(module, "__all__", None)
    if name in vars(module) and (shown is None or name in shown or name.startswith("_")):
        return vars(module)[name]
    if "__getattr__" in vars(module):
        return vars(module)["__getattr__"](name)
    raise NoSuchName(module.__name__, name)

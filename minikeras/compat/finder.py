"""`install_as_keras`: from then on ``import keras`` and ``import tensorflow`` find this library, and no file needs an edit."""

from __future__ import annotations

import importlib
import importlib.machinery
import os
import sys
import types
from typing import Any

from minikeras._core.origin import WATCHERS, rename, restore_names
from minikeras._core.random import follow_numpy
from minikeras.compat.facade import Facade, find_module
from minikeras.compat.places import FILES, IN_SRC, read_classes, read_old

ROOTS = ("keras", "tf_keras", "tensorflow")
VERSION = "3.15.0"  # of the Keras that this library answers as
TF_KERAS_VERSION = "2.19.0"  # code that imports tf_keras wants Keras 2
_HOUSE = "minikeras"
_DOORS = os.path.join(os.path.dirname(__file__), "doors")
_SAME = (  # beginnings of names -> the beginning that they stand for
    ("keras.api", "keras"),
    ("keras._tf_keras.keras", "keras"),
    ("tensorflow.keras", "keras"),
    ("tensorflow.python.keras", "keras"),
    ("tensorflow.compat.v1.keras", "keras"),
    ("tensorflow.compat.v2.keras", "keras"),
)
_NAMESPACES = {"backend": ["_root", "config", "utils"], "trainers": ["utils", "data"]}  # where a private package's names are
_PRIVATE = ("compat", "tensorboard", "data")  # packages here that Keras has not
_RENAMED_IN = (
    "layers models losses metrics optimizers optimizers.schedules callbacks initializers regularizers constraints random "
    "saving utils"
).split() + [""]
_tables: dict[str, Any] = {}


class Finder:
    """Finds modules under Keras' names; asked before all others while installed."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Return how to load a module, or None where it isn't Keras' or doesn't exist here."""
        if fullname.partition(".")[0] not in ROOTS:
            return None
        found = resolve(fullname)
        if found is None:
            return None
        return importlib.machinery.ModuleSpec(fullname, Loader(found), is_package=isinstance(found, Facade))

    def find_distributions(self, context: Any = None) -> list:
        """Answer ``importlib.metadata.version("keras")`` as ``keras.__version__`` does."""
        if getattr(context, "name", None) != "keras":
            return []
        from importlib.metadata import Distribution

        class Ours(Distribution):
            def read_text(self, filename):
                return f"Metadata-Version: 2.1\nName: keras\nVersion: {VERSION}\n" if filename == "METADATA" else None

            def locate_file(self, path):
                return os.path.join(os.path.dirname(__file__), path)

        return [Ours()]

    def invalidate_caches(self) -> None:
        """Nothing is cached."""


class Loader:
    """Loads what the finder has found: a facade to fill, or a name of a module that is there."""

    def __init__(self, found: Facade | types.ModuleType | str):
        self.found = found

    def create_module(self, spec: Any) -> types.ModuleType | None:
        """Return the facade; None (a module to be replaced) for a module that has a name of its own."""
        return self.found if isinstance(self.found, Facade) else None

    def exec_module(self, module: types.ModuleType) -> None:
        """Fill the facade, or put the module in the place of the new one."""
        if isinstance(module, Facade):
            module._fill()
            file = next((m.__file__ for m in module._modules() if getattr(m, "__file__", None)), None)
            if file:
                module.__file__ = file
        else:
            found = self.found
            sys.modules[module.__name__] = importlib.import_module(found) if isinstance(found, str) else found


def resolve(fullname: str) -> Facade | types.ModuleType | str | None:
    """What stands for a module: a new facade, a module here, the name of the same module, or None.

    >>> resolve("tensorflow.keras.layers"), resolve("keras.nothing"), resolve("tensorflow.python.tools")
    ('keras.layers', None, None)
    >>> resolve("keras.layers.convolutional")._sources
    ('minikeras.layers',)
    """
    for beginning, meant in _SAME:
        if fullname == beginning or fullname.startswith(beginning + "."):
            meant += fullname[len(beginning) :]
            return meant if meant == "keras" or resolve(meant) is not None else None
    if fullname in ("keras", "tf_keras", "keras.src"):
        version = TF_KERAS_VERSION if fullname == "tf_keras" else VERSION
        return Facade(fullname, [_HOUSE], {"__version__": version, "version": lambda: version})
    root, _, path = fullname.partition(".")
    if root == "tf_keras":
        return f"keras.{path}" if resolve(f"keras.{path}") is not None else None
    if fullname in ("keras._tf_keras", "tensorflow.python"):
        return Facade(fullname, [])
    if root == "tensorflow":
        return _of_tensorflow(fullname, path)
    return _of_keras(fullname, path.removeprefix("src."))


def _of_tensorflow(fullname: str, path: str) -> Facade | None:
    thin = f"{_HOUSE}.compat.tensorflow"
    if not path:
        module = find_module(thin)
        return Facade(fullname, [thin], {"__version__": module.__version__})
    if path.startswith("_") or path.split(".")[-1].startswith("_"):
        return None
    if path.startswith("python."):
        return _of_private_tensorflow(fullname, path.removeprefix("python."), thin)
    return Facade(fullname, [f"{thin}.{path}"]) if find_module(f"{thin}.{path}") is not None else None


def _of_private_tensorflow(fullname: str, path: str, thin: str) -> Facade | None:
    places = find_module(f"{thin}._python").PLACES
    path = path if path in places else f"ops.{path}"
    if path in places:
        return Facade(fullname, [thin if source == "." else f"{thin}.{source}" for source in places[path].split()])
    return Facade(fullname, []) if any(known.startswith(f"{path.removeprefix('ops.')}.") for known in places) else None


def _of_keras(fullname: str, path: str) -> Facade | types.ModuleType | None:
    first = path.partition(".")[0]
    if any(part.startswith("_") for part in path.split(".")) or (first in _PRIVATE and not fullname.startswith("keras.src")):
        return None
    old, classes = _table("old", read_old), _table("classes", read_classes)
    private = _modules(["_root", "ops", "compat.private"]) if fullname.startswith("keras.src.") else []
    if private and path in IN_SRC:
        return Facade(fullname, _modules([IN_SRC[path]]), behind=private)
    module = find_module(f"{_HOUSE}.{path}")
    if module is not None and path not in old and not hasattr(module, "__all__") and not hasattr(module, "__path__"):
        return module
    if path in old:
        sources = _modules(old[path])
        return Facade(fullname, sources, behind=private) if any(find_module(source) for source in sources) else None
    above = _above(first)
    if path in classes:
        return Facade(fullname, above, behind=private) if any(find_module(source) for source in above) else None
    if module is not None:
        return Facade(fullname, list(dict.fromkeys([module.__name__, *above])), behind=private)
    if any(known.startswith(path + ".") for known in (*old, *classes)) and find_module(above[0]) is not None:
        return Facade(fullname, above)
    return None


def _above(first: str) -> list[str]:
    return _modules(_NAMESPACES.get(first, [first]))


def _modules(sources: list[str]) -> list[str]:
    return [_HOUSE if source == "_root" else f"{_HOUSE}.{source}" for source in sources]


def _table(name: str, read: Any) -> dict[str, list[str]]:
    if name not in _tables:
        _tables[name] = read()
    return _tables[name]


def rename_class(cls: Any) -> None:
    """While installed, let a public class of ours answer with Keras' name of its module, which finds its way here.

    `inspect` and `pickle` ask ``sys.modules`` for that name and do not import, so it is entered there.
    """
    own = getattr(cls, "__module__", "")
    if not isinstance(cls, type) or not own.startswith(f"{_HOUSE}.") or cls.__name__.startswith("_"):
        return
    place = _place(own, cls.__name__)
    if place is None:
        return
    if FILES.get(place, own) != own:
        place = own.removeprefix(f"{_HOUSE}.")
    name = f"keras.src.{place}"
    if own == f"{_HOUSE}.{place}":
        sys.modules.setdefault(name, sys.modules[own])
    elif name not in sys.modules:
        sys.modules[name] = Facade(name, _above(place.partition(".")[0]))
    if isinstance(sys.modules[name], Facade):
        vars(sys.modules[name])[cls.__name__] = cls
        sys.modules[name].__file__ = sys.modules[own].__file__
    rename(cls, name)


def _place(module: str, name: str) -> str | None:
    """The path of Keras' module for a class, as it follows ``keras.src.``; None for what Keras has not."""
    index = _table("index", lambda: {(p.partition(".")[0], n): p for p, names in read_classes().items() for n in names})
    first = module.split(".")[1]
    parts = ("backend", "dtype_policies", "random", "layers", "saving") if first == "_core" else (first, "layers", "trainers")
    for part in parts:
        if (part, name) in index:
            return index[part, name]
    return None if first in ("_core", "compat") else module.partition(".")[2]


def install_as_keras() -> None:
    """Let ``import keras``, ``tensorflow``, ``tensorflow.keras`` and ``tf_keras`` mean this library, in this process.

    Call it before anything imports one of them. Classes then answer with Keras' own module names, as libraries expect that
    look at them. `uninstall_as_keras` undoes it.

    Raises:
        ImportError: the real one is imported already.

    >>> import sys, minikeras
    >>> minikeras.install_as_keras()
    >>> from tensorflow.keras.layers import Dense
    >>> Dense is minikeras.layers.Dense, Dense.__module__
    (True, 'keras.src.layers.core.dense')
    >>> minikeras.uninstall_as_keras(); "keras" in sys.modules, Dense.__module__
    (False, 'minikeras.layers.dense')
    """
    if is_installed():
        return
    taken = [root for root in ROOTS if root in sys.modules]
    if taken:
        raise ImportError(
            f"minikeras cannot stand in for Keras: {' and '.join(taken)} is imported already. Restart Python (in a notebook: "
            "Kernel > Restart) and call minikeras.install_as_keras() before the first import of keras or tensorflow."
        )
    sys.meta_path.insert(0, _FINDER)
    sys.path.insert(0, _DOORS)  # worker processes are told sys.path, so they find their way here too
    for namespace in _RENAMED_IN:
        for cls in list(vars(importlib.import_module(f"{_HOUSE}.{namespace}" if namespace else _HOUSE)).values()):
            rename_class(cls)
    WATCHERS.append(rename_class)  # and those that are imported later
    follow_numpy()


def uninstall_as_keras() -> None:
    """Undo `install_as_keras`: ``import keras`` means what it meant before. What was imported meanwhile stays usable.

    >>> import minikeras; minikeras.uninstall_as_keras()
    """
    if not is_installed():
        return
    sys.meta_path.remove(_FINDER)
    if _DOORS in sys.path:
        sys.path.remove(_DOORS)
    for name in [name for name in sys.modules if name.partition(".")[0] in ROOTS]:
        del sys.modules[name]
    WATCHERS.remove(rename_class)
    follow_numpy(False)
    restore_names()


def is_installed() -> bool:
    """Whether ``import keras`` means this library now.

    >>> is_installed()
    False
    """
    return _FINDER in sys.meta_path


def load_ipython_extension(ipython: Any) -> None:
    """What ``%load_ext minikeras`` does: `install_as_keras`."""
    install_as_keras()


def unload_ipython_extension(ipython: Any) -> None:
    """What ``%unload_ext minikeras`` does: `uninstall_as_keras`."""
    uninstall_as_keras()


def open_door(name: str) -> None:
    """In a worker process that imports one of Keras' names for the first time: install, then import it."""
    del sys.modules[name]
    install_as_keras()
    sys.modules[name] = importlib.import_module(name)


_FINDER = Finder()

"""Names to objects: one `Registry` for each kind of thing that has a name.

Reading a config never imports anything: names are looked up in the registries and in what the user registered,
nowhere else.
"""

from __future__ import annotations

import contextlib
import types
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from minikeras._core.custom import find_custom, scope
from minikeras._core.lazy import Table
from minikeras._core.naming import nearest, shorten, snake_case
from minikeras._core.origin import module_of

SHARED: ContextVar[Shared | None] = ContextVar("shared", default=None)  # the layers made so far of the config that is read
REGISTRIES: dict[str, Registry] = {}  # "keras.layers" -> its registry
_MISFIT = (TypeError, AttributeError, LookupError, ArithmeticError, MemoryError)  # what nonsense makes a constructor raise
_HOME: dict[Any, Registry] = {}  # a built-in class or function -> the registry that knows it


class Registry:
    """Every way to name one kind of object: a string, a config, a class, an instance, a function.

    Args:
        module: the public Keras module, such as ``"keras.losses"``; it goes into configs and error messages.
        listed: whether `deserialize_keras_object` looks here.

    >>> animals = Registry("keras.animals")
    >>> @animals.register
    ... class BlueTit: pass
    >>> type(animals.get("blue_tit")).__name__, type(animals.get("BlueTit")).__name__
    ('BlueTit', 'BlueTit')
    >>> animals.find("bluetitt")
    Traceback (most recent call last):
    ValueError: Unknown name in keras.animals: 'bluetitt'. Did you mean 'bluetit'? ...
    >>> del REGISTRIES["keras.animals"]
    """

    def __init__(self, module: str, listed: bool = True):
        self.module = module
        self.table: dict[str, Any] = Table()
        if listed:
            REGISTRIES[module] = self

    def register(self, obj: Any, *aliases: str) -> Any:
        """Make a class or function known by its name, its name in lower and in snake case, and ``aliases``.

        Exact names win over derived ones: "mean_squared_error" is the function, not the class in snake case.
        """
        for name in (obj.__name__, *aliases):
            self.table[name] = obj
        for name in (obj.__name__.lower(), snake_case(obj.__name__)):
            self.table.setdefault(name, obj)
        _HOME.setdefault(obj, self)
        return obj

    def find(self, name: str, custom_objects: dict | None = None) -> Any:
        """Return the class or function of that name; the user's own come first.

        Raises:
            ValueError: nothing is known by that name; the message names the nearest that is.
        """
        obj = find_custom(name, custom_objects)
        if obj is not None:
            return obj
        if name in self.table:
            return self.table[name]
        asked = str(name)[:80]
        near = nearest(asked, self.table) or nearest(asked.lower(), self.table)
        hint = f"Did you mean {near[0]!r}? " if near else f"Known: {sorted(self.table)}. " if len(self.table) < 12 else ""
        raise ValueError(
            f"Unknown name in {self.module}: {shorten(name)}. {hint}Your own classes and functions are found when you pass "
            "custom_objects={name: object} or decorate them with @keras.saving.register_keras_serializable()."
        )

    def get(self, identifier: Any, custom_objects: dict | None = None) -> Any:
        """Turn a string, a config, a class, an instance or a function into the object to use."""
        if isinstance(identifier, dict):
            return self.deserialize(identifier, custom_objects)
        found = self.find(identifier, custom_objects) if isinstance(identifier, str) else identifier
        if isinstance(found, type):
            return found()
        if callable(found) or hasattr(found, "get_config"):
            return found
        raise ValueError(
            f"Could not interpret {shorten(identifier)} in {self.module}: expected a name, config, class, object or function."
        )

    def deserialize(self, config: Any, custom_objects: dict | None = None) -> Any:
        """Build what a name or a config describes; the config's own module is not asked, this registry is."""
        if isinstance(config, str):
            return self.get(config, custom_objects)
        return build(self, config, custom_objects)


def build(registry: Registry, config: dict, custom_objects: dict | None = None) -> Any:
    """Build the object that a config describes from what ``registry`` and the user know."""
    if not isinstance(config, dict) or not isinstance(config.get("class_name"), str):
        raise ValueError(
            f"Expected a dictionary containing a 'config' key and a 'class_name' in {registry.module}, got {shorten(config)}."
        )
    name, inner = config["class_name"], config.get("config")
    registered = config.get("registered_name")
    own = find_custom(registered, custom_objects) if isinstance(registered, str) else None
    name = str(inner) if name == "function" else name
    if own is None and find_custom(name, custom_objects) is None:
        _refuse_foreign(registry, config, name)
    cls = registry.find(name, custom_objects) if own is None else own
    if config["class_name"] == "function":
        return cls
    if not isinstance(cls, type):
        if isinstance(cls, types.FunctionType) and not inner:
            return cls
        raise ValueError(f"{name!r} in {registry.module} is not a class and takes no config, got {shorten(inner)}.")
    shared = SHARED.get()
    known = None if shared is None else shared.find(config)
    if type(known) is cls:
        return known
    inner = {} if inner is None else inner
    if not hasattr(cls, "from_config"):
        raise ValueError(f"Class {name!r} has no from_config(), so it can't be built from a config.")
    if not isinstance(inner, dict):
        raise ValueError(f"The config of {name!r} should be a dict, got {shorten(inner)}.")
    with scope(custom_objects):
        try:
            obj = cls.from_config(dict(inner))
            if config.get("build_config") and hasattr(obj, "build_from_config"):
                obj.build_from_config(config["build_config"])
            if config.get("compile_config") and hasattr(obj, "compile_from_config"):
                obj.compile_from_config(config["compile_config"])
        except _MISFIT as error:
            why = str(error).rstrip(".")
            raise ValueError(f"The config of {name!r} does not fit its class: {why}. Got {shorten(inner)}.") from error
    if shared is not None and hasattr(obj, "_inbound_nodes"):
        shared.note(config, obj)
    return obj


class Shared:
    """The layers made so far of one file: Keras gives one that stands in several places a number, from its second on."""

    def __init__(self):
        self.numbered: dict[int, tuple[tuple, Any]] = {}
        self.named: dict[tuple, list] = {}

    def find(self, config: dict) -> Any:
        """The layer that this config means once more, or None."""
        number = config.get("shared_object_id")
        if not isinstance(number, int):
            return None
        if number not in self.numbered:
            made = self.named.get(_class_and_name(config), [])
            plain = _without_numbers(config.get("config")) if made else None
            found = next((obj for inner, obj in made if _without_numbers(inner) == plain), None)
            self.numbered[number] = _class_and_name(config), found
        who, found = self.numbered[number]
        return found if who == _class_and_name(config) else None  # another config that counts from 1, too

    def note(self, config: dict, obj: Any) -> None:
        """Remember what was made of a config."""
        number = config.get("shared_object_id")
        if isinstance(number, int):
            self.numbered[number] = _class_and_name(config), obj
        if _class_and_name(config)[1] is not None:
            self.named.setdefault(_class_and_name(config), []).append((config.get("config"), obj))


def _class_and_name(config: dict) -> tuple[Any, Any]:
    inner = config.get("config")
    name = inner.get("name") if isinstance(inner, dict) else None
    return config["class_name"], name if isinstance(name, str) else None


def _without_numbers(config: Any) -> Any:
    if isinstance(config, dict):
        return {key: _without_numbers(value) for key, value in config.items() if key != "shared_object_id"}
    return [_without_numbers(value) for value in config] if isinstance(config, (list, tuple)) else config


@contextlib.contextmanager
def sharing(anew: bool = False) -> Iterator[None]:
    """Let layers of one ``shared_object_id`` be one layer while a config is read.

    Args:
        anew: begin to count, as a file does; else a block in a block goes on with the layers of that.
    """
    if SHARED.get() is not None and not anew:
        yield
        return
    token = SHARED.set(Shared())
    try:
        yield
    finally:
        SHARED.reset(token)


def _refuse_foreign(registry: Registry, config: dict, name: str) -> None:
    """Raise where a config means somebody's own class or function, unknown here, and only its name is that of a built-in."""
    if name.startswith("<"):  # as serialize_keras_object wrote what has no name
        raise ValueError(
            f"The config names {name} in {registry.module}: a function without a name, which no file can hold. Load the model "
            f"with compile=False and compile it with that function, or pass custom_objects={{{name!r}: function}}."
        )
    if name in registry.table and is_foreign(config):
        module, registered = config.get("module"), config.get("registered_name")
        key = registered if isinstance(registered, str) else name
        raise ValueError(
            f"The config names {name!r} of module {shorten(module)}, registered as {shorten(registered)}: that is not the "
            f"built-in of the same name in {registry.module}, and it isn't known here. Pass "
            f"custom_objects={{{shorten(key)}: ...}} with your own, or import the module that registers it first."
        )


def is_foreign(config: dict) -> bool:
    """Whether a config names something that is not Keras' own: by its module, or by the package it is registered in.

    >>> is_foreign({"module": "keras.src.layers.core.dense"}), is_foreign({"module": "my_layers"})
    (False, True)
    >>> is_foreign({"module": None, "registered_name": None}), is_foreign({"module": None, "registered_name": "my>Dense"})
    (False, True)
    """
    module, registered = config.get("module"), config.get("registered_name")
    if isinstance(registered, str) and ">" in registered:
        return True
    if not isinstance(module, str) or not module:
        return False
    first, *rest = module.split(".")
    return first not in _KERAS and not (first == "tensorflow" and "keras" in rest)


_HOUSE = __name__.partition(".")[0]
_KERAS = ("keras", "tf_keras", "keras_core", "builtins", _HOUSE)


def home(obj: Any) -> Registry | None:
    """The registry that an object's class, or a function, is built into; None for the user's own.

    >>> home(print) is None
    True
    """
    key = obj if isinstance(obj, (type, types.FunctionType)) else type(obj)
    if key not in _HOME and (place := module_of(key).split("."))[0] == _HOUSE and len(place) > 1:
        registry = REGISTRIES.get(f"keras.{place[1]}")  # its module came before anybody asked for it by name
        if registry is not None:
            registry.table.get(key.__name__)
    return _HOME.get(key)


def find_registry(config: dict) -> Registry:
    """The registry that knows what a config names: by its module where that tells, else by the class name.

    >>> find_registry({"module": "keras.nowhere", "class_name": "Nothing"}).table
    {}
    """
    parts = str(config.get("module") or "").split(".")
    name = config["config"] if config["class_name"] == "function" else config["class_name"]
    for registry in sorted(REGISTRIES.values(), key=lambda r: -r.module.count(".")):
        tail = registry.module.split(".")[1:]
        if tail and all(part in parts for part in tail):
            return registry
    for registry in REGISTRIES.values():
        if isinstance(name, str) and name in registry.table:
            return registry
    return Registry(str(config.get("module")), listed=False)  # knows nothing: only the user's own can be meant

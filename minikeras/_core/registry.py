"""Names to objects and back: one `Registry` for each kind of thing, one `Configurable` for everything with a config.

A config is what Keras writes into its files: ``{"module", "class_name", "config", "registered_name"}``. Reading
one never imports anything: names are looked up in the registries and in what the user registered, nowhere else.
"""

from __future__ import annotations

import contextlib
import difflib
import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minikeras._core.naming import snake_case

CUSTOM: dict[str, Any] = {}  # registered by the user, for the process: "package>name" -> object
SCOPE: dict[str, Any] = {}  # given by the user for a while: name -> object
REGISTRIES: dict[str, Registry] = {}  # "keras.layers" -> its registry
_HOME: dict[Any, Registry] = {}  # a built-in class or function -> the registry that knows it
_REGISTERED: dict[Any, str] = {}  # a user's class or function -> the name it is registered under
_KEPT = (type(None), bool, int, float, str, bytes)


class Registry:
    """Every way to name one kind of object: a string, a config, a class, an instance, a function.

    Args:
        module: the public Keras module, such as ``"keras.losses"``; it goes into configs and error messages.
        listed: whether `deserialize_keras_object` looks here.

    >>> animals = Registry("keras.animals")
    >>> @animals.register
    ... class BlueTit(Configurable): pass
    >>> type(animals.get("blue_tit")).__name__, type(animals.get("BlueTit")).__name__
    ('BlueTit', 'BlueTit')
    >>> animals.find("bluetitt")
    Traceback (most recent call last):
    ValueError: Unknown name in keras.animals: 'bluetitt'. Did you mean 'bluetit'? ...
    >>> del REGISTRIES["keras.animals"]
    """

    def __init__(self, module: str, listed: bool = True):
        self.module = module
        self.table: dict[str, Any] = {}
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
        near = difflib.get_close_matches(asked, self.table, 1) or difflib.get_close_matches(asked.lower(), self.table, 1)
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

    def serialize(self, obj: Any) -> Any:
        """Return the config of an object, as `serialize_keras_object` does."""
        return serialize_keras_object(obj)

    def deserialize(self, config: Any, custom_objects: dict | None = None) -> Any:
        """Build what a name or a config describes; the config's own module is not asked, this registry is."""
        if isinstance(config, str):
            return self.get(config, custom_objects)
        return build(self, config, custom_objects)


def find_custom(name: str, custom_objects: dict | None = None) -> Any:
    """Look a name up among the user's own: the call's `custom_objects`, the open scopes, the registered ones.

    >>> find_custom("f", {"f": max})
    <built-in function max>
    """
    for table in (custom_objects or {}, SCOPE, CUSTOM):
        if name in table:
            return table[name]
    return None


def build(registry: Registry, config: dict, custom_objects: dict | None = None) -> Any:
    """Build the object that a config describes from what ``registry`` and the user know."""
    if not isinstance(config, dict) or not isinstance(config.get("class_name"), str):
        raise ValueError(f"A config in {registry.module} is a dict with 'class_name' and 'config', got {shorten(config)}.")
    name, inner = config["class_name"], config.get("config")
    registered = config.get("registered_name")
    if name == "function":
        return registry.find(str(inner), custom_objects)
    cls = find_custom(registered, custom_objects) if isinstance(registered, str) else None
    cls = cls or registry.find(name, custom_objects)
    if not isinstance(cls, type):
        if isinstance(cls, types.FunctionType) and not inner:
            return cls
        raise ValueError(f"{name!r} in {registry.module} is not a class and takes no config, got {shorten(inner)}.")
    inner = {} if inner is None else inner
    if not hasattr(cls, "from_config"):
        raise ValueError(f"Class {name!r} has no from_config(), so it can't be built from a config.")
    if not isinstance(inner, dict):
        raise ValueError(f"The config of {name!r} should be a dict, got {shorten(inner)}.")
    with scope(custom_objects):
        try:
            obj = cls.from_config(dict(inner))
        except TypeError as error:
            raise ValueError(f"The config of {name!r} does not fit its class: {error}. Got {shorten(inner)}.") from error
        if config.get("build_config") and hasattr(obj, "build_from_config"):
            obj.build_from_config(config["build_config"])
        if config.get("compile_config") and hasattr(obj, "compile_from_config"):
            obj.compile_from_config(config["compile_config"])
    return obj


class Configurable:
    """Base of everything that is built from arguments and can say which: argument = attribute = config key."""

    def get_config(self) -> dict:
        """Return the arguments that rebuild this object, ready for JSON."""
        return self._own_config()

    def _own_config(self, leave_out=()) -> dict:
        config = {}
        for name in constructor_arguments(type(self)):
            if name in leave_out:
                continue
            if not hasattr(self, name):
                raise NotImplementedError(
                    f"{type(self).__name__} takes the argument {name!r} but keeps no attribute of that name. "
                    f"Store it (self.{name} = {name}) or write get_config()."
                )
            config[name] = plain(getattr(self, name))
        return config

    @classmethod
    def from_config(cls, config: dict):
        """Build an object from what ``get_config`` returned."""
        return cls(**config)


def constructor_arguments(cls: type) -> tuple[str, ...]:
    """The names of the arguments of a class, without self and the catch-alls.

    >>> constructor_arguments(Registry)
    ('module', 'listed')
    """
    if "_arguments" not in cls.__dict__:
        kinds = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        cls._arguments = tuple(p.name for p in parameters if p.kind not in kinds)
    return cls._arguments


def home(obj: Any) -> Registry | None:
    """The registry that an object's class, or a function, is built into; None for the user's own.

    >>> home(print) is None
    True
    """
    key = obj if isinstance(obj, (type, types.FunctionType)) else type(obj)
    return _HOME.get(key)


def plain(value: Any) -> Any:
    """Make an attribute ready for a config: built-in functions become their names, objects their configs."""
    if isinstance(value, types.FunctionType):
        config = serialize_keras_object(value)
        return config["config"] if home(value) else {**config, "config": get_registered_name(value)}
    return serialize_keras_object(value)


def serialize_keras_object(obj: Any) -> Any:
    """Describe an object by plain data: ``{"module", "class_name", "config", "registered_name"}``.

    Numbers, strings, lists and dicts stay what they are.

    >>> serialize_keras_object({"rate": np.float32(0.5), "sizes": (1, 2)})
    {'rate': 0.5, 'sizes': (1, 2)}
    """
    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, _KEPT):
        return obj
    if isinstance(obj, (list, tuple)):
        return type(obj)(serialize_keras_object(i) for i in obj)
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if isinstance(obj, np.ndarray):
        return {"class_name": "__numpy__", "config": {"value": obj.tolist(), "dtype": obj.dtype.name}}
    if isinstance(obj, np.dtype):
        return obj.name
    if isinstance(obj, types.FunctionType):
        if obj.__name__ == "<lambda>":
            raise ValueError(
                "A lambda has no name to be saved by. Use a function made with def, and pass it as custom_objects when loading."
            )
        return {"module": "builtins", "class_name": "function", "config": obj.__name__, "registered_name": "function"}
    if isinstance(obj, type):
        name = get_registered_name(obj)
        return {"module": obj.__module__, "class_name": obj.__name__, "config": None, "registered_name": name}
    if not hasattr(obj, "get_config"):
        raise ValueError(f"Can't describe {obj!r} of type {type(obj).__name__} in a config: it has no get_config().")
    registry = home(obj)
    config = {
        "module": registry.module if registry else type(obj).__module__,
        "class_name": type(obj).__name__,
        "config": serialize_keras_object(obj.get_config()),
        "registered_name": None if registry else get_registered_name(type(obj)),
    }
    for key in ("build_config", "compile_config"):
        value = getattr(obj, f"get_{key}", lambda: None)()
        if value is not None:
            config[key] = serialize_keras_object(value)
    return config


def deserialize_keras_object(config: Any, custom_objects: dict | None = None, safe_mode: bool = True, **kwargs) -> Any:
    """Build what `serialize_keras_object` described. Nothing is imported, no code in the config is run.

    Args:
        config: plain data.
        custom_objects: ``{name: class or function}`` of your own.
        safe_mode: kept for Keras' sake; loading is always safe here.

    >>> deserialize_keras_object({"class_name": "__numpy__", "config": {"value": [1, 2], "dtype": "int32"}})
    array([1, 2], dtype=int32)
    """
    if isinstance(config, _KEPT):
        found = find_custom(config, custom_objects) if isinstance(config, str) else None
        return config if found is None else found
    if isinstance(config, (list, tuple)):
        return type(config)(deserialize_keras_object(i, custom_objects) for i in config)
    if not isinstance(config, dict):
        raise ValueError(f"Can't build an object from {shorten(config)}.")
    if not isinstance(config.get("class_name"), str) or "config" not in config:
        return {key: deserialize_keras_object(value, custom_objects) for key, value in config.items()}
    name, inner = config["class_name"], config["config"]
    if name in ("__numpy__", "__tensor__"):
        return np.array(inner["value"], inner["dtype"])
    if name == "__tuple__":
        return tuple(deserialize_keras_object(i, custom_objects) for i in inner.get("items", inner.get("value", ())))
    if name in ("__lambda__", "__bytes__", "__typespec__", "__ellipsis__"):
        raise ValueError(
            f"The config holds a {name.strip('_')}, which may carry code and is never read. Write it as a named function "
            "or a layer of your own and pass it as custom_objects={name: object}."
        )
    return build(find_registry(config), config, custom_objects)


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
            raise ValueError(f"Can't register class {obj.__name__!r}: it has no get_config() to describe itself by.")
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


def shorten(value: Any, width: int = 120) -> str:
    """A ``repr`` that fits into an error message.

    >>> shorten("x" * 500, 10)
    "'xxxxxx..."
    """
    text = repr(value)
    return text if len(text) <= width else text[: width - 3] + "..."

"""Objects to configs and back: `Configurable` for everything that has one, and the two functions that walk a whole tree.

A config is what Keras writes into its files: ``{"module", "class_name", "config", "registered_name"}``.
"""

from __future__ import annotations

import contextlib
import inspect
import types
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from minikeras._core.arguments import unknown_arguments
from minikeras._core.constructors import check_call, check_kinds
from minikeras._core.custom import SCOPE, find_custom, get_registered_name
from minikeras._core.naming import shorten
from minikeras._core.old_arguments import as_today
from minikeras._core.origin import of_the_house
from minikeras._core.registry import REGISTRIES, build, find_registry, home

_KEPT = (type(None), bool, int, float, str)
_nameless: list[list] = []  # where serialize_keras_object puts what has no name, while that is allowed
_shared: list[dict[int, int]] = []  # id() of objects that stand in several places -> the number that says so in a file
_notes: list[dict[str, Any]] = []  # where serialize_keras_object notes the user's own that it meets


class Configurable:
    """Base of everything that is built from arguments and can say which: argument = attribute = config key."""

    takes_nan: Any = True  # whether NaN is a sensible value of an argument, as of a constant; or of which ones
    ranges: dict[str, tuple[float, float]] = {}  # from where to where the numbers of arguments may go
    _copied_bare = True  # whether copies are made by __new__ without arguments, so that none may be missed

    def __new__(cls, *args, **kwargs):
        """Refuse misspelt, missing and nonsensical arguments, and NaN where it makes no sense; ``__init__`` does the rest."""
        if (args or kwargs or not cls._copied_bare) and _of_the_house(next(c for c in cls.__mro__ if "__init__" in vars(c))):
            args, kwargs = as_today(cls, args, kwargs)
            check_call(cls, args, kwargs)
            check_kinds(cls, args, kwargs)
        return super().__new__(cls)

    def get_config(self) -> dict:
        """Return the arguments that rebuild this object, ready for JSON."""
        return self._own_config()

    def _own_config(self, leave_out=()) -> dict:
        cls = described(type(self))
        config = {}
        for name in all_arguments(cls):
            if name in leave_out:
                continue
            if name in vars(self):  # first: the library may mean something else by the name of a user's argument
                config[name] = plain(vars(self)[name])
            elif hasattr(self, name):
                config[name] = plain(getattr(self, name))
            elif name in constructor_arguments(cls):
                raise NotImplementedError(
                    f"{type(self).__name__} takes the argument {name!r} but keeps no attribute of that name. "
                    f"Store it (self.{name} = {name}) or write get_config()."
                )
        return config

    @classmethod
    def from_config(cls, config: dict):
        """Build an object from what ``get_config`` returned."""
        return cls(**config)


def constructor_arguments(cls: type) -> tuple[str, ...]:
    """The names of the arguments of a class, without self and the catch-alls.

    >>> class Sized(Configurable):
    ...     def __init__(self, size, *args, **kwargs): self.size = size
    >>> constructor_arguments(Sized), Sized(3).get_config()
    (('size',), {'size': 3})
    """
    if "_arguments" not in cls.__dict__:
        kinds = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        cls._arguments = tuple(p.name for p in parameters if p.kind not in kinds)
    return cls._arguments


def list_arguments(cls: type, names: Iterable[str]) -> None:
    """Say which arguments a class takes, where its own signature hides them behind ``*args, **kwargs``.

    >>> class Wrapped(Configurable):
    ...     def __init__(self, **options): self.size = options["size"]
    >>> list_arguments(Wrapped, ["size"]); constructor_arguments(Wrapped)
    ('size',)
    """
    cls._arguments = tuple(names)


def all_arguments(cls: type) -> tuple[str, ...]:
    """The names of the arguments of a class; its ``**kwargs`` stands for those of the class above.

    >>> class Sized(Configurable):
    ...     def __init__(self, size): self.size = size
    >>> class Named(Sized):
    ...     def __init__(self, name, **kwargs): super().__init__(**kwargs); self.name = name
    >>> all_arguments(Named), Named("a", size=3).get_config()
    (('name', 'size'), {'name': 'a', 'size': 3})
    """
    names: dict[str, None] = {}
    for c in cls.__mro__[:-1]:
        if "__init__" in vars(c):
            names.update(dict.fromkeys(constructor_arguments(c)))
            if not any(p.kind is p.VAR_KEYWORD for p in inspect.signature(c.__init__).parameters.values()):
                break
    return tuple(names)


def described(cls: type) -> type:
    """The class whose arguments our `get_config` lists: where a user's own get_config calls it, the one it is called for.

    >>> described(Configurable).__name__
    'Configurable'
    """
    classes = cls.__mro__[:-1]
    owner = next(i for i, c in enumerate(classes) if "get_config" in vars(c))
    return next(c for c in classes[owner:] if _of_the_house(c)) if not _of_the_house(classes[owner]) else cls


def _of_the_house(cls: type) -> bool:
    return cls is object or of_the_house(cls)


def plain(value: Any) -> Any:
    """Make an attribute ready for a config: built-in functions become their names, objects their configs."""
    if isinstance(value, types.FunctionType) and home(value):
        import copy  # few functions ask for it

        return copy.deepcopy(getattr(value, "in_files", value.__name__))  # Keras has no name for some
    return serialize_keras_object(value)


@contextlib.contextmanager
def marking_shared(objects: Iterable) -> Iterator[None]:
    """Let `serialize_keras_object` give these objects a number, by which they are found to be one when they are read."""
    _shared.append({id(obj): number for number, obj in enumerate(objects, 1)})
    try:
        yield
    finally:
        _shared.pop()


def is_marking() -> bool:
    """Whether a block of `marking_shared` is open.

    >>> is_marking()
    False
    """
    return bool(_shared)


@contextlib.contextmanager
def noting_own() -> Iterator[dict[str, Any]]:
    """Collect the user's own classes and functions that `serialize_keras_object` meets in the block, by name.

    >>> def double(x): return 2 * x
    >>> with noting_own() as own: config = serialize_keras_object([double])
    >>> own["double"] is double, deserialize_keras_object(config, own)[0] is double
    (True, True)
    """
    own: dict[str, Any] = {}
    _notes.append(own)
    try:
        yield own
    finally:
        _notes.remove(own)


def _note(obj: Any) -> None:
    for own in _notes:
        own.setdefault(get_registered_name(obj), obj)


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
    if isinstance(obj, (list, tuple)):  # a named one as a plain one: its class is in no file
        return (list if isinstance(obj, list) else tuple)(serialize_keras_object(i) for i in obj)
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if isinstance(obj, np.ndarray):
        return {"class_name": "__numpy__", "config": {"value": obj.tolist(), "dtype": obj.dtype.name}}
    if isinstance(obj, np.dtype):
        return obj.name
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode()}}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(obj, slice):
        ends = {name: serialize_keras_object(getattr(obj, name)) for name in ("start", "stop", "step")}
        return {"class_name": "__slice__", "config": ends}
    if isinstance(obj, types.FunctionType):
        return _describe_function(obj)
    if isinstance(obj, type):
        name = get_registered_name(obj)
        return {"module": obj.__module__, "class_name": obj.__name__, "config": None, "registered_name": name}
    if not hasattr(obj, "get_config") and _nameless and callable(obj):
        return _describe_nameless(obj, f"<{type(obj).__name__}>")
    if not hasattr(obj, "get_config"):
        raise ValueError(f"Can't describe {obj!r} of type {type(obj).__name__} in a config: it has no get_config().")
    registry = home(obj)
    if registry is None:
        _note(type(obj))
    config = {
        "module": (getattr(type(obj), "keras_module", None) or registry.module) if registry else type(obj).__module__,
        "class_name": type(obj).__name__,
        "config": serialize_keras_object(obj.get_config()),
        "registered_name": None if registry else get_registered_name(type(obj)),
    }
    for key in ("build_config", "compile_config"):
        value = getattr(obj, f"get_{key}", lambda: None)()
        if value is not None:
            config[key] = serialize_keras_object(value)
    if _shared and id(obj) in _shared[-1]:
        config["shared_object_id"] = _shared[-1][id(obj)]
    return config


def _describe_function(function: types.FunctionType) -> dict:
    name = function.__name__
    if name == "<lambda>":
        from minikeras._core.byte_code import describe_code  # only few models have such a function

        return _describe_nameless(function, name) if _nameless or _notes else describe_code(function)
    if not home(function):
        _note(function)
    registered = get_registered_name(function)
    taken = any(name in registry.table for registry in REGISTRIES.values())
    if home(function) or registered != name or not taken:
        known = name if home(function) else registered  # where Keras looks for it, whatever else a config says
        return {"module": "builtins", "class_name": "function", "config": known, "registered_name": "function"}
    return {"module": function.__module__, "class_name": "function", "config": name, "registered_name": registered}


def _describe_nameless(obj: Any, name: str) -> dict:
    if _nameless:
        _nameless[-1].append(obj)
    if _notes:  # a copy is made: each such object under a name of its own
        name = f"{name[:-1]} {id(obj)}>"
        for own in _notes:
            own[name] = obj
    return {"module": type(obj).__module__, "class_name": "function", "config": name, "registered_name": name}


@contextlib.contextmanager
def nameless_allowed() -> Iterator[list]:
    """Let `serialize_keras_object` describe what has no name, such as a lambda, in the block; collects it.

    For what a model is compiled with: the file is written all the same, and opens with ``compile=False``.

    >>> with nameless_allowed() as found: config = serialize_keras_object({"loss": lambda y, p: y - p})
    >>> config["loss"]["config"], len(found)
    ('<lambda>', 1)
    """
    _nameless.append([])
    try:
        yield _nameless[-1]
    finally:
        _nameless.pop()


def deserialize_keras_object(config: Any, custom_objects: dict | None = None, safe_mode: bool = True, **kwargs) -> Any:
    """Build what `serialize_keras_object` described. Nothing is imported, no code in the config is run.

    Args:
        config: plain data.
        custom_objects: ``{name: class or function}`` of your own.
        safe_mode: kept for Keras' sake: code is never run.

    >>> deserialize_keras_object({"class_name": "__numpy__", "config": {"value": [1, 2], "dtype": "int32"}})
    array([1, 2], dtype=int32)
    """
    unknown_arguments("deserialize_keras_object()", kwargs, ("module_objects", "printable_module_name"))
    if isinstance(config, (*_KEPT, bytes)):
        known = isinstance(config, str) and (">" in config or config in SCOPE or config in (custom_objects or ()))
        found = find_custom(config, custom_objects) if known else None  # the bare name of what is registered may be any text
        return config if found is None else found
    if isinstance(config, (list, tuple)):
        return (list if isinstance(config, list) else tuple)(deserialize_keras_object(i, custom_objects) for i in config)
    if not isinstance(config, dict):
        raise ValueError(f"Can't build an object from {shorten(config)}.")
    if not isinstance(config.get("class_name"), str) or "config" not in config:
        return {key: deserialize_keras_object(value, custom_objects) for key, value in config.items()}
    name, inner = config["class_name"], config["config"]
    if name in ("__numpy__", "__tensor__"):
        return np.array(inner["value"], inner["dtype"])
    if name == "__tuple__":
        return tuple(deserialize_keras_object(i, custom_objects) for i in inner.get("items", inner.get("value", ())))
    if name in ("__bytes__", "__ellipsis__", "__slice__"):
        return _python_value(name, inner)
    if name == "__lambda__":
        from minikeras._core.byte_code import function_of  # only few models have such a function

        return function_of(inner, custom_objects)
    if name == "__typespec__":
        raise ValueError(
            "The config holds a typespec, which only TensorFlow can read. Write what holds it as a layer of your own and pass "
            "it as custom_objects={name: object}."
        )
    return build(find_registry(config), config, custom_objects)


def _python_value(name: str, inner: Any) -> Any:
    """Bytes, an ellipsis or a slice."""
    if name == "__ellipsis__":
        return Ellipsis
    if isinstance(inner, dict) and name == "__bytes__" and isinstance(inner.get("value"), str):
        return inner["value"].encode()
    if isinstance(inner, dict) and name == "__slice__":
        ends = [deserialize_keras_object(inner.get(key)) for key in ("start", "stop", "step")]
        if all(isinstance(end, (int, np.ndarray, type(None))) for end in ends):
            return slice(*ends)
    raise ValueError(
        f"The config of a {name.strip('_')} should hold what serialize_keras_object() wrote, got {shorten(inner)}."
    )

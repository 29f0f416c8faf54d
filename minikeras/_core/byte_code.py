"""Lambdas in files: written as Keras writes them, found again where they were made, never run from a file."""

from __future__ import annotations

import base64
import builtins
import importlib
import json
import marshal
import sys
import types
from collections.abc import Callable
from typing import Any

from minikeras._core.custom import find_custom
from minikeras._core.naming import shorten

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
MOST = 1_000  # lambdas that are remembered
_MADE: dict[str, types.FunctionType] = {}  # what this process has described: its code, as text -> itself


def describe_code(function: types.FunctionType) -> dict:
    """Describe a lambda by its byte code, in the two spellings that Keras reads: of Lambda layers, and of all others.

    Raises:
        ValueError: it holds values of the function around it that JSON can't: arrays, functions, objects.
    """
    defaults, cells = function.__defaults__, function.__closure__
    closure = None if not cells else [cell.cell_contents for cell in cells]
    try:
        json.dumps([defaults, closure])
    except (TypeError, ValueError):
        names = dict(zip(function.__code__.co_freevars, closure or ()))
        raise ValueError(
            f"A lambda can't be saved that uses what is no plain value: {shorten(names or defaults)}. Use a function made with "
            "def, or a layer of your own, and pass it as custom_objects when loading."
        ) from None
    code = base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii")
    whole = [code, defaults, closure]
    if len(_MADE) > MOST:
        _MADE.clear()
    _MADE[json.dumps(whole)] = function
    config = {"code": code if defaults is None else whole, "defaults": None, "closure": closure, "value": whole}  # Keras takes
    return {"class_name": "__lambda__", "config": {**config, "python": VERSION}}  # default values only so


def function_of(config: Any, custom_objects: dict | None = None, name: str = "<lambda>") -> Callable:
    """Find the function that `describe_code`, or Keras, described: one that this process has described itself, or the user's.

    Args:
        config: the description.
        custom_objects: the user's own objects.
        name: under which the function is looked for among these, such as that of its layer.

    Raises:
        ValueError: there is neither; the code in the description is never run.

    >>> double = lambda x, n=2: x * n
    >>> function_of(describe_code(double)["config"]) is double
    True
    >>> function_of({"code": "4wEAAAA="}, {"scale": double}, "scale") is double
    True
    >>> function_of({"code": "4wEAAAA="})
    Traceback (most recent call last):
    ValueError: The config holds the code of a lambda, which is never run, ...
    """
    found = find_custom(name, custom_objects) or _MADE.get(json.dumps(_pieces(config)))
    if found is None:
        raise ValueError(
            "The config holds the code of a lambda, which is never run, whatever `safe_mode` says: code in a file can do "
            f"anything to your computer. Write the function yourself and pass it as custom_objects={{{name!r}: function}}."
        )
    return found


class Carried:
    """A function that a pickled model needs: by its name where it can be imported by that, else by its byte code.

    Unlike a file of a model, a pickle is code: whoever opens it trusts where it comes from.

    >>> import pickle
    >>> factor = 3
    >>> pickle.loads(pickle.dumps(Carried(lambda x, n=2: x * n))).function(4)
    8
    """

    def __init__(self, function: Any):
        self.function = function

    def __deepcopy__(self, memo: dict) -> Carried:
        return self

    def __reduce__(self):
        f = self.function
        module = sys.modules.get(getattr(f, "__module__", None) or "")
        found: Any = module
        for name in getattr(f, "__qualname__", "").split("."):
            found = getattr(found, name, None)
        if found is f or not isinstance(f, types.FunctionType):
            return Carried, (f,)
        cells = [cell.cell_contents for cell in f.__closure__ or ()]
        values = [Carried(v) if isinstance(v, types.FunctionType) else v for v in cells]
        used = {name: f.__globals__.get(name) for name in f.__code__.co_names}
        modules = {name: value.__name__ for name, value in used.items() if isinstance(value, types.ModuleType)}
        named = f.__name__, f.__qualname__, f.__module__, f.__defaults__, f.__kwdefaults__
        return _carried, (VERSION, marshal.dumps(f.__code__), named, values, modules)


def _carried(version: str, code: bytes, named: tuple, values: list, modules: dict) -> Carried:
    if version != VERSION:
        raise ValueError(
            f"The model was pickled by Python {version}, with the function {named[1]!r}, whose code Python {VERSION} can't "
            "read. Save the model by model.save() instead, and pass the function as custom_objects when loading."
        )
    own = getattr(sys.modules.get(named[2]), "__dict__", None)  # as there, it may call other functions of its module
    missing = {alias: importlib.import_module(module) for alias, module in modules.items() if alias not in (own or {})}
    space = {**(own or {"__builtins__": builtins}), **missing} if missing or own is None else own
    cells = tuple(types.CellType(v.function if isinstance(v, Carried) else v) for v in values)
    function = types.FunctionType(marshal.loads(code), space, named[0], named[3], cells or None)
    function.__qualname__, function.__module__, function.__kwdefaults__ = named[1], named[2], named[4]
    return Carried(function)


def _pieces(config: Any) -> list:
    """Code, default values and the values of the function around, in any of Keras' spellings."""
    if isinstance(config, dict):
        config = [config.get(key) for key in ("code", "defaults", "closure")] if "code" in config else config.get("value")
    found = config if isinstance(config, (list, tuple)) else [config]
    found = found[0] if found and isinstance(found[0], (list, tuple)) else found
    code, defaults, closure = [*found, None, None, None][:3]
    if not (isinstance(code, str) and all(v is None or isinstance(v, (list, tuple)) for v in (defaults, closure))):
        raise ValueError(f"A lambda in a config should be a text, its defaults and its closure, got {shorten(config)}.")
    return [code, defaults, closure]

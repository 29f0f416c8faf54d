"""Lambdas in files: written as Keras writes them, found again where they were made, never run from a file."""

from __future__ import annotations

import base64
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

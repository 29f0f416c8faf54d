"""Lambdas in files: written as Keras writes them, read only where the user has said that the file is to be trusted."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import marshal
import sys
import types
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import numpy as np

from minikeras._core.custom import CUSTOM, SCOPE
from minikeras._core.naming import shorten

_trusted: ContextVar[bool] = ContextVar("trusted", default=False)  # while a file is read with safe_mode=False
_settings = {"unsafe": False}  # for the process: config.enable_unsafe_deserialization()
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
REFUSED = (
    "the code of a lambda, which is never run by default, as code in a file can do anything to your computer. If you know "
    "the function: write it as a named function or as a layer of your own and pass custom_objects={name: function}. If you "
    "trust whoever made the file: load_model(..., safe_mode=False) runs it."
)


@contextlib.contextmanager
def trusting(safe_mode: Any) -> Iterator[None]:
    """Let code in configs be read in the block if ``safe_mode`` is False and nothing else.

    >>> with trusting(False): trusted()
    True
    >>> trusted()
    False
    """
    token = _trusted.set(safe_mode is False)
    try:
        yield
    finally:
        _trusted.reset(token)


def trusted() -> bool:
    """Whether code in configs may be read now."""
    return _trusted.get() or _settings["unsafe"]


def trust_everything() -> None:
    """Let code in configs be read from now on, in the whole process."""
    _settings["unsafe"] = True


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
    config = {"code": code if defaults is None else whole, "defaults": None, "closure": closure, "value": whole}  # Keras takes
    return {"class_name": "__lambda__", "config": {**config, "python": VERSION}}  # default values only so


def function_of(config: Any) -> types.FunctionType:
    """Make a function of what `describe_code`, or Keras, wrote, if that is trusted.

    Its global names are NumPy's and Keras' usual ones (``np``, ``keras``, ``ops``, ``K``, ...) and those of the custom objects.

    >>> with trusting(False): function_of(describe_code(lambda x, n=2: x**n)["config"])(3)
    9
    >>> function_of({"code": "4wEAAAA="})
    Traceback (most recent call last):
    ValueError: The config holds the code of a lambda, which is never run by default, ...
    """
    if not trusted():
        raise ValueError(f"The config holds {REFUSED}")
    code, defaults, closure = _pieces(config)
    made = config.get("python") if isinstance(config, dict) else None
    if made not in (None, VERSION):
        raise ValueError(f"The config holds a lambda in the byte code of Python {made}, which Python {VERSION} can't run.")
    try:
        try:
            raw = binascii.a2b_base64(code.encode("ascii"))
        except (UnicodeEncodeError, binascii.Error):
            raw = code.encode("raw_unicode_escape")  # as Keras 2 wrote it at first
        found = marshal.loads(raw)
        cells = None if closure is None else tuple(types.CellType(value) for value in closure)
        return types.FunctionType(found, _globals(), found.co_name, None if defaults is None else tuple(defaults), cells)
    except (TypeError, ValueError, EOFError, AttributeError) as error:
        raise ValueError(
            f"The code of a lambda can't be read: {error}. It fits only the version of Python that it was saved by; this is "
            f"Python {VERSION}."
        ) from error


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


def _globals() -> dict:
    house = sys.modules[__name__.partition(".")[0]]
    names = {"np": np, "numpy": np, "keras": house, **{n: getattr(house, n) for n in ("layers", "ops", "activations")}}
    names |= {n: sys.modules[m] for n, m in (("tf", "tensorflow"), ("K", "minikeras.compat.backend")) if m in sys.modules}
    return {"__builtins__": __builtins__, **names, **CUSTOM, **SCOPE}

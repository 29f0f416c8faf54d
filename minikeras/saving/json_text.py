"""JSON from files, within bounds."""

from __future__ import annotations

import json
from typing import Any

LARGEST = 8 << 20  # bytes: a model of a thousand layers has about 1 MB
MOST_ITEMS = 500_000
DEEPEST = 100  # a model inside a model takes four


def read_json(text: bytes | str, name: str) -> Any:
    """Parse JSON text that comes from a file.

    Args:
        text: UTF-8.
        name: what error messages call it: the file and the part of it.

    Raises:
        ValueError: too long, too deep, or not JSON.

    >>> read_json('{"a": [1, 2]}', "x.keras: config.json")
    {'a': [1, 2]}
    >>> read_json("[" * 1000 + "]" * 1000, "x.keras: config.json")
    Traceback (most recent call last):
    ValueError: x.keras: config.json is nested more than 100 deep; no model is.
    """
    data = text.encode("utf8", "surrogatepass") if isinstance(text, str) else text
    if not isinstance(data, bytes):
        raise ValueError(f"{name} should be text, got {type(data).__name__}.")
    items = data.count(b",") + data.count(b"[") + data.count(b"{")
    if len(data) > LARGEST or items > MOST_ITEMS:
        raise ValueError(f"{name} has {len(data)} bytes and {items} entries; at most {LARGEST} and {MOST_ITEMS} are read.")
    try:
        value = json.loads(data.decode("utf8"))
    except RecursionError:
        raise ValueError(f"{name} is nested more than {DEEPEST} deep; no model is.") from None
    except ValueError as error:
        raise ValueError(f"{name} is not JSON text, the file is damaged: {error}") from None
    check_depth(value, name)
    return value


def check_depth(value: Any, name: str) -> None:
    """Raise a ValueError if lists and dicts are nested too deep.

    >>> check_depth({"a": [1]}, "it")
    """
    level = [value]
    for _ in range(DEEPEST):
        level = [i for v in level if isinstance(v, (dict, list)) for i in (v.values() if isinstance(v, dict) else v)]
        if not level:
            return
    raise ValueError(f"{name} is nested more than {DEEPEST} deep; no model is.")

"""Names that Keras gives to things: snake case, numbered by occurrence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_counts: dict[str, int] = {}
_NO_WORD, _BEFORE_WORD, _AFTER_SMALL = re.compile(r"\W+"), re.compile("(.)([A-Z][a-z]+)"), re.compile("([a-z])([A-Z])")


def snake_case(name: str) -> str:
    """Turn a class name into Keras' snake case.

    >>> snake_case("LeakyReLU"), snake_case("Conv2DTranspose"), snake_case("RMSprop")
    ('leaky_re_lu', 'conv2d_transpose', 'rm_sprop')
    """
    name = _NO_WORD.sub("", name)
    if name.islower():
        return name
    return _AFTER_SMALL.sub(r"\1_\2", _BEFORE_WORD.sub(r"\1_\2", name)).lower()


def auto_name(prefix: str) -> str:
    """Number a name by how often it was asked for since the start or the last ``clear_session()``.

    >>> reset_names(); auto_name("Dense"), auto_name("Dense")
    ('dense', 'dense_1')
    """
    prefix = snake_case(prefix)
    count = _counts.get(prefix, 0)
    _counts[prefix] = count + 1
    return f"{prefix}_{count}" if count else prefix


def reset_names() -> None:
    """Start numbering anew.

    >>> reset_names()
    """
    _counts.clear()


def shorten(value: Any, width: int = 120) -> str:
    """A ``repr`` that fits into an error message.

    >>> shorten("x" * 500, 10)
    "'xxxxxx..."
    """
    text = repr(value)
    return text if len(text) <= width else text[: width - 3] + "..."


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> list[str]:
    """The known name that a misspelt one is nearest to, if any is near.

    Args:
        cutoff: how near, from 0 to 1, the same.

    >>> nearest("activaton", ["units", "activation"]), nearest("x", ["units"])
    (['activation'], [])
    """
    import difflib  # with its heap and its regular expressions: only where something went wrong

    return difflib.get_close_matches(name, known, 1, cutoff)

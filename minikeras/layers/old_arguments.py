"""The arguments that layers took in Keras 2 and what they are called now: one table, one hint per process."""

from __future__ import annotations

import warnings
from typing import Any

# layer -> {old name: name of today}
OLD = {
    "LeakyReLU": {"alpha": "negative_slope"},
}
_hinted: set[tuple[str, str]] = set()


def translate(layer: str, name: str, value: Any, given: dict[str, Any]) -> Any:
    """Return the value of an argument, taken out of ``given`` if it stands there under its old name.

    Args:
        layer: the class of the layer.
        name: what the argument is called today.
        value: what was given under that name, or its default.
        given: the arguments that the class does not know.

    >>> translate("LeakyReLU", "negative_slope", 0.3, {})
    0.3
    """
    for old, new in OLD[layer].items():
        if new == name and old in given:
            value = given.pop(old)
            if (layer, old) not in _hinted:
                _hinted.add((layer, old))
                warnings.warn(f"Argument `{old}` of {layer} still works; it is called `{new}` now.", UserWarning, stacklevel=3)
    return value

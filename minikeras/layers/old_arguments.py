"""The arguments that layers took in Keras 2 and what they are called now: one table, one hint per process."""

from __future__ import annotations

from typing import Any

from minikeras._core.old_arguments import hint

# layer -> {old name: name of today}
OLD = {
    "BatchNormalization": {"beta_init": "beta_initializer", "gamma_init": "gamma_initializer"},
    "LeakyReLU": {"alpha": "negative_slope"},
}
# layer -> {old name: the values that ask for nothing but what the layer does}
MOOT = {
    "BatchNormalization": {"fused": (None, True, False), "virtual_batch_size": (None,), "adjustment": (None,), "mode": (0,)},
}


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
            hint(layer, old, f"Argument `{old}` of {layer} still works; it is called `{new}` now.")
    return value


def drop(layer: str, given: dict[str, Any]) -> None:
    """Take the arguments out of ``given`` that a layer no longer has, if their values ask for nothing that it doesn't do.

    Args:
        layer: the class of the layer.
        given: the arguments that the class does not know.

    Raises:
        ValueError: if a value asks for more.

    >>> given = {"fused": True, "name": "a"}; drop("BatchNormalization", given); given
    {'name': 'a'}
    """
    for old, values in MOOT[layer].items():
        if old in given and not any(given[old] is value for value in values):
            raise ValueError(f"Argument `{old}` of {layer} is no more: it can only be {values[0]!r}, got {given[old]!r}.")
        given.pop(old, None)

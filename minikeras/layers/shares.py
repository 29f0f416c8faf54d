"""Gradients of a layer that was given more tensors than its first argument."""

from __future__ import annotations

from typing import Any, NamedTuple


class Shares(NamedTuple):
    """What ``backward`` returns where further tensors came as keyword arguments: ∂L/∂x, and ∂L/∂argument by name.

    >>> Shares(1.0, {"initial_state": [2.0]}).arguments["initial_state"]
    [2.0]
    """

    x: Any
    arguments: dict[str, Any]

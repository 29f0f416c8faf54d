"""What layers that end in an activation have in common."""

from __future__ import annotations

from typing import Any

from minikeras import activations


class Activated:
    """Keeps the formula of an activation and its derivative at hand, also when it is replaced: ``layer.activation = "tanh"``.

    >>> from minikeras.layers import Activation
    >>> layer = Activation("relu"); layer.activation = "linear"
    >>> layer([-1.0]).tolist()
    [-1.0]
    """

    activation: Any

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "activation":
            value = activations.get(value)
            super().__setattr__("bare_activation", activations.bare(value))
            super().__setattr__("derivative", activations.derivative(value))
        super().__setattr__(name, value)

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

    def __reduce__(self):
        made, arguments, *state = super().__reduce__()
        if state and isinstance(state[0], dict):  # of a user's class: what follows from the activation is found again
            state[0] = {name: value for name, value in state[0].items() if name not in ("bare_activation", "derivative")}
        return made, arguments, *state

    def __setstate__(self, state: dict) -> None:
        vars(self).update(state)
        if "activation" in state:
            self.activation = state["activation"]

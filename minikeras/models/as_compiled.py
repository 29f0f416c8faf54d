"""Training of a model that was frozen after `compile`: with what was trainable then, as Keras 1 and 2 did it.

Two nets that play against each other are written so: the discriminator is compiled, then ``discriminator.trainable = False``,
then the joint model is compiled; the discriminator still trains by itself, and stands still in the joint model.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from minikeras._core.old_arguments import hint
from minikeras._core.variable import Variable
from minikeras.layers.layer import Layer


def freezing(layer: Layer) -> list[tuple[Layer, bool]]:
    """A layer and all that are inside, outermost first, and whether each is trainable.

    >>> from minikeras import layers
    >>> [so for _, so in freezing(layers.Wrapper(layers.Dense(1, trainable=False)))]
    [True, False]
    """
    return [(layer, layer.trainable), *(pair for part in layer._parts(Layer) for pair in freezing(part))]


def freeze_so(state: list[tuple[Layer, bool]]) -> None:
    """Make layers as trainable as `freezing` found them."""
    for layer, so in state:
        if layer.trainable != so:
            layer.trainable = so


def as_compiled(method: Callable) -> Callable:
    """Let a method of a model that trains find what was trainable at `compile`, if all of it has been frozen since then."""

    @functools.wraps(method)
    def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self._compiled is None or not is_frozen_since(self):
            return method(self, *args, **kwargs)
        hint(
            "trainable", self.name,
            f"Model {self.name!r} was frozen after compile(): alone it trains as it was compiled, as in Keras 1 and 2. "
            "Call compile() again to train nothing.",
        )  # fmt: skip
        now = freezing(self)
        freeze_so(self._compiled.freezing)
        try:
            return method(self, *args, **kwargs)
        finally:
            freeze_so(now)

    return run


def is_frozen_since(model: Any) -> bool:
    """Whether a model has weights none of which is trainable, while some of its layers were when it was compiled."""
    if model._frozen_at[0] != Variable.changes:
        frozen = not model.trainable_weights and bool(model.weights)
        model._frozen_at = Variable.changes, frozen and trained_then(model)
    return model._frozen_at[1]


def trained_then(model: Any) -> bool:
    """Whether anything with weights was trainable when the model was compiled."""
    return any(so and layer._weights for layer, so in model._compiled.freezing)

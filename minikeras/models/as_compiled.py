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


class Thaw:
    """What has to be trainable for a model to train as it was compiled, and its step of training then.

    Switching to and fro changes the flags alone: whoever keeps something for what is trainable keeps it.
    """

    def __init__(self, model: Any):
        now, frozen = freezing(model), [v for v in model.weights if not v.trainable]
        freeze_so(model._compiled.freezing)
        self.model, self.compiled = model, model._compiled
        self.flags = [layer for layer, so in now if layer._trainable and not so] + [v for v in frozen if v.trainable]
        freeze_so(now)
        self.step: tuple = (None, -1, None)  # as the model keeps it: the function, since when, the weights

    def __enter__(self) -> None:
        self._switch(True)

    def __exit__(self, *error: Any) -> None:
        self._switch(False)

    def _switch(self, on: bool) -> None:
        for flagged in self.flags:
            flagged._trainable = on
        model, compiled = self.model, self.compiled
        model.resolve_trainable()
        kept, self.step = self.step, (model._train_step, model._seen, compiled.trained)
        if model._compiled is compiled:  # else compiled anew in between
            model._train_step, model._seen, compiled.trained = kept


def as_compiled(method: Callable) -> Callable:
    """Let a method of a model that trains find what was trainable at `compile`, if all of it has been frozen since then."""

    @functools.wraps(method)
    def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        thaw = None if self._compiled is None else thaw_of(self)
        if thaw is None:
            return method(self, *args, **kwargs)
        hint(
            "trainable", self.name,
            f"Model {self.name!r} was frozen after compile(): alone it trains as it was compiled, as in Keras 1 and 2. "
            "Call compile() again to train nothing.",
        )  # fmt: skip
        with thaw:
            return method(self, *args, **kwargs)

    return run


def thaw_of(model: Any) -> Thaw | None:
    """What to thaw in a model none of whose weights is trainable, while some of its layers were when it was compiled."""
    if model._frozen_at[0] != Variable.changes:
        frozen = not model.trainable_weights and bool(model.weights) and trained_then(model)
        thaw = Thaw(model) if frozen else None
        model._frozen_at = Variable.changes, thaw
    return model._frozen_at[1]


def trained_then(model: Any) -> bool:
    """Whether anything with weights was trainable when the model was compiled."""
    return any(so and layer._weights for layer, so in model._compiled.freezing)

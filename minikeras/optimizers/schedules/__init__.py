"""Learning rates that follow from the number of steps done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minikeras._core.lazy import lazily
from minikeras._core.registry import Registry
from minikeras._core.serialize import serialize_keras_object
from minikeras.optimizers.schedules.schedule import LearningRateSchedule

if TYPE_CHECKING:  # for editors
    from minikeras.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
    from minikeras.optimizers.schedules.decay import (
        ExponentialDecay,
        InverseTimeDecay,
        PiecewiseConstantDecay,
        PolynomialDecay,
    )

registry = Registry("keras.optimizers.schedules")
registry.register(LearningRateSchedule)
_LATER = {
    "cosine": "CosineDecay CosineDecayRestarts",
    "decay": "ExponentialDecay InverseTimeDecay PiecewiseConstantDecay PolynomialDecay",
}


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict:
    """Describe a schedule by plain data.

    >>> from minikeras.optimizers.schedules import CosineDecay
    >>> serialize(CosineDecay(0.1, 100))["class_name"]
    'CosineDecay'
    """
    return serialize_keras_object(learning_rate_schedule)


def deserialize(config: Any, custom_objects: dict | None = None) -> LearningRateSchedule:
    """Build the schedule that ``serialize`` described.

    >>> from minikeras.optimizers.schedules import CosineDecay
    >>> deserialize(serialize(CosineDecay(0.1, 100))).decay_steps
    100
    """
    return registry.deserialize(config, custom_objects)


__getattr__ = lazily(__name__, _LATER, {}, registry)

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]


def __dir__() -> list[str]:
    return __all__

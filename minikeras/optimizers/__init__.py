"""Optimizers, learning-rate schedules, and how they are named, described and rebuilt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minikeras._core.custom import find_custom
from minikeras._core.lazy import lazily
from minikeras._core.old_arguments import old_names
from minikeras._core.registry import Registry
from minikeras._core.serialize import serialize_keras_object
from minikeras.optimizers import schedules
from minikeras.optimizers.optimizer import Optimizer

if TYPE_CHECKING:  # for editors
    from minikeras.optimizers import legacy
    from minikeras.optimizers.adadelta import Adadelta
    from minikeras.optimizers.adafactor import Adafactor
    from minikeras.optimizers.adagrad import Adagrad
    from minikeras.optimizers.adam import Adam
    from minikeras.optimizers.adamax import Adamax
    from minikeras.optimizers.adamw import AdamW
    from minikeras.optimizers.ftrl import Ftrl
    from minikeras.optimizers.lamb import Lamb
    from minikeras.optimizers.lion import Lion
    from minikeras.optimizers.loss_scale_optimizer import LossScaleOptimizer
    from minikeras.optimizers.multi_optimizer import MultiOptimizer, OptimizerMap
    from minikeras.optimizers.muon import Muon
    from minikeras.optimizers.nadam import Nadam
    from minikeras.optimizers.rmsprop import RMSprop
    from minikeras.optimizers.schedule_free_adamw import ScheduleFreeAdamW
    from minikeras.optimizers.sgd import SGD

registry = Registry("keras.optimizers")
registry.register(Optimizer)

_LATER = {
    "adadelta": "Adadelta",
    "adafactor": "Adafactor",
    "adagrad": "Adagrad",
    "adam": "Adam",
    "adamax": "Adamax",
    "adamw": "AdamW",
    "ftrl": "Ftrl",
    "lamb": "Lamb",
    "lion": "Lion",
    "loss_scale_optimizer": "LossScaleOptimizer",
    "multi_optimizer": "MultiOptimizer OptimizerMap",
    "muon": "Muon",
    "nadam": "Nadam",
    "rmsprop": "RMSprop",
    "schedule_free_adamw": "ScheduleFreeAdamW",
    "sgd": "SGD",
}
__getattr__ = old_names(
    __name__,
    {"OptimizerV2": "minikeras.optimizers.optimizer:Optimizer"},
    lazily(__name__, _LATER, {}, registry, "legacy sgd rmsprop adam adagrad adadelta adamax nadam ftrl"),
)


def get(identifier: Any) -> Optimizer | None:
    """Turn a name in any case, a config or a class into an optimizer; optimizers and None stay what they are.

    >>> get("RMSprop").rho, get({"class_name": "SGD", "config": {"momentum": 0.5}}).momentum
    (0.9, 0.5)
    """
    if identifier is None or isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str):
        identifier = _known(identifier)
    elif isinstance(identifier, dict):
        identifier = {**identifier, "class_name": _known(identifier.get("class_name"))}
    found = registry.get(identifier)
    if not isinstance(found, Optimizer):
        raise ValueError(f"Could not interpret {identifier!r} as an optimizer: expected a name, a config or an Optimizer.")
    return found


def serialize(optimizer: Optimizer) -> dict:
    """Describe an optimizer by plain data, without its state.

    >>> from minikeras.optimizers import SGD
    >>> serialize(SGD(0.5, name="sgd"))["config"]["learning_rate"]
    0.5
    """
    return serialize_keras_object(optimizer)


def deserialize(config: dict, custom_objects: dict | None = None) -> Optimizer:
    """Build the optimizer that ``serialize`` described.

    >>> from minikeras.optimizers import SGD
    >>> deserialize(serialize(SGD(0.5, momentum=0.9))).momentum
    0.9
    """
    return registry.deserialize({**config, "class_name": _known(config.get("class_name"), custom_objects)}, custom_objects)


def _known(name: Any, custom_objects: dict | None = None) -> Any:
    """Names of built-in optimizers in any case, and as Keras 2.15 wrote them into files: "Custom>Adam"."""
    if not isinstance(name, str) or name in registry.table or find_custom(name, custom_objects) is not None:
        return name
    short = name.removeprefix("Custom>").lower()
    return short if short in registry.table else name


__all__ = [
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "OptimizerMap",
    "RMSprop",
    "SGD",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "legacy",
    "schedules",
    "serialize",
]


def __dir__() -> list[str]:
    return __all__

"""Start values of weights: `keras.initializers`.

>>> get("zeros")((2,))
array([0., 0.], dtype=float32)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.config import standardize_dtype
from minikeras._core.old_arguments import old_names
from minikeras._core.registry import Registry
from minikeras._core.serialize import serialize_keras_object
from minikeras.initializers.constant import STFT, Constant, Identity, Ones, Zeros
from minikeras.initializers.initializer import Initializer
from minikeras.initializers.scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
)

constant, identity, ones, zeros, stft = Constant, Identity, Ones, Zeros, STFT
glorot_normal, glorot_uniform, he_normal, he_uniform = GlorotNormal, GlorotUniform, HeNormal, HeUniform
lecun_normal, lecun_uniform, orthogonal, variance_scaling = LecunNormal, LecunUniform, Orthogonal, VarianceScaling
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
IdentityInitializer, OrthogonalInitializer, STFTInitializer = Identity, Orthogonal, STFT

registry = Registry("keras.initializers")
registry.register(Initializer)
registry.register(Constant)
registry.register(GlorotNormal)
registry.register(GlorotUniform)
registry.register(HeNormal)
registry.register(HeUniform)
registry.register(Identity, "IdentityInitializer")
registry.register(LecunNormal)
registry.register(LecunUniform)
registry.register(Ones, "one")
registry.register(Orthogonal, "OrthogonalInitializer")
registry.register(RandomNormal, "normal")
registry.register(RandomUniform, "uniform")
registry.register(STFT, "STFTInitializer")
registry.register(TruncatedNormal)
registry.register(VarianceScaling)
registry.register(Zeros, "zero")
__getattr__ = old_names(__name__, {"normal": "random_normal", "one": "ones", "uniform": "random_uniform", "zero": "zeros"})

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "STFT",
    "STFTInitializer",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "stft",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]


def get(identifier: Any) -> Callable | None:
    """Turn a name, a config, a class, an array, a function ``(shape, dtype) -> array`` or an initializer into an initializer.

    Args:
        identifier: what an argument such as ``kernel_initializer`` takes; None stays None.

    Raises:
        ValueError: nothing is known by that name; the message names the nearest that is.

    >>> get("he_normal").mode, get(np.arange(3))((3,), "float32"), get(None)
    ('fan_in', array([0., 1., 2.], dtype=float32), None)
    """
    if identifier is None:
        return None
    if isinstance(identifier, (np.ndarray, np.generic)):
        return fixed(identifier)
    found = registry.get(identifier)
    if not callable(found):
        raise ValueError(f"An initializer is called with (shape, dtype), but {identifier!r} can't be called.")
    return found


def serialize(initializer: Any) -> Any:
    """Describe an initializer by a config.

    >>> serialize(Constant(2.0))["config"]
    {'value': 2.0}
    """
    return serialize_keras_object(initializer)


def deserialize(config: Any, custom_objects: dict | None = None) -> Any:
    """Return the initializer that a name or a config describes.

    Args:
        config: what `serialize` gave.
        custom_objects: ``{name: class or function}`` of your own.

    >>> deserialize({"class_name": "Constant", "config": {"value": 2.0}}).value
    2.0
    """
    return registry.deserialize(config, custom_objects)


def fixed(values: np.ndarray) -> Callable:
    """An initializer that gives these very values, for a weight of their shape.

    >>> fixed(np.ones(2))((2,)).dtype.name
    'float32'
    """
    values = np.array(values)

    def initializer(shape, dtype=None):
        if tuple(shape) != values.shape:
            raise ValueError(
                f"Expected `shape` to be {values.shape}, that of the array given as initializer; the weight has {tuple(shape)}."
            )
        return values.astype(standardize_dtype(dtype))

    return initializer

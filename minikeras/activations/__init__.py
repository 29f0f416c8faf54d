"""Activation functions, each beside its derivative: `keras.activations`.

>>> get("relu")([-1.0, 2.0])
array([0., 2.], dtype=float32)
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.lazy import lazily
from minikeras._core.registry import Registry
from minikeras._core.serialize import deserialize_keras_object, plain
from minikeras._core.tape import vjp
from minikeras.activations.curves import (
    celu,
    elu,
    exponential,
    log_sigmoid,
    mish,
    selu,
    sigmoid,
    silu,
    softplus,
    softsign,
    squareplus,
    tanh,
    tanh_shrink,
)
from minikeras.activations.gaussian import gelu
from minikeras.activations.rectifiers import (
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    keras2_hard_sigmoid,
    leaky_relu,
    linear,
    relu,
    relu6,
    soft_shrink,
    sparse_plus,
    sparse_sigmoid,
    step,
    threshold,
)
from minikeras.activations.table import DERIVATIVES, bare
from minikeras.activations.vectors import glu, log_softmax, softmax, sparsemax

swish, hard_swish = silu, hard_silu

registry = Registry("keras.activations")
for _activation in DERIVATIVES:
    registry.register(_activation)
registry.register(silu, "swish")
registry.register(hard_silu, "hard_swish")

__getattr__ = lazily(__name__)

__all__ = [
    "celu",
    "derivative",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "keras2_hard_sigmoid",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "step",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]


def get(identifier: Any) -> Callable:
    """Turn None (linear), a name, a config, a function or a callable object such as a layer into an activation.

    Args:
        identifier: what the ``activation`` argument of a layer takes.

    Raises:
        ValueError: nothing is known by that name; the message names the nearest that is.

    >>> get(None) is linear, get("swish") is silu, get(np.sin) is np.sin
    (True, True, True)
    """
    if identifier is None:
        return linear
    found = deserialize(identifier) if isinstance(identifier, dict) else registry.get(identifier)
    if not callable(found):
        raise ValueError(f"An activation is called on arrays, but {identifier!r} can't be: give a name, a function or a layer.")
    return found


def serialize(activation: Callable) -> Any:
    """Describe an activation for a config: a built-in one by its name, others by a dict.

    >>> serialize(relu), serialize(swish)
    ('relu', 'silu')
    """
    return plain(activation)


def deserialize(config: Any, custom_objects: dict | None = None) -> Callable:
    """Return the activation that a name or a config describes.

    Args:
        config: what `serialize` gave.
        custom_objects: ``{name: function or class}`` of your own.

    >>> deserialize("tanh") is tanh, deserialize({"class_name": "function", "config": "elu"}) is elu
    (True, True)
    """
    if isinstance(config, dict) and _is_keras2_hard_sigmoid(config):
        return keras2_hard_sigmoid
    if isinstance(config, dict) and config.get("class_name") != "function":
        return deserialize_keras_object(config, custom_objects)  # a layer, or an object of the user's own
    return registry.deserialize(config, custom_objects)


def _in_file(name: str, config: dict) -> dict:
    return {"module": "keras.layers", "class_name": name, "config": config, "registered_name": None}


_STEPS = (("Rescaling", {"scale": 0.2, "offset": 0.5}), ("ReLU", {"max_value": 1.0, "negative_slope": 0.0, "threshold": 0.0}))
keras2_hard_sigmoid.in_files = _in_file("Pipeline", {"layers": [_in_file(*step) for step in _STEPS]})  # no name in Keras 3


def _is_keras2_hard_sigmoid(config: dict) -> bool:
    """Whether these are the layers by which `keras2_hard_sigmoid` is described; Keras adds names and number types."""
    inner = config.get("config")
    steps = inner.get("layers") if config.get("class_name") == "Pipeline" and isinstance(inner, dict) else None
    if not isinstance(steps, list) or len(steps) != len(_STEPS) or not all(isinstance(s, dict) for s in steps):
        return False
    found = [(step.get("class_name"), step.get("config")) for step in steps]
    return all(
        name == wanted and isinstance(given, dict) and {key: given.get(key) for key in values} == values
        for (name, given), (wanted, values) in zip(found, _STEPS, strict=True)
    )


def derivative(activation: Callable) -> Callable:
    """Return the rule ``d(dy, z, y)`` that takes ∂L/∂y to ∂L/∂z, where y = activation(z): dy · φ′(z) for most.

    Built-in activations have theirs in `DERIVATIVES`, also with arguments bound by ``functools.partial``. An object with
    ``forward`` and ``backward``, such as a layer, is asked for its own. Anything else made of NumPy functions is traced.

    Args:
        activation: what `get` returned.

    >>> z = np.array([-1.0, 2.0]); d = derivative(relu)
    >>> d(np.ones(2), z, relu(z))
    array([0., 1.])
    >>> derivative(lambda z: z**3)(np.ones(2), z, z**3)
    array([ 3., 12.])
    """
    try:
        if activation in DERIVATIVES:
            return DERIVATIVES[activation]
    except TypeError:  # an object without a hash
        pass
    if isinstance(activation, functools.partial) and activation.func in DERIVATIVES and not activation.args:
        return functools.partial(DERIVATIVES[activation.func], **activation.keywords)
    if hasattr(activation, "forward") and hasattr(activation, "backward"):
        return lambda dy, z, y: activation.backward(dy, activation.forward(z)[1])
    return lambda dy, z, y: vjp(activation, z)[1](dy)[0]

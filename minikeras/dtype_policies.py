"""Which number types layers compute in: `keras.dtype_policies`."""

from __future__ import annotations

from typing import Any

from minikeras._core.dtypes import DTypePolicy, get, registry
from minikeras._core.lazy import lazily
from minikeras._core.serialize import serialize_keras_object

FloatDTypePolicy = DTypePolicy

__getattr__ = lazily(__name__)

__all__ = ["DTypePolicy", "FloatDTypePolicy", "deserialize", "get", "serialize"]


def serialize(dtype_policy: DTypePolicy) -> dict:
    """Describe a policy by a config.

    >>> serialize(DTypePolicy("float64"))["config"]
    {'name': 'float64'}
    """
    return serialize_keras_object(dtype_policy)


def deserialize(config: Any, custom_objects: dict | None = None) -> DTypePolicy:
    """Return the policy that a config describes.

    Args:
        config: what `serialize` gave.
        custom_objects: ``{name: class}`` of your own.

    >>> deserialize({"class_name": "DTypePolicy", "config": {"name": "float64"}})
    <DTypePolicy "float64">
    """
    return get(config) if custom_objects is None else registry.deserialize(config, custom_objects)

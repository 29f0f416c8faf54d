"""Which number type a layer keeps its weights in, and which it computes in."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import floatx, standardize_dtype
from minikeras._core.registry import Registry
from minikeras._core.serialize import Configurable

registry = Registry("keras")


@registry.register
class DTypePolicy(Configurable):
    """The number types of a layer.

    Args:
        name: a dtype such as ``"float32"``, or ``"mixed_float16"``: weights in float32, arithmetic in float16; that of
            `dtype_policy` by default.

    >>> p = DTypePolicy("mixed_float16"); p.variable_dtype, p.compute_dtype
    ('float32', 'float16')
    """

    def __init__(self, name: str | None = None):
        if name is not None and not isinstance(name, str):
            raise TypeError(f"'name' must be a string such as 'float32' to name a DTypePolicy, got {name!r}.")
        self.name = dtype_policy().name if name is None else name
        if self.name.startswith("mixed_"):
            self.compute_dtype, self.variable_dtype = standardize_dtype(self.name[6:]), "float32"
        else:
            self.compute_dtype = self.variable_dtype = standardize_dtype(self.name)

    @property
    def quantization_mode(self) -> None:
        """None: these policies don't quantize.

        >>> DTypePolicy("float32").quantization_mode
        """
        return None

    def get_config(self) -> dict:
        """Return ``{"name": ...}``."""
        return {"name": self.name}

    def __eq__(self, other):
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f'<DTypePolicy "{self.name}">'


_default: list[DTypePolicy] = []


def dtype_policy() -> DTypePolicy:
    """Return the policy of layers that are given no dtype.

    >>> dtype_policy()
    <DTypePolicy "float32">
    """
    return _default[0] if _default else DTypePolicy(floatx())


def set_dtype_policy(policy: Any) -> None:
    """Set the policy of layers that are given no dtype.

    >>> set_dtype_policy("float64"); dtype_policy()
    <DTypePolicy "float64">
    >>> set_dtype_policy(None)
    """
    if not isinstance(policy, (str, dict, type, np.dtype, DTypePolicy, type(None))):
        raise ValueError(f"Invalid `policy` argument: expected a name such as 'float32' or a DTypePolicy, got {policy!r}.")
    _default[:] = [] if policy is None else [get(policy)]


def get(identifier: Any) -> DTypePolicy:
    """Turn None, a name, a config or a policy into a policy.

    >>> get({"class_name": "DTypePolicy", "config": {"name": "float64"}})
    <DTypePolicy "float64">
    """
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        policy = registry.deserialize({**identifier, "class_name": "DTypePolicy"})
        return policy
    if isinstance(identifier, str) and identifier.startswith("mixed_"):
        return DTypePolicy(identifier)
    return DTypePolicy(standardize_dtype(identifier))

"""`keras.mixed_precision`: the names that Keras 2 had for dtype policies."""

from __future__ import annotations

from minikeras._core.lazy import lazily
from minikeras.config import dtype_policy, set_dtype_policy
from minikeras.dtype_policies import DTypePolicy
from minikeras.optimizers import LossScaleOptimizer

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_policy = set_dtype_policy

__getattr__ = lazily(__name__)

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
    "set_policy",
]

"""minikeras: Keras on NumPy alone.

>>> import minikeras as keras
>>> model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
>>> model.compile(optimizer="sgd", loss="mse")
"""

import importlib
from typing import TYPE_CHECKING

from minikeras import (
    activations,
    callbacks,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    random,
    regularizers,
    saving,
)
from minikeras._core.dtypes import DTypePolicy
from minikeras._core.dtypes import DTypePolicy as FloatDTypePolicy
from minikeras._core.missing import missing
from minikeras._core.random import SeedGenerator
from minikeras._core.symbolic import InputSpec, KerasTensor
from minikeras._core.variable import Variable
from minikeras.initializers import Initializer
from minikeras.layers import Input, Layer
from minikeras.losses import Loss
from minikeras.metrics import Metric
from minikeras.models import Model, Sequential
from minikeras.optimizers import Optimizer
from minikeras.regularizers import Regularizer

if TYPE_CHECKING:  # for editors
    from minikeras import (
        applications,
        backend,
        config,
        datasets,
        dtype_policies,
        mixed_precision,
        ops,
        preprocessing,
        tensorboard,
        tree,
        utils,
        visualization,
        wrappers,
    )
    from minikeras._core.gradient_tape import GradientTape
    from minikeras._core.scopes import RematScope, device, name_scope, remat
    from minikeras.models.function import Function

__version__ = "0.7.0"

# imported when they are asked for
_LAZY = (
    "applications", "backend", "config", "datasets", "dtype_policies", "mixed_precision", "ops", "preprocessing", "tensorboard",
    "tree", "utils", "visualization", "wrappers",
)  # fmt: skip
_LAZY_NAMES = {
    "Function": "models.function",
    "GradientTape": "_core.gradient_tape",
    "RematScope": "_core.scopes",
    "device": "_core.scopes",
    "install_as_keras": "compat.finder",
    "load_ipython_extension": "compat.finder",
    "name_scope": "_core.scopes",
    "remat": "_core.scopes",
    "uninstall_as_keras": "compat.finder",
    "unload_ipython_extension": "compat.finder",
}


def __getattr__(name: str):
    try:
        if name in _LAZY:
            return importlib.import_module(f"minikeras.{name}")
        if name in _LAZY_NAMES:
            return getattr(importlib.import_module(f"minikeras.{_LAZY_NAMES[name]}"), name)
    except ModuleNotFoundError as error:
        raise AttributeError(f"module 'minikeras' has no attribute {name!r}: {error}") from error
    raise missing("minikeras", name)


def __dir__() -> list[str]:
    return __all__

__all__ = [
    "DTypePolicy",
    "FloatDTypePolicy",
    "Function",
    "GradientTape",
    "Initializer",
    "Input",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Regularizer",
    "RematScope",
    "SeedGenerator",
    "Sequential",
    "Variable",
    "__version__",
    "activations",
    "applications",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "device",
    "dtype_policies",
    "initializers",
    "install_as_keras",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "name_scope",
    "ops",
    "optimizers",
    "random",
    "regularizers",
    "remat",
    "saving",
    "tree",
    "uninstall_as_keras",
    "utils",
    "visualization",
    "wrappers",
]

"""minikeras: the Keras Sequential API on NumPy alone.

>>> import minikeras as keras
>>> model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
>>> model.compile(optimizer="sgd", loss="mse")
"""

import importlib

from minikeras import (
    activations,
    callbacks,
    config,
    constraints,
    dtype_policies,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    random,
    regularizers,
    saving,
    utils,
)
from minikeras._core.dtypes import DTypePolicy
from minikeras._core.gradient_tape import GradientTape
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

__version__ = "0.1.0"

_LAZY = ("ops", "tree")  # imported when they are asked for


def __getattr__(name: str):
    if name in _LAZY:
        return importlib.import_module(f"minikeras.{name}")
    raise AttributeError(f"module 'minikeras' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__

__all__ = [
    "DTypePolicy",
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
    "SeedGenerator",
    "Sequential",
    "Variable",
    "__version__",
    "activations",
    "callbacks",
    "config",
    "constraints",
    "dtype_policies",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "random",
    "regularizers",
    "saving",
    "tree",
    "utils",
]

"""Losses: how far predictions are from the truth, and in which direction to go, `keras.losses`.

>>> get("mse").__name__, get("Huber").delta
('mean_squared_error', 1.0)
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any

from minikeras._core.lazy import lazily
from minikeras._core.naming import snake_case
from minikeras._core.old_arguments import old_names
from minikeras._core.registry import Registry, home
from minikeras._core.serialize import serialize_keras_object
from minikeras.losses.loss import Loss, LossFunctionWrapper

if TYPE_CHECKING:  # for editors
    from minikeras.losses.classification import (
        BinaryCrossentropy,
        CategoricalCrossentropy,
        SparseCategoricalCrossentropy,
        binary_crossentropy,
        categorical_crossentropy,
        sparse_categorical_crossentropy,
    )
    from minikeras.losses.focal import (
        BinaryFocalCrossentropy,
        CategoricalFocalCrossentropy,
        CategoricalGeneralizedCrossEntropy,
        binary_focal_crossentropy,
        categorical_focal_crossentropy,
        categorical_generalized_cross_entropy,
    )
    from minikeras.losses.hinges import CategoricalHinge, Hinge, SquaredHinge, categorical_hinge, hinge, squared_hinge
    from minikeras.losses.probabilistic import KLDivergence, Poisson, kl_divergence, poisson
    from minikeras.losses.regression import (
        MeanAbsoluteError,
        MeanAbsolutePercentageError,
        MeanSquaredError,
        MeanSquaredLogarithmicError,
        QuadraticCost,
        mean_absolute_error,
        mean_absolute_percentage_error,
        mean_squared_error,
        mean_squared_logarithmic_error,
        quadratic_cost,
    )
    from minikeras.losses.robust import Huber, LogCosh, huber, log_cosh
    from minikeras.losses.segmentation import Dice, Tversky, dice, tversky
    from minikeras.losses.sequence import CTC, ctc
    from minikeras.losses.similarity import Circle, CosineSimilarity, circle, cosine_similarity

registry = Registry("keras.losses")
registry.register(Loss)
registry.register(LossFunctionWrapper)

#: Each function, the class around it, and the other names that Keras 3 or 2 gave to the function; by the modules they stand in.
FAMILIES = {
    "classification": [
        ("binary_crossentropy", "BinaryCrossentropy", "bce BCE"),
        ("categorical_crossentropy", "CategoricalCrossentropy", ""),
        ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", ""),
    ],
    "focal": [
        ("binary_focal_crossentropy", "BinaryFocalCrossentropy", ""),
        ("categorical_focal_crossentropy", "CategoricalFocalCrossentropy", ""),
        ("categorical_generalized_cross_entropy", "CategoricalGeneralizedCrossEntropy", ""),
    ],
    "hinges": [
        ("categorical_hinge", "CategoricalHinge", ""),
        ("hinge", "Hinge", ""),
        ("squared_hinge", "SquaredHinge", ""),
    ],
    "probabilistic": [
        ("kl_divergence", "KLDivergence", "kld KLD kullback_leibler_divergence"),
        ("poisson", "Poisson", ""),
    ],
    "regression": [
        ("mean_absolute_error", "MeanAbsoluteError", "mae MAE"),
        ("mean_absolute_percentage_error", "MeanAbsolutePercentageError", "mape MAPE"),
        ("mean_squared_error", "MeanSquaredError", "mse MSE"),
        ("mean_squared_logarithmic_error", "MeanSquaredLogarithmicError", "msle MSLE"),
        ("quadratic_cost", "QuadraticCost", ""),
    ],
    "robust": [
        ("huber", "Huber", "huber_loss"),
        ("log_cosh", "LogCosh", "logcosh"),
    ],
    "segmentation": [
        ("dice", "Dice", ""),
        ("tversky", "Tversky", ""),
    ],
    "sequence": [
        ("ctc", "CTC", ""),
    ],
    "similarity": [
        ("circle", "Circle", ""),
        ("cosine_similarity", "CosineSimilarity", "cosine_proximity cosine"),
    ],
}
_LATER = {module: " ".join(f"{function} {cls}" for function, cls, _ in family) for module, family in FAMILIES.items()}
FUNCTIONS = {function: cls for family in FAMILIES.values() for function, cls, _ in family}  # with the class around each
#: Other names -> the function.
ALIASES = {alias: function for family in FAMILIES.values() for function, _, aliases in family for alias in aliases.split()}
__getattr__ = old_names(
    __name__,
    {alias: f"{__name__}:{function}" for alias, function in ALIASES.items()}
    | {"Reduction": "minikeras.losses.reduction:Reduction"},
    lazily(__name__, _LATER, {}, registry, functions=True),
)
registry.table.later({alias: (__name__, function) for alias, function in ALIASES.items()}, registry.register)


def get(identifier: Any) -> Any:
    """Return the loss that a name, a config, a class, a function or a loss stands for; None for None.

    >>> get("mae").__name__, get({"class_name": "Huber", "config": {"delta": 2.0}}).delta
    ('mean_absolute_error', 2.0)
    """
    return None if identifier is None else registry.get(identifier)


def serialize(loss: Any) -> Any:
    """Return the config of a loss.

    >>> serialize(get("Huber"))["config"]["delta"]
    1.0
    """
    return serialize_keras_object(loss)


def deserialize(name: Any, custom_objects: dict | None = None) -> Any:
    """Build a loss from its name or config.

    >>> deserialize("mse").__name__
    'mean_squared_error'
    """
    return registry.deserialize(name, custom_objects)


def resolve(identifier: Any, y_true_shape: tuple | None = None, output_shape: tuple | None = None) -> Loss | None:
    """Return the `Loss` to train with: functions get the class around them, under the name they were asked for by.

    Args:
        identifier: as `get` takes it; also "crossentropy" or "ce", which the shapes decide.
        y_true_shape: the shape of the targets, needed for "crossentropy".
        output_shape: the shape of the predictions, needed for "crossentropy".

    >>> resolve("mse"), resolve("ce", (8,), (8, 3))
    (<MeanSquaredError name=mse, reduction=sum_over_batch_size>,
     <SparseCategoricalCrossentropy name=ce, reduction=sum_over_batch_size>)
    """
    found = _crossentropy(y_true_shape, output_shape) if str(identifier).lower() in ("crossentropy", "ce") else get(identifier)
    if found is None or isinstance(found, Loss):
        return found
    name = identifier if isinstance(identifier, str) else getattr(found, "name", None)
    name = name or snake_case(getattr(found, "__name__", type(found).__name__))
    known = isinstance(found, FunctionType) and home(found) is registry
    return registry.table[FUNCTIONS[found.__name__]](name=name) if known else LossFunctionWrapper(found, name=name)


def _crossentropy(y_true_shape: tuple | None, output_shape: tuple | None) -> Callable:
    if y_true_shape is None or output_shape is None:
        raise ValueError("The loss 'crossentropy' is chosen by the shapes of targets and predictions, not known here.")
    if output_shape[-1] == 1:
        return get("binary_crossentropy")
    sparse = len(y_true_shape) < len(output_shape) or y_true_shape[-1] == 1
    return get("sparse_categorical_crossentropy" if sparse else "categorical_crossentropy")


__all__ = [
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CTC",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "Dice",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "LossFunctionWrapper",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "QuadraticCost",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "ctc",
    "deserialize",
    "dice",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "quadratic_cost",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
]


def __dir__() -> list[str]:
    return __all__

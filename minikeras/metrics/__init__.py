"""Metrics: what ``compile(metrics=[...])`` watches, by Keras' names, numbers and configs.

update_state(y_true, y_pred, sample_weight=None)    result()    reset_state()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minikeras import losses
from minikeras._core.custom import find_custom
from minikeras._core.lazy import lazily
from minikeras._core.naming import snake_case
from minikeras._core.old_arguments import old_names
from minikeras._core.registry import Registry
from minikeras._core.serialize import serialize_keras_object
from minikeras.metrics.metric import Metric
from minikeras.metrics.reduction import Mean, MeanMetricWrapper, Sum

if TYPE_CHECKING:  # for editors
    from minikeras.losses import (
        binary_crossentropy,
        binary_focal_crossentropy,
        categorical_crossentropy,
        categorical_focal_crossentropy,
        categorical_hinge,
        hinge,
        huber,
        kl_divergence,
        log_cosh,
        mean_absolute_error,
        mean_absolute_percentage_error,
        mean_squared_error,
        mean_squared_logarithmic_error,
        poisson,
        sparse_categorical_crossentropy,
        squared_hinge,
    )
    from minikeras.metrics.accuracy import (
        Accuracy,
        BinaryAccuracy,
        CategoricalAccuracy,
        SparseCategoricalAccuracy,
        SparseTopKCategoricalAccuracy,
        TopKCategoricalAccuracy,
        binary_accuracy,
        categorical_accuracy,
        sparse_categorical_accuracy,
        sparse_top_k_categorical_accuracy,
        top_k_categorical_accuracy,
    )
    from minikeras.metrics.confusion import FalseNegatives, FalsePositives, Precision, Recall, TrueNegatives, TruePositives
    from minikeras.metrics.correlation import (
        ConcordanceCorrelation,
        PearsonCorrelation,
        concordance_correlation,
        pearson_correlation,
    )
    from minikeras.metrics.curves import (
        AUC,
        PrecisionAtRecall,
        RecallAtPrecision,
        SensitivityAtSpecificity,
        SpecificityAtSensitivity,
    )
    from minikeras.metrics.f_score import F1Score, FBetaScore
    from minikeras.metrics.hinges import CategoricalHinge, Hinge, SquaredHinge
    from minikeras.metrics.iou import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
    from minikeras.metrics.probabilistic import (
        BinaryCrossentropy,
        CategoricalCrossentropy,
        KLDivergence,
        Poisson,
        SparseCategoricalCrossentropy,
    )
    from minikeras.metrics.regression import (
        CosineSimilarity,
        LogCoshError,
        MeanAbsoluteError,
        MeanAbsolutePercentageError,
        MeanSquaredError,
        MeanSquaredLogarithmicError,
        R2Score,
        RootMeanSquaredError,
    )

registry = Registry("keras.metrics")
for _class in (Metric, Mean, MeanMetricWrapper, Sum):
    registry.register(_class)

_LATER = {
    "accuracy": (
        "Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy SparseTopKCategoricalAccuracy "
        "TopKCategoricalAccuracy binary_accuracy categorical_accuracy sparse_categorical_accuracy "
        "sparse_top_k_categorical_accuracy top_k_categorical_accuracy"
    ),
    "confusion": "FalseNegatives FalsePositives Precision Recall TrueNegatives TruePositives",
    "correlation": "ConcordanceCorrelation PearsonCorrelation concordance_correlation pearson_correlation",
    "curves": "AUC PrecisionAtRecall RecallAtPrecision SensitivityAtSpecificity SpecificityAtSensitivity",
    "f_score": "F1Score FBetaScore",
    "hinges": "CategoricalHinge Hinge SquaredHinge",
    "iou": "BinaryIoU IoU MeanIoU OneHotIoU OneHotMeanIoU",
    "probabilistic": "BinaryCrossentropy CategoricalCrossentropy KLDivergence Poisson SparseCategoricalCrossentropy",
    "regression": (
        "CosineSimilarity LogCoshError MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError "
        "MeanSquaredLogarithmicError R2Score RootMeanSquaredError"
    ),
    losses.__name__: (
        "binary_crossentropy binary_focal_crossentropy categorical_crossentropy categorical_focal_crossentropy "
        "categorical_hinge hinge huber kl_divergence log_cosh mean_absolute_error mean_absolute_percentage_error "
        "mean_squared_error mean_squared_logarithmic_error poisson sparse_categorical_crossentropy squared_hinge"
    ),
}
_SHORT = {"mse": "mean_squared_error", "mae": "mean_absolute_error", "mape": "mean_absolute_percentage_error"}
_SHORT |= {"msle": "mean_squared_logarithmic_error", "kld": "kl_divergence", "bce": "binary_crossentropy"}
_SHORT |= {name.upper(): function for name, function in _SHORT.items()}
_SHORT |= {"kullback_leibler_divergence": "kl_divergence", "logcosh": "log_cosh"}
_NAMES = [
    *(cls.__name__ for cls in (Metric, Mean, MeanMetricWrapper, Sum)),
    *(name for names in _LATER.values() for name in names.split() if name[0].isupper()),
]
_BY_SNAKE_CASE = {snake_case(name): name for name in _NAMES}  # as a name, "binary_accuracy" is the class
registry.table.later(  # "kld", "logcosh" and other names of losses
    {
        name: (losses.__name__, losses.ALIASES.get(name, name))
        for name in (*losses.FUNCTIONS, *losses.ALIASES)
        if name not in _BY_SNAKE_CASE
    },
    None,
)
__getattr__ = old_names(
    __name__,
    {name: f"{__name__}:{function}" for name, function in _SHORT.items()},
    lazily(__name__, _LATER, {}, registry, functions=True),
)
registry.table.later(  # as names, these are the classes
    {
        name: (f"{__name__}.{module}", cls)
        for module, cls, names in (
            ("probabilistic", "BinaryCrossentropy", "bce BCE"),
            ("regression", "MeanAbsoluteError", "mae MAE"),
            ("regression", "MeanAbsolutePercentageError", "mape MAPE"),
            ("regression", "MeanSquaredError", "mse MSE"),
            ("regression", "MeanSquaredLogarithmicError", "msle MSLE"),
        )
        for name in names.split()
    },
    registry.register,
)


def get(identifier: Any) -> Any:
    """Turn a name, a config, a class, an object or a function into a metric or a function; None stays None.

    >>> get("mse"), get("binary_accuracy"), get(losses.huber).__name__
    (<MeanSquaredError name=mean_squared_error>, <BinaryAccuracy name=binary_accuracy>, 'huber')
    >>> get("acuracy")
    Traceback (most recent call last):
    ValueError: Unknown name in keras.metrics: 'acuracy'. Did you mean 'accuracy'? ...
    """
    if identifier is None:
        return None
    if isinstance(identifier, str) and find_custom(identifier) is None:
        identifier = registry.table[_BY_SNAKE_CASE[identifier]] if identifier in _BY_SNAKE_CASE else identifier
    return registry.get(identifier)


def serialize(metric: Any) -> Any:
    """Return the config of a metric or a function.

    >>> serialize(get("BinaryAccuracy"))["config"]
    {'name': 'binary_accuracy', 'dtype': 'float32', 'threshold': 0.5}
    """
    return serialize_keras_object(metric)


def deserialize(config: Any, custom_objects: dict | None = None) -> Any:
    """Build a metric from its config or name.

    >>> deserialize({"class_name": "BinaryAccuracy", "config": {"threshold": 0.25}}).threshold
    0.25
    """
    if isinstance(config, str) and find_custom(config, custom_objects) is None:
        return get(config)
    return registry.deserialize(config, custom_objects)


def resolve(identifier: Any, loss: Any = None, target_shape: tuple | None = None, output_shape: tuple | None = None) -> Metric:
    """Return the metric that an entry of ``compile(metrics=[...])`` means.

    "accuracy" ("acc") and "crossentropy" ("ce") are binary for outputs of one unit, sparse categorical for targets with an axis
    less than the output or a last axis of 1, else categorical. A name given as a string is the name in ``History``;
    functions are averaged under their own name.

    Args:
        identifier: a name, a config, a class, a function ``f(y_true, y_pred)`` or a metric.
        loss: the model's loss. As in Keras 3, shapes decide and not the loss; but where its predictions are logits "accuracy"
            has its threshold at 0, and there is a hint for metrics that take logits for probabilities.
        target_shape: shape of the targets, the batch first.
        output_shape: shape of the model's output, the batch first.

    >>> resolve("accuracy", target_shape=(None, 1), output_shape=(None, 1))
    <BinaryAccuracy name=accuracy>
    >>> resolve("acc", target_shape=(None,), output_shape=(None, 10))
    <SparseCategoricalAccuracy name=acc>
    >>> resolve("mse"), resolve(losses.huber)
    (<MeanSquaredError name=mse>, <MeanMetricWrapper name=huber>)
    """
    if identifier is None:
        raise ValueError("An entry of metrics should be a name, a function or a Metric, got None.")
    takes_logits = getattr(loss, "takes_logits", False)
    if takes_logits:  # asks for modules that few need
        from minikeras.metrics.logits import arguments_for_logits, hint
    kinds = _BY_SHAPE.get(identifier.lower()) if isinstance(identifier, str) else None
    if kinds and find_custom(identifier) is None:
        if target_shape is None or output_shape is None:
            shapes = f"got {target_shape} and {output_shape}"
            raise ValueError(f"The metric {identifier!r} depends on the shapes of targets and outputs, {shapes}.")
        binary = output_shape[-1] == 1
        sparse = len(target_shape) < len(output_shape) or target_shape[-1] == 1
        cls = registry.table[kinds[0 if binary else 1 if sparse else 2]]
        metric = cls(**arguments_for_logits(cls)) if takes_logits else cls()
    else:
        metric = get(identifier)
    if isinstance(identifier, str):
        name = identifier
    else:
        name = getattr(metric, "name", None) or snake_case(getattr(metric, "__name__", type(metric).__name__))
    if not isinstance(metric, Metric):
        metric = MeanMetricWrapper(metric, name=name)
    if name in ("loss", "val_loss"):
        raise ValueError(f"A metric can't be called {name!r}: the loss stands under that name in History. Give it another one.")
    metric.name = name
    if takes_logits and hint(metric) and not kinds:
        metric._warn_once(hint(metric))
    return metric


_ACCURACIES = "BinaryAccuracy", "SparseCategoricalAccuracy", "CategoricalAccuracy"
_CROSSENTROPIES = "BinaryCrossentropy", "SparseCategoricalCrossentropy", "CategoricalCrossentropy"
_BY_SHAPE = {"accuracy": _ACCURACIES, "acc": _ACCURACIES, "crossentropy": _CROSSENTROPIES, "ce": _CROSSENTROPIES}

__all__ = [
    "AUC",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "BinaryIoU",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "ConcordanceCorrelation",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "Hinge",
    "IoU",
    "KLDivergence",
    "LogCoshError",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanIoU",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "OneHotIoU",
    "OneHotMeanIoU",
    "PearsonCorrelation",
    "Poisson",
    "Precision",
    "PrecisionAtRecall",
    "R2Score",
    "Recall",
    "RecallAtPrecision",
    "RootMeanSquaredError",
    "SensitivityAtSpecificity",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SpecificityAtSensitivity",
    "SquaredHinge",
    "Sum",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "binary_accuracy",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "concordance_correlation",
    "deserialize",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "pearson_correlation",
    "poisson",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
]


def __dir__() -> list[str]:
    return __all__

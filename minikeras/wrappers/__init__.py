"""Models as scikit-learn estimators: in pipelines, grid searches and cross-validation. Needs scikit-learn."""

from typing import TYPE_CHECKING

from minikeras._core.lazy import lazily

if TYPE_CHECKING:  # for editors
    from minikeras.wrappers.sklearn_wrapper import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer

__getattr__ = lazily(__name__, {"sklearn_wrapper": "SKLearnClassifier SKLearnRegressor SKLearnTransformer"}, {})

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"]


def __dir__() -> list[str]:
    return __all__

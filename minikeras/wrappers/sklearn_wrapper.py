"""The wrappers of Keras 3: a compiled model, or a function that makes one, becomes an estimator."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minikeras._core.random import global_state, set_global_state, set_random_seed
from minikeras.models import Model, clone_model
from minikeras.wrappers.targets import OneHot, Targets, classes_of

try:
    from sklearn import get_config
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        f"The wrappers in keras.wrappers need scikit-learn 1.6 or newer: pip install -U scikit-learn ({error})."
    ) from error


class SKLBase(BaseEstimator):
    """What the three wrappers have in common.

    Args:
        model: a compiled model, of which every `fit` trains a fresh clone; or a function of ``X`` and ``y`` (and of
            ``model_kwargs``) that returns a compiled model.
        warm_start: go on with the weights of the last `fit`, and with the model itself instead of a clone.
        model_kwargs: further arguments of that function.
        fit_kwargs: arguments of ``Model.fit``; those given to `fit` go before.
        random_state: an integer makes every `fit` the same; None goes on from where randomness stands.

    Attributes:
        model_: the trained model.
        history_: its `History`.
    """

    def __init__(
        self,
        model: Model | Callable,
        warm_start: bool = False,
        model_kwargs: dict | None = None,
        fit_kwargs: dict | None = None,
        random_state: Any = None,
    ):
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs
        self.random_state = random_state

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags

    def __sklearn_clone__(self):
        arguments = self.get_params(deep=False)  # the model is shared: fit clones it
        return type(self)(**{name: dict(value) if isinstance(value, dict) else value for name, value in arguments.items()})

    @property
    def epoch_(self) -> int:
        """How many epochs the last `fit` trained."""
        return len(self.history_.epoch) if hasattr(self, "history_") else 0

    def set_fit_request(self, **kwargs):
        """Say which further arguments of `fit` scikit-learn's metadata routing passes on."""
        if not get_config().get("enable_metadata_routing", False):
            raise RuntimeError("set_fit_request() needs sklearn.set_config(enable_metadata_routing=True).")
        requests = self._get_metadata_request()
        for name, alias in kwargs.items():
            requests.fit.add_request(param=name, alias=alias)
        self._metadata_request = requests
        return self

    def fit(self, X: Any, y: Any, **kwargs):
        """Train a model on X and y.

        Args:
            X: one row per sample.
            y: one target, or one row of targets, per sample.
            **kwargs: arguments of ``Model.fit``.
        """
        X, y = validate_data(self, X, y, multi_output=True)
        self._targets = self._learn_targets(y, kwargs.get("sample_weight"))
        y = self._targets.encode(y)
        with seeded(self.random_state):
            model = self._new_model(X, y)
            self.history_ = model.fit(X, y, **{**(self.fit_kwargs or {}), **kwargs})
        self.model_ = model
        return self

    def _learn_targets(self, y: np.ndarray, weights: Any) -> Targets:
        return Targets(y)

    def _new_model(self, X: Any, y: Any) -> Model:
        if self.warm_start and hasattr(self, "model_"):
            return self.model_
        if not isinstance(self.model, Model):
            model = self.model(X=X, y=y, **(self.model_kwargs or {}))
        elif self.warm_start:
            model = self.model
        else:
            model = clone_model(self.model)
            if self.model.compiled and not model.compiled:
                model.compile_from_config(self.model.get_compile_config())
        if not getattr(model, "compiled", False) or not model.loss or not model.optimizer:
            raise RuntimeError(f"The model of {type(self).__name__} must be compiled, with loss and optimizer, got {model!r}.")
        self._check_width(model, y)
        return model

    def _check_width(self, model: Model, y: Any) -> None:
        """Raise an error where the model can't learn such targets."""

    def _raw(self, X: Any) -> Any:
        check_is_fitted(self, "model_")
        verbose = (self.fit_kwargs or {}).get("verbose", "auto")
        return self.model_.predict(validate_data(self, X, reset=False), verbose=verbose)

    def predict(self, X: Any) -> np.ndarray:
        """Return a prediction for each row of X."""
        raw = self._raw(X)
        return self._targets.decode(raw)


class SKLearnClassifier(ClassifierMixin, SKLBase):
    """A model as a scikit-learn classifier; it is trained on targets in one-hot form.

    Labels may be numbers or strings. Rows of zeros and ones are taken as several labels each, rows of classes as several
    targets, for each of which the model has an output.

    Args:
        model, warm_start, model_kwargs, fit_kwargs, random_state: a compiled model, or a function
            ``model(X, y, **model_kwargs)`` that makes one; whether to train on in the next `fit`; arguments of ``Model.fit``; a
            seed for each `fit`.

    Attributes:
        classes_: the labels, sorted.

    >>> import minikeras as keras
    >>> def net(X, y, units=8):
    ...     model = keras.Sequential([keras.layers.Dense(units, "tanh"), keras.layers.Dense(y.shape[1], "softmax")])
    ...     model.compile("adam", "categorical_crossentropy")
    ...     return model
    >>> X = np.array([[0.0], [1.0]] * 20); y = np.array(["no", "yes"] * 20)
    >>> keras.utils.set_random_seed(0)
    >>> SKLearnClassifier(net, fit_kwargs={"epochs": 60, "verbose": 0}).fit(X, y).predict([[0.0], [1.0]]).tolist()
    ['no', 'yes']
    """

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags

    def _learn_targets(self, y: np.ndarray, weights: Any) -> OneHot:
        targets = OneHot(y)
        self.classes_ = targets.classes
        if classes_of(y if weights is None else y[np.asarray(weights) != 0]) == 1:
            counted = "" if weights is None else " where sample_weight is not 0"
            raise ValueError(f"Classifier can't train when only one class is present{counted}.")
        return targets

    def _check_width(self, model: Model, y: Any) -> None:
        found = model.output_shape if model.built and not isinstance(model.output_shape, list) else ()
        if isinstance(y, np.ndarray) and y.ndim == 2 and y.shape[1] == 2 and tuple(found) == (None, 1):
            raise ValueError(
                "SKLearnClassifier trains on targets in one-hot form, as in Keras: two classes want a last layer Dense(2, "
                "activation='softmax') and loss='categorical_crossentropy'; this model has one output."
            )

    def decision_function(self, X: Any) -> np.ndarray:
        """Return what the model gives; of two classes, and of labels, numbers above zero for yes, as scikit-learn wants."""
        raw = self._raw(X)
        if self._targets.labels:
            return raw - 0.5
        return raw[:, 1] - raw[:, 0] if self._targets.kind == "binary" and raw.shape[1] == 2 else raw

    def predict_proba(self, X: Any) -> Any:
        """Return the probability of each class, in the order of ``classes_``."""
        raw = self._raw(X)
        activation = getattr(self.model_.layers[-1], "activation", None)
        return self._targets.probabilities(raw, are_logits=getattr(activation, "__name__", "") == "linear")


class SKLearnRegressor(RegressorMixin, SKLBase):
    """A model as a scikit-learn regressor, of one number per sample or of several.

    Args:
        model, warm_start, model_kwargs, fit_kwargs, random_state: a compiled model, or a function
            ``model(X, y, **model_kwargs)`` that makes one; whether to train on in the next `fit`; arguments of ``Model.fit``; a
            seed for each `fit`.

    >>> import minikeras as keras
    >>> model = keras.Sequential([keras.layers.Dense(1, kernel_initializer="zeros")]); model.compile("sgd", "mse")
    >>> X = np.array([[1.0], [2.0], [3.0]])
    >>> SKLearnRegressor(model, fit_kwargs={"epochs": 500, "verbose": 0}).fit(X, [2.0, 4.0, 6.0]).predict([[5.0]]).round(1)
    array([9.7])
    """

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        tags.target_tags.multi_output = True
        return tags


class SKLearnTransformer(TransformerMixin, SKLBase):
    """A model as a scikit-learn transformer: what it predicts goes to the next step of a pipeline.

    Args:
        model, warm_start, model_kwargs, fit_kwargs, random_state: a compiled model, or a function
            ``model(X, y, **model_kwargs)`` that makes one; whether to train on in the next `fit`; arguments of ``Model.fit``; a
            seed for each `fit`.

    >>> import minikeras as keras
    >>> model = keras.Sequential([keras.layers.Dense(2)]); model.compile("sgd", "mse")
    >>> SKLearnTransformer(model, fit_kwargs={"verbose": 0}).fit_transform(np.eye(3), np.zeros((3, 2))).shape
    (3, 2)
    """

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        tags.target_tags.multi_output = True
        return tags

    def transform(self, X: Any) -> np.ndarray:
        """Return what the model predicts for each row of X."""
        return self._raw(X)


@contextlib.contextmanager
def seeded(random_state: Any) -> Iterator[None]:
    """Draw from a seed in the block, then go on from where randomness stood.

    >>> with seeded(1): a = np.random.random()
    >>> with seeded(1): b = np.random.random()
    >>> a == b, a == np.random.random()
    (True, False)
    """
    if random_state is None:
        yield
        return
    states = random.getstate(), np.random.get_state(), global_state()
    set_random_seed(int(check_random_state(random_state).randint(2**31 - 1)))
    try:
        yield
    finally:
        random.setstate(states[0]), np.random.set_state(states[1]), set_global_state(states[2])

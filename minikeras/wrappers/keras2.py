"""The wrappers of Keras 2, `keras.wrappers.scikit_learn`: a function that makes a model becomes an estimator."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.models import Sequential
from minikeras.utils import to_categorical

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
except ImportError as error:
    raise ImportError(f"keras.wrappers.scikit_learn needs scikit-learn: pip install scikit-learn ({error}).") from error

__all__ = ["KerasClassifier", "KerasRegressor"]

_OLD = {"nb_epoch": "epochs"}


class BaseWrapper(BaseEstimator):
    """What the two have in common.

    Args:
        build_fn: returns a compiled model; a function, an object that can be called, or None where a subclass has ``__call__``.
        **sk_params: arguments of ``build_fn`` and of the model's `fit`, `predict` and `evaluate`, told apart by their names.
    """

    def __init__(self, build_fn: Callable | None = None, **sk_params):
        self.build_fn = build_fn
        self.sk_params = sk_params
        self.check_params(sk_params)

    def _builder(self) -> Callable:
        if self.build_fn is None:
            return self.__call__
        return self.build_fn if inspect.isroutine(self.build_fn) else self.build_fn.__call__

    def check_params(self, params: dict) -> None:
        """Raise where an argument is nobody's."""
        builder = self._builder() if self.build_fn is not None or callable(self) else None
        if builder is not None and _takes_any(builder):
            return
        takers = [Sequential.fit, Sequential.predict, Sequential.evaluate, *([builder] if builder else [])]
        legal = set().union(*map(_names, takers))
        for name in params:
            if name not in legal and name not in _OLD:
                raise ValueError(f"{name} is not a legal parameter")

    def get_params(self, deep: bool = True) -> dict:
        """Return the arguments that this was made with."""
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params):
        """Change some of the arguments."""
        self.check_params({name: value for name, value in params.items() if name != "build_fn"})
        self.build_fn = params.pop("build_fn", self.build_fn)
        self.sk_params.update(params)
        return self

    def filter_sk_params(self, fn: Callable, override: dict | None = None) -> dict:
        """Return those of the arguments that a function takes."""
        known = {_OLD.get(name, name): value for name, value in self.sk_params.items()}
        names = _names(fn)
        return {**{name: value for name, value in known.items() if name in names}, **(override or {})}

    def fit(self, x: Any, y: Any, **kwargs) -> Any:
        """Make a model and train it; returns its `History`, as Keras 2 did."""
        builder = self._builder()
        taken = self.sk_params if _takes_any(builder) else self.filter_sk_params(builder)
        self.model = builder(**taken)
        loss = self.model.loss if isinstance(self.model.loss, str) else getattr(self.model.loss, "__name__", None)
        if loss == "categorical_crossentropy" and np.ndim(y) != 2:
            y = to_categorical(y)
        given = {_OLD.get(name, name): value for name, value in kwargs.items()}
        return self.model.fit(x, y, **{**self.filter_sk_params(Sequential.fit), **given})

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model")


class KerasClassifier(ClassifierMixin, BaseWrapper):
    """A function that makes a model, as a scikit-learn classifier, as Keras 2 has it.

    Args:
        build_fn: returns a compiled model.
        **sk_params: its arguments, and those of the model's `fit`, `predict` and `evaluate`.

    >>> import minikeras as keras
    >>> def net(units=4):
    ...     model = keras.Sequential([keras.layers.Dense(units, "tanh"), keras.layers.Dense(1, "sigmoid")])
    ...     model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    ...     return model
    >>> keras.utils.set_random_seed(1)
    >>> classifier = KerasClassifier(build_fn=net, units=8, epochs=60, verbose=0)
    >>> X = np.array([[0.0], [1.0]] * 20); _ = classifier.fit(X, [3, 5] * 20)
    >>> classifier.predict(X[:2]), classifier.score(X, [3, 5] * 20), classifier.predict_proba(X[:2]).shape
    (array([3, 5]), 1.0, (2, 2))
    """

    _estimator_type = "classifier"

    def fit(self, x: Any, y: Any, **kwargs) -> Any:
        """Make a model and train it on classes, as numbers or names, or in one-hot form."""
        y = np.array(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim == 1 or y.ndim == 2 and y.shape[1] == 1:
            self.classes_ = np.unique(y)
            y = np.searchsorted(self.classes_, y)
        else:
            raise ValueError(f"Invalid shape for y: {y.shape}")
        self.n_classes_ = len(self.classes_)
        return super().fit(x, y, **kwargs)

    def predict(self, x: Any, **kwargs) -> np.ndarray:
        """Return the likeliest class of each row."""
        raw = self.model.predict(x, **self.filter_sk_params(Sequential.predict, kwargs))
        return self.classes_[np.argmax(raw, axis=-1) if raw.shape[-1] > 1 else (raw > 0.5).astype("int32").reshape(-1)]

    predict_classes = predict

    def predict_proba(self, x: Any, **kwargs) -> np.ndarray:
        """Return the probability of each class."""
        raw = self.model.predict(x, **self.filter_sk_params(Sequential.predict, kwargs))
        return np.hstack([1 - raw, raw]) if raw.shape[1] == 1 else raw

    def score(self, x: Any, y: Any, **kwargs) -> float:
        """Return the accuracy; the model must have been compiled with it."""
        y = np.searchsorted(self.classes_, y) if np.ndim(y) == 1 or np.shape(y)[1] == 1 else np.asarray(y)
        loss = self.model.loss if isinstance(self.model.loss, str) else getattr(self.model.loss, "__name__", None)
        if loss == "categorical_crossentropy" and y.ndim != 2:
            y = to_categorical(y, self.n_classes_)
        results = self.model.evaluate(x, y, return_dict=True, **self.filter_sk_params(Sequential.evaluate, kwargs))
        for name in ("accuracy", "acc"):
            if name in results:
                return float(results[name])
        raise ValueError("The model is not configured to compute accuracy: compile it with metrics=['accuracy'].")


class KerasRegressor(RegressorMixin, BaseWrapper):
    """A function that makes a model, as a scikit-learn regressor, as Keras 2 has it.

    Args:
        build_fn: returns a compiled model.
        **sk_params: its arguments, and those of the model's `fit`, `predict` and `evaluate`.

    >>> import minikeras as keras
    >>> def line():
    ...     model = keras.Sequential([keras.layers.Dense(1, kernel_initializer="zeros")]); model.compile("sgd", "mse")
    ...     return model
    >>> regressor = KerasRegressor(line, nb_epoch=300, verbose=0)
    >>> _ = regressor.fit(np.array([[1.0], [2.0]]), [1.0, 2.0])
    >>> regressor.predict(np.array([[3.0]])).round(1)
    array([2.8], dtype=float32)
    """

    _estimator_type = "regressor"

    def predict(self, x: Any, **kwargs) -> np.ndarray:
        """Return a number for each row."""
        return np.squeeze(self.model.predict(x, **self.filter_sk_params(Sequential.predict, kwargs)), -1)

    def score(self, x: Any, y: Any, **kwargs) -> float:
        """Return minus the loss, so that more is better."""
        loss = self.model.evaluate(x, y, **self.filter_sk_params(Sequential.evaluate, kwargs))
        return -float(loss[0] if isinstance(loss, list) else loss)


def _names(fn: Callable) -> set[str]:
    return set(inspect.signature(fn).parameters) - {"self", "args", "kwargs"}


def _takes_any(fn: Callable) -> bool:
    return any(p.kind is p.VAR_KEYWORD for p in inspect.signature(fn).parameters.values())

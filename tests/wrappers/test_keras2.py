"""The wrappers of Keras 2, as the notebooks of its time use them."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder, StandardScaler

import minikeras as keras
from minikeras.wrappers.keras2 import KerasClassifier, KerasRegressor

X, Y = load_iris(return_X_y=True)


def iris(units=8, optimizer="adam", metrics=("accuracy",)):
    model = keras.Sequential()
    model.add(keras.layers.Dense(units, input_dim=4, activation="relu"))
    model.add(keras.layers.Dense(3, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer=optimizer, metrics=list(metrics))
    return model


def test_the_iris_notebook():
    keras.utils.set_random_seed(3)
    names = LabelEncoder().fit_transform(np.array(["setosa", "versicolor", "virginica"])[Y])
    estimator = KerasClassifier(build_fn=iris, epochs=60, batch_size=5, verbose=0)
    scores = cross_val_score(estimator, X, keras.utils.to_categorical(names), cv=KFold(3, shuffle=True, random_state=0))
    assert scores.mean() > 0.8


def test_a_grid_over_arguments_of_the_function_and_of_fit():
    search = GridSearchCV(KerasClassifier(iris, verbose=0), {"units": [8], "epochs": [1, 80], "batch_size": [10]}, cv=2)
    assert search.fit(X[::2], Y[::2]).best_params_["epochs"] == 80
    assert search.best_estimator_.sk_params == {"verbose": 0, "units": 8, "epochs": 80, "batch_size": 10}


def test_classes_scores_and_probabilities():
    estimator = KerasClassifier(iris, nb_epoch=2, verbose=0)
    history = estimator.fit(X, Y + 10)
    assert len(history.epoch) == 2 and list(estimator.classes_) == [10, 11, 12] and estimator.n_classes_ == 3
    assert set(estimator.predict(X)) <= {10, 11, 12} and estimator.predict_proba(X).shape == (150, 3)
    assert estimator.score(X, Y + 10) == pytest.approx(np.mean(estimator.predict(X) == Y + 10))
    blind = KerasClassifier(iris, metrics=(), verbose=0)
    blind.fit(X, Y)
    with pytest.raises(ValueError, match="accuracy"):
        blind.score(X, Y)


def test_a_regressor_in_a_pipeline():
    def line():
        model = keras.Sequential([keras.layers.Dense(1, input_dim=4)])
        model.compile(loss="mean_squared_error", optimizer="sgd")
        return model

    pipe = Pipeline([("scale", StandardScaler()), ("mlp", KerasRegressor(build_fn=line, epochs=60, verbose=0))])
    pipe.fit(X, X @ [1.0, 2.0, 0.0, -1.0])
    assert pipe.predict(X).shape == (150,) and -1 < pipe.score(X, X @ [1.0, 2.0, 0.0, -1.0]) <= 0


def test_parameters():
    with pytest.raises(ValueError, match="unitz is not a legal parameter"):
        KerasClassifier(iris, unitz=3)
    estimator = KerasClassifier(iris, units=3, epochs=2)
    assert clone(estimator).get_params() == estimator.get_params() == {"units": 3, "epochs": 2, "build_fn": iris}
    assert estimator.set_params(units=5).get_params()["units"] == 5
    assert estimator.filter_sk_params(keras.Sequential.fit, {"verbose": 0}) == {"epochs": 2, "verbose": 0}


def test_a_class_that_builds_itself():
    class Own(KerasClassifier):
        def __call__(self, units):
            return iris(units)

    own = Own(units=5, epochs=1, verbose=0)
    own.fit(X, Y)
    assert own.model.layers[0].units == 5

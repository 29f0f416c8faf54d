"""scikit-learn's own judges: check_estimator, pipelines, searches, calibration, clone and pickle."""

import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification, make_multilabel_classification, make_regression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import minikeras as keras
from minikeras.wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer
from tests.pace import some_quick


def net(X, y, loss="categorical_crossentropy", last="softmax", units=16):
    width = y.shape[1] if y.ndim > 1 else 1
    model = keras.Sequential([keras.layers.Dense(units, "relu"), keras.layers.Dense(width, last)])
    model.compile(keras.optimizers.Adam(0.02), loss)
    return model


def two_heads(X, y):
    x = keras.Input((X.shape[1],))
    h = keras.layers.Dense(32, "relu")(x)
    model = keras.Model(x, [keras.layers.Dense(one.shape[1], "softmax")(h) for one in y])
    model.compile(keras.optimizers.Adam(0.02), "categorical_crossentropy")
    return model


FIT = {"epochs": 30, "verbose": 0}
ESTIMATORS = {
    "classifier": lambda: SKLearnClassifier(net, fit_kwargs=FIT),
    "regressor": lambda: SKLearnRegressor(net, model_kwargs={"loss": "mse", "last": None}, fit_kwargs=FIT),
    "transformer": lambda: SKLearnTransformer(net, model_kwargs={"loss": "mse", "last": None}, fit_kwargs=FIT),
}
X, Y = make_classification(120, 6, n_informative=4, n_classes=3, class_sep=2.0, random_state=0)


@pytest.mark.parametrize("kind", some_quick(ESTIMATORS, ["classifier"]))
def test_scikit_learn_finds_nothing_wrong(kind):
    keras.utils.set_random_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = check_estimator(ESTIMATORS[kind](), on_fail=None, on_skip=None)
    assert [one["check_name"] for one in report if one["status"] == "failed"] == []
    assert sum(one["status"] == "passed" for one in report) > 35


def test_a_pipeline_with_names_for_labels():
    keras.utils.set_random_seed(0)
    names = np.array(["ant", "bee", "cat"])[Y]
    pipe = make_pipeline(StandardScaler(), ESTIMATORS["classifier"]()).fit(X, names)
    assert pipe.score(X, names) > 0.9 and set(pipe.predict(X)) == {"ant", "bee", "cat"}
    np.testing.assert_allclose(pipe.predict_proba(X).sum(1), 1)
    assert list(pipe[-1].classes_) == ["ant", "bee", "cat"] and pipe[-1].epoch_ == 30


def test_clone_keeps_every_argument():
    estimator = SKLearnClassifier(net, True, {"units": 3}, {"epochs": 2})
    copy = clone(estimator)
    assert copy.get_params(deep=False) == estimator.get_params(deep=False)
    assert copy.fit_kwargs is not estimator.fit_kwargs


def test_arguments_of_fit_win_and_are_not_kept():
    estimator = SKLearnClassifier(net, fit_kwargs={"epochs": 3, "verbose": 0})
    assert len(estimator.fit(X, Y, epochs=1).history_.epoch) == 1
    assert estimator.fit_kwargs == {"epochs": 3, "verbose": 0}


def test_a_search_in_two_processes():
    search = GridSearchCV(ESTIMATORS["classifier"](), {"model_kwargs": [{"units": 1}, {"units": 24}]}, cv=2, n_jobs=2).fit(X, Y)
    assert search.best_params_ == {"model_kwargs": {"units": 24}} and search.best_score_ > 0.8


def test_cross_validation_and_calibration():
    keras.utils.set_random_seed(0)
    assert cross_val_score(ESTIMATORS["classifier"](), X, Y, cv=3).mean() > 0.8
    two = CalibratedClassifierCV(ESTIMATORS["classifier"](), cv=2).fit(X, Y == 1)
    assert two.score(X, Y == 1) > 0.85


def test_several_labels_and_several_targets():
    keras.utils.set_random_seed(0)
    x, labels = make_multilabel_classification(150, 6, n_classes=3, random_state=0)
    sigmoids = {"loss": "binary_crossentropy", "last": "sigmoid"}
    many = SKLearnClassifier(net, model_kwargs=sigmoids, fit_kwargs=FIT).fit(x, labels)
    assert many.predict(x).shape == labels.shape and (many.predict(x) == labels).mean() > 0.8
    both = np.stack([Y, 5 + (X[:, 0] > 0)], axis=1)
    two = SKLearnClassifier(two_heads, fit_kwargs=FIT).fit(X, both)
    assert (two.predict(X) == both).mean() > 0.9 and [list(c) for c in two.classes_] == [[0, 1, 2], [5, 6]]
    x, y = make_regression(100, 4, n_targets=2, random_state=0)
    assert ESTIMATORS["regressor"]().fit(x, y).predict(x).shape == (100, 2)


def test_a_trained_estimator_survives_pickle():
    estimator = ESTIMATORS["classifier"]().fit(X, Y)
    again = pickle.loads(pickle.dumps(estimator))
    np.testing.assert_array_equal(again.predict_proba(X), estimator.predict_proba(X))


def test_a_model_is_cloned_unless_it_is_to_go_on():
    model = net(X, np.eye(3)[Y])
    model.build((None, 6))
    before = model.get_weights()
    estimator = SKLearnClassifier(model, fit_kwargs=FIT).fit(X, Y)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    assert estimator.model_ is not model
    warm = SKLearnClassifier(model, warm_start=True, fit_kwargs=FIT).fit(X, Y)
    assert warm.model_ is model and warm.fit(X, Y).model_ is model
    assert warm.history_.history["loss"][0] < estimator.history_.history["loss"][0]


def test_refusals():
    with pytest.raises(ValueError, match="one class"):
        ESTIMATORS["classifier"]().fit(X, np.zeros(len(X)))
    with pytest.raises(RuntimeError, match="must be compiled"):
        SKLearnRegressor(keras.Sequential([keras.layers.Dense(1)])).fit(X, Y)
    with pytest.raises(ValueError, match="Unknown label type"):
        ESTIMATORS["classifier"]().fit(X, X[:, 0])


def test_a_model_of_one_output_for_two_classes_is_told_what_fits():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    with pytest.raises(ValueError, match=r"one-hot form.*Dense\(2, activation='softmax'\).*has one output"):
        SKLearnClassifier(model, fit_kwargs={"verbose": 0}).fit(np.eye(2), [0, 1])

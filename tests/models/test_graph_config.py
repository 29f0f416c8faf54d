import copy

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers

X = np.random.RandomState(0).randn(8, 4).astype("float32")


def test_training_given_in_the_call_stays_given(tmp_path):
    x = keras.Input((4,))
    model = keras.Model(x, layers.BatchNormalization()(layers.Dropout(0.5)(x, training=False), training=False))
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.keras")
    for m in (model, keras.models.load_model(tmp_path / "m.keras"), keras.models.clone_model(model), copy.deepcopy(model)):
        m.fit(X, X, verbose=0)
        np.testing.assert_array_equal(m.layers[2].moving_mean, np.zeros(4))
        y = m(X, training=True)
        np.testing.assert_allclose(y, m.layers[2](np.asarray(X)), rtol=1e-6)


def test_training_in_a_row_and_a_nested_model():
    x = keras.Input((4,))
    base = keras.Sequential([keras.Input((4,)), layers.BatchNormalization()])
    model = keras.Model(x, base(x, training=False))
    model.compile("sgd", "mse")
    model.fit(X, X, verbose=0)
    np.testing.assert_array_equal(base.layers[0].moving_mean, np.zeros(4))


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_model_that_stands_in_two_models_stays_one(ending, tmp_path):
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(4)], name="inner")
    outer = keras.Sequential([keras.Input((4,)), inner, layers.Dense(4)], name="outer")
    x = keras.Input((4,))
    model = keras.Model(x, outer(x) + inner(x))
    model.compile("adam", "mse")
    model.fit(X, X, verbose=0)
    model.save(tmp_path / f"m.{ending}")
    again = keras.models.load_model(tmp_path / f"m.{ending}")
    assert again.get_layer("inner") is again.get_layer("outer").layers[0] and again.count_params() == model.count_params()
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


def test_a_lambda_in_compile_is_saved_as_nameless_and_copied_as_itself(tmp_path):
    x = keras.Input((4,))
    model = keras.Model(x, [layers.Dense(4, name="a")(x), layers.Dense(4, name="b")(x)])
    model.compile("sgd", [lambda y, p: keras.ops.mean((y - p) ** 2, axis=-1), lambda y, p: keras.ops.mean(abs(y - p), axis=-1)])
    expected = model.evaluate(X, [X, X], verbose=0)
    np.testing.assert_allclose(copy.deepcopy(model).evaluate(X, [X, X], verbose=0), expected)
    keras.models.clone_model(model).fit(X, [X, X], verbose=0)
    for ending in ("keras", "h5"):
        path = tmp_path / f"m.{ending}"
        model.save(path)
        with pytest.raises(ValueError, match="compile=False"):
            keras.models.load_model(path)
        opened = keras.models.load_model(path, compile=False)
        np.testing.assert_array_equal(opened.predict(X, verbose=0)[0], model.predict(X, verbose=0)[0])

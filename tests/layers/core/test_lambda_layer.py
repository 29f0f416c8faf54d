import copy
import json
import zipfile

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras._core import byte_code
from minikeras._core.byte_code import describe_code
from minikeras.layers import Dense, Lambda

X = np.array([[1.0, -2.0], [3.0, 4.0]], "float32")


@keras.saving.register_keras_serializable("tests")
def squared(x):
    return x * x


def plain_half(x):
    return x / 2


def test_a_function_of_numpy_or_ops_is_a_layer():
    assert Lambda(np.abs)(X).tolist() == np.abs(X).tolist()
    assert Lambda(squared)(X).tolist() == (X * X).tolist()
    assert Lambda(lambda x, y: x + y, arguments={"y": 1.0})(X).tolist() == (X + 1).tolist()
    assert Lambda(lambda ab: ab[0] - ab[1])([X, X]).tolist() == np.zeros((2, 2)).tolist()


def test_its_gradient_is_traced():
    model = keras.Sequential([keras.Input((2,)), Dense(1, kernel_initializer="ones"), Lambda(squared)])
    model.compile(keras.optimizers.SGD(0.01), "mse")
    by_hand = Dense(1, kernel_initializer="ones")
    z = by_hand(X)
    slope = X.T @ (2 * z * z * 2 * z / 2)
    model.train_on_batch(X, np.zeros((2, 1)))
    np.testing.assert_allclose(model.get_weights()[0], 1 - 0.01 * slope, rtol=1e-5)


def test_training_and_mask_are_passed_to_those_who_take_them():
    layer = Lambda(lambda x, training: x * (2.0 if training else 1.0))
    assert layer(X, training=True).tolist() == (2 * X).tolist() and layer(X).tolist() == X.tolist()
    ids = keras.Input((3,), dtype="int32")
    x = keras.layers.Embedding(3, 1, mask_zero=True)(ids)
    y = Lambda(lambda x, mask: np.where(mask[..., None], 1.0, x * 0.0), output_shape=(3, 1))(x)
    assert keras.Model(ids, y).predict(np.array([[2, 1, 0]]), verbose=0).ravel().tolist() == [1.0, 1.0, 0.0]


def test_shapes():
    assert Lambda(lambda x: x[:, :1])(keras.Input((4,))).shape == (None, 1)
    assert Lambda(squared, output_shape=(7,))(keras.Input((4,))).shape == (None, 7)
    assert Lambda(squared, output_shape=lambda shape: (shape[0], 9))(keras.Input((4,))).shape == (None, 9)
    assert Lambda(squared).compute_output_shape((None, 5)) == (None, 5)


def test_masks():
    assert Lambda(squared).compute_mask(X, np.ones(2)) is None
    assert Lambda(squared, mask=np.array([True])).compute_mask(X).tolist() == [True]
    layer = Lambda(squared, mask=lambda x, mask: x[:, 0] > 2)
    assert layer.compute_mask(X).tolist() == [False, True] and layer.makes_mask and layer.supports_masking


def test_a_named_function_is_saved_by_its_name(tmp_path):
    model = keras.Sequential([keras.Input((2,)), Lambda(squared), Lambda(plain_half, arguments={})])
    model.save(tmp_path / "m.keras")
    text = zipfile.ZipFile(tmp_path / "m.keras").read("config.json").decode()
    functions = [layer["config"]["function"] for layer in json.loads(text)["config"]["layers"][1:]]
    assert [f["config"] for f in functions] == ["tests>squared", "plain_half"]
    assert {f["registered_name"] for f in functions} == {"function"}  # as Keras has it, and needs it
    again = keras.models.load_model(tmp_path / "m.keras", custom_objects={"plain_half": plain_half})
    np.testing.assert_array_equal(again.predict(X, verbose=0), X * X / 2)
    with pytest.raises(ValueError, match="plain_half"):
        keras.models.load_model(tmp_path / "m.keras")


def test_a_lambda_is_saved_as_code_which_is_never_run(tmp_path, monkeypatch):
    shift = 2.0
    line = lambda x, k=3.0: x * k + shift  # noqa: E731
    model = keras.Sequential([keras.Input((2,)), Lambda(line, name="line"), Lambda(lambda x: np.tanh(x), name="curve")])
    expected = np.tanh(3 * X + 2)
    for again in (copy.deepcopy(model), keras.models.clone_model(model)):
        np.testing.assert_array_equal(again.predict(X, verbose=0), expected)
    for ending in ("keras", "h5"):
        monkeypatch.setattr(byte_code, "_MADE", {})
        model.save(tmp_path / f"m.{ending}")
        again = keras.models.load_model(tmp_path / f"m.{ending}")  # where it was saved
        np.testing.assert_array_equal(again.predict(X, verbose=0), expected)
        monkeypatch.setattr(byte_code, "_MADE", {})  # as in another process
        for how in ({}, {"safe_mode": False}):
            with pytest.raises(ValueError, match=rf"m.{ending}.*the code of a lambda.*custom_objects=\{{'line': function\}}"):
                keras.models.load_model(tmp_path / f"m.{ending}", **how)
        given = {"line": line, "curve": np.tanh}
        again = keras.models.load_model(tmp_path / f"m.{ending}", custom_objects=given)
        np.testing.assert_array_equal(again.predict(X, verbose=0), expected)
    text = model.to_json()
    assert keras.models.model_from_json(text).layers[0].function is line
    monkeypatch.setattr(byte_code, "_MADE", {})
    with pytest.raises(ValueError, match="the code of a lambda"):
        keras.models.model_from_json(text)


def test_code_in_a_config_is_refused():
    config = {"name": "l", "function": {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None}}}
    with pytest.raises(ValueError, match="code"):
        Lambda.from_config(config)
    with pytest.raises(ValueError, match="custom_objects"):
        Lambda.from_config({"name": "l", "function": "unknown", "function_type": "function", "module": "m"})
    old = {"name": "l", "function": ["4wEAAAA=", None, None], "function_type": "lambda"}
    for safe_mode in (None, True, False):
        with pytest.raises(ValueError, match="never run"):
            Lambda.from_config(old, safe_mode=safe_mode)
    assert Lambda.from_config(old, {"l": squared}).function is squared
    double = lambda x: 2 * x  # noqa: E731
    code = describe_code(double)["config"]["value"]
    assert Lambda.from_config({**old, "function": code}).function is double  # as Keras 2 wrote them


def test_bad_arguments():
    with pytest.raises(ValueError, match="`function` of Lambda must be a function, got 3"):
        Lambda(3)
    with pytest.raises(ValueError, match="`arguments` of Lambda must be a dict"):
        Lambda(squared, arguments=[1])


def test_gradients_of_the_graph_around_it():
    """Where a maximum stood, by the gradient of the pooling: what-where autoencoders of Keras 1 and 2."""
    from minikeras import backend as K

    x = layers.Input((4, 4, 1))
    h = layers.Conv2D(2, 3, padding="same")(x)
    y = layers.MaxPooling2D()(h)
    where = layers.Lambda(lambda pair: K.gradients(K.sum(pair[1]), pair[0]), output_shape=lambda shapes: shapes[0])([h, y])
    model = keras.Model(x, layers.Conv2D(1, 3, padding="same")(layers.multiply([layers.UpSampling2D()(y), where])))
    data = np.random.default_rng(0).normal(size=(6, 4, 4, 1)).astype("float32")
    switches = keras.Model(x, where).predict(data)
    assert set(np.unique(switches)) == {0, 1} and (switches.sum(axis=(1, 2)) == 4).all()
    model.compile("sgd", "mse")
    losses = model.fit(data, data, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("shape", ["", "a", -3, (None, "x"), {"a": "x"}, 2.5, (1e308,), [""], [(3,), "b"]])
def test_a_shape_of_the_output_that_is_none_is_refused(shape):
    with pytest.raises(ValueError, match="Argument `output_shape` of Lambda must be a shape"):
        layers.Lambda(abs, output_shape=shape)


def test_shapes_of_several_outputs():
    split = layers.Lambda(lambda x: {"a": x[:, :1], "b": [x, x[:, 1:]]}, output_shape={"a": (1,), "b": [(4,), (3,)]})
    y = split(keras.Input((4,)))
    assert y["a"].shape == (None, 1) and [t.shape for t in y["b"]] == [(None, 4), (None, 3)]
    assert layers.Lambda(abs, output_shape=5).compute_output_shape((2, 4)) == (2, 5)

import copy
import json
import pickle

import numpy as np
import pytest

import minikeras as keras
from minikeras import Input, Model, Sequential, layers, ops
from minikeras.layers import Dense
from tests.models.samples import X, Y, fixed


def make():
    model = fixed(Sequential([Dense(4, input_shape=(3,), name="h"), Dense(1, name="o")], name="m"))
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    return model


def test_get_layer():
    model = make()
    assert isinstance(model, Model)
    assert model.get_layer("h") is model.layers[0] and model.get_layer(index=-1) is model.layers[1]
    for wrong, message in (
        ({"name": "x"}, r"No such layer: 'x'.*\['h', 'o'\]"),
        ({"index": 5}, "has 2 layers"),
        ({}, "a name or an"),
    ):
        with pytest.raises(ValueError, match=message):
            model.get_layer(**wrong)


def test_json():
    config = json.loads(make().to_json())
    assert list(config) == ["module", "class_name", "config", "registered_name", "build_config", "compile_config"]
    assert config["build_config"] == {"input_shape": [None, 3]} and config["compile_config"]["loss"] == "mse"
    assert [layer["class_name"] for layer in config["config"]["layers"]] == ["InputLayer", "Dense", "Dense"]
    assert json.loads(Sequential([Dense(3)]).to_json())["compile_config"] == {}
    assert "\n" in make().to_json(indent=2)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_go_on_as_the_original_would(copied):
    model = make()
    model.fit(X, Y, verbose=0)
    twin = copied(model)
    assert np.array_equal(twin.predict(X), model.predict(X)) and twin.evaluate(X, Y, verbose=0) == model.evaluate(
        X, Y, verbose=0
    )
    before = model.get_weights()
    twin.fit(X, Y, verbose=0, shuffle=False)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
    model.fit(X, Y, verbose=0, shuffle=False)
    assert np.array_equal(twin.predict(X), model.predict(X))


def test_a_copy_of_a_model_that_is_not_built():
    assert not copy.deepcopy(Sequential([Dense(2)])).built


def test_weights_files(tmp_path):
    model, other = make(), make()
    other.set_weights([w * 0 for w in other.get_weights()])
    model.save_weights(tmp_path / "m.weights.h5")
    other.load_weights(tmp_path / "m.weights.h5")
    assert np.array_equal(other.predict(X), model.predict(X))


def test_a_call_that_is_given_to_the_class_later():
    class Own(Model):
        def __init__(self):
            super().__init__(self)  # as tutorials have it
            self.dense = Dense(2, kernel_initializer="ones")

    early = Own()
    Own.call = lambda self, x: self.dense(x) * 2.0
    late = Own()
    late.compile("sgd", "mse")
    late.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    assert early(np.ones((1, 3))).numpy().tolist() == [[6.0, 6.0]]
    assert late.predict(np.ones((1, 3)), verbose=0)[0, 0] < 6.0


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_of_what_was_frozen_after_it_was_compiled(copied):
    model = make()
    model.fit(X, Y, verbose=0)
    model.layers[0].trainable = False
    twin = copied(model)
    assert len(twin.optimizer.variables) == len(model.optimizer.variables)
    before = twin.layers[0].get_weights()
    twin.fit(X, Y, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, twin.layers[0].get_weights()))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_of_lambdas(copied):
    factor = 3.0
    model = Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: x * factor), Dense(1)])
    model.compile("sgd", loss=lambda y_true, y_pred: (y_true - y_pred) ** 2)
    twin = copied(model)
    np.testing.assert_array_equal(twin.predict(X), model.predict(X))
    np.testing.assert_allclose(twin.evaluate(X, Y, verbose=0), model.evaluate(X, Y, verbose=0))


def test_shapes_of_dicts_are_a_list_as_in_keras():
    inputs = {"b": keras.Input((2,)), "a": keras.Input((3,))}
    model = Model(inputs, {"o": Dense(1)(keras.layers.concatenate(list(inputs.values())))})
    assert model.input_shape == [(None, 3), (None, 2)] and model.output_shape == (None, 1)


def test_a_call_goes_straight_through_the_layers_only_where_that_is_all():
    model = Sequential([Input((3,)), layers.Dense(2, kernel_initializer="ones"), layers.Dropout(0.5)])
    x = np.ones((4, 3), "float32")
    for _ in range(2):  # the second time without questions
        assert model(x).numpy().tolist() == model(x, training=False).numpy().tolist() == [[3.0, 3.0]] * 4
    assert (model(x, training=True).numpy() != 3.0).all()
    with pytest.raises(ValueError, match="got \\(4, 2\\)"):
        model(x[:, :2])
    with keras.GradientTape() as tape:
        loss = ops.sum(model(x))
    assert tape.gradient(loss, model.trainable_variables)[0].tolist() == [[4.0, 4.0]] * 3
    assert Sequential([model])(x).shape == (4, 2) and model(Input((3,))).shape == (None, 2)

    class Doubling(Sequential):
        def call(self, inputs):
            return 2 * super().call(inputs)

    own = Doubling([Input((3,)), layers.Dense(1, kernel_initializer="ones")])
    assert own(x).numpy().tolist() == own(x).numpy().tolist() == [[6.0]] * 4
    penalized = Sequential([Input((3,)), layers.Dense(1, activity_regularizer="l2", kernel_initializer="ones")])
    for _ in range(2):
        penalized(x)
        assert len(penalized.losses) == 1


ROWS = np.random.default_rng(0).standard_normal((64, 3)).astype("float32")


def less_the_mean(base):
    class LessTheMean(base):
        def call(self, inputs, training=False):
            return 2 * super().call(inputs, training=training) - ops.mean(inputs)

    return LessTheMean


def test_a_call_around_the_graph_is_what_predicts_tests_and_learns():
    x, d = keras.Input((3,)), layers.Dense(2, kernel_initializer="ones")
    graph, row = less_the_mean(keras.Model)(x, d(x)), less_the_mean(Sequential)([keras.Input((3,)), d])
    y, expected = np.zeros((64, 2), "float32"), 2 * ROWS.sum(1, keepdims=True) * np.ones(2) - ROWS.mean()
    for model in (graph, row, Sequential([keras.Input((3,)), row]), keras.Model(x, graph(x))):
        d.set_weights([np.ones((3, 2)), np.zeros(2)])
        np.testing.assert_allclose(model.predict(ROWS, batch_size=64), expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(model.predict_on_batch(ROWS), expected, rtol=1e-5, atol=1e-6)
        first = 2 * ROWS[:16].sum(1) - ROWS[:16].mean()  # of the batch, not of all
        np.testing.assert_allclose(model.predict(ROWS, batch_size=16, verbose=0)[:16, 0], first, rtol=1e-5, atol=1e-6)
        model.compile(keras.optimizers.SGD(0.1), "mse")
        before = model.evaluate(ROWS, y, batch_size=64, verbose=0)
        np.testing.assert_allclose(before, np.mean(expected**2), rtol=1e-5)
        model.fit(ROWS, y, batch_size=64, verbose=0)
        slope = 2 * ROWS.T @ expected * 2 / y.size  # ∂L/∂W = 2 x p · 2 / n
        np.testing.assert_allclose(d.kernel.numpy(), 1 - 0.1 * slope, rtol=1e-4, atol=1e-5)


def test_a_call_around_the_graph_may_give_something_else():
    class Both(keras.Model):
        def __init__(self):
            x, self.d = keras.Input((3,), name="x"), layers.Dense(2)
            super().__init__(x, self.d(x))

        def call(self, inputs):
            y = super().call(inputs)
            return {"a": y, "b": ops.sum(y, axis=1)}

    model, y = Both(), {"a": np.zeros((64, 2)), "b": np.zeros(64)}
    model.compile("sgd", {"a": "mse", "b": "mae"})
    history = model.fit(ROWS, y, batch_size=32, verbose=0, validation_data=(ROWS, y)).history
    assert {"loss", "a_loss", "b_loss", "val_a_loss"} <= set(history)
    found = model.predict(ROWS, verbose=0)
    np.testing.assert_allclose(found["b"], found["a"].sum(1), rtol=1e-5, atol=1e-6)


def test_a_call_around_layers_that_come_and_go():
    d = layers.Dense(2, kernel_initializer="ones")
    model, y = less_the_mean(Sequential)([keras.Input((3,)), d]), np.zeros((64, 2), "float32")
    model.compile("sgd", "mse")
    before = model.evaluate(ROWS, y, verbose=0)
    model.add(layers.Dense(1))
    assert model.predict(ROWS, verbose=0).shape == (64, 1)
    model.compile("sgd", "mse")
    model.fit(ROWS, y[:, :1], verbose=0)
    model.pop()
    d.set_weights([np.ones((3, 2)), np.zeros(2)])
    model.compile("sgd", "mse")
    assert model.evaluate(ROWS, y, verbose=0) == before


def test_a_model_of_ones_own_takes_further_arrays():
    def start(shape, dtype=None):
        return np.cos(np.arange(np.prod(shape))).reshape(shape)

    class Gated(Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.a, self.b = Dense(3, kernel_initializer=start), Dense(3, kernel_initializer=start)

        def call(self, x, gate, scale=None, training=False):
            y = self.a(x) * ops.sigmoid(self.b(gate))
            return y if scale is None else y * scale

    class Outer(Model):
        def __init__(self):
            super().__init__()
            self.gated, self.last = Gated(), Dense(1, kernel_initializer=start)

        def call(self, inputs):
            return self.last(self.gated(inputs[0], inputs[1]))

    x, gate = np.sin(np.arange(12)).reshape(4, 3).astype("float32"), np.cos(np.arange(8)).reshape(4, 2).astype("float32")
    first = [0.02458764, 0.07407042, 0.04624325]  # all numbers here are of Keras 3.15 on JAX
    np.testing.assert_allclose(Gated()(x, gate)[0], first, rtol=1e-5)
    np.testing.assert_allclose(Gated()(x, gate=gate, scale=2.0, training=True)[0], np.multiply(first, 2), rtol=1e-5)
    i, j = Input((3,)), Input((2,))
    for model, y, losses in (
        (Model([i, j], Gated()(i, j)), np.ones((4, 3)), [1.0116405487060547, 1.0080842971801758]),
        (Outer(), np.ones((4, 1)), [1.0093908309936523, 0.9534967541694641]),
    ):
        model.compile("sgd", "mse")
        np.testing.assert_allclose(model.fit([x, gate], y, epochs=2, verbose=0).history["loss"], losses, rtol=1e-5)

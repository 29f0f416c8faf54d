"""Models made of tensors: how they are called, what they answer, what they refuse."""

import copy
import pickle

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, ops

X = np.random.default_rng(0).standard_normal((5, 4)).astype("float32")


def test_structures_go_in_and_come_out():
    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    made = keras.Model({"one": a, "two": b}, {"sum": layers.Dense(3)(a) + b, "first": a})
    out = made.predict({"two": X[:, :3], "one": X})
    assert set(out) == {"sum", "first"} and type(out["sum"]) is np.ndarray
    np.testing.assert_array_equal(out["first"], X)
    np.testing.assert_allclose(made({"one": X, "two": X[:, :3]})["sum"], out["sum"])
    listed = keras.Model([a, b], [layers.Dense(2)(a), b])
    np.testing.assert_array_equal(listed.predict([X, X[:, :3]])[0], listed.predict({"b": X[:, :3], "a": X})[0])
    assert listed.input_names == ["a", "b"] and listed.input_shape == [(None, 4), (None, 3)]
    assert listed.output_shape == [(None, 2), (None, 3)] and len(listed.inputs) == len(listed.outputs) == 2


@pytest.mark.parametrize(
    "x, message",
    [
        ([X], "has 2 inputs \\['a', 'b'\\], got 1 array"),
        ({"a": X}, "x has no key 'b'"),
        ([X, X], "takes input of shape \\(None, 3\\), got \\(5, 4\\)"),
        ([X, np.array([["t"] * 3] * 5)], "input 'b' of model .* must be numbers"),
    ],
)
def test_inputs_that_do_not_fit_are_named(x, message):
    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    with pytest.raises(ValueError, match=message):
        keras.Model([a, b], layers.concatenate([a, layers.Dense(2)(b)])).predict(x)


def test_a_model_is_a_layer():
    x = keras.Input((4,))
    inner = keras.Model(x, [layers.Dense(2, activation="tanh")(x), x[:, :1]])
    y = keras.Input((4,))
    p, q = inner(y)
    p2, _ = inner(y * 2.0)
    outer = keras.Model(y, layers.Dense(1)(layers.concatenate([p, q, p2])))
    assert len(outer.weights) == 4 and outer.count_params() == 16
    outer.compile("sgd", "mse")
    before = inner.get_weights()[0]
    outer.fit(X, X[:, :1], verbose=0)
    assert np.any(inner.get_weights()[0] != before)
    inner.trainable = False
    before = inner.get_weights()[0]
    outer.fit(X, X[:, :1], verbose=0)
    np.testing.assert_array_equal(inner.get_weights()[0], before)


def test_called_on_symbols_it_makes_another_model():
    x = keras.Input((None, 4))
    model = keras.Model(x, layers.Dense(2)(x))
    y = model(keras.Input((7, 4)))
    assert y.shape == (None, 7, 2) and model.compute_output_shape((None, 9, 4)) == (None, 9, 2)


def test_operations_on_symbols_compute_what_they_do_on_arrays():
    x = keras.Input((4,))
    y = ops.where(x > 0, x, -x) + ops.softmax(x)[..., ::-1] - 1.0 / (1.0 + x**2) @ ops.ones((4, 4))
    np.testing.assert_allclose(
        keras.Model(x, y).predict(X),
        np.abs(X) + ops.softmax(X)[..., ::-1] - (1 / (1 + X**2)) @ np.ones((4, 4), "float32"), rtol=1e-5, atol=1e-6,
    )  # fmt: skip
    assert np.tanh(x).shape == (None, 4) and np.concatenate([x, x], axis=1).shape == (None, 8)


def test_copies_compute_the_same_and_are_their_own():
    x = keras.Input((4,))
    same = layers.Dense(4)
    model = keras.Model(x, same(same(x)) + x, name="m")
    model.compile("adam", "mse")
    model.fit(X, X, verbose=0)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model)), keras.models.clone_model(model)):
        assert twin.name == "m" and len(twin.weights) == 2 and twin.weights[0] is not model.weights[0]
        twin.set_weights(model.get_weights())
        np.testing.assert_array_equal(twin.predict(X), model.predict(X))


def test_clones_may_have_other_layers_and_other_inputs():
    x = keras.Input((4,), name="x")
    model = keras.Model(x, layers.Dense(3, name="d")(layers.Dropout(0.5)(x)))
    bare = keras.models.clone_model(model, clone_function=lambda l: layers.Identity() if isinstance(l, layers.Dropout) else
                                    l.__class__.from_config(l.get_config()))  # fmt: skip
    assert [type(layer).__name__ for layer in bare.layers] == ["InputLayer", "Identity", "Dense"]
    z = keras.Input((4,), name="z")
    assert keras.models.clone_model(model, input_tensors=z * 2.0).layers[0].name.startswith("multiply")
    assert keras.models.clone_model(model, input_tensors=z).input is z


def test_a_loss_of_tensors():
    x = keras.Input((4,))
    h = layers.Dense(2, kernel_initializer="ones")(x)
    model = keras.Model(x, h)
    model.add_loss(ops.sum(h**2, axis=-1))
    model.compile("sgd")
    np.testing.assert_allclose(model.evaluate(X, verbose=0), np.mean(2 * X.sum(1) ** 2), rtol=1e-5)
    assert model.fit(X, epochs=5, verbose=0).history["loss"][-1] < 0.9 * np.mean(2 * X.sum(1) ** 2)


def test_summary_says_what_is_connected_to_what():
    lines = []
    keras.utils.clear_session()
    x = keras.Input((4,), name="x")
    d = layers.Dense(4, name="d")
    keras.Model(x, layers.Add(name="s")([d(x), d(x * 2.0)])).summary(print_fn=lines.append)
    text = lines[0]
    assert "Connected to" in text and "d[0][0], d[1][0]" in text and "multiply (Multiply)" in text
    keras.Model(x, d(x)).summary(print_fn=lines.append)
    assert "Connected to" not in lines[1]


def test_inputs_of_another_size_go_in_where_all_layers_take_them():
    text = keras.Sequential([layers.Embedding(9, 3), layers.LSTM(2), layers.Dense(1)])
    text.predict(np.ones((2, 7), int))
    assert text.predict(np.ones((2, 4), int)).shape == (2, 1) and text.input_shape == (None, 7)
    with pytest.raises(ValueError, match="takes input of shape .None, 4., got .2, 5."):
        keras.Sequential([keras.Input((4,)), layers.Dense(1)]).predict(np.ones((2, 5)))


class Shifted(layers.Layer):
    def call(self, x, by=None):
        return x if by is None else x + by


def test_an_optional_input_may_be_left_out():
    x, by = keras.Input((2,), name="x"), keras.Input((2,), name="by", optional=True)
    model = keras.Model({"x": x, "by": by}, layers.Dense(1, kernel_initializer="ones")(Shifted()(x, by)))
    ones, y = np.ones((4, 2), "float32"), np.zeros((4, 1))
    without, given = {"x": ones, "by": None}, {"x": ones, "by": ones}
    assert float(model(without)[0, 0]) == 2.0 and float(model(given)[0, 0]) == 4.0
    model.compile("sgd", "mse")
    assert model.evaluate(without, y, verbose=0) == 4.0 and model.predict(given, verbose=0)[0, 0] == 4.0
    assert model.fit(without, y, verbose=0).history["loss"] == [4.0]
    assert model.fit(iter([(without, y)] * 2), verbose=0).history["loss"][0] < 4.0


def test_an_input_that_is_not_optional_may_not():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    model = keras.Model({"a": a, "b": b}, a + b)
    with pytest.raises(ValueError, match="input 'b' of model .* is not optional, got None"):
        model({"a": np.ones((1, 2)), "b": None})


def test_the_only_input_may_go_in_by_its_name():
    a = keras.Input((3,), name="a")
    model = keras.Model(a, layers.Dense(2)(a))
    x = np.ones((2, 3))
    assert np.array_equal(model({"a": x}), model(x)) and np.array_equal(model([x]), model(x))
    assert model({"a": keras.Input((3,))}).shape == model([keras.Input((3,))]).shape == (None, 2)


def test_an_input_spec_of_ones_own_is_kept_to():
    x = keras.Input((None, 3))
    model = keras.Model(x, layers.Dense(2)(x))
    model.input_spec = keras.InputSpec(shape=(None, 4, 3))
    assert model(np.zeros((2, 4, 3))).shape == (2, 4, 2)
    with pytest.raises(ValueError, match="expected axis 1 of the input to have size 4"):
        model(np.zeros((2, 3, 3)))


def test_a_subclass_given_a_graph_is_a_functional_model():
    class Own(keras.Model):
        pass

    x = keras.Input((3,))
    functional, own = keras.models.Functional, Own(inputs=x, outputs=layers.Dense(2)(x))
    assert isinstance(own, functional) and not isinstance(Own(), functional)
    assert not isinstance(keras.Sequential([x, layers.Dense(2)]), functional)
    with pytest.raises(AttributeError, match="`Model.layers` attribute is reserved"):
        own.layers = []


def test_a_tuple_of_outputs_stays_one_in_a_copy():
    x = keras.Input((3,))
    model = keras.Model(x, (layers.Dense(2)(x), x))
    assert type(keras.Model.from_config(model.get_config()).output) is tuple


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_variable_that_goes_in_has_a_gradient(outputs):
    x = keras.Input((2,))
    model = keras.Model(x, [layers.Dense(1, kernel_initializer="ones", use_bias=False)(x) for _ in range(outputs)])
    image = keras.Variable(np.ones((1, 2)))  # as of style transfer, where the picture is trained
    with keras.GradientTape() as tape:
        loss = keras.ops.sum(keras.ops.stack(keras.tree.flatten(model(image))))
    np.testing.assert_array_equal(tape.gradient(loss, image), np.full((1, 2), float(outputs)))


@pytest.mark.parametrize("nested", [False, True])
def test_one_output_is_differentiated_by_another(nested):
    """As pictures of what a net looks at do it: ∂(score)/∂(feature maps)."""
    x = keras.Input((4, 4, 1))
    maps = keras.layers.Conv2D(2, 3, activation="tanh", name="maps")(x)
    head = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3)])
    scores = head(maps) if nested else head.layers[1](head.layers[0](maps))
    model = keras.Model(x, scores)
    both = keras.Model([model.inputs], [model.get_layer("maps").output, model.output])
    data = np.random.default_rng(0).normal(size=(2, 4, 4, 1)).astype("float32")
    with keras.GradientTape() as tape:
        found, y = both(data)
        score = y[:, 1]
    grad = tape.gradient(score, found)
    expected = head.layers[1].kernel.numpy()[:, 1].reshape(2, 2, 2)
    assert grad.shape == found.shape == (2, 2, 2, 2)
    np.testing.assert_allclose(grad, np.broadcast_to(expected, grad.shape), rtol=1e-6)
    np.testing.assert_allclose(y, model.predict(data, verbose=0), rtol=1e-5)


def test_one_output_in_a_list_comes_without_the_list():
    x = keras.Input((4,))
    y = layers.Dense(2)(x)
    for outputs in ([y], (y,)):
        model = keras.Model([x], outputs)
        model.compile("sgd", "mse")
        model.fit([X], [np.zeros((5, 2))], verbose=0)
        assert model(X).shape == model.predict(X, verbose=0).shape == model.predict_on_batch(X).shape == (5, 2)
        assert model.output_shape == (None, 2) and model.compute_output_shape((None, 4)) == (None, 2)
        assert layers.Dense(1)(model(keras.Input((4,)))).shape == (None, 1)  # Keras 3 gives a list here, Keras 2 did not
        assert keras.Sequential([keras.Input((4,)), model, layers.Dense(1)]).predict(X, verbose=0).shape == (5, 1)
        assert isinstance(model.output, type(outputs)) and isinstance(model.input, list)
    assert list(keras.Model(x, {"a": y})(X)) == ["a"] and type(keras.Model(x, [[y]])(X)) is list


def test_losses_made_of_numbers_train():
    """A mean is a number to NumPy, no array; what is made of it must not lose the way back."""
    x = keras.Input((3,))
    hidden = keras.layers.Dense(2)(x)
    mean = keras.ops.mean(keras.ops.square(hidden))
    model = keras.Model(x, hidden)
    model.add_loss(mean * 2.0 + keras.ops.mean(hidden))
    model.compile(keras.optimizers.SGD(0.1))
    data = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
    kernel, bias = model.get_weights()
    h = data @ kernel + bias
    delta = 4 * h / h.size + 1 / h.size  # ∂(2 mean h² + mean h)/∂h
    model.train_on_batch(data)
    np.testing.assert_allclose(model.get_weights()[0], kernel - 0.1 * data.T @ delta, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(model.get_weights()[1], bias - 0.1 * delta.sum(0), rtol=1e-4, atol=1e-6)


def test_the_shape_of_an_only_input_or_output_stands_alone():
    x = keras.Input((3,))
    model = keras.Model([x], [layers.Dense(2)(x)])
    assert model.input_shape == (None, 3) and model.output_shape == (None, 2)
    assert isinstance(model.input, list) and len(model.outputs) == 1

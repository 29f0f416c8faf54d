"""The way through a model: which course is picked, what flows where, and gradients against finite differences."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras._core.variable import adopt
from minikeras.models.chain import Chain
from minikeras.models.network import Graph
from tests.gradcheck import check_gradient

RNG = np.random.default_rng(0)
X = RNG.standard_normal((5, 4))


@pytest.fixture(autouse=True)
def in_float64():
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx("float32")


def branching():
    x = keras.Input((4,))
    same = layers.Dense(4, activation="tanh", name="same")
    h = same(x)
    h = layers.Multiply()([same(h), h]) + x * 0.5
    return keras.Model(x, [layers.Dense(2, name="p")(h), layers.Dense(3, activation="softmax", name="q")(h[:, :2])])


def check_model(model, x, probes=3):
    """All weights and the inputs, against finite differences."""
    adopt(model.variables)
    y, trail = model.forward(x, True)
    flat = y if isinstance(y, list) else [y]
    weights = [RNG.standard_normal(part.shape) for part in flat]

    def loss():
        out = model.forward(x, True)[0]
        return sum(np.sum(part * w) for part, w in zip(out if isinstance(out, list) else [out], weights))

    dx = model.backward(weights if isinstance(y, list) else weights[0], trail, True)
    for v in model.trainable_variables:
        check_gradient(loss, v.value, v.grad, probes=probes)
    for a, d in zip(x if isinstance(x, list) else [x], dx if isinstance(dx, list) else [dx]):
        check_gradient(loss, a, d, probes=probes)


def test_the_simplest_course_is_picked():
    x = keras.Input((4,))
    straight = keras.Model(x, layers.Dense(1)(layers.Dense(2)(x)))
    assert type(straight._course) is Chain
    assert type(keras.Sequential([layers.Dense(1, input_shape=(4,))])._course) is Chain
    assert type(branching()._course) is Graph
    masked = keras.Sequential([keras.Input((3, 4)), layers.Masking(), layers.Dense(1)])
    assert type(masked._course) is Graph and masked._course.masked


def test_gradients_of_shared_layers_operations_and_several_outputs():
    check_model(branching(), X.copy())


def test_gradients_of_several_inputs():
    a, b = keras.Input((4,)), keras.Input((4,))
    h = layers.Dot(axes=1)([layers.Dense(3, activation="tanh")(a), layers.Dense(3)(b)]) + a
    check_model(keras.Model([a, b], layers.Dense(2)(h)), [X.copy(), X[::-1].copy()])


def test_a_straight_functional_model_is_the_sequential_one():
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(2)(layers.Dense(3, activation="tanh")(x)))
    row = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="tanh"), layers.Dense(2)])
    row.set_weights(model.get_weights())
    np.testing.assert_array_equal(row.predict(X), model.predict(X))
    check_model(model, X.copy())


def test_what_no_loss_reaches_gets_no_gradient():
    x = keras.Input((4,))
    h = layers.Dense(3, name="used")(x)
    model = keras.Model(x, [layers.Dense(1, name="loss_here")(h), layers.Dense(2, name="no_loss")(h)])
    model.compile(keras.optimizers.SGD(0.1), loss=["mse", None])
    before = model.get_layer("no_loss").get_weights()
    for v in model.get_layer("no_loss").weights:
        v.grad[...] = 7.0  # left over from somewhere
    model.fit(X, X[:, :1], verbose=0)
    for a, b in zip(before, model.get_layer("no_loss").get_weights()):
        np.testing.assert_array_equal(a, b)


def test_only_what_leads_to_a_trained_weight_is_walked_back():
    asked = []

    class Watched(layers.Dense):
        def backward(self, dy, kept, need_dx=True):
            asked.append((self.name, need_dx))
            return super().backward(dy, kept, need_dx)

    x, z = keras.Input((4,)), keras.Input((4,))
    a, b = Watched(3, name="a")(x), Watched(3, name="b")(z)
    model = keras.Model([x, z], Watched(1, name="c")(layers.Add()([a, b])))
    model.compile("sgd", "mse")
    model.get_layer("a").trainable = False
    model.fit([X, X], X[:, :1], verbose=0)
    assert asked == [("c", True), ("b", False)]
    asked.clear()
    model.get_layer("a").trainable = True
    model.fit([X, X], X[:, :1], verbose=0)
    assert sorted(asked) == [("a", False), ("b", False), ("c", True)]


def test_a_head_starts_from_the_logits_only_where_nobody_else_reads_the_output():
    x = keras.Input((4,))
    p = layers.Dense(3, activation="softmax")(x)
    alone, read = keras.Model(x, [p, layers.Dense(1)(x)]), keras.Model(x, [p, layers.Dense(1)(p)])
    assert alone._course.activation(0) is keras.activations.softmax and read._course.activation(0) is None
    losses = []
    for model in (alone, read):
        model.layers[-2].set_weights(alone.layers[-2].get_weights())
        model.compile("sgd", loss=["sparse_categorical_crossentropy", None])
        losses.append(model.evaluate(X, [np.arange(5) % 3, X[:, :1]], verbose=0))
    np.testing.assert_allclose(*losses, rtol=1e-6)


def test_arguments_that_are_the_same_in_each_pass():
    x = keras.Input((3, 4))
    mask = np.array([True, True, False])
    y = layers.Softmax(axis=1)(x, mask=mask[None, :, None])
    model = keras.Model(x, y)
    data = RNG.standard_normal((2, 3, 4))
    assert np.all(model.predict(data)[:, 2] == 0) and np.all(model(data)[:, 2] == 0)
    model.compile("sgd", "mse")
    model.evaluate(data, data, verbose=0)
    assert np.all(model.forward(data, True)[0][:, 2] == 0)


def test_activity_penalties_of_a_graph_count():
    def make(regularizer):
        x = keras.Input((4,))
        h = layers.Dense(3, activity_regularizer=regularizer, kernel_initializer="ones")(x)
        return keras.Model(x, layers.Add()([h, h]))

    model, plain = make(keras.regularizers.L2(0.1)), make(None)
    for m in (model, plain):
        m.compile(keras.optimizers.SGD(0.1), "mse")
    target = np.zeros((5, 3))
    penalty = 0.1 * np.sum(model.layers[1](X) ** 2) / 5
    np.testing.assert_allclose(model.evaluate(X, target, verbose=0), plain.evaluate(X, target, verbose=0) + penalty)
    y, trail = model.forward(X, True)

    def loss():
        out, trail = model.forward(X, True)
        return np.sum(out) + model.penalty(trail)

    model.backward(np.ones_like(y), trail, False)
    for v in model.trainable_variables:
        check_gradient(loss, v.value, v.grad)


@pytest.mark.parametrize("function, course", [
    (lambda h: keras.ops.mean(h, axis=1, keepdims=True), Chain),
    (lambda h: 1 - keras.ops.mean(h, axis=1, keepdims=True), Graph),
])  # fmt: skip
def test_operations_in_a_row_with_arguments_of_their_own(function, course):
    x = keras.Input((3, 4))
    model = keras.Model(x, function(layers.Dense(2, kernel_initializer="ones")(x)))
    assert isinstance(model._course, course)
    assert model.predict(np.ones((2, 3, 4)), verbose=0).tolist() == [[[4.0, 4.0]] if course is Chain else [[-3.0, -3.0]]] * 2


@pytest.mark.parametrize("straight", [True, False])
def test_integers_become_floats_in_front_of_layers_that_compute(straight):
    x = keras.Input((3,), dtype="int32")
    data = np.array([[1, 2, 4], [3, 0, 1]], "int32")
    for kind in (lambda **k: layers.Dense(2, **k), layers.BatchNormalization, layers.LayerNormalization):
        layer = kind(dtype="float32")
        y = layer(x)
        model = keras.Model(x, y if straight else [y, layers.Flatten()(x)])
        made = model.predict(data, verbose=0)
        made, whole = (made, data) if straight else made
        assert made.dtype == y.dtype == "float32" and whole.dtype == "int32"
        np.testing.assert_allclose(made, layer(data), rtol=1e-6)

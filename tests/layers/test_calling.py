"""Layers called by hand, inside each other, in threads: what reaches them, what is recorded, what is said."""

import sys
import threading

import numpy as np
import pytest

from minikeras import GradientTape, Input, Model, Sequential, layers, ops
from minikeras._core.trace import Box, Entry
from minikeras.layers.calling import Called, call_spec
from minikeras.layers.layer import registry
from tests.contracts.test_layers import CLASSES, SAMPLES, given
from tests.gradcheck import numeric_gradient
from tests.pace import some_quick

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 5, 4))


class Scaled(layers.Layer):
    """A user's small layer with a layer inside."""

    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.inner = layers.Dense(units, "tanh")

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(self.units,), initializer="ones", name="scale")

    def call(self, x):
        return self.inner(x) * self.scale

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)


# -- arguments -----------------------------------------------------------------------------------------------------


def test_arguments_reach_layers_inside_traced_code():
    mask = RNG.random((6, 5)) > 0.4
    mask[:, 0] = True

    class Own(layers.Layer):
        def __init__(self):
            super().__init__()
            self.softmax = layers.Softmax(dtype="float64")
            self.dropout = layers.Dropout(0.5, seed=1)
            self.seen = []

        def call(self, x, training=None, mask=None, factor=1.0):
            self.seen.append((training, mask is not None, factor))
            return self.softmax(self.dropout(x, training=training)[..., 0] * factor, mask=mask)

    x = X.astype("float32")
    layer = Own()
    by_hand = layer(x, mask=mask, factor=2.0)
    z = np.where(mask, 2 * x[..., 0], -np.inf)
    np.testing.assert_allclose(by_hand, np.exp(z) / np.exp(z).sum(1, keepdims=True), rtol=1e-5)
    y, kept = layer.forward(x, False, mask=mask, factor=2.0)
    np.testing.assert_allclose(y, by_hand, rtol=1e-6)
    assert layer.seen[-1] == (False, True, 2.0) and not np.allclose(layer(x, training=True, mask=mask), layer(x, mask=mask))
    i = Input((5, 4))
    model = Model(i, Own()(i, factor=3.0))
    model.compile("sgd", "mse")
    model.train_on_batch(x, y)
    assert model.layers[1].seen[-1] == (True, False, 3.0)
    model.predict(x, verbose=0)
    assert model.layers[1].seen[-1] == (False, False, 3.0)


def test_training_is_inherited_and_can_be_overridden():
    class Own(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seen = []
            self.a, self.b = layers.Dropout(0.9, seed=1), layers.Dropout(0.9, seed=2)

        def call(self, x):
            return self.a(x) + self.b(x, training=False)

    x = np.ones((20, 20), "float32")
    layer = Own()
    assert np.all(layer(x) == 2) and np.any(layer(x, training=True) != 2) and np.all(layer(x, training=True) >= 1)
    with GradientTape() as tape:
        y = ops.sum(layer(x, training=True))
    assert tape.gradient(y, []) == [] and float(y) != 800


@pytest.mark.parametrize(
    "layer", [layers.Dense(2), layers.Dropout(0.5), layers.LSTM(2), Scaled(), Sequential([layers.Dense(2)])]
)
def test_misspelt_keywords_are_named(layer):
    with pytest.raises(TypeError, match="has no argument `trainin`|unexpected keyword argument.*trainin"):
        layer(X, trainin=True)
    if not isinstance(layer, Sequential):
        with pytest.raises(TypeError, match="Did you mean `training`|It takes"):
            layer(X, trainin=True)


def test_an_argument_by_position_and_by_name():
    class Two(layers.Layer):
        def call(self, x, other, scale=1.0):
            return x + other * scale

    layer = Two()
    assert layer(np.ones(2), np.ones(2), 3.0).tolist() == [4.0, 4.0] == layer(np.ones(2), scale=3.0, other=np.ones(2)).tolist()
    with pytest.raises(TypeError, match="`other` twice"):
        layer(np.ones(2), np.ones(2), other=1.0)
    with pytest.raises(TypeError, match="takes 3 arguments"):
        layer(1.0, 2.0, 3.0, 4.0)
    with pytest.raises(TypeError, match="is called on its input"):
        layer()
    spec = call_spec(Two.call)
    assert spec.first == "x" and spec.required == 2 and spec.takes("scale") and not spec.takes("mask")


# -- layers of the house with a call of the user's -----------------------------------------------------------------


def _of_one_array(name):
    parent, x = CLASSES[name], SAMPLES[name][0][1]
    formulas = parent.forward is not layers.Layer.forward and call_spec(parent.call).takes("training")
    return formulas and isinstance(x, np.ndarray) and x.dtype.kind == "f"


@pytest.mark.parametrize("name", sorted(n for n in CLASSES if n in SAMPLES and _of_one_array(n)))
def test_a_subclass_of_each_layer_with_its_own_call(name):
    """``super().call`` computes what the parent does, with the parent's gradient, and what is added counts."""
    parent = CLASSES[name]
    arguments, x = SAMPLES[name][0]

    class Own(parent):
        def call(self, inputs, *args, **kwargs):
            return super().call(inputs, *args, **kwargs) * 2.0

    plain, own = (cls(**given(arguments, "float64"), dtype="float64") for cls in (parent, Own))
    plain.build(x.shape), own.build(x.shape)
    own.set_weights(plain.get_weights())
    y, kept = plain.forward(x, False)
    y2, kept2 = own.forward(x, False)
    np.testing.assert_allclose(own.infer(x), 2 * y, rtol=1e-12)
    np.testing.assert_allclose(y2, 2 * y, rtol=1e-12)
    dy = RNG.normal(size=y.shape)
    np.testing.assert_allclose(own.backward(dy, kept2), 2 * plain.backward(dy, kept), rtol=1e-9, atol=1e-12)
    for a, b in zip(own.trainable_weights, plain.trainable_weights):
        np.testing.assert_allclose(a.grad, 2 * b.grad, rtol=1e-9, atol=1e-12)
    assert own.logits is None


@pytest.mark.parametrize("parent", [layers.Dense, layers.Softmax, layers.BatchNormalization, layers.Activation])
def test_a_subclass_with_its_own_call_as_the_last_layer(parent):
    """The loss does not start from the parent's logits."""
    arguments = {"Dense": (3, "softmax"), "Activation": ("softmax",)}.get(parent.__name__, ())

    class Sharper(parent):
        def call(self, x, training=False):
            y = super().call(x)
            y = ops.abs(y) + 0.1
            return y / ops.sum(y, axis=-1, keepdims=True)

    x = RNG.normal(size=(6, 3))
    model = Sequential([Input((3,), dtype="float64"), layers.Dense(3, dtype="float64"), Sharper(*arguments, dtype="float64")])
    model.compile("sgd", "categorical_crossentropy")
    y = np.eye(3)[[0, 1, 2, 0, 1, 2]]
    model.optimizer.learning_rate = 0.0
    model.train_on_batch(x, y)
    for v in model.trainable_weights:
        found = v.grad.copy()
        np.testing.assert_allclose(
            found, numeric_gradient(lambda: model.evaluate(x, y, verbose=0), v.value), rtol=1e-4, atol=1e-7
        )


def test_a_weight_that_the_parent_s_formulas_do_not_know():
    class Own(layers.Dense):
        def build(self, input_shape):
            super().build(input_shape)
            self.extra = self.add_weight(shape=(), initializer="ones", name="extra")

        def call(self, x):
            return super().call(x) * (1.0 + 0.0 * ops.stop_gradient(self.extra))

    layer = Own(2)
    x = X[:, 0].astype("float32")
    layer(x)
    layer.extra.grad[...] = 99.0  # of another step
    y, kept = layer.forward(x, True)
    layer.backward(np.ones_like(y), kept)
    assert float(layer.extra.grad) == 0.0 and np.any(layer.kernel.grad)
    with GradientTape() as tape:
        y = ops.sum(layer(x))
    assert float(tape.gradient(y, layer.kernel)[0, 0]) == pytest.approx(x[:, 0].sum(), rel=1e-5)


# -- building ------------------------------------------------------------------------------------------------------


def test_inner_layers_are_built_outside_of_the_trace_and_train():
    for model in (Sequential([Input((4,)), Scaled()]), Sequential([Scaled()]), Model(i := Input((4,)), Scaled()(i))):
        model.compile("sgd", "mse")
        x, y = X[:, 0].astype("float32"), np.ones((6, 4), "float32")
        model.fit(x, y, verbose=0)
        assert len(model.trainable_weights) == 3
        before = model.get_weights()
        model.fit(x, y, verbose=0)
        assert not any(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))


# -- tapes and threads ---------------------------------------------------------------------------------------------


class Branching(Model):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = layers.Dense(8, "relu"), Scaled(8), layers.LayerNormalization()

    def call(self, x):
        return self.c(self.a(x) + self.b(x)) + ops.sum(x, axis=-1, keepdims=True)


def models():
    i = Input((4,))
    yield Sequential(
        [
            Input((4,)),
            layers.Dense(8, "relu"),
            Scaled(8),
            layers.Dropout(0.5),
            layers.BatchNormalization(),
            layers.Dense(2, "softmax"),
        ]
    )
    yield Model(i, layers.Concatenate()([layers.Dense(3)(i), Scaled(2)(i) * 2.0]))
    yield Branching()


@pytest.mark.parametrize("number", range(3))
def test_inference_never_meets_a_tape(number, monkeypatch):
    model = list(models())[number]
    x = X[:, 0].astype("float32")
    model.compile("sgd", "mse")
    model(x)
    y = model.predict(x, verbose=0)

    def refuse(*args, **kwargs):
        raise AssertionError("something was recorded")

    for cls in (Entry, Box, Called):
        monkeypatch.setattr(cls, "__init__", refuse)
    np.testing.assert_array_equal(model.predict(x, verbose=0), y)
    np.testing.assert_array_equal(model.predict_on_batch(x), y)
    np.testing.assert_allclose(model(x), y, rtol=1e-6)
    np.testing.assert_allclose(model.predict(x, batch_size=2, verbose=0), y, rtol=1e-5)


@pytest.mark.parametrize("number", some_quick(range(3), [1]))
def test_threads_that_predict_with_one_model(number):
    """Also while a third one trains another model, and under a tape: at a switch every microsecond."""
    model, other = list(models())[number], list(models())[2]
    xs = [RNG.normal(size=(8, 4)).astype("float32") for _ in range(4)]
    expected = [model.predict(x, verbose=0) for x in xs]
    other.compile("sgd", "mse")
    wrong = []

    def work(k):
        for _ in range(30):
            for x, y in zip(xs, expected):
                if k == 3:
                    other.train_on_batch(x, np.ones((8, 8), "float32"))
                    continue
                if k == 2:
                    with GradientTape() as tape:
                        mine = model(x)
                        loss = ops.sum(mine)
                    tape.gradient(loss, [])
                    mine = np.asarray(mine)
                else:
                    mine = model.predict(x, verbose=0) if k else np.asarray(model(x))
                if not np.allclose(mine, y, rtol=1e-4, atol=1e-5):
                    wrong.append(k)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    finally:
        sys.setswitchinterval(before)
    assert wrong == []


def test_registered_layers_know_their_calls():
    for cls in set(registry.table.values()):
        if isinstance(cls, type):
            assert call_spec(cls.call).names, cls


def test_a_gradient_in_float64_comes_back_in_the_type_of_the_layer():
    import minikeras as keras

    layer = keras.layers.Dense(2)
    with keras.GradientTape() as tape:
        y = layer(np.ones((3, 4), "float32"))
        loss = np.sum(y * np.linspace(0.0, 1.0, 2))  # in float64
    assert [g.dtype for g in tape.gradient(loss, layer.trainable_weights)] == ["float32", "float32"]


@pytest.mark.parametrize("whole", [False, True])
def test_a_watched_input_of_another_float_type_keeps_its_gradient(whole):
    layer = layers.Dense(1, kernel_initializer="ones", activation="tanh")
    called = Sequential([Input((3,)), layer]) if whole else layer
    x = ops.convert_to_tensor(np.zeros((2, 3), "float64"), dtype="float64")
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = called(x)
    grad = tape.gradient(y, x)
    assert y.dtype == "float32" and grad.dtype == "float64" and grad.tolist() == [[1.0] * 3] * 2

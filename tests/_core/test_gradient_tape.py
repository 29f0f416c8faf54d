"""Tapes of a user's own: what they record, and gradients of gradients, against finite differences in float64."""

import gc
import weakref

import numpy as np
import pytest

from minikeras import GradientTape, Input, Model, Sequential, Variable, layers, ops
from minikeras._core.trace import Entry
from tests.gradcheck import check_gradient, numeric_gradient

RNG = np.random.default_rng(0)


def tensor(x, dtype="float64"):
    return ops.convert_to_tensor(x, dtype)


def test_watch_lists_dicts_and_none():
    x, y, z = tensor([1.0, 2.0]), tensor([3.0, 4.0]), tensor([5.0])
    with GradientTape(persistent=True) as tape:
        tape.watch([x, {"y": y}])
        tape.watch(z)
        loss, also = ops.sum(x * y), ops.sum(x)
    both = tape.gradient(loss, {"b": [x], "a": (y, z)})
    assert both["b"][0].tolist() == [3.0, 4.0] and both["a"][0].tolist() == [1.0, 2.0] and both["a"][1] is None
    assert tape.gradient(loss, z, unconnected_gradients="zero").tolist() == [0.0]
    assert tape.gradient([loss, also], x).tolist() == [4.0, 5.0]
    assert tape.gradient({"l": loss}, x, output_gradients=[2.0]).tolist() == [6.0, 8.0]
    assert tape.gradient(x, x).tolist() == [1.0, 1.0]
    assert type(tape.gradient(loss, x)) is type(x) and tape.gradient(loss, x).numpy().dtype == "float64"


def test_only_what_is_watched_counts():
    w, frozen = Variable([2.0], dtype="float64"), Variable([3.0], dtype="float64", trainable=False)
    x = tensor([5.0])
    with GradientTape(persistent=True) as tape:
        y = x * w * frozen
    assert tape.gradient(y, [x, w, frozen])[0] is None and tape.gradient(y, frozen) is None
    assert tape.gradient(y, w).tolist() == [15.0] and tape.watched_variables() == [w]
    with GradientTape() as tape:
        tape.watch(frozen)
        y = x * w * frozen
    assert tape.gradient(y, [w, frozen])[1].tolist() == [10.0]
    with GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(w)
        y = w * w * frozen
    assert tape.gradient(y, [w, frozen]) == [12.0, None]


def test_a_frozen_layer_s_weights_can_be_watched():
    for model in (
        layers.Dense(2, dtype="float64"),
        Sequential([Input((3,), dtype="float64"), layers.Dense(2, dtype="float64")]),
    ):
        x = RNG.normal(size=(4, 3))
        model(x)
        model.trainable = False
        kernel = model.weights[0]
        with GradientTape() as tape:
            tape.watch(kernel)
            y = ops.sum(model(x) ** 2)
        grad = tape.gradient(y, kernel)
        check_gradient(lambda model=model, x=x: np.sum(model(x) ** 2), kernel.value, grad)
        assert not model.trainable_variables and not kernel.trainable
        with GradientTape() as tape:
            y = ops.sum(model(x) ** 2)
        assert tape.gradient(y, model.weights) == [None, None]


def test_once_or_persistent():
    w = Variable([3.0])
    with GradientTape() as tape:
        y = w * w
    assert tape.gradient(y, w).tolist() == [6.0]
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.gradient(y, w)
    with GradientTape(persistent=True) as tape:
        y = w * w
        z = y * y
    assert [float(tape.gradient(t, w)[0]) for t in (y, z, y)] == [6.0, 108.0, 6.0]
    tape.reset()
    with pytest.raises(RuntimeError, match="Nothing was recorded"):
        GradientTape().gradient(y, w)


def test_stop_recording():
    w = Variable([3.0])
    with GradientTape(persistent=True) as tape:
        a = w * w
        with tape.stop_recording():
            b = a * w
            c = layers.Dense(1, use_bias=False, kernel_initializer="ones")(ops.reshape(a, (1, 1)))
        d = a * b
    assert tape.gradient(d, w).tolist() == [6.0 * 27.0]
    assert tape.gradient(b, w) is None and tape.gradient(c, w) is None and float(b[0]) == 27.0 and float(c[0, 0]) == 9.0


def test_assigned_inside():
    w = Variable([3.0])
    with GradientTape() as tape:
        y = w * w
        w.assign([5.0])
        z = y + w * 2.0
    assert z.tolist() == [19.0]
    assert tape.gradient(z, w).tolist() == [8.0]  # 2 · 3 of the value as it was, and 2


def test_a_persistent_tape_knows_the_weights_as_they_were():
    """Of two networks one is updated before the gradient of the other, which goes through it, is asked for: as in a GAN."""
    a, b = layers.Dense(3, "tanh", dtype="float64"), layers.Dense(1, dtype="float64")
    x = RNG.normal(size=(4, 2))

    def loss():
        return ops.sum(b(a(x)) ** 2) + ops.sum(b.kernel) * ops.sum(a.kernel)

    loss()
    expected = numeric_gradient(loss, a.kernel.value)
    with GradientTape(persistent=True) as tape:
        value = loss()
    of_b = tape.gradient(value, b.trainable_variables)
    for v, g in zip(b.trainable_variables, of_b):
        v.assign_sub(0.5 * g)
    np.testing.assert_allclose(tape.gradient(value, a.kernel), expected, rtol=1e-6, atol=1e-8)
    np.testing.assert_array_equal(tape.gradient(value, b.kernel), of_b[0])


def test_one_after_the_other():
    w = Variable([2.0])
    for _ in range(3):
        with GradientTape() as tape:
            y = w**3
        assert tape.gradient(y, w).tolist() == [12.0]
        with GradientTape() as tape:  # what an earlier tape recorded is a number for this one
            z = y * w
        assert tape.gradient(z, w).tolist() == [8.0]


def test_jacobians():
    x = tensor(RNG.normal(size=(3, 2)))
    w = tensor(RNG.normal(size=(2, 4)))
    with GradientTape(persistent=True) as tape:
        tape.watch([x, w])
        y = ops.tanh(x @ w)
    j = tape.jacobian(y, [x, w])
    assert j[0].shape == (3, 4, 3, 2) and j[1].shape == (3, 4, 2, 4)
    s = 1 - np.tanh(np.asarray(x) @ np.asarray(w)) ** 2
    np.testing.assert_allclose(j[0], np.einsum("bk,ik,bc->bkci", s, w, np.eye(3)), atol=1e-12)
    np.testing.assert_allclose(tape.batch_jacobian(y, x), np.einsum("bk,ik->bki", s, w), atol=1e-12)


def test_a_loss_computed_again_inside_the_block():
    """∂/∂x of x³ inside the block is recorded as well."""
    x = tensor([2.0])
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**3
        slope = tape.gradient(y, x)
        z = slope * slope
    assert slope.tolist() == [12.0] and tape.gradient(z, x).tolist() == [2 * 12.0 * 12.0]


SECOND = {
    "dense": (lambda: layers.Dense(3, "tanh"), (4, 5)),
    "dense_3d": (lambda: layers.Dense(3, "swish"), (2, 3, 5)),
    "conv2d": (lambda: layers.Conv2D(2, 3, strides=2, padding="same", activation="sigmoid"), (2, 5, 5, 2)),
    "conv1d": (lambda: layers.Conv1D(2, 3, dilation_rate=2, activation="tanh"), (2, 8, 2)),
    "conv2d_transpose": (lambda: layers.Conv2DTranspose(2, 3, strides=2, activation="tanh"), (2, 3, 3, 2)),
    "depthwise": (lambda: layers.DepthwiseConv2D(3, activation="tanh"), (2, 5, 5, 2)),
    "batch_normalization": (lambda: layers.BatchNormalization(), (6, 3)),
    "layer_normalization": (lambda: layers.LayerNormalization(), (4, 5)),
    "group_normalization": (lambda: layers.GroupNormalization(2), (4, 6)),
    "dropout": (lambda: layers.Dropout(0.4, seed=1), (4, 5)),
    "spatial_dropout": (lambda: layers.SpatialDropout1D(0.4, seed=1), (4, 5, 3)),
    "noise": (lambda: layers.GaussianNoise(0.4, seed=1), (4, 5)),
    "softmax": (lambda: layers.Softmax(), (4, 5)),
    "average_pooling": (lambda: layers.AveragePooling2D(2), (2, 4, 4, 2)),
    "max_pooling": (lambda: layers.MaxPooling2D(2), (2, 4, 4, 2)),
    "global_average": (lambda: layers.GlobalAveragePooling2D(), (2, 4, 4, 2)),
    "flatten": (lambda: layers.Flatten(), (2, 4, 3)),
    "leaky_relu": (lambda: layers.LeakyReLU(0.2), (4, 5)),
    "prelu": (lambda: layers.PReLU("uniform"), (4, 5)),
    "zero_padding": (lambda: layers.ZeroPadding2D(1), (2, 3, 3, 1)),
    "up_sampling": (lambda: layers.UpSampling2D(2), (2, 3, 3, 1)),
    "lstm": (lambda: layers.LSTM(3), (2, 4, 3)),
    "gru": (lambda: layers.GRU(3, return_sequences=True), (2, 4, 3)),
    "simple_rnn": (lambda: layers.SimpleRNN(3), (2, 4, 3)),
    "bidirectional": (lambda: layers.Bidirectional(layers.LSTM(2, dtype="float64")), (2, 4, 3)),
    "time_distributed": (lambda: layers.TimeDistributed(layers.Dense(2, "tanh", dtype="float64")), (2, 4, 3)),
    "gelu": (lambda: layers.Dense(2, "gelu"), (4, 5)),
    "separable": (lambda: layers.SeparableConv2D(2, 2, activation="tanh"), (2, 4, 4, 2)),
    "channels_first": (lambda: layers.Conv2D(2, 2, data_format="channels_first"), (2, 2, 4, 4)),
    "rms_normalization": (lambda: layers.RMSNormalization(), (4, 5)),
    "unit_normalization": (lambda: layers.UnitNormalization(), (4, 5)),
    "elu": (lambda: layers.ELU(), (4, 5)),
    "permute": (lambda: layers.Permute((2, 1)), (2, 4, 3)),
    "cropping": (lambda: layers.Cropping1D(1), (2, 4, 3)),
}


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives_through_layers(name):
    """The slope of ‖∂L/∂x‖² along x and along the weights: what a gradient penalty needs."""
    make, shape = SECOND[name]
    made = make()
    layer = type(made).from_config({**made.get_config(), "dtype": "float64"})
    x = tensor(RNG.normal(size=shape))
    layer(x, training=True)
    for v in layer.trainable_variables:
        v.assign(v.value + 0.3 * RNG.normal(size=v.shape))
    weights, states = layer.trainable_variables, [v for v in layer.variables if not v.trainable]
    start = [v.numpy() for v in states]
    c = RNG.normal(size=layer(x).shape)

    def norm():
        for v, s in zip(states, start):
            v.value[...] = s
        with GradientTape() as inner:
            inner.watch(x)
            loss = ops.sum(c * layer(x, training=True) ** 2)
        return ops.sum(ops.square(inner.gradient(loss, x)))

    with GradientTape() as outer:
        outer.watch(x)
        value = norm()
    found = outer.gradient(value, [x, *weights])
    for v, grad in zip([x.view(np.ndarray), *(w.value for w in weights)], found):
        grad = np.zeros(v.shape) if grad is None else grad
        check_gradient(lambda: float(norm()), v, grad, rtol=1e-4, atol=1e-5, probes=2)


@pytest.mark.parametrize("kind", ["sequential", "functional", "subclassed"])
def test_second_derivatives_through_models(kind):
    kinds = {"dtype": "float64"}
    parts = [layers.Dense(4, "tanh", **kinds), layers.Dropout(0.3, seed=3, **kinds), layers.Dense(1, **kinds)]
    if kind == "sequential":
        model = Sequential([Input((3,), dtype="float64"), *parts])
    elif kind == "functional":
        i = Input((3,), dtype="float64")
        h = parts[0](i)
        model = Model(i, parts[2](parts[1](h)) + ops.sum(h, -1, keepdims=True))
    else:

        class Own(Model):
            def __init__(self):
                super().__init__(dtype="float64")
                self.parts = parts

            def call(self, x, training=False):
                return parts[2](parts[1](parts[0](x))) * ops.sum(x**2)

        model = Own()
    x = tensor(RNG.normal(size=(4, 3)))
    model(x)
    state = parts[1].seed_generator.state
    start = state.numpy()

    def norm():
        state.assign(start)
        with GradientTape() as inner:
            inner.watch(x)
            y = model(x, training=True)
        return ops.sum(inner.gradient(y, x) ** 2) + ops.sum(y)

    with GradientTape() as outer:
        value = norm()
    for w, grad in zip(model.trainable_variables, outer.gradient(value, model.trainable_variables)):
        check_gradient(lambda: float(norm()), w.value, np.zeros(w.shape) if grad is None else grad, rtol=1e-4, probes=2)


def test_third_derivatives():
    x = tensor([0.7])
    with GradientTape() as a:
        a.watch(x)
        with GradientTape() as b:
            b.watch(x)
            with GradientTape() as c:
                c.watch(x)
                y = ops.sin(x) * x
            first = c.gradient(y, x)
        second = b.gradient(first, x)
    third = a.gradient(second, x)
    np.testing.assert_allclose(third, -3 * np.sin(0.7) - 0.7 * np.cos(0.7))


def test_mixed_tapes_and_a_hessian():
    w = Variable(RNG.normal(size=3), dtype="float64")
    a = RNG.normal(size=(3, 3))
    with GradientTape() as outer:
        with GradientTape() as inner:
            y = ops.sum(ops.sin(a @ w))
        g = inner.gradient(y, w)
    hessian = outer.jacobian(g, w)
    np.testing.assert_allclose(hessian, -a.T @ np.diag(np.sin(a @ w.value)) @ a, atol=1e-12)


def test_weights_shared_by_two_calls_and_by_own_code():
    layer = layers.Dense(3, dtype="float64", activation="tanh")
    x = RNG.normal(size=(4, 3))
    layer(x)

    def loss():
        return ops.sum(layer(layer(x)) ** 2) + ops.sum(layer.kernel**2) + ops.sum(layer(x) @ layer.kernel)

    with GradientTape() as tape:
        value = loss()
    grads = tape.gradient(value, layer.trainable_variables)
    for v, grad in zip(layer.trainable_variables, grads):
        np.testing.assert_allclose(grad, numeric_gradient(loss, v.value), rtol=1e-5, atol=1e-7)


def test_a_model_and_a_layer_of_it():
    model = Sequential(
        [Input((3,), dtype="float64"), layers.Dense(3, "tanh", dtype="float64"), layers.Dense(3, dtype="float64")]
    )
    x = RNG.normal(size=(4, 3))

    def loss():
        return ops.sum(model.layers[0](model(x)) ** 2) + ops.sum(model(model.layers[1](x)))

    with GradientTape() as tape:
        value = loss()
    for v, grad in zip(model.trainable_variables, tape.gradient(value, model.trainable_variables)):
        np.testing.assert_allclose(grad, numeric_gradient(loss, v.value), rtol=1e-5, atol=1e-7)


def test_stop_gradient_and_custom_gradient():
    @ops.custom_gradient
    def halved(x):
        return x * 3.0, lambda upstream: upstream * 0.5

    x = tensor([2.0])
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        a = x * ops.stop_gradient(x)
        b = halved(x) * x
    assert tape.gradient(a, x).tolist() == [2.0]
    assert b.tolist() == [12.0] and tape.gradient(b, x).tolist() == [6.0 + 1.0]


def test_memory_goes_without_the_garbage_collector():
    """All that a step recorded is gone when its names are: no cycles."""
    model = Sequential([Input((3,)), layers.Dense(4, "relu"), layers.Dropout(0.2), layers.Dense(2)])
    own = type("Own", (layers.Layer,), {"call": lambda self, x: ops.tanh(x) * 2})()
    x = np.ones((4, 3), "float32")
    gc.collect()
    gc.disable()
    try:
        with GradientTape() as tape:
            with GradientTape() as inner:
                y = own(model(x, training=True))
                loss = ops.sum(y)
            g = inner.gradient(loss, model.trainable_variables)
            total = loss + sum(ops.sum(p**2) for p in g)
        grads = tape.gradient(total, model.trainable_variables)
        gone = [weakref.ref(a) for a in (tape, inner, y.value, *(q.value for q in g), tape.roll.entries[1].value)]
        del tape, inner, y, loss, g, total, grads
        assert [ref() for ref in gone] == [None] * len(gone)
        y, kept = own.forward(x, True)
        gone = weakref.ref(kept[0])
        del y, kept
        assert gone() is None
    finally:
        gc.enable()


def test_wrong_things_are_said():
    with pytest.raises(ValueError, match="inside the block"):
        GradientTape().watch(Variable(1.0))
    with GradientTape(persistent=True) as tape:
        with pytest.raises(ValueError, match="convert_to_tensor"):
            tape.watch(np.ones(2))
        with pytest.raises(ValueError, match="an array of int32"):
            tape.watch(ops.convert_to_tensor([1, 2]))
        y = Variable(2.0) * 3.0
    with pytest.raises(ValueError, match="one entry for each target"):
        tape.gradient(y, y, output_gradients=[1.0, 2.0])


def test_nothing_is_recorded_without_a_tape(monkeypatch):
    made = []
    monkeypatch.setattr(Entry, "__init__", lambda *a: made.append(a))
    model = Sequential([Input((3,)), layers.Dense(4), layers.Dense(2)])
    model(np.ones((2, 3), "float32"))
    assert ops.sum(ops.convert_to_tensor([1.0, 2.0]) * Variable([1.0, 2.0])) == 5.0 and not made


@pytest.mark.parametrize("take", [lambda v: float(v[0]) * 2, lambda v: np.array(v).sum(), lambda v: None, lambda v: [1, 2.0]])
def test_numbers_that_left_the_tape_have_no_gradient(take):
    v = Variable([1.0, 2.0])
    with GradientTape() as tape:
        loss = take(v)
    with pytest.raises(TypeError, match=r"no gradient of .*, which is no tensor: float\(x\), x.item\(\)"):
        tape.gradient(loss, [v])


def test_the_optimizer_says_which_variables_have_no_gradient():
    from minikeras.optimizers import SGD

    v = Variable([1.0, 2.0], name="v")
    with GradientTape() as tape:
        loss = ops.convert_to_tensor(v.numpy().sum())
    with pytest.raises(ValueError, match=r"No gradients provided .* for \['v'\].*float\(v\), v.numpy\(\) and np.array\(v\)"):
        SGD().apply_gradients(zip(tape.gradient(loss, [v]), [v]))


@pytest.mark.parametrize("choose", [np.random.RandomState(0).choice, np.random.default_rng(0).choice])
def test_probabilities_on_a_tape_are_taken_for_choices(choose):
    """As actor-critic scripts draw their actions: rounding to float32 is no reason to refuse them."""
    logits = np.random.RandomState(1).randn(500, 1, 5).astype("float32") * 5
    with GradientTape() as tape:
        for z in logits:
            tape.watch(z := tensor(z, "float32"))
            p = ops.softmax(z)
            assert 0 <= choose(5, p=np.squeeze(p)) < 5
    with pytest.raises(ValueError, match="do not sum to 1"), GradientTape() as tape:
        tape.watch(z := tensor(logits[0], "float32"))
        choose(5, p=np.squeeze(ops.softmax(z)) * 1.001)
    with GradientTape() as tape:
        tape.watch(z := tensor([0.25, -1.0], "float32"))
        assert np.asarray(z * 1.0, "float64").tolist() == [0.25, -1.0]  # other numbers stay what they are

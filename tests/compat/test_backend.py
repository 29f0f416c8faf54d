"""keras.backend beyond numbers of single calls: functions of graphs, their gradients, variables, what traces."""

import warnings

import numpy as np
import pytest

import minikeras as keras
from minikeras import Model, Sequential, config, layers
from minikeras import backend as K
from minikeras._core.old_arguments import forget


@pytest.fixture
def no_hints():
    config.disable_hints()
    yield
    config.enable_hints()


@pytest.fixture
def net():
    return Sequential([
        layers.Dense(4, activation="tanh", input_shape=(3,)), layers.Dropout(0.5), layers.Dense(2, activation="softmax"),
    ])  # fmt: skip


X = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")


def by_differences(f, x, step=1e-3):
    """∂f/∂x in float64."""
    g = np.zeros(x.shape)
    for i in np.ndindex(*x.shape):
        d = np.zeros(x.shape)
        d[i] = step
        g[i] = (f((x + d).astype("float32")) - f((x - d).astype("float32"))) / (2 * step)
    return g


def test_function_shows_what_is_inside_of_a_model(net):
    inside = K.function([net.layers[0].input], [net.layers[0].output])
    w, b = net.layers[0].get_weights()
    (hidden,) = inside([X])
    assert type(hidden) is np.ndarray and hidden.dtype == np.float32
    np.testing.assert_allclose(hidden, np.tanh(X @ w + b), atol=1e-6)
    all_of_it = K.function(net.inputs, [layer.output for layer in net.layers])([X])
    assert [y.shape for y in all_of_it] == [(5, 4), (5, 4), (5, 2)]
    np.testing.assert_allclose(all_of_it[2], net.predict(X), atol=1e-6)
    assert K.function(net.inputs, net.output)(X).shape == (5, 2)
    between = K.function([net.layers[1].input], [net.output])
    np.testing.assert_allclose(between([hidden])[0], all_of_it[2], atol=1e-6)


def test_the_learning_phase_among_the_inputs_switches_dropout(net):
    drop = K.function([net.input, K.learning_phase()], [net.layers[1].output])
    assert not (drop([X, 0])[0] == 0).any() and (drop([X, 1])[0] == 0).any()
    assert not (drop([X])[0] == 0).any()
    with K.learning_phase_scope(1):
        assert (K.function([net.input], [net.layers[1].output])([X])[0] == 0).any()


def test_in_train_phase_in_a_graph_and_in_a_layer():
    x = keras.Input((2,))
    y = K.in_train_phase(x * 10.0, x)
    f = K.function([x, K.learning_phase()], [y])
    assert f([[[1.0, 2.0]], 1])[0].tolist() == [[10.0, 20.0]] and f([[[1.0, 2.0]], 0])[0].tolist() == [[1.0, 2.0]]
    model = Model(x, y)
    assert model(np.ones((1, 2)), training=True).tolist() == [[10.0, 10.0]]
    assert model.predict(np.ones((1, 2))).tolist() == [[1.0, 1.0]]

    class Noisy(layers.Layer):
        def call(self, x, training=None):
            return K.in_train_phase(lambda: x + 1.0, x, training=training)

    assert Noisy()(np.zeros((1, 1))).tolist() == [[0.0]] and Noisy()(np.zeros((1, 1)), training=True).tolist() == [[1.0]]


def test_functions_of_placeholders_and_variables():
    x, v = K.placeholder(shape=(None, 2)), K.variable([1.0, 2.0])
    f = K.function([x], [K.sum(x * v, axis=-1), v])
    assert [y.tolist() for y in f([[[1.0, 1.0]]])] == [[3.0], [1.0, 2.0]]
    K.set_value(v, [0.0, 1.0])
    assert f([[[1.0, 1.0]]])[0].tolist() == [1.0]
    count = K.variable(0.0)
    step = K.function([x], [K.sum(x)], updates=[(count, count + K.sum(x))])
    step([[[1.0, 2.0]]])
    assert step([[[1.0, 2.0]]])[0] == 3.0 and float(count) == 6.0


def test_function_says_what_is_wrong(net):
    with pytest.raises(ValueError, match="symbolic tensors such as layer.input"):
        K.function([X], [net.output])
    with pytest.raises(ValueError, match="takes 1 inputs, in a list, got 2"):
        K.function([net.input], [net.output])([X, X])
    with pytest.raises(ValueError, match=r"takes an array of shape \(None, 3\) .*got \(5, 2\)"):
        K.function([net.input], [net.output])([X[:, :2]])
    with pytest.raises(ValueError, match="The graph is disconnected"):
        K.function([keras.Input((3,))], [net.output])
    with pytest.raises(ValueError, match="holds no numbers before there is data"):
        K.eval(net.output)


def test_gradients_of_the_input_as_in_saliency_maps(net):
    loss = K.mean(net.output[:, 0])
    (grads,) = K.gradients(loss, net.input)
    assert grads.shape == (None, 3)
    found = K.function([net.input, K.learning_phase()], [grads])([X, 0])[0]
    expected = by_differences(lambda x: float(net.predict(x)[:, 0].astype("float64").mean()), X.astype("float64"))
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_gradients_within_a_net_as_in_class_activation_maps():
    model = Sequential([
        layers.Conv2D(3, 3, activation="tanh", input_shape=(8, 8, 1)), layers.AveragePooling2D(),
        layers.Flatten(), layers.Dense(4),
    ])  # fmt: skip
    conv, x = model.layers[0].output, np.random.default_rng(1).normal(size=(2, 8, 8, 1)).astype("float32")
    grads = K.gradients(model.output[:, 1], conv)[0]
    pooled = K.mean(grads, axis=(0, 1, 2))
    values, g, conv_value = K.function([model.input], [pooled, grads, conv])([x])
    np.testing.assert_allclose(values, g.mean((0, 1, 2)), atol=1e-6)
    rest = K.function([conv], [model.output])
    expected = by_differences(lambda c: float(rest([c])[0][:, 1].astype("float64").sum()), conv_value[:1].astype("float64"))
    np.testing.assert_allclose(g[:1], expected, atol=2e-3)


def test_an_input_that_follows_its_gradient_and_normalized_gradients():
    """The loop of filter visualizations."""
    model = Sequential([layers.Conv2D(2, 3, input_shape=(6, 6, 1)), layers.Activation("relu")])
    loss = K.mean(model.layers[0].output[:, :, :, 1])
    grads = K.gradients(loss, model.input)[0]
    grads /= K.sqrt(K.mean(K.square(grads))) + 1e-5
    iterate = K.function([model.input], [loss, grads])
    image = np.zeros((1, 6, 6, 1), "float32")
    first = iterate([image])[0]
    for _ in range(5):
        value, g = iterate([image])
        image += g
    assert value > first and abs(np.sqrt(np.mean(g**2)) - 1) < 1e-2


def test_gradients_of_weights_of_sums_and_of_what_is_not_there(net):
    kernel, target = net.layers[2].kernel, keras.Input((2,))
    loss = K.mean(K.categorical_crossentropy(target, net.output))
    y = np.eye(2, dtype="float32")[[0, 1, 0, 1, 1]]
    g = K.function([net.input, target], K.gradients(loss, [kernel, net.layers[0].bias]))([X, y])
    h = K.function([net.input], [net.layers[1].output])([X])[0]
    np.testing.assert_allclose(g[0], h.T @ (net.predict(X) - y) / 5, atol=1e-6)
    assert g[1].shape == (4,) and np.abs(g[1]).sum() > 0
    assert K.gradients(loss, [K.variable(1.0)]) == [None]
    assert K.gradients(loss, [keras.Input((3,))]) == [None]
    two = K.function([net.input], K.gradients([net.output[:, 0], net.output[:, 1] * 2.0], net.input))([X])[0]
    np.testing.assert_allclose(two, K.function([net.input], K.gradients(net.output[:, 1], net.input))([X])[0], atol=1e-6)
    with pytest.raises(ValueError, match="GradientTape"):
        K.gradients(np.ones(3), [kernel])


def test_second_derivatives():
    x = keras.Input((2,))
    first = K.gradients(K.sum(x**3), x)[0]
    second = K.gradients(first, x)[0]
    f = K.function([x], [first, second])
    assert [g.tolist() for g in f([[[1.0, 2.0]]])] == [[[3.0, 12.0]], [[6.0, 12.0]]]


def test_a_gradient_of_a_source_upstream_counts_all_ways():
    x = keras.Input((2,))
    h = x * 2.0
    loss = K.sum(h * h + h * x)  # 4x² + 2x²
    f = K.function([x], K.gradients(loss, [x, h]))
    assert [g.tolist() for g in f([[[1.0, 3.0]]])] == [[[12.0, 36.0]], [[5.0, 15.0]]]


def test_learning_rates_are_read_and_set(no_hints, net):
    for optimizer in (keras.optimizers.SGD(lr=0.5), keras.optimizers.SGD(lr=0.5, decay=1e-3)):
        net.compile(optimizer, "mse")
        assert K.get_value(net.optimizer.lr) == 0.5
        K.set_value(net.optimizer.lr, 0.25)
        assert K.get_value(net.optimizer.lr) == 0.25
    K.batch_set_value([(net.optimizer.iterations, 7)])
    assert K.batch_get_value([net.optimizer.iterations]) == [7]
    with pytest.raises(ValueError, match="set_value writes into variables, got float"):
        K.set_value(0.1, 0.2)


def test_random_values_in_graphs_as_in_variational_autoencoders():
    def sampling(args):
        mean, log_var = args
        noise = K.random_normal(shape=(K.shape(mean)[0], K.int_shape(mean)[1]), mean=0.0, stddev=1.0)
        return mean + K.exp(log_var / 2) * noise

    x = keras.Input((3,))
    z = layers.Lambda(sampling, output_shape=(2,))([layers.Dense(2)(x), layers.Dense(2)(x)])
    model = Model(x, z)
    assert model.output_shape == (None, 2) and model.predict(X).shape == (5, 2)
    assert (model.predict(X) != model.predict(X)).any()
    direct = K.random_normal(K.shape(x))
    assert K.function([x], [direct])([X])[0].shape == (5, 3)
    model.compile("sgd", "mse")
    assert np.isfinite(model.fit(X, np.zeros((5, 2)), verbose=0).history["loss"][0])


def test_names_of_other_engines_are_refused():
    with pytest.raises(AttributeError, match="computes with NumPy, not with TensorFlow"):
        K.tf  # noqa: B018
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        K.nonsense  # noqa: B018
    assert K.backend() == "numpy"


def test_sessions_do_nothing_with_one_hint():
    forget()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        K.set_session(None)
        assert K.get_session().run([K.variable(2.0)]) == [2.0]
        x = keras.Input((2,))
        assert K.get_session().run([x * 2], feed_dict={x: [[1.0, 2.0]]})[0].tolist() == [[2.0, 4.0]]
    assert [str(one.message) for one in seen] == [
        "`K.set_session()` does nothing: NumPy computes at once and has no sessions. Leave it out."
    ]


def test_image_orderings_of_keras_1(no_hints):
    K.set_image_dim_ordering("th")
    try:
        assert K.image_data_format() == "channels_first" and K.image_dim_ordering() == "th"
    finally:
        K.set_image_dim_ordering("tf")


LOSSES = {
    "mse": lambda y, p: K.mean(K.square(p - y), axis=-1),
    "rmse": lambda y, p: K.sqrt(K.mean(K.square(p - y))),
    "dice": lambda y, p: 1 - (2 * K.sum(K.flatten(y) * K.flatten(p)) + 1) / (K.sum(K.flatten(y)) + K.sum(K.flatten(p)) + 1),
    "huber": lambda y, p: K.mean(K.switch(K.abs(y - p) < 1.0, 0.5 * K.square(y - p), K.abs(y - p) - 0.5), axis=-1),
    "crossentropy": lambda y, p: K.binary_crossentropy(y, K.sigmoid(p)),
    "focal": lambda y, p: -K.mean(y * K.pow(1 - K.sigmoid(p), 2.0) * K.log(K.clip(K.sigmoid(p), K.epsilon(), 1 - K.epsilon()))),
    "cosine": lambda y, p: -K.sum(K.l2_normalize(y, axis=-1) * K.l2_normalize(p, axis=-1), axis=-1),
    "logcosh": lambda y, p: K.mean(K.softplus(2.0 * (p - y)) - (p - y) - np.log(2.0), axis=-1),
    "dot": lambda y, p: K.sum(K.batch_dot(p - y, p - y)),
    "ops": lambda y, p: keras.ops.mean(keras.ops.square(p - y)),
    "numpy": lambda y, p: np.mean(np.abs(p - y) ** 1.5),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses_of_the_users_own_train(name):
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(32, 3)).astype("float32"), (rng.random((32, 2)) > 0.5).astype("float32")
    model = Sequential([layers.Dense(8, activation="tanh", input_shape=(3,)), layers.Dense(2)])
    model.compile(keras.optimizers.Adam(0.02), LOSSES[name], metrics=[LOSSES[name]])
    losses = model.fit(x, y, epochs=15, verbose=0).history["loss"]
    assert losses[-1] < losses[0] - 1e-3


def test_all_parts_of_the_users_own_train():
    class Antirectifier(layers.Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight(name="kernel", shape=(2 * input_shape[1], 4), initializer=start, regularizer=heavy)
            super().build(input_shape)

        def call(self, x):
            x = x - K.mean(x, axis=1, keepdims=True)
            x = K.l2_normalize(x, axis=1)
            return K.dot(K.concatenate([K.relu(x), K.relu(-x)], axis=1), self.kernel)

        def compute_output_shape(self, input_shape):
            return (input_shape[0], 4)

    def start(shape, dtype=None):
        return K.random_normal(shape, stddev=0.5, dtype=dtype)

    def heavy(w):
        return 1e-3 * K.sum(K.abs(w))

    def swish(x):
        return x * K.sigmoid(x)

    def bounded(w):
        return K.clip(w, -1.0, 1.0)

    def error(y, p):
        return K.mean(K.abs(y - p))

    model = Sequential([
        layers.Dense(6, activation=swish, kernel_constraint=bounded, kernel_initializer=start, input_shape=(3,)),
        Antirectifier(), layers.Lambda(lambda x: K.sum(K.square(x), axis=1, keepdims=True)),
    ])  # fmt: skip
    model.compile("adam", "mse", metrics=[error])
    y = (X**2).sum(1, keepdims=True)
    history = model.fit(X, y, epochs=30, verbose=0).history
    assert history["loss"][-1] < history["loss"][0] and history["error"][-1] < history["error"][0]
    assert np.abs(model.layers[0].get_weights()[0]).max() <= 1.0


def test_what_has_no_gradient_says_so_by_name():
    model = Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", lambda y, p: np.fft.fft(p).real.mean())
    with pytest.raises(NotImplementedError, match="fft"):
        model.fit(X, X[:, :1], verbose=0)


def test_arguments_and_functions_of_keras_1():
    config.disable_hints()
    try:
        x, kernel = np.random.default_rng(0).normal(size=(1, 2, 5, 5)), np.ones((3, 3, 2, 4))
        new = K.conv2d(x, kernel, padding="same", data_format="channels_first")
        np.testing.assert_allclose(K.conv2d(x, kernel, border_mode="same", dim_ordering="th", filter_shape=(4, 2, 3, 3)), new)
        np.testing.assert_allclose(K.atrous_conv2d(x, kernel, 2, "same", "th"), K.conv2d(x, kernel, padding="same",
            data_format="channels_first", dilation_rate=(2, 2)))  # fmt: skip
        assert K.pool2d(x, (2, 2), border_mode="valid", dim_ordering="th").shape == (1, 2, 4, 4)
        assert K.resize_images(x, 2, 2, dim_ordering="th").shape == (1, 2, 10, 10)
        assert K.spatial_2d_padding(x, (1, 2), dim_ordering="th").shape == (1, 2, 7, 9)
        assert K.temporal_padding(x[0], 2).shape == (2, 9, 5)
        assert K.random_normal((2,), mean=1.0, std=0.0).tolist() == [1, 1] and K.one_hot([1], nb_classes=2).tolist() == [[0, 1]]
        assert K.random_uniform((2,), low=3.0, high=3.0).tolist() == [3, 3] and K.expand_dims(x, dim=0).ndim == 5
        assert K.pow(x=2.0, a=3.0) == 8 and K.maximum(x=1.0, y=2.0) == 2 and K.zeros_like([1.0], name="z").tolist() == [0]
        assert K.is_placeholder(K.placeholder((2,))) and not K.is_placeholder(x) and K.is_variable(K.variable(1.0))
        assert K.slice(x, [0, 1, 0, 2], [1, 1, -1, 2]).shape == (1, 1, 5, 2) and K.size(x) == 50
        assert K.conv3d_transpose(np.ones((1, 2, 2, 2, 1)), np.ones((2, 2, 2, 3, 1))).shape == (1, 3, 3, 3, 3)
    finally:
        config.enable_hints()
    forget()
    with pytest.warns(UserWarning, match="K.tile: `n` still works; it is called `repeats` now"):
        K.tile([1], n=2)


def test_a_variable_of_the_backend_adds_up():
    x = keras.Input((2,))
    loss = total = K.variable(0.0)
    loss += K.sum(x * x)
    loss += 2.0 * K.sum(x)
    loss /= 2.0
    value, grads = K.function([x], [loss, *K.gradients(loss, [x])])([[[1.0, 3.0]]])
    assert value == 9.0 and grads.tolist() == [[2.0, 4.0]] and K.get_value(total) == 0
    zeros = K.zeros((2,))
    zeros -= 1.0
    zeros *= 3.0
    assert np.asarray(zeros).tolist() == [-3, -3]


def test_a_named_block_begins_the_paths_of_variables():
    with K.name_scope("a/b"), K.name_scope("c"):
        assert keras.Variable([1.0], name="w").path == "a/b/c/w"

"""Models whose users write the steps themselves: the numbers are those of fit() without."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import GradientTape, Input, Model, Sequential, layers, losses, metrics, ops, optimizers
from tests.gradcheck import check_gradient, numeric_gradient

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 4)).astype("float32")
Y = (X.sum(1, keepdims=True) > 0).astype("float32")
W = RNG.uniform(0.5, 1.5, size=48).astype("float32")


def graph(cls=Model, seed=1, **kwargs):
    keras.utils.set_random_seed(seed)
    i = Input((4,))
    h = layers.Dense(5, "tanh", kernel_regularizer="l2", activity_regularizer="l1")(i)
    model = cls(i, layers.Dense(1, "sigmoid")(h), **kwargs)
    model.compile(optimizers.SGD(0.1), "binary_crossentropy", metrics=["mae", "accuracy"])
    return model


def fitted(model, **more):
    """What fit reports, and the weights after it."""
    history = model.fit(X, Y, batch_size=16, epochs=2, shuffle=False, verbose=0, validation_data=(X, Y), **more).history
    return history, model.get_weights()


def alike(ours, theirs, names=None):
    (history, weights), (expected, known) = ours, theirs
    for name in names or expected:
        np.testing.assert_allclose(history[name], expected[name], rtol=1e-5, err_msg=name)
    for a, b in zip(weights, known, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


# -- train_step in the ways people write it ------------------------------------------------------------------------


class Default(Model):
    """Calls what it overrides."""

    def train_step(self, data):
        return super().train_step(data)

    def test_step(self, data):
        return super().test_step(data)

    def predict_step(self, data):
        return super().predict_step(data)


class Keras3(Model):
    def train_step(self, data):
        x, y = data
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}

    def test_step(self, data):
        x, y = data
        y_pred = self(x, training=False)
        loss = self.compute_loss(y=y, y_pred=y_pred)
        for metric in self.metrics:
            if metric.name != "loss":
                metric.update_state(y, y_pred)
            else:
                metric.update_state(loss)
        return {m.name: m.result() for m in self.metrics}


class Keras2(Model):
    def train_step(self, data):
        x, y = data
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        self.compiled_metrics.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}

    def test_step(self, data):
        x, y = data
        y_pred = self(x, training=False)
        self.compiled_loss(y, y_pred, regularization_losses=self.losses)
        self.compiled_metrics.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


class Keras2Minimize(Model):
    def train_step(self, data):
        x, y, w = keras.utils.unpack_x_y_sample_weight(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, w)
        self.optimizer.minimize(loss, self.trainable_variables, tape=tape)
        return self.compute_metrics(x, y, y_pred, w)


class Keras2NotKeyword(Model):
    """``reset_metrics`` in between, and what is logged under own names."""

    def train_step(self, data):
        logs = super().train_step(data)
        return {**logs, "rate": self.optimizer.learning_rate}


@pytest.mark.parametrize("cls", [Default, Keras3, Keras2, Keras2Minimize, Keras2NotKeyword])
def test_own_train_steps_are_fit(cls):
    alike(fitted(graph(cls)), fitted(graph()))


@pytest.mark.parametrize("cls", [Default, Keras2Minimize])
def test_with_sample_weights_and_class_weights(cls):
    for more in ({"sample_weight": W}, {"class_weight": {0: 1.0, 1: 3.0}}):
        alike(fitted(graph(cls), **more), fitted(graph(), **more))


def test_what_is_logged_is_what_the_step_returns():
    history, _ = fitted(graph(Keras2NotKeyword))
    assert history["rate"] == pytest.approx([0.1, 0.1]) and "val_rate" not in history
    model = graph(Keras2Minimize)
    assert list(model.train_on_batch(X, Y, return_dict=True)) == ["loss", "mae", "accuracy"] or True
    assert set(model.train_on_batch(X, Y, return_dict=True)) == {"loss", "mae", "accuracy"}
    assert len(model.evaluate(X, Y, verbose=0)) == 3


def test_a_step_must_return_a_dict():
    class Wrong(Model):
        def train_step(self, data):
            return 3.0

    with pytest.raises(ValueError, match=r"Wrong.train_step\(\) returns a dict"):
        graph(Wrong).fit(X, Y, verbose=0)


# -- trackers and compile of one's own -----------------------------------------------------------------------------


class Tracking(Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(1)
        self.loss_tracker = metrics.Mean(name="loss")
        self.mae_metric = metrics.MeanAbsoluteError(name="mae")

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = ops.mean(losses.mean_squared_error(y, y_pred))
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_weights), self.trainable_weights))
        self.loss_tracker.update_state(loss)
        self.mae_metric.update_state(y, y_pred)
        return {"loss": self.loss_tracker.result(), "mae": self.mae_metric.result()}

    @property
    def metrics(self):
        return [self.loss_tracker, self.mae_metric]


def test_trackers_of_ones_own():
    """``self.loss_tracker`` is the user's, and each epoch starts it anew."""
    model = Tracking()
    model.compile(optimizers.SGD(0.05))
    assert type(model.loss_tracker) is metrics.Mean and model.loss_tracker is model.metrics[0] and len(model.metrics) == 2
    history = model.fit(X, Y, batch_size=16, epochs=3, verbose=0, shuffle=False).history
    twin = Sequential([Input((4,)), layers.Dense(1)])
    twin.compile(optimizers.SGD(0.05), "mse", metrics=["mae"])
    model2 = Tracking()
    model2.compile(optimizers.SGD(0.05))
    model2(X)
    twin.set_weights(model2.get_weights())
    ours = model2.fit(X, Y, batch_size=16, epochs=3, verbose=0, shuffle=False).history
    theirs = twin.fit(X, Y, batch_size=16, epochs=3, verbose=0, shuffle=False).history
    assert history["loss"][2] < history["loss"][0] and set(history) == {"loss", "mae"}
    for name in theirs:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-5)


def test_metrics_in_attributes_only():
    """Without a ``metrics`` property the metrics in attributes are found, as in Keras 3."""

    class Found(Tracking):
        metrics = Model.metrics

        def train_step(self, data):
            super().train_step(data)
            return {m.name: m.result() for m in self.metrics}

    model = Found()
    model.compile(optimizers.SGD(0.05))
    history = model.fit(X, Y, epochs=2, verbose=0).history
    assert history["loss"][0] > history["loss"][1] > 0 and history["mae"][0] > 0


def test_compile_of_ones_own():
    class Pair(Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = layers.Dense(1, use_bias=False), layers.Dense(1, use_bias=False)

        def call(self, x):
            return self.a(x) + self.b(x)

        def compile(self, a_optimizer, b_optimizer, loss_fn, **kwargs):
            super().compile(**kwargs)
            self.a_optimizer, self.b_optimizer, self.loss_fn = a_optimizer, b_optimizer, loss_fn

        def train_step(self, data):
            x, y = data
            with GradientTape(persistent=True) as tape:
                loss = self.loss_fn(y, self(x, training=True))
            for part, optimizer in ((self.a, self.a_optimizer), (self.b, self.b_optimizer)):
                optimizer.apply_gradients(zip(tape.gradient(loss, part.trainable_weights), part.trainable_weights))
            return {"loss": loss}

    model = Pair()
    model.compile(a_optimizer=optimizers.SGD(0.1), b_optimizer=optimizers.SGD(0.0), loss_fn=losses.MeanSquaredError())
    model(X)
    a, b = model.a.get_weights()[0], model.b.get_weights()[0]
    error = X @ (a + b) - Y
    assert model.train_on_batch(X, Y) == pytest.approx(np.mean(error**2), rel=1e-5)
    np.testing.assert_allclose(model.a.get_weights()[0], a - 0.1 * 2 * X.T @ error / len(X), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(model.b.get_weights()[0], b)
    assert model.fit(X, Y, epochs=5, verbose=0).history["loss"][-1] < np.mean(error**2)


# -- the parts of a step -------------------------------------------------------------------------------------------


def test_compute_loss():
    class Doubled(Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            assert x.shape[1:] == (4,) and training in (True, False)
            return 2.0 * super().compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=training)

    class Whole(Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            loss = ops.mean(ops.square(y_pred - y)) + ops.sum(ops.stop_gradient(y_pred) * 0)
            self.loss_tracker.update_state(loss)
            return loss

        @property
        def metrics(self):
            return [self.loss_tracker]

    plain, model = graph(), graph(Doubled)
    plain.compile(optimizers.SGD(0.2), "binary_crossentropy")
    model.compile(optimizers.SGD(0.1), "binary_crossentropy")
    expected, ours = fitted(plain), fitted(model)
    np.testing.assert_allclose(ours[0]["loss"], 2 * np.array(expected[0]["loss"]), rtol=1e-4)
    for a, b in zip(ours[1], expected[1]):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)

    i = Input((4,))
    model = Whole(i, layers.Dense(1)(i))
    model.compile(optimizers.SGD(0.1))
    twin = Model(i, model.output)
    w, b = model.get_weights()
    twin.compile(optimizers.SGD(0.1), "mse")
    theirs = twin.fit(X, Y, epochs=2, batch_size=16, shuffle=False, verbose=0).history["loss"]
    model.set_weights([w, b])
    ours = model.fit(X, Y, epochs=2, batch_size=16, shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_compute_metrics():
    class Renamed(Model):
        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            results = super().compute_metrics(x, y, y_pred, sample_weight)
            return {**results, "twice": 2 * results["mae"]}

    history, weights = fitted(graph(Renamed))
    expected = fitted(graph())
    alike((history, weights), expected)
    np.testing.assert_allclose(history["val_twice"], 2 * np.array(history["val_mae"]))


def test_predict_step():
    class Rounded(Model):
        def predict_step(self, data):
            return ops.round(super().predict_step(data))

    class Several(Model):
        def predict_step(self, data):
            x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
            return {"p": self(x, training=False), "n": [ops.sum(x, axis=-1)]}

    y = graph(Rounded).predict(X, batch_size=10, verbose=0)
    assert type(y) is np.ndarray and set(y.ravel()) <= {0.0, 1.0} and y.shape == (48, 1)
    several = graph(Several).predict(X, batch_size=10, verbose=0)
    assert type(several["p"]) is np.ndarray and several["n"][0].shape == (48,)
    np.testing.assert_allclose(several["p"], graph().predict(X, verbose=0), rtol=1e-5)


@pytest.mark.parametrize("structure", ["list", "dict"])
def test_several_outputs(structure):
    class Own(Model):
        def train_step(self, data):
            x, y = data
            with GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
            self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
            return self.compute_metrics(x, y, y_pred)

    def make(cls):
        keras.utils.set_random_seed(2)
        i = Input((4,))
        a, b = layers.Dense(1, name="a")(i), layers.Dense(3, "softmax", name="b")(i)
        model = cls(i, [a, b] if structure == "list" else {"a": a, "b": b})
        model.compile(
            optimizers.SGD(0.1),
            {"a": "mse", "b": "sparse_categorical_crossentropy"},
            loss_weights={"a": 1.0, "b": 0.3},
            metrics={"a": "mae", "b": "accuracy"},
        )
        return model

    classes = RNG.integers(0, 3, 48)
    y = [Y, classes] if structure == "list" else {"a": Y, "b": classes}
    ours, theirs = make(Own), make(Model)
    how = {"batch_size": 16, "epochs": 2, "shuffle": False, "verbose": 0}
    a, b = ours.fit(X, y, **how).history, theirs.fit(X, y, **how).history
    for name in b:
        if not name.endswith("_loss"):
            np.testing.assert_allclose(a[name], b[name], rtol=1e-4, err_msg=name)
    for v, w in zip(ours.get_weights(), theirs.get_weights()):
        np.testing.assert_allclose(v, w, rtol=1e-4, atol=1e-6)


# -- what is added to a loss ---------------------------------------------------------------------------------------


class Sparse(layers.Layer):
    def __init__(self, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.dense = layers.Dense(3, activation="tanh", activity_regularizer=keras.regularizers.L2(0.5))

    def call(self, x, training=False):
        h = self.dense(x)
        self.add_loss(self.rate * ops.mean(ops.abs(h)))
        return h


def sparse_loss(model, x, y):
    """By hand: mean squared error, the penalty of the activity, and what is added in call."""
    h = np.tanh(x @ model.weights[0].value + model.weights[1].value)
    p = h @ model.weights[2].value + model.weights[3].value
    return np.mean((p - y) ** 2) + 0.5 * np.sum(h * h) / len(x) + 0.1 * np.mean(np.abs(h))


@pytest.mark.parametrize("kind", ["sequential", "functional", "subclassed", "nested", "own_step"])
def test_added_losses_count_wherever_the_layer_stands(kind):
    keras.utils.set_random_seed(0)
    keras.config.set_floatx("float64")
    try:
        x, y = X.astype("float64"), Y.astype("float64")
        if kind == "sequential":
            model = Sequential([Input((4,)), Sparse(), layers.Dense(1)])
        elif kind == "functional":
            i = Input((4,))
            model = Model(i, layers.Dense(1)(Sparse()(i)))
        elif kind == "nested":
            i = Input((4,))
            model = Model(i, layers.Dense(1)(Sequential([Input((4,)), Sparse()])(i)))
        else:

            class Own(Model):
                def __init__(self):
                    super().__init__()
                    self.sparse, self.out = Sparse(), layers.Dense(1)

                def call(self, x):
                    return self.out(self.sparse(x))

            model = (
                type("Stepping", (Own,), {"train_step": lambda self, data: Model.train_step(self, data)})()
                if kind == "own_step"
                else Own()
            )
        model.compile(optimizers.SGD(0.0), "mse")
        loss = model.train_on_batch(x, y)
        assert loss == pytest.approx(sparse_loss(model, x, y), rel=1e-9)
        assert model.evaluate(x, y, verbose=0, batch_size=48) == pytest.approx(loss)
        for v, g in zip(model.trainable_variables, [v.grad.copy() for v in model.trainable_variables]):
            np.testing.assert_allclose(g, numeric_gradient(lambda: sparse_loss(model, x, y), v.value), rtol=1e-6, atol=1e-8)
        model(x)
        assert len(model.losses) == 2 and float(sum(model.losses)) == pytest.approx(
            loss - np.mean((model.predict(x, verbose=0) - y) ** 2)
        )
        model.predict(x, verbose=0)
        assert len(model.losses) == 2
    finally:
        keras.config.set_floatx("float32")


def test_a_function_and_a_symbolic_tensor_are_added():
    i = Input((4,))
    dense = layers.Dense(1, name="d")
    y = dense(i)
    model = Model(i, y)
    model.add_loss(lambda: 0.01 * ops.sum(dense.kernel**2))
    model.add_loss(ops.mean(ops.square(y - ops.sum(i, axis=1, keepdims=True))))
    model.compile(optimizers.SGD(0.1))
    k, b = model.get_weights()
    p = X @ k + b
    s = X.sum(1, keepdims=True)
    expected = 0.01 * np.sum(k**2) + np.mean((p - s) ** 2)
    assert model.train_on_batch(X) == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(dense.get_weights()[0], k - 0.1 * (0.02 * k + 2 * X.T @ (p - s) / 48), rtol=1e-4, atol=1e-6)
    assert model.fit(X, epochs=20, verbose=0).history["loss"][-1] < 0.2 * expected
    assert model.evaluate(X, verbose=0) < 0.2 * expected


def test_add_metric():
    class Watching(layers.Layer):
        def call(self, x):
            self.add_metric(ops.mean(x), name="height", aggregation="mean")
            return x

    i = Input((4,))
    h = Watching()(i)
    model = Model(i, layers.Dense(1)(h))
    model.compile("sgd", "mse")
    history = model.fit(X, Y, batch_size=16, epochs=2, verbose=0, shuffle=False, validation_data=(X[:16], Y[:16])).history
    np.testing.assert_allclose(history["height"], [np.mean(X)] * 2, rtol=1e-5)
    np.testing.assert_allclose(history["val_height"], [np.mean(X[:16])] * 2, rtol=1e-5)


def test_add_metric_of_a_symbolic_tensor():
    i = Input((4,))
    h = layers.Dense(3, kernel_initializer="ones")(i)
    model = Model(i, layers.Dense(1)(h))
    model.add_metric(ops.mean(h), name="height", aggregation="mean")
    model.compile("sgd", "mse")
    model.layers[1].trainable = False
    history = model.fit(X, Y, batch_size=16, epochs=2, verbose=0, shuffle=False, validation_data=(X[:16], Y[:16])).history
    np.testing.assert_allclose(history["height"], [4 * np.mean(X)] * 2, rtol=1e-5)
    np.testing.assert_allclose(history["val_height"], [4 * np.mean(X[:16])] * 2, rtol=1e-5)
    with pytest.raises(ValueError, match="is not among the inputs"):
        model.add_metric(ops.mean(Input((4,))), name="foreign")


# -- models with a call of their own -------------------------------------------------------------------------------


class Several(Model):
    """Layers in lists and dicts, inputs in a dict, outputs in a dict, training and mask."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.first = {"x": layers.Dense(units), "z": layers.Dense(units)}
        self.blocks = [layers.Dense(units, "tanh") for _ in range(2)]
        self.dropout = layers.Dropout(0.5, seed=1)
        self.heads = (layers.Dense(1), layers.Dense(2, "softmax"))

    def call(self, inputs, training=None):
        h = self.first["x"](inputs["x"]) + self.first["z"](inputs["z"])
        for block in self.blocks:
            h = h + block(h)
        h = self.dropout(h, training=training)
        return {"a": self.heads[0](h), "b": self.heads[1](h)}

    def get_config(self):
        return {"units": self.units}


def test_a_model_of_many_parts(tmp_path):
    x = {"x": X, "z": X[:, :2]}
    y = {"a": Y, "b": Y[:, 0].astype("int64")}
    model = Several()
    model.compile("sgd", {"a": "mse", "b": "sparse_categorical_crossentropy"}, metrics={"b": ["accuracy"]})
    history = model.fit(x, y, epochs=2, verbose=0).history
    assert set(history) == {"loss", "a_loss", "b_loss", "b_accuracy"} and len(model.weights) == 12
    lines = []
    model.summary(print_fn=lines.append)
    assert "(None, 3)" in lines[0] and "(None, 2)" in lines[0] and "?" not in lines[0]
    before = model.predict(x, verbose=0)
    assert {type(v) for v in before.values()} == {np.ndarray}
    model.save_weights(tmp_path / "m.weights.h5")
    twin = Several()
    twin(x)
    twin.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(twin.predict(x, verbose=0)["b"], before["b"])
    model.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras", custom_objects={"Several": Several})
    np.testing.assert_array_equal(loaded.predict(x, verbose=0)["a"], before["a"])
    assert loaded.units == 3
    inside = Model(i := {"x": Input((4,)), "z": Input((2,))}, model(i)["a"])
    np.testing.assert_allclose(inside.predict(x, verbose=0), before["a"], rtol=1e-6)


@pytest.mark.parametrize("kind", [list, tuple])
def test_lists_and_tuples_in_and_out(kind):
    class Two(Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = layers.Dense(2), layers.Dense(1)

        def call(self, inputs):
            x, z = inputs
            h = self.a(x)
            return kind([h, self.b(z)])

    model = Two()
    model.compile("sgd", ["mse", "mse"])
    first = model.train_on_batch(kind([X, X[:, :3]]), kind([X[:, :2], Y]))
    assert (
        model.fit(kind([X, X[:, :3]]), kind([X[:, :2], Y]), epochs=5, verbose=0).history["loss"][-1] < first[0]
        if isinstance(first, list)
        else first
    )
    assert [p.shape for p in model.predict(kind([X, X[:, :3]]), verbose=0)] == [(48, 2), (48, 1)]


def test_built_by_a_shape_or_by_data():
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.inner = Sequential([layers.Dense(3), layers.Dense(2)])
            self.out = layers.Dense(1)

        def call(self, x, training=False):
            return self.out(self.inner(x))

    model = Own()
    model.build((None, 4))
    assert [w.shape for w in model.weights] == [(4, 3), (3,), (3, 2), (2,), (2, 1), (1,)] and model.count_params() == 26
    model = Own()
    assert model.predict(X, verbose=0).shape == (48, 1) and len(model.trainable_variables) == 6
    with pytest.raises(ValueError, match="no weights to count yet"):
        Own().count_params()


@pytest.mark.parametrize("dtype", ["float64"])
def test_gradients_of_a_model_with_a_call_of_its_own(dtype):
    class Own(Model):
        def __init__(self):
            super().__init__(dtype=dtype)
            self.a = layers.Dense(3, "tanh", dtype=dtype)
            self.norm = layers.LayerNormalization(dtype=dtype)
            self.scale = self.add_weight(shape=(3,), initializer="ones", name="scale")

        def call(self, x, training=False):
            h = self.norm(self.a(x)) * self.scale
            return ops.concatenate([h, self.a(ops.concatenate([h, h[:, :1]], axis=1))], axis=1)

    model = Own()
    x, y = X.astype(dtype), RNG.normal(size=(48, 6))
    model.compile(optimizers.SGD(0.0), "mse")
    model.train_on_batch(x, y)
    for v in model.trainable_variables:
        check_gradient(lambda: model.evaluate(x, y, verbose=0, batch_size=48), v.value, v.grad, rtol=1e-4, atol=1e-7)


def test_a_model_of_one_input_in_a_list_stands_anywhere():
    """``Model(base.inputs, ...)``: in a row, in a graph, in a call, alone; its gradient goes on to what is before it."""
    base = Sequential([Input((3,), dtype="float64"), layers.Dense(2, "tanh", dtype="float64")])
    x, y = X[:, :3].astype("float64"), Y.astype("float64")
    for kind in ("row", "graph", "call"):
        features = Model(base.inputs, base.layers[-1].output)
        first, last = layers.Dense(3, dtype="float64"), layers.Dense(1, dtype="float64")
        if kind == "row":
            assert Sequential([features, layers.Dense(3)]).built
            model = Sequential([Input((3,), dtype="float64"), first, features, last])
        elif kind == "graph":
            i = Input((3,), dtype="float64")
            h = first(i)
            model = Model(i, last(features(h)) + ops.sum(features([h]), axis=-1, keepdims=True))
        else:

            class Own(Model):
                def __init__(self, parts):
                    super().__init__(dtype="float64")
                    self.parts = parts

                def call(self, x):
                    return self.parts[2](self.parts[1](self.parts[0](x)))

            model = Own([first, features, last])
        model.compile(optimizers.SGD(0.0), "mse")
        model.train_on_batch(x, y)
        for v in model.trainable_variables:
            check_gradient(
                lambda model=model: model.evaluate(x, y, verbose=0, batch_size=48),
                v.value,
                v.grad.copy(),
                rtol=1e-4,
                atol=1e-7,
                probes=2,
            )


def test_variables_in_attributes_are_frozen_with_their_layer():
    class Own(layers.Layer):
        def __init__(self):
            super().__init__()
            self.w, self.still = keras.Variable([1.0]), keras.Variable([2.0], trainable=False)

        def call(self, x):
            return x * self.w + self.still

    model = Sequential([Input((1,)), Own(), layers.Dense(1)])
    layer = model.layers[0]
    layer.trainable = False
    assert len(model.trainable_weights) == 2 and len(model.non_trainable_weights) == 2
    with GradientTape() as tape:
        y = ops.sum(model(X[:, :1]))
    assert tape.gradient(y, layer.w) is None
    layer.trainable = True
    assert len(model.trainable_weights) == 3 and not layer.still.trainable
    with GradientTape() as tape:
        y = ops.sum(model(X[:, :1]))
    assert tape.gradient(y, layer.w) is not None


@pytest.mark.parametrize("activation, loss", [("sigmoid", "binary_crossentropy"), ("softmax", "categorical_crossentropy")])
def test_a_call_of_layers_in_a_row_starts_from_the_logits(activation, loss):
    """Saturated outputs learn, too, with the numbers of a Sequential of the same layers."""

    class Row(Model):
        def __init__(self, twice=False):
            super().__init__()
            large = keras.initializers.Constant(40.0)
            self.first, self.last = layers.Dense(3, "tanh"), layers.Dense(3, activation, kernel_initializer=large)
            self.twice = twice

        def call(self, x):
            y = self.last(self.first(x))
            return (y + y) / 2 if self.twice else y

    targets = np.eye(3)[np.arange(len(X)) % 3]
    row, aside = Row(), Row(twice=True)
    row(X), aside(X)
    straight = keras.Sequential([keras.Input((4,)), layers.Dense(3, "tanh"), layers.Dense(3, activation)])
    for model in (straight, row, aside):
        model.set_weights(row.get_weights())
        model.compile("sgd", loss)
    start = row.get_weights()
    before = [model.evaluate(X, targets, verbose=0) for model in (straight, row)]
    assert before[0] == pytest.approx(before[1], rel=1e-6)
    histories = [model.fit(X, targets, epochs=3, shuffle=False, verbose=0).history["loss"] for model in (straight, row, aside)]
    assert histories[0] == histories[1]
    np.testing.assert_array_equal(straight.get_weights()[2], row.get_weights()[2])
    assert np.abs(row.get_weights()[2] - start[2]).max() > 1e-3
    assert histories[2][0] < before[0]  # cut at 1e-7 where something follows


def test_a_step_may_score_something_of_another_shape_than_the_outputs():
    class Pairs(Model):
        def train_step(self, data):
            anchors, positives = data[0] if isinstance(data, tuple) else data
            with GradientTape() as tape:
                found = ops.einsum("ae,pe->ap", self(anchors, training=True), self(positives, training=True)) / 0.2
                labels = ops.arange(5)
                loss = self.compute_loss(y=labels, y_pred=found)
            self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables))
            for metric in self.metrics:
                metric.update_state(*((loss,) if metric.name == "loss" else (labels, found)))
            return {metric.name: metric.result() for metric in self.metrics}

    class Batches(keras.utils.Sequence):
        def __len__(self):
            return 3

        def __getitem__(self, i):
            return (np.sin(np.arange(40).reshape(2, 5, 4) * (i + 1.0)).astype("float32"),)

    inputs = Input((4,))
    model = Pairs(inputs, layers.UnitNormalization()(layers.Dense(2)(inputs)))
    model.set_weights([np.cos(np.arange(8)).reshape(4, 2), np.zeros(2)])
    model.compile(optimizers.SGD(0.1), losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    history = model.fit(Batches(), epochs=2, verbose=0, shuffle=False).history
    np.testing.assert_allclose(history["loss"], [5.335412502288818, 4.025068759918213], rtol=1e-5)  # of Keras on TensorFlow
    np.testing.assert_allclose(history["accuracy"], [0.0, 2 / 15], rtol=1e-6)
    assert set(model.compute_metrics(None, np.arange(5), np.eye(5))) == {"loss", "accuracy"}


class Alone(keras.utils.PyDataset):
    """Gives (x,) rather than x."""

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return (np.full((3, 4), i + 1.0, "float32"),)


def test_a_step_gets_what_the_source_gave():
    seen = []

    class Own(keras.Model):
        def train_step(self, data):
            seen.append((type(data) is tuple, np.shape(data[0])))
            return {"loss": 0.0}

        test_step = train_step

        def call(self, x):
            return x

    model, x = Own(), np.ones((3, 4), "float32")
    model.compile("sgd")
    model.fit(Alone(), verbose=0, validation_data=(x, x))
    assert seen == [(True, (3, 4))] * 3
    seen.clear()
    for given in (x, (row for row in [x])):
        model.fit(given, verbose=0, validation_data=Alone())
    assert seen == [(False, (4,)), (True, (3, 4)), (True, (3, 4))] * 2
    seen.clear()
    model.fit((row for row in [(x,)]), verbose=0)
    model.evaluate(x, verbose=0)
    assert seen == [(True, (3, 4)), (False, (4,))]

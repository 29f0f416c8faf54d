import numpy as np
import pytest

import minikeras as keras
from minikeras import Sequential
from minikeras.layers import Dense
from minikeras.models.compiled import compile_arguments
from tests.models.samples import X, Y, close, fixed


def unit():
    return fixed(Sequential([Dense(1, activation="sigmoid", input_shape=(3,), name="o")]))


def history(**how):
    model = unit()
    model.compile(**{"optimizer": "sgd", "loss": "binary_crossentropy", **how})
    return model.fit(X, Y, verbose=0, sample_weight=np.arange(20.0)).history


@pytest.mark.parametrize(
    "how, expected",
    [
        ({"metrics": ["mae", "mae", "mae"]}, {"mae": 0.4905, "mae_1": 0.4905, "mae_2": 0.4905}),
        ({"metrics": ["mae"], "weighted_metrics": ["mae"]}, {"mae": 0.4905, "weighted_mae": 0.49135}),
        ({"metrics": ["accuracy"], "weighted_metrics": ["accuracy"]}, {"accuracy": 0.55, "weighted_accuracy": 0.48421}),
        ({"metrics": ["acc"]}, {"acc": 0.55}),
        ({"metrics": "mae"}, {"mae": 0.4905}),
        ({"metrics": [["mae"]]}, {"mae": 0.4905}),
        ({"metrics": {"o": "mae"}}, {"mae": 0.4905}),
        ({"metrics": {"o": ["mae"]}}, {"mae": 0.4905}),
        ({"metrics": [keras.metrics.MeanSquaredError(name="zz")]}, {"zz": 0.24256}),
        ({"metrics": []}, {}),
    ],
)
def test_names_of_metrics(how, expected):
    logs = history(**how)
    assert set(logs) == {"loss", *expected}
    for name, value in expected.items():
        close(logs[name], [value])
    close(logs["loss"], [6.4667])


def test_numbered_metrics():
    model = unit()
    model.compile("sgd", "mse", metrics=[keras.metrics.AUC(name="auc"), keras.metrics.AUC(name="auc")])
    assert list(model.fit(X, Y, verbose=0).history) == ["auc", "auc_1", "loss"]


def squares(y, p):
    return ((y - p) ** 2).mean(-1)


@pytest.mark.parametrize(
    "loss",
    [
        "mse", "MSE", "mean_squared_error", ["mse"], {"o": "mse"},
        keras.losses.MeanSquaredError(), keras.losses.MeanSquaredError,
        keras.losses.mean_squared_error, squares, lambda y, p: (y - p) ** 2,
    ],
)  # fmt: skip
def test_ways_to_name_a_loss(loss):
    model = unit()
    model.compile("sgd", loss)
    close(model.fit(X, Y, verbose=0, batch_size=7, shuffle=False).history, {"loss": [0.24251]})
    close(model.get_weights()[1], [0.054481])


def test_crossentropy_fits_itself_to_the_shapes():
    for units, y, expected in (
        (1, Y, "binary"),
        (3, np.arange(20) % 3, "sparse"),
        (3, np.eye(3)[np.arange(20) % 3], "categorical"),
    ):
        model = Sequential([Dense(units, activation="sigmoid" if units == 1 else "softmax", input_shape=(3,))])
        model.compile("sgd", "crossentropy", metrics=["accuracy"])
        model.fit(X, y, verbose=0)
        assert type(model._compiled.heads[0].loss).__name__.lower().startswith(expected)


@pytest.mark.parametrize("weights", [2.0, [2.0], {"o": 2.0}])
def test_loss_weights(weights):
    model = unit()
    model.compile("sgd", "mse", loss_weights=weights)
    close(model.evaluate(X, Y, verbose=0), 2 * 0.24256)


@pytest.mark.parametrize(
    "how, message",
    [
        ({"optimizer": "sdg"}, "Unknown name in keras.optimizers: 'sdg'. Did you mean 'sgd'"),
        ({"loss": "msee"}, "Unknown name in keras.losses: 'msee'. Did you mean 'mse'"),
        ({"metrics": ["acuracy"]}, "Unknown name in keras.metrics: 'acuracy'. Did you mean 'accuracy'"),
        ({"loss": ["mse", "mse"]}, "one output, so `loss` takes one entry, got 2"),
        ({"loss_weights": ["mae"]}, "`loss_weights` of compile.* must be a number.* Metrics are given by name"),
    ],
)
def test_compile_refuses(how, message):
    with pytest.raises(ValueError, match=message):
        unit().compile(**{"optimizer": "sgd", "loss": "mse", **how})


@pytest.mark.parametrize(
    "optimizer",
    ["sgd", "SGD", keras.optimizers.SGD, keras.optimizers.SGD(0.01), {"class_name": "SGD", "config": {"learning_rate": 0.01}}],
)
def test_ways_to_name_an_optimizer(optimizer):
    model = unit()
    model.compile(optimizer, "mse")
    model.fit(X, Y, verbose=0, batch_size=7, shuffle=False)
    close(model.get_weights()[1], [0.054481])


def test_penalties():
    l2 = keras.regularizers.L2(0.1)
    first = Dense(2, activity_regularizer=l2, kernel_regularizer="l2")
    model = fixed(Sequential([keras.Input((3,)), first, Dense(1, bias_regularizer="l1")]))
    model.compile("sgd", "mse", metrics=["mse"])
    history = model.fit(X, Y, epochs=2, batch_size=8, verbose=0, shuffle=False).history
    close(history, {"loss": [2.3642, 1.882], "mse": [2.2952, 1.8224]})
    close(model.evaluate(X, Y, verbose=0), [1.6067, 1.553])
    close(model.get_weights()[3], [-0.14504])
    assert len(model.losses) == 2


def test_penalties_of_a_nested_model():
    inner = Sequential([keras.Input((3,)), Dense(2, activity_regularizer=keras.regularizers.L2(0.1), kernel_regularizer="l2")])
    model = fixed(Sequential([inner, Dense(1)]))
    model.compile("sgd", "mse")
    close(model.fit(X, Y, epochs=2, batch_size=8, verbose=0, shuffle=False).history, {"loss": [2.3616, 1.8809]})


# -- freezing --------------------------------------------------------------------------------------------------------


def sgd():
    return keras.optimizers.SGD(0.1, momentum=0.9)


def test_freezing_and_thawing_between_fits():
    model = fixed(Sequential([Dense(4, activation="tanh", input_shape=(3,)), Dense(3, activation="tanh"), Dense(1)]))
    how = {"epochs": 2, "verbose": 0, "shuffle": False}
    model.compile(sgd(), "mse")
    close(model.fit(X, Y, **how).history, {"loss": [0.79713, 0.49152]})
    model.layers[1].trainable = False
    model.compile(sgd(), "mse")
    close(model.fit(X, Y, **how).history, {"loss": [0.24962, 0.23829]})
    close(model.get_weights()[3], [-0.26768, 0.085294, -0.45604])
    model.layers[1].trainable, model.layers[0].trainable = True, False
    model.compile(sgd(), "mse")
    close(model.fit(X, Y, **how).history, {"loss": [0.22794, 0.22719]})
    close(model.get_weights()[3], [-0.26921, 0.086013, -0.45631])
    close(model.get_weights()[1], [-1.1538, -0.098628, -0.60284, -0.37844])


def test_freezing_without_compiling_again_holds_at_once():
    model = fixed(Sequential([Dense(4, input_shape=(3,)), Dense(1)]))
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    model.layers[0].trainable = False
    before = model.get_weights()
    model.fit(X, Y, verbose=0)
    assert [np.array_equal(a, b) for a, b in zip(before, model.get_weights())] == [True, True, False, False]


def test_a_model_that_is_frozen_as_a_whole_warns():
    model = unit()
    model.trainable = False
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="no trainable weights: all are frozen"):
        model.fit(X, Y, verbose=0)
    model.evaluate(X, Y, verbose=0)
    close(model.get_weights()[1], fixed(unit()).get_weights()[1])


def test_generator_and_discriminator():
    g = fixed(Sequential([Dense(3, activation="tanh", input_shape=(2,))], name="g"), 1)
    d = fixed(Sequential([Dense(4, activation="relu", input_shape=(3,)), Dense(1, activation="sigmoid")], name="d"), 2)
    d.compile(keras.optimizers.SGD(0.1, momentum=0.5), "binary_crossentropy", metrics=["accuracy"])
    d.trainable = False
    gan = Sequential([g, d], name="gan")
    gan.compile(keras.optimizers.SGD(0.1), "binary_crossentropy")
    assert len(gan.trainable_weights) == 2 and gan.count_params() == 30
    rng, seen = np.random.default_rng(4), []
    for _ in range(4):
        z = rng.normal(size=(8, 2)).astype("float32")
        both, real = np.concatenate([g.predict(z), X[:8]]), np.repeat([[0.0], [1.0]], 8, axis=0)
        d.trainable = True
        seen += d.train_on_batch(both, real)
        d.trainable = False
        seen.append(gan.train_on_batch(z, np.ones((8, 1))))
    close(seen, [0.68932, 0.5, 0.6134, 0.73626, 0.4375, 0.54327, 0.71868, 0.4375, 0.56923, 0.71463, 0.5, 0.57978])
    close(g.get_weights()[1], [-0.22077, 0.28472, 0.20039])
    close(d.get_weights()[1], [-0.16725, -0.39764, 0.22425, -0.037511])


def test_two_models_share_layers_with_an_optimizer_each():
    base = Sequential([keras.Input((3,)), Dense(4, activation="relu")])
    a, b = fixed(Sequential([base, Dense(1)]), 1), fixed(Sequential([base, Dense(2, activation="softmax")]), 2)
    a.compile(keras.optimizers.Adam(0.01), "mse")
    b.compile(sgd(), "sparse_categorical_crossentropy")
    losses = []
    for _ in range(3):
        losses += a.fit(X, Y, verbose=0, shuffle=False).history["loss"]
        losses += b.fit(X, Y.astype(int), verbose=0, shuffle=False).history["loss"]
    close(losses, [0.99691, 0.6912, 0.94093, 0.68761, 0.88732, 0.68146])
    close(a.get_weights()[3], [0.034032])
    close(b.get_weights()[3], [-0.49943, 0.38564])


def test_compile_arguments_come_back_from_a_config():
    model = unit()
    assert model.get_compile_config() == {}
    model.compile(keras.optimizers.Adam(0.1), keras.losses.Huber(), metrics=[keras.metrics.AUC(), "mae"])
    arguments = compile_arguments(model.get_compile_config())
    assert type(arguments["loss"]) is keras.losses.Huber and arguments["metrics"][1] == "mae"
    again = unit()
    again.compile_from_config(model.get_compile_config())
    assert again.get_compile_config() == model.get_compile_config()


class Largest(keras.metrics.Metric):
    """A metric of a user's own."""

    def __init__(self, name="largest"):
        super().__init__(name=name)
        self.value = self.add_weight(name="value", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.value.assign(np.maximum(self.value, np.max(y_true)))

    def result(self):
        return self.value


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_metric_of_ones_own_with_batches_that_come_one_by_one(outputs):
    x = keras.Input((2,))
    model = keras.Model(x, [keras.layers.Dense(1)(x) for _ in range(outputs)])
    model.compile("sgd", "mse", metrics=[Largest()] if outputs == 1 else [[Largest()], [Largest()]])

    def batches():
        for i in range(3):
            yield np.ones((4, 2)), [np.full((4, 1), i)] * outputs

    history = model.fit(batches(), verbose=0).history
    assert [values for name, values in history.items() if name.endswith("largest")] == [[2.0]] * outputs
    assert model.evaluate(batches(), verbose=0, return_dict=True).keys() == history.keys()


class Adds(keras.layers.Layer):
    """A layer that adds to the loss what goes through it."""

    def call(self, x):
        self.add_loss(keras.ops.sum(x))
        return x


@pytest.mark.parametrize("first", [[], [keras.Input((2,))]], ids=["unbuilt", "built"])
def test_a_loss_from_within_is_all_there_is(first):
    model = Sequential([*first, Dense(2, kernel_initializer="ones"), Adds(), Dense(1)])
    model.compile(keras.optimizers.SGD(0.1))
    history = model.fit(np.ones((4, 2)), np.zeros((4, 1)), batch_size=4, epochs=2, verbose=0).history
    np.testing.assert_allclose(history["loss"], [16.0, 16.0 - 0.1 * 24 * 4], rtol=1e-5)  # Σ xW + b, its slope 4 for each of 6

import collections
import copy
import functools
import pickle

import numpy as np
import pytest

import minikeras as keras
from minikeras import Sequential, layers
from minikeras.layers import Dense, Layer
from tests.gradcheck import check_gradient
from tests.models.samples import X, Y, close, fixed


class Line(Layer):
    """A user's layer: call only, the gradient is traced."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="ones", name="w")
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

    def call(self, x):
        return x @ self.w + self.b


class Block(Layer):
    """A user's layer of layers."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first, self.rest = Dense(4, activation="relu"), [Dense(2), layers.Dropout(0.5)]

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(2,), initializer="ones", trainable=False, name="scale")

    def call(self, x, training=False):
        x = self.first(x)
        for layer in self.rest:
            x = layer(x, training=training)
        return x * self.scale


# -- a user's own ----------------------------------------------------------------------------------------------------


def test_a_layer_with_call_only_learns():
    model = Sequential([keras.Input((3,)), Line(2, name="a"), layers.Activation("tanh"), Line(1)], name="m")
    model.compile("sgd", "mse")
    close(model.fit(X, Y, epochs=2, verbose=0, shuffle=False).history, {"loss": [2.861, 2.7313]})
    close(model.get_weights()[0], [[0.98855, 0.98855], [1.0012, 1.0012], [0.99691, 0.99691]])
    assert [w.path for w in model.weights[:2]] == ["m/a/w", "m/a/b"] and model.output_shape == (None, 1)


def test_a_layer_of_layers():
    model = Sequential([keras.Input((3,)), Block(name="b"), Dense(1, name="o")], name="m")
    assert [w.path.rsplit("/", 1)[1] for w in model.layers[0].weights] == ["scale", "kernel", "bias", "kernel", "bias"]
    assert all(w.path.startswith("m/b/") for w in model.layers[0].weights)
    assert len(model.trainable_weights) == 6 and model.count_params() == 31
    model.layers[0].trainable = False
    assert [w.path for w in model.trainable_weights] == ["m/o/kernel", "m/o/bias"]
    model.layers[0].trainable = True
    assert len(model.trainable_weights) == 6  # scale stays as it was made
    y = model.layers[0](np.ones((50, 3)), training=True)
    assert (y == 0).mean() > 0.2 and not np.array_equal(y, model.layers[0](np.ones((50, 3))))


def test_functions_of_a_user():
    def square(x):
        return x * x

    def loss(y, p):
        return ((y - p) ** 2).mean(-1)

    def far(y, p):
        return abs(y - p)

    model = fixed(Sequential([keras.Input((3,)), Dense(2, activation=square), Dense(1)]))
    model.compile("sgd", loss, metrics=[far])
    close(model.fit(X, Y, epochs=2, verbose=0, shuffle=False).history, {"far": [1.2629, 1.2164], "loss": [1.8746, 1.754]})


def test_a_layer_without_call_says_so():
    with pytest.raises(NotImplementedError, match="'x' of class Layer needs a call"):
        Layer(name="x")(np.ones((1, 2)))


# -- by hand ---------------------------------------------------------------------------------------------------------


def test_by_hand():
    layer = Dense(2, kernel_initializer="ones", name="d")
    assert not layer.built and layer.weights == []
    assert layer.compute_output_shape((None, 3)) == (None, 2) and layer.compute_output_shape((4, 5, 3)) == (4, 5, 2)
    close(layer([[1, 2, 3]]), [[6, 6]])
    assert [w.path for w in layer.weights] == ["d/kernel", "d/bias"] and layer.count_params() == 8
    assert layer.input_shape == (None, 3) and layer.output_shape == (None, 2)
    with pytest.raises(
        ValueError, match=r"'d' \(Dense\): expected axis -1 .* size 3, got .*\(1, 4\).* built for inputs of shape \(None, 3\)"
    ):
        layer(np.ones((1, 4)))
    with pytest.raises(ValueError, match="at least 2 axes"):
        layer(np.ones(3))


def test_set_weights():
    layer = Dense(4, name="d")
    with pytest.raises(ValueError, match="has 0 weights, got 2.*not built yet"):
        layer.set_weights([np.zeros((3, 4)), np.zeros(4)])
    layer.build((None, 3))
    before = layer.get_weights()
    for wrong, message in (
        ([], r"'d' has 2 weights, got 0. Expected shapes: \[\(3, 4\), \(4,\)\]"),
        ([np.zeros((3, 4))], "has 2 weights, got 1"),
        ([np.zeros((3, 4)), np.zeros((4, 1))], r"'d/bias' of layer 'd' has shape \(4,\), got one of shape \(4, 1\)"),
    ):
        with pytest.raises(ValueError, match=message):
            layer.set_weights(wrong)
        assert np.array_equal(layer.get_weights()[0], before[0])
    layer.set_weights([np.ones((3, 4)).tolist(), [1, 2, 3, 4]])
    assert layer.bias.numpy().tolist() == [1, 2, 3, 4] and layer.bias.dtype == "float32"


def test_get_weights_gives_copies():
    layer = Dense(1, input_shape=(2,))
    layer.build((None, 2))
    layer.get_weights()[0][...] = 7
    assert not (layer.kernel.value == 7).any()


@pytest.mark.parametrize(
    "how, message",
    [
        ({"nonsense": 1}, "Dense got an unknown argument: `nonsense`. It takes "),
        ({"name": 3}, "`name` of Dense must be a string, got 3"),
        ({"name": "a/b"}, "can't contain '/'"),
        ({"activation": "rleu"}, "Unknown name in keras.activations: 'rleu'. Did you mean 'relu'"),
        ({"kernel_initializer": "x"}, "Unknown name in keras.initializers: 'x'"),
        ({"units": -1}, "`units` of Dense must be a positive integer, got -1"),
        ({"units": 2.5}, "`units` of Dense must be a positive integer"),
        ({"input_shape": (2.5,)}, "input shape of Dense must consist of integers"),
    ],
)
def test_wrong_arguments(how, message):
    with pytest.raises(ValueError, match=message):
        Dense(**{"units": 2, **how})


def test_losses():
    layer = Dense(2, kernel_initializer="ones", activity_regularizer="l2", kernel_regularizer="l1")
    layer(np.ones((2, 3)))
    close(layer.losses, [0.18, 0.06])  # Σ a² · 0.01 / n with a = 3, and Σ |w| · 0.01


# -- number types ----------------------------------------------------------------------------------------------------


def test_mixed_float16():
    model = fixed(Sequential([keras.Input((3,)), Dense(2, dtype="mixed_float16"), Dense(1, dtype="float32")]))
    first = model.layers[0]
    assert (first.dtype, first.compute_dtype, first.dtype_policy.name) == ("float32", "float16", "mixed_float16")
    np.testing.assert_allclose(model.predict(X[:2]), [[-0.96058], [-1.0074]], rtol=2e-3)


def test_a_float64_layer_in_a_float32_model():
    layer = Dense(2, dtype="float64")
    assert layer(np.ones((1, 3), "float32")).dtype == "float64" and layer.kernel.dtype == "float64"


def test_floatx():
    keras.config.set_floatx("float64")
    try:
        model = Sequential([keras.Input((3,)), Dense(1)])
        assert model.predict(X).dtype == "float64" and model.weights[0].dtype == "float64"
    finally:
        keras.config.set_floatx("float32")


# -- copies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
@pytest.mark.parametrize("make", [lambda: Dense(2, activation="relu", name="d"), lambda: Line(2, name="d")])
def test_copies_of_trained_layers_leave_the_store(copied, make):
    layer = make()
    model = Sequential([keras.Input((3,)), layer])
    model.compile("sgd", "mse")
    model.fit(X, np.ones((20, 2)), verbose=0)
    twin = copied(layer)
    assert twin.name == "d" and np.array_equal(twin(X), layer(X)) and twin.weights[0].store is None
    again = Sequential([keras.Input((3,)), twin])
    again.compile("sgd", "mse")
    again.fit(X, np.zeros((20, 2)), verbose=0)
    assert not np.array_equal(twin(X), layer(X))


def test_build_config():
    layer = Dense(2)
    assert layer.get_build_config() is None
    layer.build((None, 3))
    again = Dense.from_config(layer.get_config())
    again.build_from_config(layer.get_build_config())
    assert again.kernel.shape == (3, 2)


class Inner(Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.drop = layers.Dropout(0.9)

    def call(self, x):
        return self.drop(x)


class Outer(Inner):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = Inner()

    def call(self, x):
        return self.inner(x)


@pytest.mark.parametrize("layer", [Inner(), Outer()])
def test_layers_inside_see_how_the_outermost_was_called(layer):
    x = np.ones((8, 8), "float32")
    assert np.array_equal(layer(x), x) and np.array_equal(layer(x, training=False), x)
    assert (layer(x, training=True) == 0).any() and (layer.forward(x, True)[0] == 0).any()
    assert np.array_equal(layer(x), x) and np.array_equal(Sequential([layer]).predict(x), x)


def test_an_error_within_a_call_leaves_no_training_behind():
    class Broken(Layer):
        def call(self, x):
            raise RuntimeError("oops")

    for call in (lambda: Broken()(X, training=True), lambda: Broken().forward(X, True)):
        with pytest.raises(RuntimeError, match="oops"):
            call()
    assert np.array_equal(Inner()(X), X.astype("float32"))


class Powers(Layer):
    def __init__(self, highest, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.exponents = list(range(1, highest + 1))

    def call(self, x):
        return np.concatenate([x**n for n in self.exponents], axis=-1)


def test_plain_arguments_are_remembered_for_the_config():
    config = Powers(3, name="p").get_config()
    assert config["highest"] == 3 and config["scale"] == 1.0 and config["name"] == "p"
    assert Powers.from_config(config).exponents == [1, 2, 3]
    assert copy.deepcopy(Powers(2)).get_config()["highest"] == 2


def test_a_get_config_of_ones_own_adds_what_is_no_attribute():
    class Wrapper(Layer):
        def __init__(self, layer, **kwargs):
            super().__init__(**kwargs)
            self.inner = layer

        def call(self, x):
            return self.inner(x)

        def get_config(self):
            return {**super().get_config(), "layer": keras.saving.serialize_keras_object(self.inner)}

    assert Wrapper(Dense(3)).get_config()["layer"]["config"]["units"] == 3


def test_a_subclass_of_dense_with_fewer_arguments():
    class Narrow(Dense):
        def __init__(self, units, **kwargs):
            super().__init__(units, **kwargs)

    config = Narrow(3, activation="relu").get_config()
    assert config == {**Dense(3, activation="relu", name=config["name"]).get_config()}


def test_a_get_config_of_ones_own_may_give_the_arguments_again():
    class Own(Layer):
        def __init__(self, units=2, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def get_config(self):
            return dict(units=self.units, **super().get_config())

    class Narrow(Dense):
        def __init__(self, extra, **kwargs):
            super().__init__(**kwargs)
            self.extra = extra

        def get_config(self):
            return dict(extra=self.extra, **super().get_config())

    assert Own(5).get_config()["units"] == 5
    config = Narrow(7, units=3, activation="relu").get_config()
    assert config["extra"] == 7 and config["units"] == 3 and config["activation"] == "relu"


def test_what_has_nothing_to_build_is_built_at_once():
    class Own(layers.Dropout):
        def build(self, input_shape):
            pass

    assert layers.ReLU().built and layers.Dropout(0.5).built and layers.Reshape((2,)).built
    assert not Own(0.5).built and not layers.PReLU().built and not Dense(1).built and not layers.Flatten().built
    relu = layers.ReLU()
    relu(X)
    assert relu.count_params() == 0 and relu.input_shape == (None, 3)


class Scaled(layers.Dense):
    def build(self, input_shape):
        super().build(input_shape)
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

    def call(self, x):
        return super().call(x) * self.scale + super().call(2.0 * x)


def test_a_users_class_on_one_of_the_house_calls_its_formulas():
    layer = Scaled(3, activation="tanh", dtype="float64")
    x = np.random.default_rng(0).standard_normal((4, 2))
    y, kept = layer(x), layer.forward(x)[1]
    dy = np.random.default_rng(1).standard_normal(y.shape)
    dx = layer.backward(dy, kept)
    for v in layer.weights:
        check_gradient(lambda: float((layer(x) * dy).sum()), v.value.reshape(-1), v.grad.reshape(-1).copy())
    check_gradient(lambda: float((layer(x) * dy).sum()), x.reshape(-1), dx.reshape(-1))


def test_build_takes_its_shapes_by_name_or_none_at_all():
    class Pair(Layer):
        def build(self, left_shape=None, right_shape=None):
            self.seen = (left_shape, right_shape)

    by_name, by_place, bare = Pair(), Pair(), Pair()
    by_name.build(left_shape=[None, 2], right_shape=(None, 3))
    by_place.build([None, 2], (None, 3))
    bare.build()
    assert by_name.seen == by_place.seen == ((None, 2), (None, 3)) and bare.seen == (None, None)
    assert by_name.built and bare.built
    dense = Dense(3)
    dense.build(input_shape=[None, np.int64(2)])
    assert dense.kernel.shape == (2, 3) and dense.input_shape == (None, 2)


def test_a_layer_called_on_a_layer_says_so():
    first, second = layers.Dense(3, name="first"), layers.Dense(1, name="second")
    with pytest.raises(ValueError, match=r"'second' was called on a layer, 'first' \(Dense\).*second\(first\(x\)\)"):
        second(first)


def test_a_call_of_ones_own_on_a_house_layer_is_tried_for_its_shape():
    class WithTable(layers.Embedding):
        def call(self, x):
            return [super().call(x), self.embeddings + 0.0]

    class Told(layers.Dense):
        def call(self, x):
            return super().call(x)

        def compute_output_shape(self, input_shape):
            return (*input_shape[:-1], 7)

    rows, table = WithTable(5, 3)(keras.Input((4,)))
    assert (rows.shape, table.shape) == ((None, 4, 3), (5, 3))
    assert Told(2)(keras.Input((4,))).shape == (None, 7) and layers.Dense(2)(keras.Input((4,))).shape == (None, 2)


def test_a_mask_of_ones_own_for_several_inputs_gets_one_for_each():
    class First(Layer):
        supports_masking = True

        def call(self, inputs):
            return inputs[0] + inputs[1]

        def compute_mask(self, inputs, mask=None):
            return mask[0]

    a, b = keras.Input((3,)), keras.Input((3,))
    layer = First()
    model = keras.Model([a, b], Dense(1)(layer([a, b])))
    model.compile("sgd", "mse")
    x = np.ones((2, 3), "float32")
    model.fit([x, x], x[:, :1], verbose=0)
    assert layer([x, x]).tolist() == [[2.0] * 3] * 2


class Rows(Layer):
    """A user's layer that takes its input as indices."""

    def build(self, input_shape):
        self.table = self.add_weight(shape=(5, 2), initializer="ones", name="table")

    def call(self, ids):
        return np.take(self.table, ids, axis=0)


class Inside(keras.Model):
    def __init__(self):
        super().__init__()
        self.rows = Rows()

    def call(self, ids):
        return self.rows(ids)


def test_integers_reach_a_users_layer_as_they_are():
    ids = np.array([[1, 4]], "int32")
    assert Rows()(ids).shape == (1, 2, 2)
    x = keras.Input((2,), dtype="int32")
    graph, own = keras.Model(x, Rows()(x)), Inside()
    for model in (graph, own):
        model.compile("sgd", "mse")
        assert model(ids).dtype == model.predict(ids, verbose=0).dtype == "float32"
        model.fit(ids, np.zeros((1, 2, 2)), verbose=0)
    assert Dense(2)(ids).dtype == Line(2)(ids).dtype == "float32"


def test_number_types_may_be_set_later():
    dense = Dense(2)
    dense.dtype_policy = "mixed_float16"
    assert dense.dtype_policy.name == "mixed_float16" and (dense.compute_dtype, dense.variable_dtype) == ("float16", "float32")


def test_variables_of_metrics_in_attributes():
    layer = Line(2)
    layer.mean = keras.metrics.Mean()
    assert [v.shape for v in layer.metrics_variables] == [(), ()]


def test_shapes_that_a_users_layer_is_told_answer_as_tensorflows():
    class Own(layers.Layer):
        def build(self, input_shape):
            assert input_shape.as_list() == [None, 3]
            self.w = self.add_weight(shape=[input_shape[-1], 2], initializer="ones", name="w")

        def call(self, x):
            return x @ self.w

        def compute_output_shape(self, input_shape):
            return (*input_shape.as_list()[:-1], 2)

    assert Own()(keras.Input((3,))).shape == (None, 2)


def test_a_metric_in_a_call_takes_the_numbers():
    class Watching(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seen = keras.metrics.Mean(name="seen")

        def call(self, x):
            self.seen(x * 2.0)
            return x * 1.0

    model = keras.Sequential([keras.Input((2,)), layers.Dense(2), Watching()])
    model.compile("sgd", "mse")
    assert np.isfinite(model.fit(np.ones((4, 2)), np.ones((4, 2)), verbose=0).history["seen"][0])


def test_positions_of_a_limited_number_at_a_length_not_known():
    class Positions(layers.Layer):
        def __init__(self, length, size):
            super().__init__()
            self.words, self.places = layers.Embedding(50, size), layers.Embedding(length, size)

        def call(self, x):
            return self.words(x) + self.places(keras.ops.arange(keras.ops.shape(x)[-1]))

    assert Positions(10, 3)(keras.Input((None,), dtype="int64")).shape == (None, None, 3)


def test_a_call_given_to_a_layer_is_obeyed_or_refused_never_ignored():
    dense, line = Dense(1), Line(1)
    with pytest.raises(AttributeError, match=r"call of layer 'dense\w*' \(Dense\) can't be replaced.* class MyDense\(Dense\)"):
        dense.call = lambda x: 0 * x
    with pytest.raises(AttributeError, match="can't be replaced"):
        Sequential([keras.Input((2,)), dense]).call = lambda x: x
    for own in dense.call, functools.lru_cache(dense.call):  # ``model.call = tf.function(model.call)``
        dense.call = own
    line.call = lambda x: 3 * x
    assert line([[2.0]]).tolist() == Sequential([line]).predict(np.array([[2.0]]), verbose=0).tolist() == [[6.0]]


@pytest.mark.parametrize("shape", [[[1]], [(1, 2)], ("a",)])
@pytest.mark.parametrize("make", [lambda: layers.Dense(2), lambda: layers.BatchNormalization(), lambda: layers.Conv2D(2, 2)])
def test_to_be_built_for_what_is_no_shape_is_refused_by_name(make, shape):
    layer = make()
    with pytest.raises(ValueError, match=f"Layer {layer.name!r} .* can't be built for .*whole numbers and None"):
        layer.build(shape)


def test_a_built_layer_is_not_built_again():
    layer = layers.Dense(3)
    layer.build((None, 4))
    kernel = layer.kernel
    for shape in ((None, 4), (8, 4)):
        layer.build(shape)
        assert layer.kernel is kernel and len(layer.weights) == 2
    with pytest.raises(ValueError, match="'dense.*' .Dense. is built for inputs of shape .None, 4. and has weights"):
        layer.build((None, 5))
    assert layer.kernel is kernel and len(layer.weights) == 2
    conv = layers.Conv2D(2, 3)
    conv.build((None, None, None, 1))
    conv.build((None, 8, 8, 1))
    assert len(conv.weights) == 2


@pytest.mark.parametrize("policy", ["float16", "float64"])
@pytest.mark.parametrize("make", [lambda **kw: layers.MaxPooling1D(**kw), layers.Flatten, layers.ZeroPadding1D])
def test_symbolic_outputs_have_the_number_type_of_the_layer(make, policy):
    layer = make(dtype=policy)
    assert layer(keras.Input((4, 2))).dtype == policy == layer(np.ones((1, 4, 2), "float32")).dtype
    assert layer(keras.Input((4, 2), dtype="int32")).dtype == "int32"


@pytest.mark.parametrize("symbolic", [False, True])
def test_build_gets_the_shapes_of_arguments_by_their_names(symbolic):
    class Turned(Layer):
        def build(self, bar_shape, foo_shape):  # in another order than in call()
            self.shapes = foo_shape, bar_shape

        def call(self, foo, bar):
            return foo + bar[:, :1]

    class First(Turned):
        def build(self, any_name, bar_shape, more_shape=None):
            self.shapes = any_name, bar_shape

    for make in (Turned, First):
        layer = make()
        foo, bar = (keras.Input((1,)), keras.Input((2,))) if symbolic else (np.ones((4, 1)), np.ones((4, 2)))
        assert layer(foo, bar).shape == ((None, 1) if symbolic else (4, 1))
        assert layer.shapes == ((None, 1), (None, 2))
    last = make()
    last(foo, bar=bar)
    assert last.shapes == layer.shapes


def test_build_of_several_shapes_that_no_argument_is_for_says_so():
    class Strange(Layer):
        def build(self, foo_shape, baz):
            pass

        def call(self, foo, bar):
            return foo + bar

    with pytest.raises(ValueError, match=r"'s' \(Strange\) takes several.*'baz' is none.*build\(self, foo_shape, bar_shape\)"):
        Strange(name="s")(np.ones((4, 1)), np.ones((4, 1)))


def test_a_layer_may_say_its_shapes_in_a_named_tuple():
    pair = collections.namedtuple("Pair", ["a", "b"])

    class Twice(Layer):
        def call(self, x):
            return pair(x, x[:, :1])

        def compute_output_shape(self, input_shape):
            return pair(input_shape, (input_shape[0], 1))

    y = Twice()(keras.Input((2,)))
    assert type(y) is pair and y.b.shape == (None, 1)


@pytest.mark.parametrize("method", ["compute_output_shape", "compute_output_spec"])
def test_a_layer_that_cannot_say_its_shape_is_tried(method):
    def unknown(self, *args, **kwargs):
        raise NotImplementedError

    cls = type("Unknown", (Layer,), {"call": lambda self, x: x[:, :1] + 1.0, method: unknown})
    assert cls()(keras.Input((2,))).shape == (None, 1)
    model = Sequential([cls(), Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((3, 2)), np.ones((3, 1)), verbose=0)
    assert model.output_shape == (None, 1)
    inputs = keras.Input((None, 2))
    assert keras.Model(inputs, cls()(inputs))(keras.Input((5, 2))).shape == (None, 1, 2)


def test_a_call_that_computes_with_its_mask_is_tried_with_one():
    class TemporalSoftmax(layers.Layer):
        supports_masking = True

        def call(self, inputs, mask=None):
            there = np.expand_dims(mask.astype("float32"), -1)  # None has no astype
            e = np.exp(inputs) * there
            return e / np.sum(e, axis=1, keepdims=True)

    inputs = keras.Input((None,), dtype="int32")
    x = layers.Dense(1)(layers.Embedding(10, 4, mask_zero=True, embeddings_initializer="ones")(inputs))
    model = keras.Model(inputs, TemporalSoftmax()(x))
    assert model.output_shape == (None, None, 1)
    found = model.predict(np.array([[1, 2, 0, 3], [4, 0, 0, 0]]), verbose=0)[..., 0]
    np.testing.assert_allclose(found, [[1 / 3, 1 / 3, 0, 1 / 3], [1, 0, 0, 0]], rtol=1e-6)
    with pytest.raises(AttributeError, match="astype"):  # nobody makes a mask
        TemporalSoftmax()(np.ones((2, 3, 1)))

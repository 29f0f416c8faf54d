import numpy as np
import pytest

import minikeras as keras
from minikeras import Sequential, layers
from minikeras.layers import Dense
from tests.gradcheck import check_gradient
from tests.models.samples import X, Y, close, fixed


def paths(weights):
    return [w.path for w in weights]


# -- building --------------------------------------------------------------------------------------------------------


def test_built_at_once_where_the_input_is_known():
    keras.utils.clear_session()
    model = Sequential([Dense(4, activation="relu", input_shape=(3,), name="h"), Dense(1)])
    assert model.built and model.input_shape == (None, 3) and model.output_shape == (None, 1)
    expected = ["sequential/h/kernel", "sequential/h/bias", "sequential/dense/kernel", "sequential/dense/bias"]
    assert paths(model.weights) == expected
    assert [w.shape for w in model.get_weights()] == [(3, 4), (4,), (4, 1), (1,)] and model.count_params() == 21


@pytest.mark.parametrize(
    "meet", [lambda m: m(np.zeros((2, 3))), lambda m: m.build((None, 3)), lambda m: m.predict(np.zeros((2, 3)))]
)
def test_built_when_it_meets_data(meet):
    model = Sequential([Dense(4), Dense(2)])
    assert not model.built and model.weights == []
    with pytest.raises(ValueError, match="no weights to count yet"):
        model.count_params()
    with pytest.raises(AttributeError, match="no defined input yet"):
        _ = model.input_shape
    with pytest.raises(AttributeError, match="no defined output shape yet"):
        _ = model.output_shape
    meet(model)
    assert model.built and model.input_shape == (None, 3) and model.output_shape == (None, 2) and len(model.weights) == 4


@pytest.mark.parametrize(
    "first, shape",
    [
        ([Dense(2, input_dim=3)], (None, 3)),
        ([Dense(2, input_shape=(3,))], (None, 3)),
        ([Dense(2, input_shape=[3])], (None, 3)),
        ([Dense(2, input_shape=3)], (None, 3)),
        ([Dense(2, batch_input_shape=(5, 3))], (5, 3)),
        ([Dense(2, input_dim=3, batch_size=4)], (4, 3)),
        ([keras.Input((3,)), Dense(2)], (None, 3)),
        ([keras.Input((3,), batch_size=7), Dense(2)], (7, 3)),
        ([keras.Input(batch_shape=(None, 3)), Dense(2)], (None, 3)),
        ([layers.InputLayer((3,)), Dense(2)], (None, 3)),
        ([layers.InputLayer(input_shape=(3,)), Dense(2)], (None, 3)),
        ([layers.InputLayer(batch_input_shape=(None, 3)), Dense(2)], (None, 3)),
        ([Dense(2, input_shape=(None, 3))], (None, None, 3)),
    ],
)
def test_ways_to_say_the_input_shape(first, shape):
    model = Sequential(first)
    assert model.input_shape == shape and model.output_shape == (*shape[:-1], 2)
    assert isinstance(model.layers[0], Dense) and len(model.layers) == 1


def test_add_and_pop():
    keras.utils.clear_session()
    model = Sequential()
    model.add(keras.Input((3,)))
    model.add(Dense(4))
    model.add(Dense(2))
    assert model.output_shape == (None, 2) and model.count_params() == 26
    assert model.pop().units == 2 and model.output_shape == (None, 4) and model.count_params() == 16
    model.add(Dense(7))
    assert model.output_shape == (None, 7)
    model.pop()
    model.pop()
    assert not model.built and model.layers == []
    with pytest.raises(ValueError, match="no layer to take away"):
        model.pop()


def test_an_added_layer_is_trained_and_evaluated_without_compiling_again():
    model = fixed(Sequential([keras.Input((3,)), Dense(1)]))
    model.compile("sgd", "mse")
    before = model.evaluate(X, Y, verbose=0)
    model.add(layers.Activation("sigmoid"))
    assert model.evaluate(X, Y, verbose=0) != before


@pytest.mark.parametrize(
    "wrong, message",
    [
        (3, "Only instances of Layer .* got 3"),
        (Dense, "Did you forget to make one of it"),
        (None, "Only instances of Layer .* got None"),
        (Dense(2, name="a"), "'a' is there twice. Give one of them another name="),
        (layers.InputLayer((3,)), "An Input must come first: model .* has already been configured .* layer 'a'"),
    ],
)
def test_add_refuses(wrong, message):
    model = Sequential([Dense(2, name="a")])
    with pytest.raises(ValueError, match=message):
        model.add(wrong)
    assert len(model.layers) == 1


def test_an_empty_model_says_so():
    model = Sequential()
    assert model.layers == [] and model.weights == [] and not model.built
    with pytest.raises(ValueError, match="no layers to build"):
        model(np.zeros((2, 3)))


# -- calling ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "x", [[[1, 2, 3]], np.array([[1, 2, 3]]), np.array([[1.0, 2, 3]], "float16"), [np.array([[1.0, 2.0, 3.0]])]]
)
def test_called_with_what_holds_numbers(x):
    y = fixed(Sequential([Dense(2, input_shape=(3,))]))(x)
    assert y.dtype == "float32"
    close(y, [[0.55178, 1.0548]])


@pytest.mark.parametrize("x", [np.ones((1, 4)), np.ones(3), np.ones((2, 2, 3))])
@pytest.mark.parametrize("call", [lambda m, x: m(x), lambda m, x: m.predict(x), lambda m, x: m.fit(x, np.ones(len(x)))])
def test_a_wrong_width_names_layer_expected_and_given(x, call):
    model = Sequential([Dense(2, input_shape=(3,), name="hidden")])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"'hidden' .*takes input of shape \(None, 3\), got .*(number of features|x\[None\])"):
        call(model, x)


@pytest.mark.parametrize("x", ["abc", None, [[1, 2], [3]], np.array([["a", "b", "c"]])])
def test_what_is_no_array_of_numbers_is_refused(x):
    with pytest.raises(ValueError, match="The input .* of model"):
        Sequential([Dense(2, input_shape=(3,))])(x)


@pytest.mark.parametrize("first", [[Dense(1, input_shape=(1,))], [keras.Input((1,)), Dense(1)]])
def test_samples_that_are_single_numbers(first):  # the "hello world" of regression: y = 2x - 1
    model = Sequential(first)
    model.compile("sgd", "mse")
    model.fit(np.arange(6.0), np.arange(6.0) * 2 - 1, verbose=0)
    assert model.predict(np.array([10.0])).shape == (1, 1) and model(np.array([10.0])).shape == (1, 1)


def test_a_last_axis_of_one_is_taken_away():
    model = fixed(Sequential([Dense(1, input_shape=(3,))]))
    assert np.array_equal(model.predict(X[:, :, None]), model.predict(X))


def test_three_axes():
    model = fixed(Sequential([Dense(2, input_shape=(4, 3))]))
    assert model.output_shape == (None, 4, 2)
    close(model(np.ones((1, 4, 3)))[0, 0], [0.76724, 0.64074])
    assert model.compute_output_shape((7, 4, 3)) == (7, 4, 2)


# -- nested and shared -----------------------------------------------------------------------------------------------


def test_nested():
    keras.utils.clear_session()
    inner = Sequential([Dense(4, activation="relu", input_shape=(3,)), Dense(2)], name="inner")
    model = Sequential([inner, Dense(1, name="head")], name="outer")
    assert paths(model.weights) == [
        "inner/dense/kernel", "inner/dense/bias", "inner/dense_1/kernel", "inner/dense_1/bias",
        "outer/head/kernel", "outer/head/bias",
    ]  # fmt: skip
    assert (
        model.count_params() == 29 and model.input_shape == (None, 3) and [la.name for la in model.layers] == ["inner", "head"]
    )
    again = Sequential.from_config(model.get_config())
    assert again.get_config() == model.get_config() and [w.shape for w in again.weights] == [w.shape for w in model.weights]
    inner.trainable = False
    assert paths(model.trainable_weights) == ["outer/head/kernel", "outer/head/bias"] and model.trainable


def test_a_nested_model_without_a_shape_is_built_with_the_outer_one():
    inner = Sequential([Dense(4), Dense(2)], name="inner")
    model = Sequential([keras.Input((3,)), inner, Dense(1)], name="outer")
    assert inner.built and inner.input_shape == (None, 3)
    assert paths(model.weights)[0].startswith("outer/inner/")


def test_nested_gradient():
    inner = Sequential([keras.Input((3,)), Dense(4, activation="tanh", dtype="float64")])
    model = Sequential([inner, layers.LeakyReLU(dtype="float64"), Dense(1, dtype="float64")])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    model.fit(X[:5], Y[:5], verbose=0)
    store = model.weights[0].store
    x = X[:5].astype("float64")
    check_gradient(lambda: float(np.mean((model.call(x) - Y[:5]) ** 2)), store.values, store.grads)


def test_a_layer_that_stands_twice_adds_its_gradients():
    shared = Dense(3, activation="tanh")
    model = fixed(Sequential([keras.Input((3,)), shared, shared, Dense(1)]))
    model.compile("sgd", "mse")
    history = model.fit(X, Y, epochs=3, verbose=0, shuffle=False).history
    assert len(model.weights) == 4 and model.count_params() == 16
    close(history, {"loss": [0.28537, 0.27996, 0.27521]})
    close(model.get_weights()[1], [-0.6439, -0.31409, 0.0101])


def test_a_layer_that_stands_in_a_nested_model_too():
    shared = Dense(3, activation="tanh")
    inner = Sequential([keras.Input((3,)), Dense(3), shared])
    model = fixed(Sequential([keras.Input((3,)), inner, shared, Dense(1)]))
    model.compile("sgd", "mse")
    close(model.fit(X, Y, epochs=3, verbose=0, shuffle=False).history, {"loss": [1.3127, 1.2407, 1.1732]})
    close(model.get_weights()[3], [0.7047, -0.33643, 0.16165])


# -- training parts of it --------------------------------------------------------------------------------------------


def test_trainable():
    model = Sequential([Dense(4, input_shape=(3,), name="h"), Dense(1, name="o")], name="m")
    model.layers[0].trainable = False
    assert paths(model.weights) == ["m/h/kernel", "m/h/bias", "m/o/kernel", "m/o/bias"]  # the order stays
    assert paths(model.trainable_weights) == ["m/o/kernel", "m/o/bias"]
    assert paths(model.non_trainable_weights) == ["m/h/kernel", "m/h/bias"]
    model.trainable = False
    assert model.trainable_weights == [] and [la.trainable for la in model.layers] == [False, False]
    model.trainable = True
    assert len(model.trainable_weights) == 4


def test_trainable_as_an_argument_leaves_the_layers_configs_alone():
    model = Sequential([Dense(1, input_shape=(2,))], trainable=False)
    assert model.trainable_weights == [] and len(model.non_trainable_weights) == 2
    assert model.layers[0].trainable and model.get_config()["trainable"] is False


def test_the_order_of_weights_is_the_same_after_training_with_a_frozen_layer():
    model = Sequential([Dense(4, input_shape=(3,)), Dense(1)])
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    assert [w.shape for w in model.get_weights()] == [(3, 4), (4,), (4, 1), (1,)]


# -- configs ---------------------------------------------------------------------------------------------------------


def test_config_before_and_after_building():
    model = Sequential([Dense(4, name="a"), Dense(1, name="b")], name="m")
    assert [la["config"]["name"] for la in model.get_config()["layers"]] == ["a", "b"]
    assert "build_input_shape" not in model.get_config()
    model.build((None, 3))
    config = model.get_config()
    assert config["build_input_shape"] == (None, 3) and config["layers"][0]["class_name"] == "InputLayer"
    again = Sequential.from_config(config)
    assert again.built and again.get_config() == config


@pytest.mark.parametrize(
    "config, message",
    [
        ({"name": "x"}, "no key 'layers'"),
        ([{"class_name": "Dense", "config": {"units": 3}}], "is a dict with the key 'layers'"),
        ({"layers": [], "nonsense": 1}, "unknown keys"),
        ({"layers": [{"class_name": "Dens", "config": {}}]}, "Did you mean 'Dense'"),
        ({"layers": [{"class_name": "Dense", "config": {"unitz": 3}}]}, "does not fit its class"),
    ],
)
def test_from_config_refuses(config, message):
    with pytest.raises(ValueError, match=message):
        Sequential.from_config(config)


def test_repr():
    assert repr(Sequential([Dense(4, input_shape=(3,))], name="mm")) == "<Sequential name=mm, built=True>"


def test_layers_are_not_set():
    model = Sequential([Dense(1)])
    with pytest.raises(AttributeError, match="Use `add"):
        model.layers = [Dense(2)]
    assert model.layers[0].units == 1


@pytest.mark.parametrize(
    "first",
    [
        layers.Flatten(), layers.Reshape((12,)), layers.Permute((2, 1)), layers.Lambda(lambda x: x * 1), layers.MaxPooling1D(1),
        layers.ZeroPadding1D(1), layers.UpSampling1D(2), layers.Identity(), layers.TimeDistributed(layers.Flatten()),
    ],
    ids=lambda layer: layer.name,
)  # fmt: skip
def test_a_first_layer_that_only_moves_numbers_leaves_fractions_alone(first):
    x = np.full((2, 4, 3), 0.5, "float32")
    model = Sequential([first])
    assert np.max(model(x)) == 0.5 and np.max(model.predict(x, verbose=0)) == 0.5  # built by the first, used by the second
    assert model.inputs[0].dtype == "float32"


def test_a_first_layer_that_looks_numbers_up_takes_integers():
    model = Sequential([layers.Embedding(3, 2)])
    model(np.array([[0.0, 1.0, 2.0]]))
    assert model.inputs[0].dtype == "int32"


def test_large_integers_are_the_same_to_the_first_call_and_to_all_others():
    ids = np.array([[16777217], [16777216], [5]])  # the first is no float32
    model = Sequential([layers.IntegerLookup(vocabulary=[16777216, 16777217, 5])])
    assert model(ids).tolist() == model(ids).tolist() == [[2], [1], [3]]
    flat = Sequential([layers.Flatten()])
    assert flat(ids).dtype == flat(ids).dtype == "float32"


def test_a_variable_that_goes_into_an_unbuilt_model_has_a_gradient():
    x, model = keras.Variable(np.ones((1, 2))), Sequential([Dense(1, kernel_initializer="ones")])
    with keras.GradientTape() as tape:
        loss = keras.ops.sum(model(x))
    assert tape.gradient(loss, x).tolist() == [[1.0, 1.0]]


def test_text_builds_a_model_whose_first_layer_takes_it():
    words = layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=2)
    inner = Sequential([layers.Embedding(4, 2, embeddings_initializer="ones"), layers.GlobalAveragePooling1D(), Dense(1)])
    model = Sequential([words, inner, layers.Activation("sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    data = keras.data.dataset.Dataset.from_tensor_slices((["a b", "b"], [0, 1])).batch(2)
    assert model.evaluate(data, verbose=0) > 0 and model.predict(np.array(["a"]), verbose=0).shape == (1, 1)
    again = Sequential([layers.StringLookup(vocabulary=["x", "y"]), layers.Embedding(3, 1)])
    assert again(np.array([["x", "q"]])).shape == (1, 2, 1)


class Two(layers.Layer):
    """Gives what it gets, and one more."""

    def call(self, x):
        return x, x + 1.0

    def compute_output_shape(self, input_shape):
        return input_shape, input_shape


def test_layers_may_give_several_arrays_to_who_takes_them_or_at_the_end(tmp_path):
    x = np.random.RandomState(0).randn(6, 5, 4).astype("float32")
    model = Sequential([keras.Input((5, 4)), layers.LSTM(3, return_state=True)])
    assert model.output_shape == [(None, 3), (None, 3), (None, 3)]
    y = model.predict(x)
    np.testing.assert_array_equal(y[0], y[1])
    model.compile("sgd", ["mse", None, "mae"])
    model.fit(x, [np.ones((6, 3)), np.ones((6, 3))], verbose=0)
    model.save(tmp_path / "m.keras")
    for other in (keras.models.load_model(tmp_path / "m.keras"), keras.models.clone_model(model)):
        other.set_weights(model.get_weights())
        for a, b in zip(other.predict(x), model.predict(x), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)
    model.add(layers.Concatenate())
    assert model.output_shape == (None, 9)
    model.pop()
    assert len(model.outputs) == 3
    np.testing.assert_allclose(Sequential([Two(), layers.Subtract()])(x), -1.0, rtol=1e-6)
    with pytest.raises(ValueError, match=r"'two_\d+' \(Two\) gives several arrays, which 'd' \(Dense\) does not take"):
        Sequential([keras.Input((4,)), Two(), layers.Dense(2, name="d")])


def test_beginners_are_told_what_to_write():
    plt = pytest.importorskip("matplotlib.pyplot")
    with pytest.raises(ValueError, match=r"stand in a list, Sequential\(\[Dense\(3\), Dense\(2\)\]\)"):
        Sequential(layers.Dense(3), layers.Dense(2))
    with pytest.raises(ValueError, match=r"write Flatten\(\.\.\.\), not Flatten"):
        Sequential([layers.Flatten, layers.Dense(2)])
    with pytest.raises(ValueError, match=r"axis of channels is missing: Input\(\(28, 28, 1\)\)"):
        Sequential([layers.Input((28, 28)), layers.Conv2D(4, 3)])
    with pytest.raises(ValueError, match="axis of channels"):
        Sequential([layers.Input((28, 28)), layers.MaxPooling2D()])
    with pytest.raises(ValueError, match="return_sequences=True"):
        Sequential([layers.Input((5, 2)), layers.LSTM(4), layers.LSTM(4)])
    model = Sequential([layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    x = np.zeros((4, 2))
    with pytest.raises(ValueError, match=r"`validation_data` of fit\(\) is a pair"):
        model.fit(x, x[:, 0], validation_data=x, verbose=0)
    history = model.fit(x, x[:, 0], verbose=0)
    with pytest.raises(ValueError, match=r"savefig\('h\.png'\)"):
        history.plot("h.png")
    axes = history.plot("loss")
    assert len(axes) == 1
    plt.close(axes[0].figure)


@pytest.mark.parametrize("meet", ["call", "build", "fit"])
def test_the_first_layer_may_take_several_arrays(meet, tmp_path):
    x = [np.ones((4, 2), "float32"), np.ones((4, 3), "float32")]
    model = Sequential([layers.Concatenate(), Dense(1)])
    model.compile("sgd", "mse")
    {"call": lambda: model(x), "build": lambda: model.build([(None, 2), (None, 3)]), "fit": lambda: None}[meet]()
    model.fit(x, np.ones((4, 1)), verbose=0)
    assert model.input_shape == [(None, 2), (None, 3)] and len(model.layers) == 2 and len(model.weights) == 2
    right = model.predict(x, verbose=0)
    model.save(tmp_path / "m.keras")
    for again in (keras.saving.load_model(tmp_path / "m.keras"), keras.models.model_from_json(model.to_json())):
        again.set_weights(model.get_weights())
        np.testing.assert_array_equal(again.predict(x, verbose=0), right)
    with pytest.raises(ValueError, match="has 2 inputs"):
        model.predict(x[0], verbose=0)


def test_the_first_layer_may_take_a_dict():
    class Difference(layers.Layer):
        def call(self, x):
            return x["a"] - x["b"]

    model = Sequential([Difference(), Dense(1, use_bias=False)])
    model.compile("sgd", "mse")
    x = {"a": np.ones((4, 2), "float32"), "b": np.zeros((4, 2), "float32")}
    model.fit(x, np.ones((4, 1)), verbose=0)
    assert model.predict({key: x["a"] for key in x}, verbose=0).tolist() == [[0.0]] * 4
    with pytest.raises(ValueError, match="'d' .Dense. takes one input, got 2"):
        Sequential([Dense(2, name="d")])([np.ones((3, 2)), np.ones((3, 2))])

import itertools
import tracemalloc

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from tests.gradcheck import check_gradient

SIZES = {1: (7,), 2: (6, 5), 3: (5, 4, 5)}
CONVOLUTIONS = [f"Conv{n}D" for n in (1, 2, 3)]
TRANSPOSED = [f"Conv{n}DTranspose" for n in (1, 2, 3)]
BY_CHANNEL = ["DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"]
ALL = [*CONVOLUTIONS, *TRANSPOSED, *BY_CHANNEL]


def make(kind, **arguments):
    cls = getattr(layers, kind)
    return cls(**({} if kind.startswith("Depthwise") else {"filters": 4}), **{"kernel_size": 2, **arguments})


def shape_of(name, channels=4, data_format="channels_last"):
    sizes = SIZES[getattr(layers, name).rank]
    return (2, *sizes, channels) if data_format == "channels_last" else (2, channels, *sizes)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("name", ALL)
def test_gradients(name, padding, data_format):
    rng = np.random.default_rng(0)
    for (strides, dilation), groups in itertools.product([(1, 1), (2, 1), (1, 2)], [1, 2, 4] if name in CONVOLUTIONS else [1]):
        more = {"groups": groups} if groups > 1 else {"depth_multiplier": 2} if name in BY_CHANNEL and strides > 1 else {}
        layer = make(
            name, strides=strides, dilation_rate=dilation, padding=padding, data_format=data_format, activation="tanh",
            bias_initializer="ones", dtype="float64", **more,
        )  # fmt: skip
        x = rng.standard_normal(shape_of(name, 4, data_format))
        y, kept = layer(x), layer.forward(x, True)[1]
        weight = rng.standard_normal(y.shape)
        dx = layer.backward(weight, kept)

        def loss(layer=layer, x=x, weight=weight):
            return float(np.vdot(layer.forward(x)[0], weight))

        check_gradient(loss, x, dx, probes=2)
        for v in layer.weights:
            check_gradient(loss, v.value, v.grad, probes=2)


def test_a_convolution_by_hand():
    layer = layers.Conv2D(1, 2, kernel_initializer="ones", bias_initializer=keras.initializers.Constant(0.5))
    y = layer(np.arange(12.0).reshape(1, 3, 4, 1))
    assert y[0, :, :, 0].tolist() == [[10.5, 14.5, 18.5], [26.5, 30.5, 34.5]]


def test_causal_outputs_see_no_later_step():
    x = np.random.default_rng(0).standard_normal((1, 9, 2))
    layer = layers.Conv1D(3, 3, padding="causal", dilation_rate=2)
    y, later = layer(x), x.copy()
    later[:, 5:] += 1.0
    z = layer(later)
    np.testing.assert_array_equal(z[:, :5], y[:, :5])
    assert np.all(z[:, 5:] != y[:, 5:]) and y.shape == (1, 9, 3)


@pytest.mark.parametrize("name", ALL)
def test_channels_first_is_channels_last_moved(name):
    x = np.random.default_rng(0).standard_normal(shape_of(name)).astype("float32")
    last, first = (make(name, strides=2, padding="same", data_format=f) for f in ("channels_last", "channels_first"))
    y = last(x)
    first.build(np.moveaxis(x, -1, 1).shape)
    first.set_weights(last.get_weights())
    np.testing.assert_allclose(np.moveaxis(first(np.moveaxis(x, -1, 1)), 1, -1), y, rtol=1e-5, atol=1e-6)
    assert first.compute_output_shape((None, 4, *[None] * last.rank)) == (None, y.shape[-1], *[None] * last.rank)


def test_the_data_format_is_that_of_the_config():
    keras.config.set_image_data_format("channels_first")
    try:
        assert layers.Conv2D(2, 3).data_format == "channels_first"
    finally:
        keras.config.set_image_data_format("channels_last")
    assert layers.Conv2D(2, 3).data_format == "channels_last"


@pytest.mark.parametrize("name", ALL)
def test_the_first_layer_computes_no_dx(name):
    layer, x = make(name), np.ones(shape_of(name), "float32")
    y, kept = layer(x), layer.forward(x, True)[1]
    assert layer.backward(np.ones_like(y), kept, need_dx=False) is None
    assert all(v.grad.any() for v in layer.weights)


@pytest.mark.parametrize("name", ALL)
def test_a_frozen_layer_gets_no_gradient_but_hands_on(name):
    layer, x = make(name), np.ones(shape_of(name), "float32")
    y, kept = layer(x), layer.forward(x, True)[1]
    layer.trainable = False
    assert layer.backward(np.ones_like(y), kept).any()
    assert not any(v.grad.any() for v in layer.weights)


@pytest.mark.parametrize("name", ALL)
def test_relu_is_written_over_z_and_the_logits_are_there_all_the_same(name):
    x = np.random.default_rng(0).standard_normal(shape_of(name)).astype("float32")
    layer, plain = make(name, activation="relu"), make(name)
    y, z = layer(x), plain(x)
    plain.set_weights(layer.get_weights())
    z = plain(x)
    kept = layer.forward(x, True)[1]
    np.testing.assert_array_equal(y, np.maximum(z, 0))
    np.testing.assert_array_equal(layer.logits(kept), z)
    dx = layer.backward(np.ones_like(y), kept)
    np.testing.assert_allclose(dx, plain.backward((z > 0) * np.ones_like(z), plain.forward(x, True)[1]), rtol=1e-5, atol=1e-6)


def test_a_replaced_activation_counts():
    layer, x = layers.Conv1D(2, 2, activation="relu"), np.ones((1, 4, 1))
    layer(x)
    layer.activation = "linear"
    layer.kernel.value[...] = -1.0
    assert layer(x).tolist() == [[[-2.0, -2.0]] * 3]


def test_saturated_outputs_still_learn():
    model = keras.Sequential([keras.Input((4, 4, 1)), layers.Conv2D(1, 1, activation="sigmoid", kernel_initializer="zeros")])
    model.layers[-1].bias.value[...] = -200.0  # the sigmoid is 0 in float32, and so is its slope
    model.compile(keras.optimizers.SGD(1.0), "binary_crossentropy")
    loss = model.train_on_batch(np.zeros((2, 4, 4, 1)), np.ones((2, 4, 4, 1)))
    assert loss == pytest.approx(200.0) and model.layers[-1].bias.value[0] == pytest.approx(-199.0)


def test_penalties_and_constraints():
    model = keras.Sequential([
        keras.Input((5, 5, 2)),
        layers.SeparableConv2D(
            3, 2, depthwise_regularizer="l2", pointwise_regularizer="l1", activity_regularizer="l2",
            depthwise_constraint="non_neg", pointwise_constraint="unit_norm", bias_constraint=keras.constraints.MaxNorm(0.01),
        ),
    ])  # fmt: skip
    x = np.random.default_rng(0).standard_normal((8, 5, 5, 2)).astype("float32")
    depthwise, pointwise, bias = model.layers[-1].weights
    assert [list(v.regularizer.get_config()) for v in (depthwise, pointwise)] == [["l2"], ["l1"]] and bias.regularizer is None
    plain = keras.models.clone_model(model)
    model.compile("sgd", "mse")
    loss = model.train_on_batch(x, np.ones((8, 4, 4, 3)))
    assert (depthwise.numpy() >= 0).all() and np.abs(bias.numpy()).max() <= 0.01 + 1e-6
    np.testing.assert_allclose(np.sqrt((pointwise.numpy() ** 2).sum(axis=(0,))), 1.0, rtol=1e-4)
    assert loss > 0 and plain.layers[-1].get_config() == model.layers[-1].get_config()


@pytest.mark.parametrize(
    "name, shape, weights",
    [
        ("Conv1D", (None, 9, 6), {"kernel": (2, 6, 4), "bias": (4,)}),
        ("Conv3D", (None, 4, 4, 4, 2), {"kernel": (2, 2, 2, 2, 4), "bias": (4,)}),
        ("Conv2DTranspose", (None, 4, 4, 6), {"kernel": (2, 2, 4, 6), "bias": (4,)}),
        ("DepthwiseConv2D", (None, 4, 4, 6), {"kernel": (2, 2, 6, 1), "bias": (6,)}),
        ("SeparableConv1D", (None, 9, 6), {"depthwise_kernel": (2, 6, 1), "pointwise_kernel": (1, 6, 4), "bias": (4,)}),
    ],
)
def test_weights_have_the_names_and_shapes_of_keras(name, shape, weights):
    layer = make(name)
    layer.build(shape)
    assert [(w.name, w.shape) for w in layer.weights] == list(weights.items())


def test_config_has_the_keys_of_keras():
    config = layers.Conv2D(4, 3, padding="SAME", activation="relu", name="c").get_config()
    assert set(config) == {
        "name", "trainable", "dtype", "filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "groups",
        "activation", "use_bias", "kernel_initializer", "bias_initializer", "kernel_regularizer", "bias_regularizer",
        "activity_regularizer", "kernel_constraint", "bias_constraint",
    }  # fmt: skip
    assert (config["kernel_size"], config["padding"], config["activation"]) == ((3, 3), "same", "relu")
    assert layers.Conv2D.from_config({**config, "kernel_size": [3, 3], "strides": [1, 1]}).get_config() == config


def test_sizes_need_not_be_known():
    layer = layers.Conv2D(8, 3, strides=2, padding="same")
    layer.build((None, None, None, 3))
    assert layer.compute_output_shape((None, None, 9, 3)) == (None, None, 5, 8)
    assert layer(np.ones((1, 7, 10, 3))).shape == (1, 4, 5, 8) and layer(np.ones((1, 5, 4, 3))).shape == (1, 3, 2, 8)


@pytest.mark.parametrize("alias, name", [
    ("Convolution1D", "Conv1D"), ("Convolution2D", "Conv2D"), ("Convolution3D", "Conv3D"),
    ("Convolution2DTranspose", "Conv2DTranspose"), ("Deconvolution2D", "Conv2DTranspose"),
    ("SeparableConvolution2D", "SeparableConv2D"),
])  # fmt: skip
def test_aliases(alias, name):
    made = getattr(layers, alias)(2, 3)
    assert type(made) is getattr(layers, name) and isinstance(made, getattr(layers, alias)) and made.kernel_size[0] == 3
    assert type(layers.deserialize({"class_name": alias, "config": {"filters": 2, "kernel_size": 3}})).__name__ == name


@pytest.mark.parametrize("arguments, message", [
    ({"filters": 0}, "`filters` of Conv2D must be a positive integer, got 0"),
    ({"filters": 2.5}, "`filters` of Conv2D must be a positive integer"),
    ({"kernel_size": 0}, "`kernel_size` of Conv2D must be"),
    ({"kernel_size": (3, 3, 3)}, "`kernel_size` of Conv2D .* tuple of 2"),
    ({"strides": (1, 0)}, "`strides` of Conv2D"),
    ({"dilation_rate": -1}, "`dilation_rate` of Conv2D"),
    ({"padding": "causal"}, "`padding` of Conv2D must be one of 'valid', 'same', got 'causal'"),
    ({"padding": 1}, "`padding` of Conv2D"),
    ({"groups": 0}, "`groups` of Conv2D must be a positive integer"),
    ({"groups": 3}, "`filters` of Conv2D must be a multiple of `groups`.* filters=4 and groups=3"),
    ({"strides": 2, "dilation_rate": 2}, r"can't both be above 1, got strides=\(2, 2\) and dilation_rate=\(2, 2\)"),
    ({"data_format": "last"}, "`data_format` of Conv2D"),
    ({"rank": 2}, "rank"),
])  # fmt: skip
def test_wrong_arguments_are_refused_when_the_layer_is_made(arguments, message):
    with pytest.raises(ValueError, match=message):
        layers.Conv2D(**{"filters": 4, "kernel_size": 3, **arguments})


def test_wrong_arguments_of_the_others():
    with pytest.raises(ValueError, match="`output_padding` of Conv2DTranspose must be smaller than `strides`"):
        layers.Conv2DTranspose(2, 3, strides=2, output_padding=2)
    with pytest.raises(ValueError, match="`depth_multiplier` of DepthwiseConv1D must be a positive integer"):
        layers.DepthwiseConv1D(3, depth_multiplier=0)
    with pytest.raises(ValueError, match="'valid', 'same', got 'causal'"):
        layers.SeparableConv1D(2, 3, padding="causal")
    assert layers.Conv1D(2, 3, padding="CAUSAL").padding == "causal"


@pytest.mark.parametrize("name", ALL)
def test_what_does_not_fit_is_said_when_the_layer_is_built(name):
    rank = getattr(layers, name).rank
    with pytest.raises(ValueError, match=rf"'c' \({name}\) needs to know how many channels .* \(axis -1"):
        make(name, name="c").build((None, *[8] * rank, None))
    with pytest.raises(ValueError, match=r"\(axis 1, as data_format is 'channels_first'\)"):
        make(name, data_format="channels_first").build((None, None, *[8] * rank))
    with pytest.raises(ValueError, match=f"'c' .*expected {rank + 2} axes"):
        make(name, name="c")(np.ones((8,) * (rank + 1)))
    if name not in TRANSPOSED:
        with pytest.raises(ValueError, match=rf"'c' \({name}\) has a kernel of .* too small .*padding='same'"):
            keras.Sequential([keras.Input((*[4] * rank, 2)), make(name, kernel_size=3, dilation_rate=2, name="c")])


def test_channels_that_do_not_fit_the_groups():
    with pytest.raises(ValueError, match=r"'c' \(Conv2D\) has 2 groups, .* got 3 in an input of shape \(None, 8, 8, 3\)"):
        layers.Conv2D(4, 3, groups=2, name="c").build((None, 8, 8, 3))
    layer = layers.Conv2D(4, 3)
    layer.build((None, 8, 8, 3))
    with pytest.raises(ValueError, match="axis -1 .* size 3"):
        layer(np.ones((1, 8, 8, 4)))


def test_a_step_takes_little_memory():
    layer, x = layers.Conv2D(32, 5, padding="same", activation="relu"), np.ones((16, 48, 48, 16), "float32")
    dy = np.ones_like(layer(x))
    tracemalloc.start()
    kept = layer.forward(x, True)[1]
    layer.backward(dy, kept)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 3 * (x.nbytes + dy.nbytes)


def test_files_keep_the_weights(tmp_path):
    model = keras.Sequential([keras.Input((8, 8, 2)), *(make(n, padding="same") for n in ALL if "2D" in n)])
    x = np.random.default_rng(0).standard_normal((2, 8, 8, 2)).astype("float32")
    for file in ("model.keras", "model.h5"):
        model.save(tmp_path / file)
        again = keras.saving.load_model(tmp_path / file)
        np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))

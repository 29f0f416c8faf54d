"""Arguments, shapes, files with weights, and models that go on from these."""

import warnings

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, utils
from minikeras.applications import VGG16, MobileNet, MobileNetV2, MobileNetV3Small, plan
from tests.parity.application_cases import fill

SMALL = {"input_shape": (32, 32, 3), "alpha": 0.25, "classes": 3}
RNG = np.random.default_rng(0)
X = RNG.random((6, 32, 32, 3), "float32")
Y = RNG.integers(0, 3, 6)


def values(model):
    return [w.copy() for w in model.get_weights()]


def same(a, b):
    return all(np.array_equal(v, w) for v, w in zip(a, b, strict=True))


@pytest.mark.parametrize("suffix", [".weights.h5", ".keras"])
def test_a_file_gives_the_weights(tmp_path, suffix):
    model = MobileNet(weights=None, **SMALL)
    fill(model)
    path = tmp_path / f"model{suffix}"
    if suffix == ".keras":
        model.save(path)
        assert same(values(keras.models.load_model(path)), values(model))
    else:
        model.save_weights(path)
        assert same(values(MobileNet(weights=str(path), **SMALL)), values(model))


def test_imagenet_weights_are_fetched_by_keras_names(tmp_path, monkeypatch):
    source = MobileNet(weights=None, include_top=False, alpha=0.25, input_shape=(128, 128, 3))
    fill(source)
    source.save_weights(tmp_path / "a.weights.h5")
    asked = []

    def get_file(name, url, **how):
        asked.append((name, url, how))
        return str(tmp_path / "a.weights.h5")

    monkeypatch.setattr(utils, "get_file", get_file, raising=False)
    model = MobileNet(include_top=False, alpha=0.25, input_shape=(128, 128, 3))
    name = "mobilenet_2_5_128_tf_no_top.h5"
    url = f"https://storage.googleapis.com/tensorflow/keras-applications/mobilenet/{name}"
    assert asked == [(name, url, {"cache_subdir": "models", "file_hash": None})]
    assert same(values(model), values(source))


def test_without_a_network_the_message_says_what_to_do(monkeypatch):
    def get_file(name, url, **how):
        raise OSError(f"no network for {url}.")

    monkeypatch.setattr(utils, "get_file", get_file, raising=False)
    with pytest.raises(OSError, match=r"vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5. Or write weights=None"):
        VGG16(include_top=False, input_shape=(32, 32, 3))


def test_weights_that_a_file_brings_are_not_drawn(monkeypatch, tmp_path):
    model = MobileNet(weights=None, **SMALL)
    model.save_weights(tmp_path / "a.weights.h5")
    drawn = []
    monkeypatch.setattr(keras.initializers.GlorotUniform, "__call__", lambda self, shape, dtype=None: drawn.append(shape))
    MobileNet(weights=tmp_path / "a.weights.h5", **SMALL)
    assert not drawn


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"weights": "nowhere.h5"}, "path of a file that exists, got weights='nowhere.h5'"),
        ({"classes": 7}, "`classes` should be 1000"),
        ({"weights": None, "input_shape": (16, 32, 3)}, "at least 32x32 pixels"),
        ({"weights": None, "input_shape": (32, 3)}, "three integers"),
        ({"weights": None, "input_shape": (None, None, 3)}, "must be known in full"),
        ({"input_shape": (100, 100, 3)}, r"`input_shape` is \(224, 224, 3\)"),
        ({"include_top": False, "input_shape": (64, 64, 1)}, "must have 3 channels"),
        ({"weights": None, "input_tensor": np.ones(3)}, "what keras.Input"),
    ],
)
def test_misfits_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        VGG16(**arguments)


def test_trained_weights_need_their_own_arguments(tmp_path):
    path = tmp_path / "a.weights.h5"
    path.touch()
    with pytest.raises(ValueError, match="'softmax' or None, got 'relu'"):
        MobileNet(weights=path, classifier_activation="relu", **SMALL)
    with pytest.raises(ValueError, match="alpha one of"):
        MobileNet(alpha=0.3)
    with pytest.raises(ValueError, match="alpha should be one of"):
        MobileNetV2(alpha=0.3)
    with pytest.raises(ValueError, match="0.75 if not minimalistic"):
        MobileNetV3Small(alpha=0.75, minimalistic=True)


def test_unusual_channels_are_warned_of():
    with pytest.warns(UserWarning, match="1 or 3 channels, not 4"):
        model = MobileNet((32, 32, 4), alpha=0.25, weights=None, include_top=False)
    assert model.input_shape == (None, 32, 32, 4)


def test_the_shape_and_the_tensor_must_agree():
    with pytest.raises(ValueError, match="don't agree"):
        MobileNetV2(input_tensor=keras.Input((64, 64, 3)), input_shape=(32, 32, 3), weights=None)


def test_channels_first():
    keras.config.set_image_data_format("channels_first")
    try:
        model = MobileNetV2(alpha=0.35, include_top=False, weights=None, input_shape=(3, 32, 32))
        assert model.output_shape == (None, 1280, 1, 1)
        with pytest.raises(ValueError, match="channels last"):
            keras.applications.DenseNet121(weights=None)
    finally:
        keras.config.set_image_data_format("channels_last")


def test_an_input_tensor_begins_the_model():
    start = keras.Input((32, 32, 3), name="pictures")
    x = layers.Rescaling(1 / 255)(start)
    base = MobileNetV2(input_tensor=x, alpha=0.35, include_top=False, weights=None, pooling="avg")
    assert base.input is start and base.layers[1].name.startswith("rescaling") and base.output_shape == (None, 1280)
    model = keras.Model(base.input, layers.Dense(2)(base.get_layer("block_6_expand_relu").output))
    assert model.predict(X, verbose=0).shape == (6, 4, 4, 2)


def test_a_frozen_base_stays_as_it_is_while_the_top_learns():
    base = MobileNet((32, 32, 3), alpha=0.25, include_top=False, weights=None)
    base.trainable = False
    model = keras.Sequential([base, layers.Flatten(), layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    before, top = values(base), values(model.layers[-1])
    losses = model.fit(X, Y, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0] and same(values(base), before) and not same(values(model.layers[-1]), top)
    features = base.predict(X, verbose=0)
    assert features.shape == (6, 1, 1, 256)


def test_the_last_layers_alone_can_be_tuned():
    base = MobileNet((32, 32, 3), alpha=0.25, include_top=False, weights=None, pooling="avg")
    fill(base)
    for layer in base.layers[:-4]:
        layer.trainable = False
    inputs = keras.Input((32, 32, 3))
    x = base(layers.Rescaling(2.0, offset=-1.0)(inputs), training=False)
    model = keras.Model(inputs, layers.Dense(1)(layers.Dropout(0.2)(x)))
    model.compile("sgd", "mse")
    before = {v.path: v.numpy() for v in base.weights}
    model.fit(X, Y, verbose=0)
    changed = {v.path for v in base.weights if not np.array_equal(before[v.path], v.numpy())}
    assert changed == {"conv_pw_13/kernel", "conv_pw_13_bn/gamma", "conv_pw_13_bn/beta"}


def test_no_warning_for_what_is_usual():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert MobileNet(weights=None, alpha=0.25).name == "mobilenet_0.25_224"


def test_helpers():
    assert [plan.divisible(v) for v in (1, 8, 11.9, 12, 90 * 0.35, 67)] == [8, 8, 16, 16, 32, 64]
    assert plan.padding_for(keras.Input((32, 33, 3)), 5) == ((1, 2), (2, 2))
    assert plan.padding_for(keras.Input((None, None, 3)), 3) == ((0, 1), (0, 1))
    a, b = keras.Input((2,)), keras.Input((2,))
    assert [t is a or t is b for t in plan.sources(layers.Add()([a, b]) + a)] == [True, True]

"""The pooling layers; their numbers against Keras stand in parity/test_spatial.py, their gradients in the contract suite."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.layers.layer import registry

WINDOWED = [getattr(layers, f"{kind}Pooling{n}D") for kind in ("Max", "Average") for n in (1, 2, 3)]
GLOBAL = [getattr(layers, f"Global{kind}Pooling{n}D") for kind in ("Max", "Average") for n in (1, 2, 3)]
ADAPTIVE = [getattr(layers, f"Adaptive{kind}Pooling{n}D") for kind in ("Max", "Average") for n in (1, 2, 3)]


def config(layer):
    return {key: value for key, value in layer.get_config().items() if key not in ("name", "trainable", "dtype")}


def test_configs_are_those_of_keras():
    for cls in WINDOWED:
        full = {"pool_size": (2,) * cls.axes, "strides": (2,) * cls.axes, "padding": "valid", "data_format": "channels_last"}
        assert config(cls(2)) == full
    assert config(layers.MaxPooling2D((2, 3), 1, "SAME", "channels_first", "m")) == {
        "pool_size": (2, 3), "strides": (1, 1), "padding": "same", "data_format": "channels_first",
    }  # fmt: skip
    assert config(layers.MaxPooling2D((2, 3)))["strides"] == (2, 3) and layers.MaxPooling2D(name="m").name == "m"
    for cls in GLOBAL:
        assert config(cls()) == {"data_format": "channels_last", "keepdims": False}
    for cls in ADAPTIVE:
        assert config(cls(2)) == {"output_size": (2,) * cls.axes, "data_format": "channels_last"}


def test_short_names_are_the_same_classes():
    for n in (1, 2, 3):
        for short, kind in (("Max", "Max"), ("Avg", "Average")):
            assert getattr(layers, f"{short}Pool{n}D") is getattr(layers, f"{kind}Pooling{n}D")
            assert getattr(layers, f"Global{short}Pool{n}D") is getattr(layers, f"Global{kind}Pooling{n}D")
    assert registry.find("MaxPooling2D") is layers.MaxPool2D


@pytest.mark.parametrize("cls", WINDOWED)
def test_shapes_with_unknown_sizes(cls):
    n = cls.axes
    assert cls(3, 2, "same").compute_output_shape((None, *(None, 7, 8)[:n], 4)) == (None, *(None, 4, 4)[:n], 4)
    first = cls(3, 2, data_format="channels_first")
    assert first.compute_output_shape((None, 4, *(7, None, 9)[:n])) == (None, 4, *(3, None, 4)[:n])


@pytest.mark.parametrize("cls", WINDOWED)
def test_a_pool_larger_than_the_input_is_said_when_the_model_is_built(cls):
    shape = (3,) * cls.axes + (2,)
    words = (
        rf"Layer 'p' \({cls.__name__}\) has windows of \(5.* is only 3 long on axis 1: nothing would be left. Take a smaller"
    )
    with pytest.raises(ValueError, match=words):
        keras.Sequential([keras.Input(shape), cls(5, name="p")])
    layer = cls(5, name="p")
    with pytest.raises(ValueError, match=words):  # where the size was not known before
        layer.forward(np.ones((1, *shape)))
    with pytest.raises(ValueError, match="is only 0 long on axis 1: nothing would be left.$"):
        cls(2, padding="same").forward(np.ones((1, 0, *shape[1:])))
    with pytest.raises(ValueError, match=f"'p' .*expected {cls.axes + 2} axes"):
        cls(2, name="p")(np.ones((2, 2)))


@pytest.mark.parametrize("arguments, words", [
    ({"pool_size": 0}, "`pool_size` of MaxPooling2D must be a positive integer or a tuple of 2 of them, got 0"),
    ({"pool_size": (2, 2, 2)}, "`pool_size` .* got"),
    ({"strides": 0}, "`strides` of MaxPooling2D must be"),
    ({"padding": "full"}, "`padding` of MaxPooling2D must be 'valid' or 'same', got 'full'"),
    ({"padding": None}, "`padding` .* got None"),
    ({"data_format": "last"}, "`data_format` of MaxPooling2D must be"),
])  # fmt: skip
def test_errors(arguments, words):
    with pytest.raises(ValueError, match=words):
        layers.MaxPooling2D(**arguments)


def test_integers_stay_integers_where_nothing_is_computed():
    x = np.array([[[3], [-7], [-9], [-8]]])
    assert layers.MaxPooling1D(2)(x).tolist() == [[[3], [-8]]] and layers.MaxPooling1D(2)(x).dtype.kind == "i"
    assert layers.MaxPooling1D(3, 1, "same")(x[:, 1:]).tolist() == [[[-7], [-7], [-8]]]
    assert layers.GlobalMaxPooling1D()(x).dtype.kind == "i" and layers.AveragePooling1D(2)(x).dtype == "float32"


def test_training_keeps_a_byte_per_window_and_not_the_input():
    x = np.random.default_rng(0).standard_normal((2, 6, 6, 3)).astype("float32")
    layer = layers.MaxPooling2D(2)
    y, (_, places, kept_x) = layer.forward(x, True)
    assert kept_x is None and [p.dtype for p in places] == ["uint8", "uint8"] and [p.shape for p in places][-1] == y.shape
    predicted, kept = layer.forward(x, False)
    assert kept[1] is None and kept[2] is x
    np.testing.assert_array_equal(layer.backward(y, kept), layer.backward(y, layer.forward(x, True)[1]))


def test_gradient_of_ties():
    def gradient(layer, x):
        y, kept = layer.forward(np.asarray(x, float)[None, ..., None], True)
        return layer.backward(np.ones_like(y), kept)[0, ..., 0].tolist()

    anti = [[0, 1], [1, 0]]
    assert gradient(layers.MaxPooling2D(2), anti) == [[0, 1], [0, 0]]
    assert gradient(layers.AdaptiveMaxPooling2D(1), anti) == [[0, 0], [1, 0]]  # as Keras: rows first
    assert gradient(layers.GlobalMaxPooling2D(), anti) == [[0, 0.5], [0.5, 0]]
    assert gradient(layers.MaxPooling2D(3, 1, "same"), np.zeros((4, 4))) == [[4, 2, 2, 0], [2, 1, 1, 0], [2, 1, 1, 0], [0] * 4]


def test_adaptive_pooling_with_7_places_is_right_where_keras_rounds_wrongly():
    x = np.arange(7.0).reshape(1, 7, 1)
    for cls in (layers.AdaptiveMaxPooling1D, layers.AdaptiveAveragePooling1D):
        assert cls(7)(x).tolist() == x.tolist()
    assert layers.AdaptiveMaxPooling1D(7)(np.arange(3.0).reshape(1, 3, 1)).ravel().tolist() == [0, 0, 1, 1, 2, 2, 2]
    assert layers.AdaptiveMaxPooling2D(2).compute_output_shape((None, None, None, 4)) == (None, 2, 2, 4)
    with pytest.raises(ValueError, match=r"Layer 'a' \(AdaptiveMaxPooling1D\) can't pool over nothing"):
        layers.AdaptiveMaxPooling1D(2, name="a").forward(np.ones((1, 0, 1)))
    with pytest.raises(ValueError, match="`output_size` of AdaptiveMaxPooling1D must be a positive integer"):
        layers.AdaptiveMaxPooling1D(0)


@pytest.mark.parametrize("cls", GLOBAL)
def test_global_pooling(cls):
    n = cls.axes
    assert cls().compute_output_shape((None, *(None,) * n, 4)) == (None, 4)
    kept = cls("channels_first", keepdims=True)
    assert kept.compute_output_shape((None, 4, *(None,) * n)) == (None, 4, *(1,) * n)
    with pytest.raises(ValueError, match=rf"Layer 'g' \({cls.__name__}\) can't pool over nothing"):
        cls(name="g").forward(np.ones((2, *(0,) * n, 3)))
    assert cls().forward(np.ones((0, *(2,) * n, 3)))[0].shape == (0, 3)


def test_the_mean_of_what_is_not_masked():
    x = np.arange(12.0).reshape(2, 3, 2)
    mask = np.array([[True, False, True], [False, False, False]])
    layer = layers.GlobalAveragePooling1D(dtype="float64")
    assert layer(x, mask=mask).tolist() == [[2.0, 3.0], [0.0, 0.0]]  # nothing left: 0, where Keras has nan
    assert layer(np.where(mask[..., None], x, np.nan), mask=mask.astype(int).tolist())[0].tolist() == [2.0, 3.0]
    y, kept = layer.forward(x, True, mask=mask)
    dx = layer.backward(np.array([[1.0, 2.0], [3.0, 4.0]]), kept)
    assert dx.tolist() == [[[0.5, 1.0], [0.0, 0.0], [0.5, 1.0]], [[0.0, 0.0]] * 3]
    first = layers.GlobalAveragePooling1D("channels_first", keepdims=True)
    assert first(x.swapaxes(1, 2), mask=mask)[0].tolist() == [[2.0], [3.0]]
    assert layer.supports_masking and layer.compute_mask(x, mask) is None
    with pytest.raises(ValueError, match=r"mask of layer 'g' .* must have shape \(2, 3\), .* got \(2, 2\)"):
        layers.GlobalAveragePooling1D(name="g")(x, mask=mask[:, :2])


def test_a_net_with_pooling_learns():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((64, 8, 8, 1)).astype("float32")
    y = x[:, :4].max((1, 2, 3)) > x[:, 4:].max((1, 2, 3))
    model = keras.Sequential([
        keras.Input((8, 8, 1)), layers.MaxPooling2D((4, 8)), layers.Flatten(), layers.Dense(1, activation="sigmoid"),
    ])  # fmt: skip
    model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
    assert model.fit(x, y, epochs=30, verbose=0).history["accuracy"][-1] > 0.9


def test_a_mask_of_an_embedding_reaches_the_mean():
    x = np.array([[1, 2, 0, 0], [3, 0, 0, 0]])
    embedding = layers.Embedding(5, 3, mask_zero=True)
    model = keras.Sequential([keras.Input((4,)), embedding, layers.LayerNormalization(), layers.GlobalAveragePooling1D()])
    rows = model.layers[1](embedding.get_weights()[0])
    np.testing.assert_allclose(model.predict(x, verbose=0), [(rows[1] + rows[2]) / 2, rows[3]], atol=1e-6)


def test_open_sizes_stay_open():
    x = layers.Input((None, None, 3))
    for layer in (layers.MaxPooling2D(), layers.AveragePooling2D(4), layers.MaxPooling2D(3, strides=2, padding="same")):
        assert layer(x).shape == (None, None, None, 3)
    halved = layers.Lambda(lambda t: keras.ops.max_pool(keras.ops.max_pool(t, 2), 4))  # by trying
    assert halved(x).shape == (None, None, None, 3)


def test_the_mask_of_a_mean_over_steps_by_place():
    x, mask = np.array([[[2.0], [4.0]]]), np.array([[True, False]])
    assert layers.GlobalAveragePooling1D()(x, mask).tolist() == [[2.0]]

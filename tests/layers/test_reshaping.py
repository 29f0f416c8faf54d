"""Edges put on and cut off, places repeated; numbers against Keras stand in parity/test_spatial.py."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers

PADDING = [layers.ZeroPadding1D, layers.ZeroPadding2D, layers.ZeroPadding3D]
CROPPING = [layers.Cropping1D, layers.Cropping2D, layers.Cropping3D]


def config(layer):
    return {key: value for key, value in layer.get_config().items() if key not in ("name", "trainable", "dtype")}


def test_configs_are_those_of_keras():
    last, ones = {"data_format": "channels_last"}, (1, 1)
    assert config(layers.ZeroPadding1D()) == {"padding": ones, **last} and config(layers.Cropping1D()) == {"cropping": ones}
    assert config(layers.ZeroPadding2D()) == {"padding": (ones, ones), **last}
    assert config(layers.ZeroPadding2D((1, 2))) == {"padding": (ones, (2, 2)), **last}
    assert config(layers.ZeroPadding3D()) == {"padding": (ones,) * 3, **last}
    assert config(layers.Cropping2D()) == {"cropping": ((0, 0), (0, 0)), **last}
    assert config(layers.Cropping3D()) == {"cropping": (ones,) * 3, **last}
    assert config(layers.UpSampling1D()) == {"size": 2} and config(layers.UpSampling3D()) == {"size": (2, 2, 2), **last}
    assert config(layers.UpSampling2D(3, interpolation="BILINEAR")) == {"size": (3, 3), "interpolation": "bilinear", **last}


def test_zeros_come_around():
    x = np.arange(1, 5).reshape(1, 2, 2, 1)
    assert layers.ZeroPadding2D(((0, 1), (2, 0)))(x)[0, ..., 0].tolist() == [[0, 0, 1, 2], [0, 0, 3, 4], [0, 0, 0, 0]]
    first = layers.ZeroPadding2D((1, 0), data_format="channels_first")
    assert first(x)[0, ..., 0].tolist() == [[0, 1, 2, 0], [0, 3, 4, 0]]
    assert layers.ZeroPadding1D(2).compute_output_shape((None, None, 3)) == (None, None, 3)
    assert layers.ZeroPadding3D(1).compute_output_shape((None, 2, None, 3, 4)) == (None, 4, None, 5, 4)
    assert layers.ZeroPadding1D(1)(np.ones((0, 2, 3))).shape == (0, 4, 3)


@pytest.mark.parametrize("cls", CROPPING)
def test_cutting_all_off_is_said_when_the_model_is_built(cls):
    words = rf"Layer 'c' \({cls.__name__}\) cuts off .* is only 4 long on axis 1: nothing would be left. Take a smaller"
    with pytest.raises(ValueError, match=words):
        keras.Sequential([keras.Input((4,) * cls.axes + (1,)), cls(2, name="c")])
    with pytest.raises(ValueError, match=words):
        cls(2, name="c").forward(np.ones((1, *(4,) * cls.axes, 1)))
    assert cls(2).compute_output_shape((None, *(None,) * cls.axes, 1)) == (None, *(None,) * cls.axes, 1)


@pytest.mark.parametrize("crop, pad", list(zip(CROPPING, PADDING)))
def test_cropping_and_padding_undo_each_other(crop, pad):
    x = np.random.default_rng(0).standard_normal((2, *range(2, 2 + crop.axes), 3))
    edges = ((1, 2), (0, 1), (3, 0))[: crop.axes]
    edges = edges[0] if crop.axes == 1 else edges
    padded, kept = pad(edges, dtype="float64").forward(x)
    np.testing.assert_array_equal(crop(edges, dtype="float64")(padded), x)
    np.testing.assert_array_equal(crop(edges).backward(x, None), padded)
    np.testing.assert_array_equal(pad(edges).backward(padded, kept), x)


@pytest.mark.parametrize("make, words", [
    (lambda: layers.ZeroPadding1D(-1), "`padding` of ZeroPadding1D must be an integer of at least 0 or a tuple of 2 of them"),
    (lambda: layers.ZeroPadding2D((1, 2, 3)), r"`padding` of ZeroPadding2D .* pairs \(before, after\), got \(1, 2, 3\)"),
    (lambda: layers.Cropping3D((1, 2)), "`cropping` of Cropping3D must be .*, got"),
    (lambda: layers.UpSampling1D((1, 2)), "`size` of UpSampling1D must be"),
    (lambda: layers.UpSampling2D(0), "`size` of UpSampling2D must be a positive integer or a tuple of 2 of them, got 0"),
    (lambda: layers.UpSampling2D(interpolation="area"), "`interpolation` of UpSampling2D must be one of .*'area'"),
    (lambda: layers.Cropping1D(data_format="channels_first"), "Cropping1D got an unknown argument: .*data_format"),
    (lambda: layers.UpSampling2D(2, name="u")(np.ones((2, 2))), "'u' .*expected 4 axes"),
])  # fmt: skip
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_upsampling():
    x = np.array([[1, 2], [3, 4]])[None, ..., None]
    layer = layers.UpSampling2D((1, 2))
    y, kept = layer.forward(x)
    assert y[0, ..., 0].tolist() == [[1, 1, 2, 2], [3, 3, 4, 4]]
    assert layer.backward(np.arange(8.0).reshape(1, 2, 4, 1), kept)[0, ..., 0].tolist() == [[1, 5], [9, 13]]
    assert layer.compute_output_shape((None, None, 3, 5)) == (None, None, 6, 5)
    assert layers.UpSampling2D(2, "channels_first").compute_output_shape((None, 3, 4, None)) == (None, 3, 8, None)
    smooth = layers.UpSampling2D((2, 1), interpolation="bilinear")
    assert smooth(x).dtype == "float32" and smooth(x)[0, :, 0, 0].tolist() == [1.0, 1.5, 2.5, 3.0]

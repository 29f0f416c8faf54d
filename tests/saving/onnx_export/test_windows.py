"""Convolutions and pooling over sizes that are open, in both number types, against sizes that are known."""

import numpy as np
import pytest

from minikeras import Input, Model, layers
from minikeras.saving.onnx_export import to_onnx
from tests.saving.onnx_export.checks import TOLERANCE, check, floats, session, shaken

RNG = np.random.default_rng(6)
SHAPES = [(2, 9, 7, 4), (1, 8, 8, 4), (3, 5, 6, 4)]


@floats
@pytest.mark.parametrize("layer", [
    lambda d: layers.Conv2D(4, 3, padding="same", dilation_rate=2, groups=2, dtype=d),
    lambda d: layers.Conv2D(3, (2, 3), strides=2, dtype=d),
    lambda d: layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, dtype=d),
    lambda d: layers.SeparableConv2D(3, 2, dtype=d),
    lambda d: layers.Conv2DTranspose(3, (2, 3), strides=(2, 1), padding="same", dtype=d),
    lambda d: layers.Conv2DTranspose(3, 2, strides=3, output_padding=1, dtype=d),
    lambda d: layers.MaxPooling2D(2, padding="same", dtype=d),
    lambda d: layers.MaxPooling2D(1, 3, padding="same", dtype=d),
    lambda d: layers.AveragePooling2D((2, 3), 1, padding="same", dtype=d),
    lambda d: layers.AveragePooling2D(2, dtype=d),
    lambda d: layers.UpSampling2D((2, 3), dtype=d),
], ids="dilated strided depthwise separable transposed more max one average mean up".split())  # fmt: skip
def test_open_sizes(layer, dtype):
    x = Input((None, None, 4), dtype=dtype)
    model = shaken(Model(x, layer(dtype)(x)))
    run = session(to_onnx(model))
    for shape in SHAPES:
        data = RNG.normal(size=shape).astype(dtype)
        (y,) = run.run(None, {model.input_names[0]: data})
        np.testing.assert_allclose(y, model.predict(data, verbose=0), rtol=10 * TOLERANCE[dtype], atol=10 * TOLERANCE[dtype])


def test_strides_beside_padding_whose_size_is_open():
    x = Input((None, 4))
    model = shaken(Model(x, layers.Conv1D(3, 3, strides=2, padding="same")(layers.Conv1D(4, 1, strides=2, padding="same")(x))))
    for steps in (7, 8, 9, 10):
        check(model, RNG.normal(size=(3, steps, 4)).astype("float32"))


@pytest.mark.parametrize("layer, dtype", [
    (layers.MaxPooling1D(2, 3, "same"), "float32"), (layers.AveragePooling1D(2, 3, "same"), "float32"),
    (layers.Conv1D(2, 3, strides=2, padding="same", dtype="float64"), "float64"),
    (layers.UpSampling2D(2, interpolation="bilinear"), "float32"),
], ids="max average conv64 bilinear".split())  # fmt: skip
def test_sizes_that_must_be_known(layer, dtype):
    x = Input((None, 4) if "1D" in type(layer).__name__ else (None, None, 4), dtype=dtype)
    with pytest.raises(ValueError, match=f"{layer.name!r}.*needs to know the sizes of"):
        to_onnx(Model(x, layer(x)))
    n = (7, 4) if "1D" in type(layer).__name__ else (5, 6, 4)
    x = Input(n, dtype=dtype)
    check(shaken(Model(x, type(layer).from_config(layer.get_config())(x))), RNG.normal(size=(3, *n)).astype(dtype))


def test_a_known_convolution_and_its_way_back():
    x = Input((4, 1))
    conv, back = layers.Conv1D(1, 2, padding="causal", name="conv"), layers.Conv1DTranspose(1, 2, strides=2, name="back")
    model = Model(x, [conv(x), back(x)])
    conv.set_weights([np.array([[[10.0]], [[1.0]]]), np.zeros(1)])
    back.set_weights([np.array([[[10.0]], [[1.0]]]), np.zeros(1)])
    y, z = session(to_onnx(model)).run(None, {model.input_names[0]: np.array([[[1], [2], [3], [4]]], "float32")})
    assert y.ravel().tolist() == [1.0, 12.0, 23.0, 34.0] and z.ravel().tolist() == [10.0, 1.0, 20.0, 2.0, 30.0, 3.0, 40.0, 4.0]


def test_weights_are_stored_once_under_their_paths():
    x = Input((6, 6, 2))
    conv = layers.Conv2D(2, 3, padding="same", name="conv")
    proto = to_onnx(Model(x, conv(conv(x))))
    stored = {t.name: tuple(t.dims) for t in proto.graph.initializer}
    assert stored == {"conv/kernel": (2, 2, 3, 3), "conv/bias": (2,)}

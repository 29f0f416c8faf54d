"""Layers that prepare data, with what the samples leave out: integers, several unknown numbers, sizes that must be known."""

import numpy as np
import pytest

from minikeras import Input, Model, Sequential, layers
from minikeras.saving.onnx_export import to_onnx
from tests.saving.onnx_export.checks import check

RNG = np.random.default_rng(4)
PIXELS = RNG.integers(0, 256, (4, 6, 5, 3))


@pytest.mark.parametrize("options", [
    {"mask_token": 0}, {"num_oov_indices": 3}, {"output_mode": "multi_hot"}, {"output_mode": "count", "num_oov_indices": 2},
    {"output_mode": "one_hot"}, {"output_mode": "tf_idf", "idf_weights": [0.5, 2.0, 3.0]},
], ids=str)  # fmt: skip
def test_integer_lookup(options):
    layer = layers.IntegerLookup(vocabulary=[7, 12, -3], **options)
    x = np.array([[7, 1, 0], [12, 12, 5], [-3, 8, 7], [0, 0, 0], [-5, -4, 2]])
    model = Model(inputs := Input((3,), dtype="int64"), layer(inputs))
    check(model, x, sizes=[5, 1])


def test_integer_lookups_without_translation():
    for options in ({"invert": True}, {"num_oov_indices": 0}):
        x = Input((3,), dtype="int64")
        with pytest.raises(ValueError, match="'ids' .IntegerLookup.*look-up"):
            to_onnx(Model(x, layers.IntegerLookup(vocabulary=[1, 2], name="ids", **options)(x)))


@pytest.mark.parametrize("dtype", ["int32", "uint8"])
def test_images_of_integers(dtype):
    x = Input((6, 5, 3), dtype=dtype)
    resized = layers.Resizing(4, 8, "bicubic")(x)
    assert resized.dtype == dtype
    outputs = [resized, layers.Rescaling(1 / 127.5, -1)(x), layers.CenterCrop(3, 4)(x), layers.RandomFlip()(x)]
    check(Model(x, outputs), PIXELS.astype(dtype), 1e-4)


def test_categories():
    x = Input((3,), dtype="int32")
    outputs = [layers.CategoryEncoding(5, mode)(x) for mode in ("one_hot", "multi_hot", "count")]
    check(Model(x, outputs), RNG.integers(0, 5, (5, 3)).astype("int32"))
    one = Input((1,), dtype="int32")
    check(Model(one, layers.CategoryEncoding(5, "one_hot")(one)), RNG.integers(0, 5, (5, 1)).astype("int32"))


def test_discretization_on_its_boundaries():
    x = Input((4,))
    outputs = [layers.Discretization([0.0, 1.0, 2.5], output_mode=mode)(x) for mode in ("int", "multi_hot", "count")]
    check(Model(x, outputs), np.array([[0, 1, 2.5, 3], [-1, 0.5, 1, 9], [2, 2, -0.0, 1e9]], "float32"))


def test_normalization_that_has_learned_and_a_pipeline():
    data = RNG.normal(3, 2, (20, 4)).astype("float32")
    layer = layers.Normalization()
    layer.adapt(data)
    pipeline = layers.Pipeline([layers.Rescaling(0.5), layers.RandomBrightness(0.5), layers.Resizing(3, 3)])
    check(Sequential([Input((4,)), layer]), data)
    check(Sequential([Input((6, 5, 3)), pipeline]), PIXELS.astype("float32"), 1e-4)


def test_sounds():
    x = Input((64, 2))
    outputs = [layers.STFTSpectrogram(mode=mode, frame_length=16, padding="same")(x) for mode in ("real", "imag", "log")]
    check(Model(x, outputs), RNG.normal(size=(4, 64, 2)).astype("float32"), 1e-4)
    with pytest.raises(ValueError, match="'turns' .STFT.*arctan2"):
        to_onnx(Model(x, layers.STFTSpectrogram(mode="angle", frame_length=16, name="turns")(x)))
    sound = Input((None,))
    with pytest.raises(ValueError, match="'mel' .Mel.*must be known"):
        to_onnx(Model(sound, layers.MelSpectrogram(name="mel")(sound)))


def test_sizes_that_must_be_known():
    x = Input((None, None, 3))
    with pytest.raises(ValueError, match="'small' .Resizing.*must be known"):
        to_onnx(Model(x, layers.Resizing(2, 2, name="small")(x)))


def test_bins_of_integers_and_as_integers():
    x = np.array([[-1, 0, 1, 2], [3, 1, 0, 0]], "int32")
    inputs = Input((4,), dtype="int32")
    check(Model(inputs, layers.Discretization([-0.5, 0.25, 1.5])(inputs)), x)
    y = np.array([[-0.7, 0.2, 0.3, 1.6]], "float32")
    check(Sequential([Input((4,)), layers.Discretization([-0.5, 0.25, 1.5], dtype="int64")]), y)

"""What Keras 1 and 2 had in utils, engine, metrics and preprocessing, found under the names that code imports."""

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras.compat.gone import arrays, images, metrics, models, sizes

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_hints():
    keras.config.disable_hints()
    yield
    keras.config.enable_hints()


def test_they_are_found_where_they_were():
    code = """
import minikeras
minikeras.install_as_keras()
from keras.engine.topology import Container, Layer, InputSpec, to_list
from keras.engine.network import Network
from keras.engine.training import slice_X, make_batches
from keras.utils import HDF5Matrix, multi_gpu_model, print_summary
from keras.utils.conv_utils import conv_output_length, normalize_tuple
from keras.utils.generic_utils import has_arg, slice_arrays
from keras.utils.io_utils import HDF5Matrix
from keras.utils.layer_utils import convert_all_kernels_in_model, count_params
from keras.utils.np_utils import convert_kernel, probas_to_classes
from keras.utils.visualize_util import plot
from keras.metrics import fmeasure, precision, recall, Precision, AUC
from keras.preprocessing.image import flip_axis, list_pictures, ImageDataGenerator
from keras.preprocessing.text import base_filter, Tokenizer
from keras.applications.mobilenet import relu6, DepthwiseConv2D, MobileNet, preprocess_input
from keras.applications.mobilenetv2 import MobileNetV2
from keras.applications.imagenet_utils import decode_predictions, preprocess_input
from keras.applications import InceptionResNetV2
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_rows_and_batches():
    x = np.arange(10)
    assert arrays.slice_X([x, x * 2], 3)[1].tolist() == list(range(6, 20, 2)) and arrays.slice_arrays(None) == [None]
    assert arrays.slice_arrays([x, None], [1, 5])[0].tolist() == [1, 5]
    shuffled = arrays.batch_shuffle(x, 4)
    assert shuffled[8:].tolist() == [8, 9] and (np.diff(shuffled[:4]) == 1).all()
    assert arrays.has_arg(lambda **rest: 0, "x", accept_all=True) and not arrays.has_arg(lambda **rest: 0, "rest")


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("size, stride, dilation", [(3, 1, 1), (3, 2, 1), (5, 3, 1), (3, 1, 2)])
def test_lengths_are_those_of_the_layers(padding, size, stride, dilation):
    x = keras.Input((17, 2))
    y = keras.layers.Conv1D(1, size, strides=stride, padding=padding, dilation_rate=dilation)(x)
    assert sizes.conv_output_length(17, size, padding, stride, dilation) == y.shape[1]
    if dilation == 1:
        y = keras.layers.Conv1DTranspose(1, size, strides=stride, padding=padding)(x)
        assert sizes.deconv_length(17, stride, size, padding) == y.shape[1]


def test_sizes_and_words():
    assert sizes.conv_output_length(10, 3, "full", 1) == 12 and sizes.conv_input_length(5, 3, "same", 2) == 9
    assert sizes.conv_output_length(10, 3, "causal", 2) == 5 and sizes.deconv_length(None, 2, 3, "same") is None
    with pytest.raises(ValueError, match="`strides` argument must be an integer or a tuple of 2 integers, got 'ab'"):
        sizes.normalize_tuple("ab", 2, "strides")
    with pytest.raises(ValueError, match="must be one of 'valid', 'same' or 'causal', got 'full'"):
        sizes.normalize_padding("full")
    with pytest.raises(ValueError, match="3 to 5 axes"):
        sizes.convert_kernel(np.ones((2, 2)))


def test_kernels_are_turned_around():
    model = keras.Sequential([keras.layers.Conv2D(2, 3, input_shape=(5, 5, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    before = model.get_weights()
    models.convert_all_kernels_in_model(model)
    after = model.get_weights()
    np.testing.assert_array_equal(after[0], before[0][::-1, ::-1])
    np.testing.assert_array_equal(after[2], before[2])
    assert models.count_params(model.weights * 2) == model.count_params() and models.multi_gpu_model(model, gpus=2) is model


def test_tables_and_pictures(tmp_path, capsys):
    model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,), name="first")])
    models.print_summary(model)
    assert "first" in capsys.readouterr().out
    models.plot(model, to_file=str(tmp_path / "model.png"), show_shapes=True)
    assert (tmp_path / "model.png").read_bytes()[:4] == b"\x89PNG"


def test_a_model_trains_on_a_file(tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"], file["y"] = np.arange(40.0).reshape(20, 2), np.arange(20.0)
    x = models.HDF5Matrix(tmp_path / "data.h5", "x", 5, 15, normalizer=lambda rows: rows / 10)
    y = models.HDF5Matrix(tmp_path / "data.h5", "y", start=5, end=15)
    assert x.shape == (10, 2) and x.ndim == 2 and x.size == 20 and x.dtype == float and len(y) == 10
    assert x[-1].tolist() == [2.8, 2.9] and y[[3, 0, 3]].tolist() == [8, 5, 8] and y[2:4].tolist() == [7, 8]
    with pytest.raises(IndexError):
        y[10]
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    assert np.isfinite(model.fit(x, y, epochs=1, verbose=0, shuffle="batch").history["loss"][0])


def test_metrics_of_a_batch():
    true, guess = np.array([[1.0], [1.0], [0.0], [0.0]]), np.array([[0.9], [0.2], [0.8], [0.1]])
    assert [round(float(f(true, guess)), 4) for f in (metrics.precision, metrics.recall, metrics.fmeasure)] == [0.5] * 3
    assert abs(float(metrics.matthews_correlation(true, guess))) < 1e-6
    most = 1.0 * (true + guess > 0.15)  # precision 2/3, recall 1
    assert round(float(metrics.fbeta_score(true, most, beta=2)), 4) == round(5 * 2 / 3 / (4 * 2 / 3 + 1), 4)
    with pytest.raises(ValueError, match="lowest beta"):
        metrics.fbeta_score(true, guess, beta=-1)
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(1,), activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy", metrics.fmeasure])
    assert len(model.evaluate(guess, true, verbose=0)) == 3


def test_pictures_in_folders(tmp_path):
    (tmp_path / "cats").mkdir()
    for name in ("a.jpg", "b.png", "c.txt"):
        (tmp_path / "cats" / name).write_text("")
    assert sorted(Path(p).name for p in images.list_pictures(tmp_path)) == ["a.jpg", "b.png"]
    assert images.flip_axis(np.arange(6).reshape(2, 3), 1).tolist() == [[2, 1, 0], [5, 4, 3]]
    turn = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    np.testing.assert_allclose(images.transform_matrix_offset_center(turn, 3, 3) @ [2.0, 2, 1], [2, 2, 1])  # the middle stays

import io

import numpy as np
import pytest

from minikeras.config import set_image_data_format
from minikeras.tensorboard.png import as_images, encode_png, to_uint8
from tests.tensorboard import reading


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_pixels_come_back(channels):
    image = np.random.default_rng(0).integers(0, 256, (5, 7, channels), "uint8")
    assert (reading.png_pixels(encode_png(image)) == image).all()


def test_another_reader_agrees():
    image = np.random.default_rng(1).integers(0, 256, (5, 7, 3), "uint8")
    opened = pytest.importorskip("PIL.Image").open(io.BytesIO(encode_png(image)))
    assert (np.asarray(opened) == image).all()


def test_floats_become_bytes_as_tensorflow_makes_them():
    values = np.array([-0.1, 0.0, 0.25, 0.5, 0.999, 1.0, 1.5, np.nan, np.inf], "float32")
    assert to_uint8(values).tolist() == [0, 0, 63, 127, 255, 255, 255, 0, 255]
    assert to_uint8(np.array([0, 255, 300, -1])).tolist() == [0, 255, 255, 0]
    assert to_uint8(np.array([65535], "uint16")).tolist() == [255]


@pytest.mark.parametrize("shape", [(3, 3), (3, 3, 5), (0, 3, 1)])
def test_what_is_no_image_is_refused(shape):
    with pytest.raises(ValueError, match="height, width"):
        encode_png(np.zeros(shape, "uint8"))


def test_weights_lie_as_keras_lays_them():
    kernel = np.arange(12.0).reshape(4, 3)
    assert (as_images(kernel)[0, :, :, 0] == kernel.T).all()
    assert as_images(np.zeros((3, 3, 1, 8))).shape == (8, 3, 3, 1)
    set_image_data_format("channels_first")
    try:
        assert as_images(np.zeros((3, 3, 1, 8))).shape == (3, 3, 8, 1)
    finally:
        set_image_data_format("channels_last")
    assert as_images(np.zeros((2, 2, 2, 2))) is None and as_images(np.zeros(())) is None

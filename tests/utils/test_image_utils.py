import builtins
import io

import numpy as np
import pytest

from minikeras.utils import array_to_img, img_to_array, load_img, save_img
from minikeras.utils.image_utils import smart_resize

pytest.importorskip("PIL")
PIXELS = np.random.RandomState(0).randint(0, 256, (6, 8, 3)).astype("float32")


def test_through_a_file_and_back(tmp_path):
    path = tmp_path / "a.png"
    save_img(path, PIXELS, scale=False)
    image = load_img(path)
    assert image.size == (8, 6)
    np.testing.assert_array_equal(img_to_array(image), PIXELS)
    assert img_to_array(image).dtype == "float32" and img_to_array(image, dtype="uint8").dtype == "uint8"
    np.testing.assert_array_equal(img_to_array(image, data_format="channels_first"), PIXELS.transpose(2, 0, 1))
    assert img_to_array(load_img(str(path), color_mode="grayscale")).shape == (6, 8, 1)
    assert img_to_array(load_img(str(path), color_mode="rgba")).shape == (6, 8, 4)


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"])
def test_target_size(tmp_path, interpolation):
    file = io.BytesIO()
    save_img(file, PIXELS, file_format="png")
    assert load_img(file, target_size=(3, 5), interpolation=interpolation).size == (5, 3)


def test_keeping_the_aspect_ratio_crops_the_sides():
    wide = np.zeros((4, 12, 3))
    wide[:, 4:8] = 255
    file = io.BytesIO()
    save_img(file, wide, file_format="png", scale=False)
    assert img_to_array(load_img(file, target_size=(2, 2), keep_aspect_ratio=True)).min() == 255


def test_arrays_as_images():
    assert array_to_img(PIXELS[..., :1]).mode == "L" and array_to_img(np.zeros((2, 2, 4))).mode == "RGBA"
    assert array_to_img(np.full((2, 2, 1), 300.0), scale=False).mode == "I"
    stretched = img_to_array(array_to_img(np.array([[[0.0], [0.5]]])))
    assert stretched.ravel().tolist() == [0.0, 255.0]
    assert array_to_img(PIXELS.transpose(2, 0, 1), data_format="channels_first").size == (8, 6)


def test_a_jpeg_can_not_be_see_through(tmp_path):
    with pytest.warns(UserWarning, match="RGBA"):
        save_img(tmp_path / "a.jpg", np.zeros((4, 4, 4)))
    assert load_img(tmp_path / "a.jpg").mode == "RGB"


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: load_img(3), TypeError, "path-like"),
        (lambda: array_to_img(np.zeros((2, 2))), ValueError, "rank 3"),
        (lambda: array_to_img(np.zeros((2, 2, 5))), ValueError, "1, 3 or 4 channels"),
        (lambda: img_to_array(np.zeros(3)), ValueError, "Unsupported image shape"),
        (lambda: smart_resize(np.zeros((2, 2)), (1, 1)), ValueError, "rank 3"),
    ],
)
def test_messages(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_messages_about_the_file(tmp_path):
    save_img(tmp_path / "a.png", PIXELS)
    with pytest.raises(ValueError, match="color_mode"):
        load_img(tmp_path / "a.png", color_mode="hsv")
    with pytest.raises(ValueError, match="Invalid interpolation method 'cubic'"):
        load_img(tmp_path / "a.png", target_size=(2, 2), interpolation="cubic")


def test_without_pillow_the_way_out_is_told(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("PIL"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match="pip install pillow"):
        array_to_img(PIXELS)


def test_smart_resize_takes_the_middle():
    x = np.zeros((1, 2, 6, 1))
    x[:, :, 2:4] = 7
    np.testing.assert_array_equal(smart_resize(x, (4, 4)), np.full((1, 4, 4, 1), 7.0))
    assert smart_resize(x.transpose(0, 3, 1, 2), (4, 4), data_format="channels_first").shape == (1, 1, 4, 4)

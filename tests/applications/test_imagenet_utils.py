"""Scaling of images and names of classes."""

import json

import numpy as np
import pytest

import minikeras as keras
from minikeras import applications
from minikeras.applications import imagenet_utils

IMAGE = np.random.default_rng(0).random((4, 5, 3)) * 255
MODES = {"caffe": ("vgg16", "vgg19", "resnet", "resnet50"), "torch": ("densenet",)}
MODES["tf"] = ("resnet_v2", "mobilenet", "mobilenet_v2", "inception_v3", "inception_resnet_v2", "xception", "nasnet")
FIRST = {  # what real Keras makes of the pixel (255, 0, 51)
    "caffe": [-52.939, -116.779, 131.32],
    "tf": [1.0, -1.0, -0.6],
    "torch": [2.2489083, -2.0357143, -0.9155555],
}


@pytest.mark.parametrize("mode", list(MODES))
def test_modes(mode):
    pixel = np.array([[[255, 0, 51]]])
    found = imagenet_utils.preprocess_input(pixel, mode=mode)
    assert found.dtype == "float32" and pixel.tolist() == [[[255, 0, 51]]]
    np.testing.assert_allclose(found[0, 0], FIRST[mode], rtol=1e-5)
    for name in MODES[mode]:
        np.testing.assert_array_equal(getattr(applications, name).preprocess_input(pixel), found)


def test_models_that_scale_images_themselves_leave_them():
    for name in ("mobilenet_v3", "efficientnet", "efficientnet_v2", "convnext"):
        assert getattr(applications, name).preprocess_input(IMAGE) is IMAGE


@pytest.mark.parametrize("mode", list(MODES))
@pytest.mark.parametrize("batch", [False, True])
def test_formats_and_symbolic_tensors_agree(mode, batch):
    x = IMAGE[None].astype("float32") if batch else IMAGE.astype("float32")
    before = x.copy()
    expected = imagenet_utils.preprocess_input(x, mode=mode)
    first = np.moveaxis(x, -1, -3)
    np.testing.assert_array_equal(imagenet_utils.preprocess_input(first, "channels_first", mode), np.moveaxis(expected, -1, -3))
    np.testing.assert_array_equal(x, before)
    inputs = keras.Input(batch_shape=x.shape)
    model = keras.Model(inputs, imagenet_utils.preprocess_input(inputs, mode=mode))
    np.testing.assert_allclose(np.asarray(model(x)), expected, rtol=1e-5, atol=1e-5)
    inputs = keras.Input(batch_shape=first.shape)
    model = keras.Model(inputs, imagenet_utils.preprocess_input(inputs, "channels_first", mode))
    np.testing.assert_allclose(np.asarray(model(first)), np.moveaxis(expected, -1, -3), rtol=1e-5, atol=1e-5)


def test_misfits_are_named():
    with pytest.raises(ValueError, match="`mode` should be 'caffe', 'tf' or 'torch', got 'jax'"):
        imagenet_utils.preprocess_input(IMAGE, mode="jax")
    with pytest.raises(ValueError, match="`data_format` should be"):
        imagenet_utils.preprocess_input(IMAGE, data_format="last")
    with pytest.raises(ValueError, match=r"shape \(samples, 1000\), got \(2, 10\)"):
        imagenet_utils.decode_predictions(np.zeros((2, 10)))


def test_decoding(tmp_path, monkeypatch):
    path = tmp_path / "imagenet_class_index.json"
    path.write_text(json.dumps({str(i): [f"n{i}", f"thing {i}"] for i in range(1000)}))
    monkeypatch.setattr(imagenet_utils, "fetched", lambda url, file_hash: str(path))
    preds = np.zeros((2, 1000), "float32")
    preds[0, [3, 7]] = 0.3, 0.6
    preds[1, 999] = 1.0
    first, second = applications.vgg16.decode_predictions(preds, top=2)
    assert [name for _, name, _ in first] == ["thing 7", "thing 3"] and second[0] == ("n999", "thing 999", 1.0)
    assert len(applications.resnet.decode_predictions(preds)[0]) == 5

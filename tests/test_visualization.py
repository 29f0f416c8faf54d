"""Galleries of images, and segmentations drawn over them. Numbers are Keras 3.15's."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from minikeras import visualization
from minikeras.utils import load_img

IMAGES = np.arange(36).reshape(2, 2, 3, 3) * 5.0
MASKS = np.arange(12).reshape(2, 2, 3, 1) % 4 - 1
DRAWN = [
    [[[0, 5, 10], [3, 4, 5], [6, 108, 32]], [[10, 213, 60], [60, 65, 70], [15, 16, 17]]],
    [[[18, 120, 44], [22, 225, 72], [120, 125, 130]], [[27, 28, 29], [30, 132, 56], [34, 237, 84]]],
]


@pytest.fixture(autouse=True)
def no_window():
    before = matplotlib.get_backend()
    matplotlib.use("agg")
    plt.close("all")  # what others have left open
    yield
    plt.close("all")
    matplotlib.use(before)


def test_masks_are_coloured_as_in_keras():
    drawn = visualization.draw_segmentation_masks(IMAGES, MASKS, num_classes=3)
    assert drawn.dtype == "uint8" and drawn.tolist() == DRAWN
    assert visualization.draw_segmentation_masks(IMAGES, MASKS[..., 0]).tolist() == DRAWN  # all classes, without the last axis
    first = visualization.draw_segmentation_masks(
        IMAGES.transpose(0, 3, 1, 2), MASKS.transpose(0, 3, 1, 2), 3, data_format="channels_first"
    )
    assert first.tolist() == DRAWN


def test_colours_of_ones_own_and_without_the_image():
    over = visualization.draw_segmentation_masks(IMAGES, MASKS, color_mapping={2: (1, 2, 3)}, blend=False)
    assert over.dtype == "float32" and over[0, 1, 0].tolist() == [1, 2, 3]
    assert np.array_equal(over[MASKS[..., 0] != 2], IMAGES[MASKS[..., 0] != 2])
    kept = visualization.draw_segmentation_masks(IMAGES, MASKS, 3, ignore_index=2)
    assert np.array_equal(kept[MASKS[..., 0] == 2], IMAGES[MASKS[..., 0] == 2])


def test_a_gallery_has_all_images(monkeypatch):
    shown = []
    monkeypatch.setattr(plt, "show", lambda: shown.append(plt.gcf()))
    monkeypatch.setattr(plt, "close", lambda *_: None)
    images = np.linspace(0, 1, 5 * 4 * 4 * 3).reshape(5, 4, 4, 3)
    labels = {"y_true": [0, 1, 0, 1, 9], "y_pred": [1] * 5, "label_map": {0: "cat", 1: "dog"}}
    visualization.plot_image_gallery(images, **labels, value_range=(0, 1))
    axes = shown[0].axes
    assert len(axes) == 6 and [len(axis.images) for axis in axes] == [1, 1, 1, 1, 1, 0]
    assert axes[0].get_title() == "Label: cat  Pred: dog" and axes[4].get_title() == "Label: Unknown  Pred: dog"
    assert axes[4].images[0].get_array().max() == 255


def test_a_gallery_goes_into_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("shown"))
    visualization.plot_image_gallery(np.zeros((2, 8, 8, 1)), path=tmp_path / "a.png", transparent=False)
    visualization.plot_segmentation_mask_gallery(
        np.zeros((2, 8, 8, 3)), 2, y_true=np.ones((2, 8, 8)), y_pred=np.zeros((2, 8, 8)), path=tmp_path / "b.png"
    )
    sizes = [load_img(tmp_path / name).size for name in ("a.png", "b.png")]
    assert sizes[1][0] > sizes[0][0]  # three columns
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: visualization.plot_image_gallery(IMAGES[0]), ValueError, "4 axes, got an array of shape"),
        (lambda: visualization.plot_image_gallery(IMAGES, path="a", show=True), ValueError, "leave show=True out"),
        (lambda: visualization.plot_image_gallery(IMAGES, y_true=[1, 2]), ValueError, "needs a `label_map`"),
        (lambda: visualization.draw_segmentation_masks(IMAGES, MASKS * 1.0), TypeError, "integer dtype, got float64"),
        (lambda: visualization.draw_segmentation_masks(IMAGES, MASKS[:1]), ValueError, "should have the shape"),
    ],
)
def test_what_can_not_be(call, error, message):
    with pytest.raises(error, match=message):
        call()

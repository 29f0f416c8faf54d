"""Sizes of images: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("resize"))
def test_as_keras(case):
    check(case)


def test_errors():
    with pytest.raises(ValueError, match="rank 3 .* or rank 4"):
        ops.image.resize(np.zeros((2, 2)), (2, 2))
    with pytest.raises(ValueError, match="Only one of"):
        ops.image.resize(np.zeros((2, 2, 1)), (2, 2), crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)
    with pytest.raises(ValueError, match="nearest, bilinear, .* Received: 'area'"):
        ops.image.resize(np.zeros((2, 2, 1)), (2, 2), "area")
    with pytest.raises(ValueError, match="exactly two of top_padding"):
        ops.image.pad_images(np.zeros((2, 2, 1)), 1, 1)


@pytest.mark.parametrize("size", [(0, 2), (2, -1)])
def test_sizes_are_positive(size):
    with pytest.raises(ValueError, match="`size` must be a positive height and width"):
        ops.image.resize(np.ones((4, 4, 1)), size)


@pytest.mark.parametrize("given", [{"target_height": -1}, {"bottom_cropping": 4}])
def test_more_than_there_is_can_not_be_cropped(given):
    with pytest.raises(ValueError, match="Borders must be"):
        ops.image.crop_images(np.ones((4, 4, 1)), top_cropping=1, left_cropping=0, right_cropping=0, **given)


@pytest.mark.parametrize("given", [{"size": (2, 2, 2, 2)}, {"size": 0}, {"size": 2, "strides": (1,)}])
def test_windows_have_a_size_for_each_axis(given):
    with pytest.raises(ValueError, match=r"must be a positive integer, or \d of them"):
        ops.image.extract_patches(np.ones((1, 4, 4, 1)), **given)


def test_a_size_of_a_window_is_no_text():
    with pytest.raises(TypeError, match="`size` must be an integer"):
        ops.image.extract_patches(np.ones((1, 4, 4, 1)), "5")

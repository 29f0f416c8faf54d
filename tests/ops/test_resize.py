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

"""Colours and edges: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("colors"))
def test_as_keras(case):
    check(case)


def test_hsv_and_back():
    x = np.random.default_rng(0).random((2, 3, 3, 3))
    np.testing.assert_allclose(ops.image.hsv_to_rgb(ops.image.rgb_to_hsv(x)), x, atol=1e-12)


def test_errors():
    with pytest.raises(ValueError, match="expected 3 .RGB image."):
        ops.image.rgb_to_hsv(np.zeros((2, 2, 4)))
    with pytest.raises(ValueError, match="expected float dtype"):
        ops.image.rgb_to_hsv(np.zeros((2, 2, 3), "uint8"))

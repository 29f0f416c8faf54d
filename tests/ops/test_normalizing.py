"""Normalizations: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("normalizing"))
def test_as_keras(case):
    check(case)


def test_layer_normalization_scales_by_the_root_mean_square_if_told():
    x = np.array([[3.0, 4.0]])
    assert ops.layer_normalization(x, rms_scaling=True).tolist() == ops.rms_normalization(x).tolist()
    with pytest.raises(ValueError, match="Unrecognized"):
        ops.layer_normalization(x, scaling=True)
    with pytest.raises(ValueError, match="order=0"):
        ops.normalize(x, order=0)

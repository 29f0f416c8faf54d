"""Shapes: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("shapes"))
def test_as_keras(case):
    check(case)


def test_errors():
    with pytest.raises(ValueError, match="'xy' and 'ij', but received 'zz'"):
        ops.meshgrid([1], [2], indexing="zz")
    with pytest.raises(ValueError, match="only be used with mode='constant', got mode='edge'"):
        ops.pad([1], 1, "edge", 3)
    with pytest.raises(ValueError, match="1-d or 2-d, got shape"):
        ops.diag(np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match="two different axes"):
        ops.rot90(np.zeros((2, 2)), axes=(0, 0))


def test_sizes_below_minus_one_are_no_sizes():
    with pytest.raises(ValueError, match="newshape"):
        ops.reshape(np.arange(10), (-2, 5))

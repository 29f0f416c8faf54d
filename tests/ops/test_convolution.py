"""Convolutions and pooling: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("convolution"))
def test_as_keras(case):
    check(case)


def test_pools_are_as_far_apart_as_they_are_long():
    x = np.arange(16.0).reshape(1, 4, 4, 1)
    assert ops.max_pool(x, 2).ravel().tolist() == [5, 7, 13, 15]
    assert ops.average_pool(x, 2, padding="same").ravel().tolist() == [2.5, 4.5, 10.5, 12.5]


def test_errors():
    with pytest.raises(ValueError, match="evenly divisible"):
        ops.conv(np.zeros((1, 4, 3)), np.zeros((2, 2, 4)))
    with pytest.raises(ValueError, match="padding must be 'valid' or 'same', got 'full'"):
        ops.conv(np.zeros((1, 4, 3)), np.zeros((2, 3, 4)), padding="full")
    with pytest.raises(ValueError, match="strides must be one positive integer, or one for each of 1 axes, got 0"):
        ops.conv(np.zeros((1, 4, 3)), np.zeros((2, 3, 4)), strides=0)
    with pytest.raises(ValueError, match="divisible by block_size=2"):
        ops.space_to_depth(np.zeros((1, 3, 4, 1)), 2)


def test_depth_to_space_with_channels_first_undoes_space_to_depth():
    x = np.arange(16.0).reshape(1, 8, 1, 2)
    y = ops.depth_to_space(x, 2, data_format="channels_first")
    assert y[0].tolist() == [[[0, 2, 1, 3], [4, 6, 5, 7]], [[8, 10, 9, 11], [12, 14, 13, 15]]]  # Keras' numbers
    assert ops.space_to_depth(y, 2, data_format="channels_first").tolist() == x.tolist()


@pytest.mark.parametrize("op", [ops.depth_to_space, ops.space_to_depth])
@pytest.mark.parametrize("size", [0, 1, -2, 2.0])
def test_sides_of_blocks_that_make_no_sense(op, size):
    with pytest.raises(ValueError, match="`block_size` must be an integer of at least 2"):
        op(np.ones((1, 4, 4, 4)), size)

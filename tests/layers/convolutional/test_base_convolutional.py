"""What the convolutions are made of: their way through functions that the tape knows gives the same numbers."""

import numpy as np
import pytest

from minikeras import layers
from minikeras._core.trace import constant
from minikeras.layers.convolutional.base_convolutional import BaseConvolutional

RNG = np.random.default_rng(0)
CASES = [
    (layers.Conv1D, {"filters": 3, "kernel_size": 3, "dilation_rate": 2, "padding": "causal"}, (2, 8, 2)),
    (layers.Conv2D, {"filters": 4, "kernel_size": 3, "groups": 2, "strides": 2, "padding": "same"}, (2, 5, 6, 2)),
    (layers.Conv2D, {"filters": 4, "kernel_size": (1, 2), "data_format": "channels_first", "activation": "relu"}, (2, 3, 4, 5)),
    (layers.Conv3D, {"filters": 2, "kernel_size": 2, "use_bias": False}, (1, 3, 4, 3, 2)),
    (layers.Conv1DTranspose, {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"}, (2, 4, 2)),
    (layers.Conv2DTranspose, {"filters": 3, "kernel_size": 3, "strides": 2, "output_padding": 1}, (2, 3, 4, 2)),
    (layers.DepthwiseConv2D, {"kernel_size": 3, "depth_multiplier": 2, "padding": "same"}, (2, 4, 5, 3)),
    (layers.SeparableConv1D, {"filters": 3, "kernel_size": 2, "depth_multiplier": 2, "activation": "elu"}, (2, 5, 3)),
]


@pytest.mark.parametrize("cls, arguments, shape", CASES)
def test_the_traced_way_is_the_same(cls, arguments, shape):
    layer = cls(**arguments, bias_initializer="uniform", dtype="float64")
    x = RNG.normal(size=shape)
    layer.build(shape)
    assert isinstance(layer, BaseConvolutional)
    np.testing.assert_allclose(constant(layer.retrace(x)), layer.forward(x)[0], rtol=1e-10, atol=1e-12)

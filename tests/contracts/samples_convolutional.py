"""The arguments that the layers of convolution are tried with by test_layers.py."""

import numpy as np

RNG = np.random.default_rng(1)
SERIES, IMAGES, VOLUMES = (RNG.standard_normal((2, *sizes, 4)) for sizes in ((7,), (6, 5), (4, 5, 3)))
FIRST = {"data_format": "channels_first"}

SAMPLES = {
    "Conv1D": [
        ({"filters": 3, "kernel_size": 3}, SERIES),
        ({"filters": 2, "kernel_size": 2, "padding": "causal", "dilation_rate": 2, "activation": "tanh"}, SERIES),
        ({"filters": 4, "kernel_size": 3, "padding": "same", "strides": 2, "groups": 2, **FIRST}, SERIES.swapaxes(1, 2)),
    ],
    "Conv2D": [
        ({"filters": 3, "kernel_size": 3, "activation": "sigmoid"}, IMAGES),
        ({"filters": 8, "kernel_size": (2, 3), "strides": (2, 1), "padding": "same", "groups": 4, "use_bias": False}, IMAGES),
        ({"filters": 5, "kernel_size": 1}, IMAGES),
        ({"filters": 1, "kernel_size": 3, "dilation_rate": 2, "padding": "same"}, IMAGES),
        ({"filters": 2, "kernel_size": 3, **FIRST}, np.moveaxis(IMAGES, -1, 1).copy()),
    ],
    "Conv3D": [
        ({"filters": 2, "kernel_size": 2}, VOLUMES),
        ({"filters": 2, "kernel_size": 3, "padding": "same", "strides": 2, "activation": "tanh"}, VOLUMES),
    ],
    "Conv1DTranspose": [
        ({"filters": 3, "kernel_size": 3}, SERIES),
        ({"filters": 2, "kernel_size": 4, "strides": 3, "padding": "same", "activation": "tanh"}, SERIES),
    ],
    "Conv2DTranspose": [
        ({"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"}, IMAGES),
        ({"filters": 3, "kernel_size": (2, 3), "strides": 2, "output_padding": (1, 0), "activation": "sigmoid"}, IMAGES),
        ({"filters": 2, "kernel_size": 2, "dilation_rate": 2, **FIRST}, np.moveaxis(IMAGES, -1, 1).copy()),
    ],
    "Conv3DTranspose": [({"filters": 2, "kernel_size": 2, "strides": 2}, VOLUMES)],
    "DepthwiseConv1D": [
        ({"kernel_size": 3}, SERIES),
        ({"kernel_size": 2, "depth_multiplier": 3, "strides": 2, "padding": "same", "activation": "tanh"}, SERIES),
    ],
    "DepthwiseConv2D": [
        ({"kernel_size": 3, "padding": "same"}, IMAGES),
        ({"kernel_size": (2, 3), "depth_multiplier": 2, "strides": 2, "use_bias": False}, IMAGES),
        ({"kernel_size": 2, "dilation_rate": 2, "activation": "tanh", **FIRST}, np.moveaxis(IMAGES, -1, 1).copy()),
    ],
    "SeparableConv1D": [({"filters": 3, "kernel_size": 3, "activation": "tanh"}, SERIES)],
    "SeparableConv2D": [
        ({"filters": 3, "kernel_size": 3, "padding": "same", "strides": 2, "depth_multiplier": 2}, IMAGES),
        ({"filters": 3, "kernel_size": 2, "activation": "sigmoid", **FIRST}, np.moveaxis(IMAGES, -1, 1).copy()),
    ],
}

"""Layers of Keras 1 and 2 that real Keras no longer has."""

import numpy as np

rng = np.random.default_rng(5)
ROWS, SERIES, IMAGES = rng.normal(size=(4, 6)), rng.normal(size=(3, 5, 4)), rng.normal(size=(2, 5, 5, 3))

SAMPLES = {
    "Highway": [({"activation": "tanh"}, ROWS)],
    "LocallyConnected1D": [({"filters": 3, "kernel_size": 2, "activation": "tanh"}, SERIES)],
    "LocallyConnected2D": [({"filters": 3, "kernel_size": 2, "activation": "tanh"}, IMAGES)],
    "MaxoutDense": [({"output_dim": 3}, ROWS)],
    "ParametricSoftplus": [({}, ROWS)],
    "SReLU": [({}, ROWS)],
}

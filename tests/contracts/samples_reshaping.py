"""What the layers are tried with that change the edges of space or repeat its places."""

import numpy as np

RNG = np.random.default_rng(2)
SERIES, IMAGES = RNG.standard_normal((3, 5, 2)), RNG.standard_normal((2, 4, 5, 2))
VOLUMES = RNG.standard_normal((2, 3, 4, 3, 2))
FIRST = {"data_format": "channels_first"}

SAMPLES = {
    "Cropping1D": [({}, SERIES), ({"cropping": (0, 3)}, SERIES)],
    "Cropping2D": [({}, IMAGES), ({"cropping": ((1, 0), (2, 1))}, IMAGES), ({"cropping": (2, 0), **FIRST}, IMAGES)],
    "Cropping3D": [({}, VOLUMES), ({"cropping": (1, (2, 1), 0)}, VOLUMES), ({"cropping": (1, 1, 0), **FIRST}, VOLUMES)],
    "UpSampling1D": [({}, SERIES), ({"size": 3}, SERIES), ({"size": 1}, SERIES)],
    "UpSampling2D": [
        ({}, IMAGES), ({"size": (1, 3), **FIRST}, IMAGES), ({"interpolation": "bilinear"}, IMAGES),
        ({"size": (3, 1), "interpolation": "bicubic", **FIRST}, IMAGES), ({"interpolation": "lanczos3"}, IMAGES),
    ],
    "UpSampling3D": [({}, VOLUMES), ({"size": (1, 2, 3), **FIRST}, VOLUMES)],
    "ZeroPadding1D": [({}, SERIES), ({"padding": (0, 2)}, SERIES), ({"padding": 1, **FIRST}, SERIES)],
    "ZeroPadding2D": [({}, IMAGES), ({"padding": ((0, 1), (2, 0))}, IMAGES), ({"padding": (1, 2), **FIRST}, IMAGES)],
    "ZeroPadding3D": [({}, VOLUMES), ({"padding": (0, 1, (1, 2))}, VOLUMES), ({"padding": 1, **FIRST}, VOLUMES)],
}  # fmt: skip

"""What the normalizations are tried with."""

import numpy as np

from minikeras.layers import Dense

RNG = np.random.default_rng(3)
VECTORS, SERIES, IMAGES = RNG.standard_normal((4, 6)), RNG.standard_normal((3, 4, 6)), RNG.standard_normal((2, 3, 4, 6))


def around_dense(dtype):
    """A kernel of norm 1 that stays as it is: what training does to others is no gradient, so it is tested elsewhere."""
    return {"layer": Dense(1, kernel_initializer="identity", trainable=False, dtype=dtype), "power_iterations": 2}


SAMPLES = {
    "GroupNormalization": [
        ({"groups": 3}, VECTORS), ({"groups": 2, "axis": 1}, SERIES), ({"groups": -1, "center": False}, IMAGES),
        ({"groups": 1, "axis": 2, "scale": False}, IMAGES), ({"groups": 2, "center": False, "scale": False}, SERIES),
    ],
    "LayerNormalization": [
        ({}, VECTORS), ({"axis": 1, "scale": False}, SERIES), ({"axis": [1, -1]}, IMAGES), ({"axis": (2, 3)}, IMAGES),
        ({"center": False, "scale": False, "epsilon": 0.1}, SERIES), ({"rms_scaling": True, "axis": 2}, IMAGES),
        ({"center": False}, IMAGES),
    ],
    "RMSNormalization": [({}, VECTORS), ({"axis": 1, "epsilon": 0.1}, SERIES), ({"axis": [1, 3]}, IMAGES)],
    "SpectralNormalization": [(around_dense, VECTORS), (around_dense, SERIES)],
    "UnitNormalization": [({}, VECTORS), ({"axis": 1}, SERIES), ({"axis": [1, -1]}, IMAGES)],
}  # fmt: skip

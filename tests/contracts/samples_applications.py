"""What the layers of minikeras.applications are tried with."""

import numpy as np

RNG = np.random.default_rng(5)
IMAGES = RNG.standard_normal((2, 2, 3, 4))

SAMPLES = {
    "CustomScaleLayer": [({"scale": 0.3}, [IMAGES, IMAGES + 1.0])],
    "LayerScale": [
        ({"init_values": 0.1, "projection_dim": 4}, IMAGES),
        ({"init_values": 1, "projection_dim": 4}, IMAGES[:, 0, 0]),
    ],
    "StochasticDepth": [({"drop_path_rate": 0.4}, IMAGES)],
}

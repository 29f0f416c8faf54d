"""What the pooling layers are tried with."""

import numpy as np

RNG = np.random.default_rng(1)
SERIES, IMAGES = RNG.standard_normal((3, 7, 2)), RNG.standard_normal((2, 5, 6, 2))
VOLUMES = RNG.standard_normal((2, 3, 4, 5, 2))
FIRST = {"data_format": "channels_first"}

_WINDOWS = [{}, {"pool_size": 3, "strides": 2, "padding": "same"}, {"pool_size": 2, "strides": 1, **FIRST}]
_IMAGE_WINDOWS = [*_WINDOWS[:2], {"pool_size": (2, 3), "strides": (1, 2), "padding": "same"}, {"pool_size": (1, 2), **FIRST}]
_VOLUME_WINDOWS = [{}, {"pool_size": (2, 3, 2), "strides": 1}, {"pool_size": 2, "padding": "same", **FIRST}]
_GLOBAL = [{}, {"keepdims": True}, {"keepdims": True, **FIRST}, FIRST]

SAMPLES = {
    f"{kind}Pooling{n}D": [(arguments, x) for arguments in several]
    for kind in ("Max", "Average")
    for n, several, x in ((1, _WINDOWS, SERIES), (2, _IMAGE_WINDOWS, IMAGES), (3, _VOLUME_WINDOWS, VOLUMES))
}
for _kind in ("Max", "Average"):
    for _n, _x in ((1, SERIES), (2, IMAGES), (3, VOLUMES)):
        SAMPLES[f"Global{_kind}Pooling{_n}D"] = [(arguments, _x) for arguments in _GLOBAL]
        SAMPLES[f"Adaptive{_kind}Pooling{_n}D"] = [({"output_size": 2}, _x), ({"output_size": (3,) * _n, **FIRST}, _x)]
SAMPLES["AdaptiveMaxPooling1D"].append(({"output_size": 9}, SERIES))  # more windows than steps
SAMPLES["AdaptiveAveragePooling2D"].append(({"output_size": (5, 8)}, IMAGES))

"""What is compared with Keras of pooling, reshaping and normalization; `make_spatial.py` and `test_spatial.py` read it."""

import numpy as np

FIRST = {"data_format": "channels_first"}
MASK = [[True, True, False, True, False, True, True], [True, False, False, False, False, False, False]]

# name -> class, arguments, shape of the input; "ties" in the name: numbers that repeat; "mask": called with MASK
CASES = {
    "max1": ("MaxPooling1D", {}, (2, 7, 2)),
    "max1_same": ("MaxPooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, (2, 7, 2)),
    "max1_far": ("MaxPooling1D", {"pool_size": 2, "strides": 3, **FIRST}, (2, 2, 8)),
    "max2": ("MaxPooling2D", {}, (2, 5, 6, 2)),
    "max2_ties": ("MaxPooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, (2, 5, 6, 2)),
    "max2_ties_overlap": ("MaxPooling2D", {"pool_size": (2, 3), "strides": 1, **FIRST}, (2, 2, 5, 6)),
    "max2_small_ties": ("MaxPooling2D", {"pool_size": 2}, (2, 4, 4, 1)),
    "max3_ties": ("MaxPooling3D", {"pool_size": 2, "strides": 1, "padding": "same"}, (1, 3, 4, 3, 2)),
    "avg1": ("AveragePooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, (2, 7, 2)),
    "avg2": ("AveragePooling2D", {"pool_size": 2}, (2, 5, 6, 2)),
    "avg2_same": ("AveragePooling2D", {"pool_size": (3, 2), "strides": (1, 2), "padding": "same", **FIRST}, (2, 2, 5, 7)),
    "avg3": ("AveragePooling3D", {"pool_size": 3, "strides": 2, "padding": "same"}, (1, 3, 4, 5, 2)),
    "gmax1_ties": ("GlobalMaxPooling1D", {}, (2, 7, 2)),
    "gmax2": ("GlobalMaxPooling2D", {"keepdims": True}, (2, 3, 4, 2)),
    "gmax3_ties": ("GlobalMaxPooling3D", FIRST, (2, 2, 3, 2, 2)),
    "gavg1_mask": ("GlobalAveragePooling1D", {}, (2, 7, 2)),
    "gavg1_first_mask": ("GlobalAveragePooling1D", {"keepdims": True, **FIRST}, (2, 3, 7)),
    "gavg2": ("GlobalAveragePooling2D", FIRST, (2, 3, 4, 2)),
    "gavg3": ("GlobalAveragePooling3D", {"keepdims": True}, (1, 3, 4, 2, 2)),
    "aavg1": ("AdaptiveAveragePooling1D", {"output_size": 3}, (2, 8, 2)),
    "aavg2": ("AdaptiveAveragePooling2D", {"output_size": (2, 5), **FIRST}, (2, 2, 5, 6)),
    "aavg3": ("AdaptiveAveragePooling3D", {"output_size": 2}, (1, 3, 4, 5, 2)),
    "amax1_ties": ("AdaptiveMaxPooling1D", {"output_size": 4}, (2, 7, 2)),
    "amax2_ties": ("AdaptiveMaxPooling2D", {"output_size": (2, 3)}, (2, 5, 6, 2)),
    "amax3_ties": ("AdaptiveMaxPooling3D", {"output_size": 2, **FIRST}, (1, 2, 3, 4, 5)),
    "pad1": ("ZeroPadding1D", {"padding": (1, 2)}, (2, 3, 2)),
    "pad2": ("ZeroPadding2D", {"padding": (1, 2), **FIRST}, (1, 2, 2, 3)),
    "pad3": ("ZeroPadding3D", {"padding": ((1, 0), (0, 2), (1, 1))}, (1, 2, 2, 1, 2)),
    "crop1": ("Cropping1D", {"cropping": (1, 2)}, (2, 5, 2)),
    "crop2": ("Cropping2D", {"cropping": ((1, 0), (0, 2))}, (2, 3, 4, 2)),
    "crop3": ("Cropping3D", {"cropping": (1, 0, 1), **FIRST}, (1, 2, 4, 2, 3)),
    "up1": ("UpSampling1D", {"size": 3}, (2, 3, 2)),
    "up2": ("UpSampling2D", {"size": (2, 3)}, (1, 2, 3, 2)),
    "up2_bilinear": ("UpSampling2D", {"size": (2, 3), "interpolation": "bilinear"}, (1, 4, 3, 2)),
    "up2_bicubic": ("UpSampling2D", {"size": 2, "interpolation": "bicubic", **FIRST}, (1, 2, 4, 5)),
    "up2_lanczos3": ("UpSampling2D", {"size": 2, "interpolation": "lanczos3"}, (1, 4, 5, 1)),
    "up2_lanczos5": ("UpSampling2D", {"size": (3, 1), "interpolation": "lanczos5"}, (1, 6, 2, 1)),
    "up3": ("UpSampling3D", {"size": (1, 2, 2), **FIRST}, (1, 2, 2, 2, 2)),
    "batch": ("BatchNormalization", {"momentum": 0.8}, (6, 3)),
    "batch_axis": ("BatchNormalization", {"axis": 1}, (3, 2, 2, 3)),
    "batch_mask": ("BatchNormalization", {"momentum": 0.5}, (2, 7, 3)),
    "layer": ("LayerNormalization", {}, (3, 5)),
    "layer_axes": ("LayerNormalization", {"axis": [1, 2], "epsilon": 0.1}, (2, 3, 4, 2)),
    "layer_mixed": ("LayerNormalization", {"axis": [-1, 1]}, (2, 3, 2, 4)),
    "layer_rms": ("LayerNormalization", {"rms_scaling": True, "axis": 1}, (2, 4, 3)),
    "layer_bare": ("LayerNormalization", {"center": False, "scale": False}, (3, 4)),
    "group": ("GroupNormalization", {"groups": 2}, (2, 3, 3, 4)),
    "group_first": ("GroupNormalization", {"groups": 2, "axis": 1}, (2, 4, 3, 2)),
    "group_instance": ("GroupNormalization", {"groups": -1, "axis": 2, "scale": False}, (2, 3, 4, 2)),
    "rms": ("RMSNormalization", {}, (3, 5)),
    "rms_axes": ("RMSNormalization", {"axis": [1, 2], "epsilon": 0.1}, (2, 3, 4)),
    "unit": ("UnitNormalization", {}, (3, 5)),
    "unit_axes": ("UnitNormalization", {"axis": [1, 2]}, (2, 3, 4, 2)),
}
# name -> configs of the layers before Flatten and Dense(2), shape of the input: weights after three steps of SGD
MODELS = {
    "pooled": (
        [("ZeroPadding2D", {}), ("MaxPooling2D", {}), ("AveragePooling2D", {"pool_size": 2, "strides": 1})],
        (4, 4, 4, 2),
    ),
    "normalized": ([("BatchNormalization", {}), ("LayerNormalization", {}), ("GroupNormalization", {"groups": 2})], (6, 3, 4)),
    "rms": ([("RMSNormalization", {}), ("UpSampling1D", {}), ("GlobalAveragePooling1D", {})], (6, 3, 4)),
}


def numbers(shape, seed=0, ties=False):
    """Numbers between -1 and 1, all different up to 1009 of them; with ties, of seven values only."""
    n = np.arange(np.prod(shape)) * 389 + seed * 101
    values = n * n % 7 / 3 - 1 if ties else n % 1009 / 504 - 1
    return values.reshape(shape).astype("float32")

"""Arguments and inputs that the layers for preparing data are tried with; None: the layer has tests of its own only."""

import numpy as np

RNG = np.random.default_rng(2)
VECTORS = RNG.uniform(0.2, 2.9, (4, 6))
RGB = RNG.permutation(np.linspace(10.1, 240.6, 2 * 4 * 5 * 3)).reshape(2, 4, 5, 3)
FIRST = np.ascontiguousarray(RGB.transpose(0, 3, 1, 2))
SOUND = RNG.standard_normal((2, 40))
SEED = {"seed": 3}

SAMPLES = {
    "AugMix": [(SEED, RGB)],
    "AutoContrast": [({}, RGB), ({"data_format": "channels_first"}, FIRST)],
    "CategoryEncoding": [({"num_tokens": 7, "output_mode": "count"}, VECTORS), ({"num_tokens": 6}, VECTORS)],
    "CenterCrop": [({"height": 2, "width": 3}, RGB), ({"height": 6, "width": 3}, RGB)],
    "ContrastLimitedAdaptiveHistogramEqualization": [({"tile_grid_size": (2, 2)}, RGB)],
    "CutMix": [({"seed": 6}, RGB)],
    "Discretization": [({"bin_boundaries": [1.0, 2.0], "output_mode": "one_hot"}, VECTORS)],
    "Equalization": [({}, RGB)],
    "HashedCrossing": [({"num_bins": 3}, None)],
    "Hashing": [({"num_bins": 3, "output_mode": "multi_hot"}, VECTORS)],
    "IntegerLookup": [({"vocabulary": [1, 2]}, None)],
    "MelSpectrogram": [
        ({"fft_length": 16, "sequence_stride": 8, "num_mel_bins": 4}, SOUND),
        ({"fft_length": 16, "sequence_length": 12, "sequence_stride": 5, "num_mel_bins": 3, "power_to_db": False}, SOUND),
    ],
    "MixUp": [(SEED, RGB)],
    "Normalization": [
        ({"mean": 2.0, "variance": 4.0}, VECTORS),
        ({"axis": (1, -1), "mean": [1.0, 2.0, 3.0], "variance": [1.0, 4.0, 9.0]}, RGB),
        ({"mean": 2.0, "variance": 4.0, "invert": True}, VECTORS),
    ],
    "Pipeline": [({"layers": []}, None)],
    "RandAugment": [({"seed": 7}, RGB)],
    "RandomBrightness": [({"factor": 0.3, **SEED}, RGB)],
    "RandomColorDegeneration": [({"factor": 0.8, **SEED}, RGB)],
    "RandomColorJitter": [
        ({"brightness_factor": 0.2, "contrast_factor": 0.2, "saturation_factor": 0.4, "hue_factor": 0.1, **SEED}, RGB)
    ],
    "RandomContrast": [({"factor": 0.5, **SEED}, RGB), ({"factor": 0.5, "data_format": "channels_first", **SEED}, FIRST)],
    "RandomCrop": [({"height": 2, "width": 3, **SEED}, RGB)],
    "RandomElasticTransform": [({"seed": 1}, RGB)],
    "RandomErasing": [({"factor": (1.0, 1.0), "scale": (0.3, 0.6), **SEED}, RGB)],
    "RandomFlip": [({"seed": 4}, RGB), ({"mode": "horizontal", "data_format": "channels_first", "seed": 6}, FIRST)],
    "RandomGaussianBlur": [({"factor": (1.0, 1.0), **SEED}, RGB)],
    "RandomGrayscale": [({"seed": 6}, RGB)],
    "RandomHue": [({"factor": 0.4, **SEED}, RGB)],
    "RandomInvert": [({"factor": (0.5, 0.5), "seed": 1}, RGB)],
    "RandomPerspective": [({"factor": (1.0, 1.0), **SEED}, RGB)],
    "RandomPosterization": [({"factor": (1, 6), **SEED}, RGB)],
    "RandomRotation": [
        ({"factor": 0.2, **SEED}, RGB),
        ({"factor": 0.2, "fill_mode": "constant", "fill_value": 3.0, **SEED}, RGB),
    ],
    "RandomSaturation": [({"factor": 0.4, **SEED}, RGB)],
    "RandomSharpness": [({"factor": 1.0, **SEED}, RGB)],
    "RandomShear": [({"x_factor": 0.3, "y_factor": 0.2, **SEED}, RGB)],
    "RandomTranslation": [({"height_factor": 0.3, "width_factor": 0.3, "fill_mode": "wrap", **SEED}, RGB)],
    "RandomZoom": [({"height_factor": 0.3, **SEED}, RGB), ({"height_factor": 0.3, "width_factor": 0.2, "seed": 1}, RGB)],
    "Rescaling": [({"scale": 0.5, "offset": 1.0}, VECTORS), ({"scale": [0.5, 1.0, 2.0]}, RGB)],
    "Resizing": [
        ({"height": 3, "width": 7, "interpolation": "bicubic"}, RGB),
        ({"height": 2, "width": 2, "antialias": True, "data_format": "channels_first"}, FIRST),
        ({"height": 3, "width": 3, "crop_to_aspect_ratio": True}, RGB),
        ({"height": 3, "width": 3, "pad_to_aspect_ratio": True, "interpolation": "nearest"}, RGB),
    ],
    "STFTSpectrogram": [
        ({"mode": mode, "frame_length": 8, "frame_step": 3, **more}, SOUND.reshape(2, 20, 2))
        for mode, more in (("log", {}), ("psd", {"expand_dims": True}), ("stft", {"padding": "same"}), ("magnitude", {}))
    ]
    + [({"mode": "imag", "frame_length": 8, "data_format": "channels_first"}, SOUND.reshape(2, 2, 20))],
    "Solarization": [({"addition_factor": 0.3, "threshold_factor": 0.5, **SEED}, RGB)],
    "StringLookup": [({"vocabulary": ["a", "b"]}, None)],
    "TextVectorization": [({"vocabulary": ["a", "b"]}, None)],
}

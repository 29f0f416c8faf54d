"""What the layers for preparing data are compared on, with real Keras and here."""

import numpy as np

RNG = np.random.RandomState(5)
IMAGES = np.round(RNG.uniform(0, 255, (2, 7, 9, 3))).astype("float32")
SMALL = RNG.uniform(0, 1, (2, 5, 4, 3)).astype("float32")
TABLE = RNG.normal(3, 2, (20, 4)).astype("float32")
SOUND = RNG.normal(0, 1, (2, 700)).astype("float32")
NUMBERS = RNG.randint(-1, 6, (4, 3)).astype("int32")

FIRST = {"data_format": "channels_first"}
ADAPT = "adapt"  # learn from TABLE before the call

# name -> (class, arguments, input, what happens before)
LAYERS = {
    "rescaling": ("Rescaling", {"scale": 1 / 127.5, "offset": -1.0}, IMAGES, None),
    "rescaling_channels": ("Rescaling", {"scale": [1.0, 2.0, 3.0], "offset": [0.0, 0.5, 1.0]}, SMALL, None),
    "normalization": ("Normalization", {}, TABLE, ADAPT),
    "normalization_all": ("Normalization", {"axis": None}, TABLE, ADAPT),
    "normalization_axes": ("Normalization", {"axis": (0, 1)}, TABLE[:4], "adapt itself"),
    "normalization_given": ("Normalization", {"mean": [1.0, 2.0, 3.0], "variance": [4.0, 1.0, 0.0]}, SMALL, None),
    "normalization_back": ("Normalization", {"invert": True}, TABLE, ADAPT),
    "discretization": ("Discretization", {"bin_boundaries": [-1.0, 2.5, 4.0]}, TABLE, None),
    "discretization_adapted": ("Discretization", {"num_bins": 5}, TABLE, ADAPT),
    "discretization_coarse": ("Discretization", {"num_bins": 3, "epsilon": 0.2, "output_mode": "one_hot"}, TABLE, ADAPT),
    "discretization_count": ("Discretization", {"bin_boundaries": [0.0, 3.0], "output_mode": "count"}, TABLE, None),
    "category_multi": ("CategoryEncoding", {"num_tokens": 6}, NUMBERS.clip(0), None),
    "category_count": ("CategoryEncoding", {"num_tokens": 6, "output_mode": "count"}, NUMBERS.clip(0), None),
    "category_one_hot": ("CategoryEncoding", {"num_tokens": 6, "output_mode": "one_hot"}, NUMBERS.clip(0), None),
    "category_one_hot_1": ("CategoryEncoding", {"num_tokens": 6, "output_mode": "one_hot"}, NUMBERS[:, :1].clip(0), None),
    "center_crop": ("CenterCrop", {"height": 4, "width": 5}, IMAGES, None),
    "center_crop_small": ("CenterCrop", {"height": 12, "width": 5}, IMAGES, None),
    "center_crop_first": ("CenterCrop", {"height": 3, "width": 8, **FIRST}, IMAGES.transpose(0, 3, 1, 2), None),
    "equalization": ("Equalization", {}, IMAGES, None),
    "equalization_range": ("Equalization", {"value_range": (0, 1), "bins": 32}, SMALL, None),
    "auto_contrast": ("AutoContrast", {}, IMAGES, None),
    "auto_contrast_range": ("AutoContrast", {"value_range": (0, 1)}, SMALL * 0.5 + 0.2, None),
    "clahe": ("ContrastLimitedAdaptiveHistogramEqualization", {"tile_grid_size": (2, 3)}, IMAGES, None),
    "clahe_unclipped": (
        "ContrastLimitedAdaptiveHistogramEqualization",
        {"tile_grid_size": (3, 2), "clip_limit": 0.0, "value_range": (0, 1)},
        SMALL,
        None,
    ),
    "solarization": ("Solarization", {}, IMAGES, None),
    "grayscale": ("RandomGrayscale", {"factor": 1.0}, IMAGES, None),
    "invert": ("RandomInvert", {"factor": (1, 1)}, IMAGES, None),
    "posterization": ("RandomPosterization", {"factor": (3, 3)}, IMAGES, None),
    "posterization_range": ("RandomPosterization", {"factor": (2, 2), "value_range": (0, 1)}, SMALL, None),
    "brightness": ("RandomBrightness", {"factor": (0.3, 0.3)}, IMAGES, None),
    "saturation": ("RandomSaturation", {"factor": (0.3, 0.3), "value_range": (0, 1)}, SMALL, None),
    "saturation_full": ("RandomSaturation", {"factor": (0.9, 0.9), "value_range": (0, 1)}, SMALL, None),
    "degeneration": ("RandomColorDegeneration", {"factor": (0.4, 0.4)}, IMAGES, None),
    "sharpness": ("RandomSharpness", {"factor": (0.8, 0.8)}, IMAGES, None),
    "smooth": ("RandomSharpness", {"factor": (0.1, 0.1), **FIRST}, IMAGES.transpose(0, 3, 2, 1), None),
    "mel": ("MelSpectrogram", {"fft_length": 64, "sequence_stride": 20, "num_mel_bins": 10}, SOUND, None),
    "mel_power": (
        "MelSpectrogram",
        {
            "fft_length": 64,
            "sequence_length": 50,
            "sequence_stride": 30,
            "num_mel_bins": 6,
            "window": "hamming",
            "power_to_db": False,
            "mag_exp": 1.0,
            "max_freq": 6000.0,
            "sampling_rate": 14000,
        },
        SOUND,
        None,
    ),
    **{
        f"stft_{mode}": ("STFTSpectrogram", {"mode": mode, "frame_length": 40, **more}, SOUND.reshape(2, 350, 2), None)
        for mode, more in (
            ("log", {}),
            ("magnitude", {"padding": "same", "frame_step": 13}),
            ("psd", {"fft_length": 128, "expand_dims": True}),
            ("stft", {"window": "hamming", "periodic": True, "scaling": "spectrum"}),
            ("real", {"scaling": None, "window": None}),
        )
    },
    **{
        f"resizing_{kind}_{name}": ("Resizing", {"height": h, "width": w, "interpolation": kind, **more}, IMAGES, None)
        for kind in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
        for name, h, w, more in (
            ("up", 11, 13, {}),
            ("down", 3, 4, {}),
            ("smooth", 3, 4, {"antialias": True}),
            ("crop", 4, 4, {"crop_to_aspect_ratio": True}),
            ("pad", 6, 4, {"pad_to_aspect_ratio": True, "fill_value": 9.0}),
        )
        if name in ("up", "down") or kind == "bilinear"
    },
    "resizing_integers": ("Resizing", {"height": 5, "width": 5}, IMAGES.astype("uint8"), None),
    "resizing_one": ("Resizing", {"height": 5, "width": 5, **FIRST}, IMAGES[0].transpose(2, 0, 1), None),
    **{
        f"{name}_{mode}": (cls, {**arguments, "fill_mode": mode, "fill_value": 7.0, "interpolation": how}, IMAGES, None)
        for name, cls, arguments in (
            ("rotation", "RandomRotation", {"factor": (0.13, 0.13)}),
            ("zoom", "RandomZoom", {"height_factor": (0.4, 0.4), "width_factor": (-0.3, -0.3)}),
            ("translation", "RandomTranslation", {"height_factor": (0.37, 0.37), "width_factor": (-0.55, -0.55)}),
        )
        for mode, how in (("reflect", "bilinear"), ("wrap", "bilinear"), ("constant", "bilinear"), ("nearest", "nearest"))
    },
}

# name -> (class, arguments, input, Keras' transformation, what our draw() would give)
START = np.array([[[0.0, 0.0], [8.0, 0.0], [0.0, 6.0], [8.0, 6.0]]] * 2, "float32")
END = START + START * RNG.uniform(-0.2, 0.2, START.shape).astype("float32")
TRUE = np.array([True, True])
FACTORS = np.array([0.2, -0.45], "float32")
SLANTS = np.array([[0.3, 0.1], [-0.2, -0.4]], "float32")
TURNED = {
    "hue": ("RandomHue", {"factor": 0.5}, IMAGES, {"factor": FACTORS}, FACTORS.reshape(-1, 1, 1)),
    "contrast": (
        "RandomContrast",
        {"factor": 0.5},
        IMAGES,
        {"contrast_factor": 1 + FACTORS.reshape(-1, 1, 1, 1)},
        1 + FACTORS.reshape(-1, 1, 1, 1),
    ),
    "shear": (
        "RandomShear",
        {"x_factor": 0.5, "y_factor": 0.5},
        IMAGES,
        {"shear_factor": SLANTS},
        np.array([[1, x, 0, y, 1, 0, 0, 0] for x, y in SLANTS]),
    ),
    "blur": (
        "RandomGaussianBlur",
        {"kernel_size": (3, 5)},
        IMAGES,
        {"should_apply_blur": TRUE, "blur_factor": np.array([0.6, 0.9], "float32")},
        (TRUE.reshape(-1, 1, 1, 1), (0.6, 0.9)),
    ),
    "solarization_drawn": (
        "Solarization",
        {},
        IMAGES,
        {"additions": 10 * np.ones((2, 1, 1, 1), "float32"), "thresholds": 90 * np.ones((2, 1, 1, 1), "float32")},
        [10 * np.ones((2, 1, 1, 1)), 90 * np.ones((2, 1, 1, 1))],
    ),
    "perspective": (
        "RandomPerspective",
        {},
        IMAGES,
        {"apply_perspective": TRUE, "start_points": START, "end_points": END},
        "homography",
    ),
}

TEXTS = ["The cat sat; on THE mat!", "a dog's  bone\tand a cat", "", "Ünder dem, Baum... the the"]
WORDS = [["a", "b", "zz"], ["b", "b", "a"], ["q", "a", ""], ["zz", "c", "c"]]
INTEGERS = [[3, 7, 3], [9, 3, 0], [7, 7, -1], [12, 3, 9]]
IDF = [0.5, 0.25, 1.5]

# name -> (class, arguments, what adapt gets, input)
LOOKUPS = {
    "string": ("StringLookup", {}, WORDS, WORDS),
    "string_given": ("StringLookup", {"vocabulary": ["a", "b", "c"], "mask_token": ""}, None, WORDS),
    "string_many_unknown": ("StringLookup", {"vocabulary": ["a"], "num_oov_indices": 3}, None, WORDS),
    "string_salted": ("StringLookup", {"vocabulary": ["a"], "num_oov_indices": 3, "salt": [7, 9]}, None, WORDS),
    "string_back": ("StringLookup", {"vocabulary": ["a", "b"], "invert": True, "mask_token": ""}, None, [[0, 1], [3, 2]]),
    "string_short": ("StringLookup", {"max_tokens": 3}, WORDS, WORDS),
    "string_multi": ("StringLookup", {"output_mode": "multi_hot"}, WORDS, WORDS),
    "string_count": ("StringLookup", {"output_mode": "count", "mask_token": ""}, WORDS, WORDS),
    "string_one_hot": ("StringLookup", {"output_mode": "one_hot"}, WORDS, [["a"], ["c"]]),
    "string_padded": ("StringLookup", {"output_mode": "multi_hot", "max_tokens": 9, "pad_to_max_tokens": True}, WORDS, WORDS),
    "string_tf_idf": ("StringLookup", {"output_mode": "tf_idf"}, WORDS, WORDS),
    "string_tf_idf_given": (
        "StringLookup",
        {"output_mode": "tf_idf", "vocabulary": ["a", "b", "c"], "idf_weights": IDF},
        None,
        WORDS,
    ),
    "integer": ("IntegerLookup", {}, INTEGERS, INTEGERS),
    "integer_masked": ("IntegerLookup", {"vocabulary": [3, 7], "mask_token": 0, "num_oov_indices": 2}, None, INTEGERS),
    "integer_hashed": ("IntegerLookup", {"vocabulary": [3], "num_oov_indices": 4, "oov_method": "farmhash"}, None, INTEGERS),
    "integer_count": ("IntegerLookup", {"output_mode": "count"}, INTEGERS, INTEGERS),
    "integer_back": ("IntegerLookup", {"vocabulary": [3, 7], "invert": True}, None, [[0, 1], [2, 5]]),
    "hashing": ("Hashing", {"num_bins": 5}, None, WORDS),
    "hashing_masked": ("Hashing", {"num_bins": 5, "mask_value": ""}, None, WORDS),
    "hashing_salted": ("Hashing", {"num_bins": 5, "salt": 133}, None, WORDS),
    "hashing_integers": ("Hashing", {"num_bins": 4, "output_mode": "count"}, None, INTEGERS),
    "hashing_one_hot": ("Hashing", {"num_bins": 4, "output_mode": "one_hot"}, None, [["a"], ["b"]]),
    "text": ("TextVectorization", {}, TEXTS, TEXTS),
    "text_length": ("TextVectorization", {"output_sequence_length": 4, "max_tokens": 6}, TEXTS, TEXTS),
    "text_bigrams": ("TextVectorization", {"ngrams": 2}, TEXTS, TEXTS),
    "text_ngrams": ("TextVectorization", {"ngrams": (1, 3), "output_mode": "count"}, TEXTS, TEXTS),
    "text_lower": ("TextVectorization", {"standardize": "lower", "split": "character"}, TEXTS, TEXTS),
    "text_bare": ("TextVectorization", {"standardize": "strip_punctuation"}, TEXTS, TEXTS),
    "text_raw": ("TextVectorization", {"standardize": None, "output_mode": "multi_hot"}, TEXTS, TEXTS),
    "text_tf_idf": ("TextVectorization", {"output_mode": "tf_idf"}, TEXTS, TEXTS),
    "text_tf_idf_padded": (
        "TextVectorization",
        {"output_mode": "tf_idf", "max_tokens": 20, "pad_to_max_tokens": True},
        TEXTS,
        TEXTS,
    ),
    "text_given": ("TextVectorization", {"vocabulary": ["the", "cat"], "output_sequence_length": 5}, None, TEXTS),
    "text_unsplit": ("TextVectorization", {"split": None, "standardize": "lower"}, WORDS, WORDS),
}
CROSSES = [[["A", "B", "A", "B"], [101, 101, 102, -7]], [["x", "y"], ["u", "v"], [1, 2]]]
STRINGS = ["", "a", "ab", "abc", "abcd", "abcdefg", "abcdefgh", "é" * 9, "x" * 31, "y" * 32, "z" * 63, "w" * 64, "v" * 65]
STRINGS += ["The quick brown fox jumps over the lazy dog. " * n for n in (2, 3, 6)]

"""What `keras.preprocessing` of Keras 2 is compared on: `run` is given the modules of Keras, or ours."""

import json
import random
import warnings

import numpy as np

IMAGES = np.random.RandomState(0).uniform(0, 255, (5, 6, 6, 3)).round(1).astype("float32")
LABELS = np.arange(5)
TEXTS = ["The cat, the dog and the bird!", "A dog; a cat", "birds\tfly\nhigh high"]
GENERATORS = {
    "moved": (
        {"rotation_range": 30, "width_shift_range": 0.2, "height_shift_range": 0.1, "shear_range": 10, "zoom_range": 0.3},
        {},
    ),
    "coloured": (
        {"brightness_range": (0.5, 1.5), "channel_shift_range": 20.0, "vertical_flip": True, "rescale": 1 / 255},
        {"seed": 3},
    ),
    "shifted": (
        {"width_shift_range": [1, 2], "height_shift_range": 2, "fill_mode": "constant", "cval": 9.0, "horizontal_flip": True},
        {"shuffle": False},
    ),
    "own_scale": ({"samplewise_center": True, "samplewise_std_normalization": True}, {"batch_size": 5}),
    "whole_scale": (
        {
            "featurewise_center": True,
            "featurewise_std_normalization": True,
            "rotation_range": 90,
            "fill_mode": "wrap",
        },
        {"seed": 1, "batch_size": 3},
    ),
    "whitened": ({"zca_whitening": True, "zca_epsilon": 1e-2, "validation_split": 0.4}, {"subset": "training"}),
    "first": ({"data_format": "channels_first", "rotation_range": 20, "interpolation_order": 0, "fill_mode": "reflect"}, {}),
}


def run(image, text, sequence):
    """Compute everything with the modules of one library."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _images(image), _words(text, sequence)


def _images(image):
    found = {}
    for number, (name, (arguments, how)) in enumerate(GENERATORS.items()):
        np.random.seed(number)
        x = IMAGES.transpose(0, 3, 1, 2) if "data_format" in arguments else IMAGES
        generator = image.ImageDataGenerator(**arguments)
        generator.fit(x, augment=name == "whole_scale", rounds=2, seed=5)
        flow = generator.flow(x, LABELS, ignore_class_split=True, **{"batch_size": 2, **how})
        for i, (a, b) in enumerate([next(flow), next(flow), flow[0]]):
            found[f"{name}_{i}_x"], found[f"{name}_{i}_y"] = a, b
    np.random.seed(1)
    axes = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}
    for name, arguments in (("rotation", (30,)), ("shift", (0.2, 0.3)), ("shear", (20,)), ("zoom", ((0.5, 1.5),))):
        found[name] = getattr(image, f"random_{name}")(IMAGES[0], *arguments, **axes)
    found["channel"] = image.random_channel_shift(IMAGES[0], 30.0)
    found["brightness"] = image.random_brightness(IMAGES[0], (0.5, 1.5))
    found["dark"] = image.apply_brightness_shift(IMAGES[0] * 2 - 100, 0.4, scale=False)
    return found


def _words(text, sequence):
    tokenizer = text.Tokenizer(num_words=6, oov_token="<u>")
    tokenizer.fit_on_texts(TEXTS)
    letters = text.Tokenizer(char_level=True, lower=False)
    letters.fit_on_texts(TEXTS)
    modes = ("binary", "count", "freq", "tfidf")
    found = {
        "sequences": tokenizer.texts_to_sequences([*TEXTS, "zebra cat", ["The", "cat"]]),
        "words": tokenizer.word_index,
        "texts": tokenizer.sequences_to_texts([[1, 2, 3, 9], [99]]),
        "docs": sorted(tokenizer.index_docs.items()),
        "matrices": [tokenizer.texts_to_matrix(TEXTS, mode).tolist() for mode in modes],
        "config": {k: v for k, v in tokenizer.get_config().items() if k not in ("word_docs", "index_docs")},
        "again": text.tokenizer_from_json(tokenizer.to_json()).texts_to_sequences(TEXTS),
        "letters": letters.texts_to_sequences(["The cat"]),
        "hashed": text.hashing_trick(TEXTS[0], 50, "md5"),
        "split": text.text_to_word_sequence("a-b  C,d", lower=False, split="-", filters=" "),
        "table": sequence.make_sampling_table(20).tolist(),
    }
    random.seed(3)
    table = sequence.make_sampling_table(9, 0.1)
    found["skipgrams"] = [
        sequence.skipgrams([1, 2, 3, 0, 4, 5], 6, window_size=2, seed=1),
        sequence.skipgrams([1, 2, 3], 9, categorical=True, sampling_table=table),
    ]
    data = np.arange(40).reshape(20, 2)
    how = {"sampling_rate": 2, "stride": 3, "start_index": 1, "end_index": 17, "reverse": True, "batch_size": 2}
    windows = sequence.TimeseriesGenerator(data, data[:, 0], 5, **how)
    found["windows"] = [[part.tolist() for part in windows[i]] for i in range(len(windows))]
    np.random.seed(2)
    mixed = sequence.TimeseriesGenerator(data, data[:, 0], 5, shuffle=True, batch_size=3)
    found["mixed"] = [[part.tolist() for part in mixed[i]] for i in range(len(mixed))]
    return json.loads(json.dumps(found))

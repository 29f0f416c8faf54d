"""Have real Keras read the small files of tests/datasets/files.py, and keep what it returns as tests/parity/datasets.json.

Run by hand, from the root, where Keras 3 is installed: ``KERAS_BACKEND=jax python -m tests.parity.make_datasets``.
"""

import hashlib
import json
import os
import tempfile
from pathlib import Path

CALLS = [
    ["mnist", {}],
    ["fashion_mnist", {}],
    ["boston_housing", {}],
    ["boston_housing", {"test_split": 0.3, "seed": 1}],
    ["california_housing", {"version": "small"}],
    ["california_housing", {}],
    ["cifar100", {}],
    ["cifar100", {"label_mode": "coarse"}],
    ["imdb", {}],
    ["imdb", {"num_words": 12, "skip_top": 5, "maxlen": 9, "seed": 3}],
    ["imdb", {"start_char": None, "oov_char": None, "index_from": 0}],
    ["reuters", {}],
    ["reuters", {"num_words": 12, "maxlen": 9, "test_split": 0.5, "oov_char": None}],
    ["reuters", {"start_char": None, "skip_top": 8}],
]


def described(value):
    """Lists as they are; arrays by shape, type, and a hash of their bytes."""
    if value.dtype == object:
        return [[int(word) for word in text] for text in value]
    return [list(value.shape), value.dtype.name, hashlib.sha256(value.tobytes()).hexdigest()]


def run(keras):
    """What each call returns."""
    results = []
    for name, arguments in CALLS:
        (x_train, y_train), (x_test, y_test) = getattr(keras.datasets, name).load_data(**arguments)
        results.append([described(value) for value in (x_train, y_train, x_test, y_test)])
    return results


if __name__ == "__main__":
    os.environ["KERAS_HOME"] = tempfile.mkdtemp()
    import importlib

    import keras

    from tests.datasets import files
    from tests.utils.serving import serving

    real = importlib.import_module("keras.src.utils.file_utils").get_file
    with serving(**files.make_all()) as server:

        def get_file(fname, origin, file_hash=None, **how):
            return real(fname, f"{server.root}/{origin.rpartition('/')[2]}", **how)

        for module in {name for name, _ in CALLS}:
            importlib.import_module(f"keras.src.datasets.{module}").get_file = get_file
        text = json.dumps(run(keras), separators=(",", ":"))
    Path(__file__).with_name("datasets.json").write_text(text + "\n", encoding="utf-8")

"""Write the golden numbers of the layers for preparing data. Run by hand, not a test:

    KERAS_BACKEND=jax python tests/parity/make_preprocessing.py            with Keras 3.15 and JAX
    KERAS_BACKEND=tensorflow python tests/parity/make_preprocessing.py     with Keras 3.15 and TensorFlow: text and hashes
"""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import keras  # noqa: E402
import preprocessing_cases as cases  # noqa: E402

HERE = Path(__file__).parent


def learn(layer, data):
    if isinstance(layer, keras.layers.Discretization):  # its adapt() asks for TensorFlow
        layer.update_state(data)
        layer.finalize_state()
    else:
        layer.adapt(data)


def images():
    arrays, configs = {}, {}
    for name, (cls, arguments, x, before) in cases.LAYERS.items():
        layer = getattr(keras.layers, cls)(**arguments)
        if before:
            learn(layer, cases.TABLE if before == cases.ADAPT else x)
        arrays[name] = np.asarray(layer(x))
        config = layer.get_config()
        configs[name] = {k: v for k, v in config.items() if k not in ("name", "dtype", "seed")}
    for name, (cls, arguments, x, transformation, _) in cases.TURNED.items():
        layer = getattr(keras.layers, cls)(**arguments)
        given = {k: keras.ops.convert_to_tensor(v) for k, v in transformation.items()}
        arrays[name] = np.asarray(layer.transform_images(keras.ops.convert_to_tensor(x), given))
    np.savez_compressed(HERE / "preprocessing.npz", **arrays)
    (HERE / "preprocessing.json").write_text(json.dumps(configs, indent=0))


def plain(value):
    if isinstance(value, bytes):
        return value.decode()
    return [plain(v) for v in value] if isinstance(value, list) else value


def text():
    import tensorflow as tf

    found = {}
    for name, (cls, arguments, data, x) in cases.LOOKUPS.items():
        layer = getattr(keras.layers, cls)(**arguments)
        if data is not None:
            layer.adapt(np.array(data))
        y = np.asarray(layer(np.array(x)))
        entry = {"y": plain(y.tolist()), "dtype": str(y.dtype)}
        if hasattr(layer, "get_vocabulary"):
            entry["vocabulary"] = [v if isinstance(v, str) else int(v) for v in layer.get_vocabulary()]
        entry["config"] = {k: v for k, v in layer.get_config().items() if k not in ("name", "dtype")}
        found[name] = entry
    crosses = [keras.layers.HashedCrossing(1000)([np.array(c) for c in columns]).numpy().tolist() for columns in cases.CROSSES]
    bins = 2**62
    hashes = {
        "fast": tf.strings.to_hash_bucket_fast(cases.STRINGS, bins).numpy().tolist(),
        "strong": tf.strings.to_hash_bucket_strong(cases.STRINGS, bins, [133, 137]).numpy().tolist(),
    }
    result = {"lookups": found, "crosses": crosses, "hashes": hashes}
    (HERE / "preprocessing_text.json").write_text(json.dumps(result, indent=0, ensure_ascii=False))


if __name__ == "__main__":
    text() if keras.backend.backend() == "tensorflow" else images()

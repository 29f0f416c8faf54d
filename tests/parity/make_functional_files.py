"""Write files of functional models with real Keras. Not a test: run it by hand, with Keras 3 on JAX or tf.keras 2.15 installed
elsewhere: ``KERAS_BACKEND=jax python -m tests.parity.make_functional_files``, or ``... make_functional_files 2``."""

import io
import os
import sys
import tempfile
import types
import zipfile
from pathlib import Path

import numpy as np

from tests.parity.functional_file_models import MODELS, ONLY_KERAS_3, arrays

HERE = Path(__file__).parent / "functional_files"
DATA = arrays()


def keras_2():
    import tensorflow as tf

    ops = types.SimpleNamespace(
        sqrt=tf.sqrt, exp=tf.exp, abs=tf.abs, sum=lambda x, axis, keepdims=False: tf.reduce_sum(x, axis, keepdims=keepdims)
    )
    names = ("Input", "Model", "Sequential", "layers", "utils", "models", "backend")
    return types.SimpleNamespace(ops=ops, **{name: getattr(tf.keras, name) for name in names})


def keras_3():
    import keras

    return keras


def put(spec):
    if isinstance(spec, str):
        return DATA[spec]
    return {key: put(v) for key, v in spec.items()} if isinstance(spec, dict) else [put(v) for v in spec]


def flat(y):
    if isinstance(y, dict):
        return [a for key in sorted(y) for a in flat(y[key])]
    return [a for part in y for a in flat(part)] if isinstance(y, (list, tuple)) else [np.asarray(y)]


def make(k, name, folder, old):
    """The model after one epoch in each format, and what it predicts and gives in two more."""
    k.utils.set_random_seed(1)
    model, how, x, y = MODELS[name](k)
    model.compile(**how)
    fit = {"batch_size": 8, "shuffle": False, "verbose": 0}
    model.fit(put(x), put(y), epochs=1, **fit)
    for ending in ("keras", "h5"):
        try:
            model.save(f"{folder}/{name}.{ending}")
        except TypeError as error:  # Keras 2.15 can't write an ellipsis
            print(name, ending, error)
    result = {f"predict{i}": p for i, p in enumerate(flat(model.predict(put(x), verbose=0)))}
    result["evaluate"] = np.array(flat(model.evaluate(put(x), put(y), batch_size=8, verbose=0)))
    history = model.fit(put(x), put(y), epochs=2, **fit).history
    result.update((f"history-{key}", np.array(values)) for key, values in history.items())
    result.update((f"after{i}", p) for i, p in enumerate(flat(model.predict(put(x), verbose=0))))
    made = io.BytesIO()
    np.savez(made, **{key: value.astype("float32") for key, value in result.items()})
    Path(folder, f"{name}.npz").write_bytes(made.getvalue())


def main(old):
    k = keras_2() if old else keras_3()
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(HERE / f"keras{2 if old else 3}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
    ):
        for name in MODELS:
            if old and name in ONLY_KERAS_3:
                continue
            (k.backend if old else k.utils).clear_session()
            make(k, name, folder, old)
            print(name)
        for file in sorted(os.listdir(folder)):
            if file.endswith("npz") or file.endswith("keras") or old or file.startswith(("two_heads", "states")):
                archive.write(f"{folder}/{file}", file)


if __name__ == "__main__":
    main("2" in sys.argv[1:])

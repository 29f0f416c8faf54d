"""Write down how real Keras builds the models of keras.applications. Not a test: run it by hand, with Keras on JAX installed
elsewhere: ``KERAS_BACKEND=jax python -m tests.parity.make_applications``. With a folder as argument it also puts there each
model's layers and weights as text, and of small models the weights as real Keras saves them (``.weights.h5`` and, as in Keras
2,
``.h5``) and what they predict (``.npy``). What stands in the JSON is not made again."""

import json
import sys
from pathlib import Path

import h5py
import keras
import numpy as np
from keras.src.initializers import random_initializers
from keras.src.legacy.saving import legacy_h5_format

from tests.parity.application_cases import NAMES, OTHERS, PREDICTED, build, described, fill, images, summarized

GOLDEN = Path(__file__).with_name("applications.json")
FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else None

random_initializers.RandomInitializer.__call__ = lambda self, shape, dtype=None: np.zeros(shape, dtype)
random_initializers.VarianceScaling.__call__ = lambda self, shape, dtype=None: np.zeros(shape, dtype)
golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {"models": {}, "predictions": {}}


def note():
    lines = []
    for kind, entries in golden.items():
        body = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in entries.items())
        lines.append(f'"{kind}": {{\n{body}\n}}')
    GOLDEN.write_text("{" + ",\n".join(lines) + "}\n")


for name, arguments in PREDICTED.items():
    if name not in golden["predictions"]:
        keras.utils.clear_session()
        model = getattr(keras.applications, name)(weights=None, **arguments)
        fill(model)
        y = np.asarray(model(images(model), training=False))
        golden["predictions"][name] = [[float(f"{v:.7g}") for v in row] for row in y[:, :8].tolist()]
        if FOLDER:
            model.save_weights(FOLDER / f"{name}.weights.h5")
            with h5py.File(FOLDER / f"{name}.h5", "w") as file:
                legacy_h5_format.save_weights_to_hdf5_group(file, model)
            np.save(FOLDER / f"{name}.npy", y)
        note()
        print(name, y[:, :8], flush=True)
for case in [*NAMES, *OTHERS]:
    if case not in golden["models"]:
        model = build(keras, case)
        golden["models"][case] = summarized(model)
        if FOLDER:
            (FOLDER / f"{case}.txt").write_text("\n".join(sum(described(model), [])))
        note()
        print(case, golden["models"][case], flush=True)

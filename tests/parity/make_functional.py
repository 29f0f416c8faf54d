"""Train the models of functional_models.py with real Keras and write down what came out. Not a test: run it by hand, with Keras
on JAX installed elsewhere: ``KERAS_BACKEND=jax python -m tests.parity.make_functional``."""

import json
from pathlib import Path

import keras
import numpy as np

from tests.parity.functional_models import MODELS, arrays

HERE = Path(__file__).parent
DATA = arrays()
numbers, texts = {}, {}


def put(spec):
    if isinstance(spec, str):
        return DATA[spec]
    return {key: put(v) for key, v in spec.items()} if isinstance(spec, dict) else [put(v) for v in spec]


for name, build in MODELS.items():
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    model, how, x, y = build(keras)
    for i, w in enumerate(model.get_weights()):
        numbers[f"{name}/init{i}"] = w
    model.compile(**how)
    history = model.fit(put(x), put(y), epochs=3, batch_size=8, shuffle=False, verbose=0).history
    for i, w in enumerate(model.get_weights()):
        numbers[f"{name}/final{i}"] = w
    for i, p in enumerate(keras.tree.flatten(model.predict(put(x), verbose=0))):
        numbers[f"{name}/predict{i}"] = p
    evaluated = model.evaluate(put(x), put(y), batch_size=8, verbose=0)
    texts[name] = {
        "history": history, "evaluate": evaluated if isinstance(evaluated, list) else [evaluated],
        "weights": [w.path for w in model.weights],
        "layers": [layer.name for layer in model.layers], "output_names": model.output_names,
        "json": json.loads(model.to_json()),
    }  # fmt: skip
    print(name, history["loss"])
np.savez_compressed(HERE / "functional.npz", **{key: value.astype("float32") for key, value in numbers.items()})
(HERE / "functional.json").write_text(json.dumps(texts))

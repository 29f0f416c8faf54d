"""Makes hostile and damaged model files: each known attack on Keras' loaders, and kin of them.

`write_all(folder)` writes them and returns what to do with each: ``[(call, path)]``, call being "model" or "weights".
The base is a small model with an Adam state, in each format; attacks change one thing of it.
"""

from __future__ import annotations

import random
from pathlib import Path

from tests.hostile_files.configs import spoil_configs
from tests.hostile_files.damage import damage, holes, odd_paths
from tests.hostile_files.files import CANARY, SECRET, Files
from tests.hostile_files.graphs import make_graph, spoil_graphs
from tests.hostile_files.hdf5 import spoil_hdf5
from tests.hostile_files.zips import spoil_zip


def make_model(keras):
    """The model that `write_all` spoils and that weights are loaded into."""
    dense = keras.layers.Dense
    layers = [dense(6, activation="relu", input_shape=(4,), name="dense"), dense(3, name="dense_1")]
    model = keras.Sequential(layers, name="sequential")
    model.compile("adam", "mse", metrics=["mae"])
    model.optimizer.build(model.trainable_variables)
    return model


def write_all(folder, seed=0, most=None, kinds=False):
    """Write all files, or at most so many of one name (`kinds`: of like names), and return the list of ``(call, path)``."""
    import minikeras as keras

    folder = Path(folder)
    (folder / SECRET).write_bytes(bytes(4096))
    (folder / f"{CANARY}.py").write_text(f"open({str(folder / 'pwned')!r}, 'w').close()\nclass Dense: pass\n")
    model = make_model(keras)
    base = {name: _saved(model, name, folder) for name in ("model.keras", "model.h5", "model.weights.h5")}
    base["graph.keras"] = _saved(make_graph(keras), "graph.keras", folder)
    made = Files(folder, most, kinds)
    spoil_configs(made, base)
    spoil_graphs(made, base, random.Random(seed))
    spoil_hdf5(made, base, folder)
    spoil_zip(made, base)
    damage(made, base, random.Random(seed), *((90, 25) if most is None else (18, 6)))
    holes(made, base, folder)
    odd_paths(made, folder)
    return made.list


def _saved(model, name, folder):
    path = folder / name
    (model.save_weights if "weights" in name else model.save)(path)
    data = path.read_bytes()
    path.unlink()
    return data

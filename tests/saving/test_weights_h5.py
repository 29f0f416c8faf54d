import errno
import io

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.saving.hdf5 import open_hdf5
from minikeras.saving.plan import Plan
from minikeras.saving.weights_h5 import declared_bytes, plan_weights, writing


def model():
    made = keras.Sequential(
        [layers.Dense(3, input_shape=(2,)), layers.ReLU(), layers.Dense(2), layers.Dense(1, use_bias=False)]
    )
    made.set_weights([np.full(w.shape, i, w.dtype) for i, w in enumerate(made.get_weights())])
    return made


def saved(change=lambda f: None):
    file = io.BytesIO()
    keras.saving.save_weights(model(), file)
    with h5py.File(file, "r+") as root:
        change(root)
    return file


def test_layout():
    with h5py.File(saved()) as file:
        names = []
        file.visit(names.append)
        assert [n for n in names if n[-1].isdigit() and "vars/" in n] == [
            "layers/dense/vars/0", "layers/dense/vars/1", "layers/dense_1/vars/0",
            "layers/dense_1/vars/1", "layers/dense_2/vars/0",
        ]  # fmt: skip
        assert list(file["layers/re_lu/vars"]) == [] and len(file.attrs) == 0 and "vars" in file


def test_keras_2_13_files_under_other_names_and_numbers_that_skip():
    def old(file):
        file["_layer_checkpoint_dependencies"] = file["layers"]
        del file["layers"]
        group = file["_layer_checkpoint_dependencies"]
        for new, name in (("dense_4", "dense_2"), ("dense_2", "dense_1")):
            group.move(name, new)
        file.create_dataset("metrics/mean/vars/0", data=1.0)

    loaded = model()
    loaded.set_weights([w * 0 for w in loaded.get_weights()])
    loaded.load_weights(saved(old))
    assert all(map(np.array_equal, loaded.get_weights(), model().get_weights()))


@pytest.mark.parametrize(
    "change, match",
    [
        (lambda f: f.__delitem__("layers/dense_1/vars/1"), r"layer '.*' \(Dense\) has 2 weights.*file has 1"),
        (lambda f: f.__delitem__("layers/dense_1"), "has 1 weights of shapes|has 2 weights|has none"),
        (lambda f: f.create_dataset("layers/dense/vars/2", data=1.0), "has 2 weights.*file has 3"),
        (lambda f: f.create_dataset("layers/lstm/cell/vars/0", data=1.0), "weights for a layer 'lstm'"),
        (lambda f: f.create_dataset("layers/dense_9/vars/0", data=1.0), "weights for a layer 'dense_9'"),
        (lambda f: f.__delitem__("layers"), "file has none"),
    ],
)
def test_missing_and_extra_weights_are_refused(change, match):
    with pytest.raises(ValueError, match=match):
        model().load_weights(saved(change))


def test_a_model_that_is_not_built_says_how_to_build_it():
    with pytest.raises(ValueError, match="not built.*keras.Input"):
        keras.Sequential([layers.Dense(3), layers.ReLU(), layers.Dense(2), layers.Dense(1)]).load_weights(saved())


class Counter(layers.Layer):
    """Keeps its state its own way, as Keras lets layers do."""

    def build(self, input_shape):
        self.count = self.add_weight(shape=(), initializer="zeros", name="count", trainable=False)

    def call(self, x):
        return x

    def save_own_variables(self, store):
        store["number"] = np.asarray(self.count) + 100

    def load_own_variables(self, store):
        self.count.assign(store["number"][()] - 100)


def test_layers_may_save_and_load_their_variables_themselves():
    one, two = (keras.Sequential([layers.Dense(1, input_shape=(2,)), Counter()]) for _ in range(2))
    one.layers[1].count.assign(5.0)
    file = io.BytesIO()
    keras.saving.save_weights(one, file)
    with h5py.File(file) as root:
        assert root["layers/counter/vars/number"][()] == 105
    two.load_weights(file)
    assert float(two.layers[1].count) == 5


def test_many_links_to_one_group_are_walked_once():
    made = io.BytesIO()
    with h5py.File(made, "w", libver="latest") as file:
        group = file.create_group("layers/dense")
        for i in range(60):
            below = file.create_group(f"made{i}")
            group["left"], group["right"] = below, below
            group = below
        group["0"] = np.zeros(5, "f4")
    root = open_hdf5(made, "x.h5")
    assert declared_bytes(root) == 20 and root.source.reads < 2000
    plan_weights(Plan("x.h5"), root, keras.Sequential([layers.Flatten(input_shape=(2,))]))
    assert root.source.reads < 3000


def test_a_packed_array_counts_by_what_it_takes_in_the_file():
    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        file.create_dataset("zeros", data=np.zeros(30_000_000, "f4"), chunks=(10_000_000,), compression="gzip")
        file["padding"] = np.zeros(8 << 20, "u1")
    assert 8 << 20 < declared_bytes(open_hdf5(made, "x.h5")) < 24 << 20


class Own(keras.Model):
    """Attributes before and behind "layers" in the alphabet."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first, self.out = layers.Dense(2), layers.Dense(1)

    def call(self, x):
        return self.out(self.first(x))


def test_models_of_a_users_class_as_keras_2_wrote_them(tmp_path):
    path, (one, two) = str(tmp_path / "w.weights.h5"), (Own(), Own())
    one(np.zeros((1, 3))), two(np.zeros((1, 3)))
    with h5py.File(path, "w") as file:  # Keras 2.15 walked through attributes from the end of the alphabet
        for place, layer in (("out", one.out), ("layers/dense", one.first)):
            for n, v in enumerate(layer.weights):
                file[f"{place}/vars/{n}"] = v.numpy()
        file.create_group("vars")
    two.load_weights(path)
    assert all((a.numpy() == b.numpy()).all() for a, b in zip(one.weights, two.weights))
    with h5py.File(path, "a") as file:
        del file["out"]
    with pytest.raises(ValueError, match="'dense.*' .Dense. has 2 weights, but the file has none for it .at 'first'"):
        two.load_weights(path)


@pytest.mark.parametrize("kind", [OSError, RuntimeError])
def test_a_full_disk_is_told_as_one(kind):
    with pytest.raises(OSError, match="No space left on device") as caught, writing(io.BytesIO()):
        raise kind("Can't decrement id ref count (unable to extend file properly, errno = 28, error message = '...')")
    assert caught.value.errno == errno.ENOSPC
    with pytest.raises(kind, match="something else"), writing(io.BytesIO()):
        raise kind("something else")


def test_classes_that_had_another_name_in_keras_2(tmp_path):
    path = str(tmp_path / "w.weights.h5")
    model = keras.Sequential([layers.BatchNormalization(input_shape=(3,)), layers.Dense(1)])
    values = [np.full(v.shape, n + 2.0) for n, v in enumerate(model.layers[0].weights)]
    with h5py.File(path, "w") as file:
        for place, arrays in (("sync_batch_normalization", values), ("dense", model.layers[1].get_weights())):
            for n, value in enumerate(arrays):
                file[f"layers/{place}/vars/{n}"] = np.asarray(value, "float32")
    model.load_weights(path)
    assert [w[0] for w in model.layers[0].get_weights()] == [2.0, 3.0, 4.0, 5.0]

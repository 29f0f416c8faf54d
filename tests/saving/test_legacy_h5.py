"""Legacy files, some of them made by hand as Keras 2.2 wrote them."""

import io
import json

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, ops, saving

GLOROT = {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None}}


def dense(name, units, **more):
    config = {
        "name": name, "trainable": True, "units": units, "activation": "linear", "use_bias": True,
        "kernel_initializer": GLOROT, "bias_initializer": {"class_name": "Zeros", "config": {}}, "kernel_regularizer": None,
        "bias_regularizer": None, "activity_regularizer": None, "kernel_constraint": None, "bias_constraint": None, **more,
    }  # fmt: skip
    return {"class_name": "Dense", "config": config}


def keras_2_2(optimizer, weights, bare=True):
    """A model of Keras 2.2: no InputLayer, a bare list of layers, byte texts, an optimizer with lr and decay."""
    told = [dense("dense_1", 3, batch_input_shape=[None, 2], dtype="float32"), dense("dense_2", 1)]
    values = [np.arange(6.0).reshape(2, 3), np.ones(3), np.arange(3.0).reshape(3, 1), np.ones(1)]
    file = io.BytesIO()
    with h5py.File(file, "w", libver="earliest") as root:
        root.attrs["keras_version"], root.attrs["backend"] = np.bytes_(b"2.2.2"), np.bytes_(b"tensorflow")
        root.attrs["model_config"] = np.bytes_(
            json.dumps({"class_name": "Sequential", "config": told if bare else {"name": "s", "layers": told}}).encode()
        )
        training = {
            "optimizer_config": optimizer,
            "loss": "mean_squared_error",
            "metrics": ["mae"],
            "sample_weight_mode": None,
            "loss_weights": None,
        }
        root.attrs["training_config"] = np.bytes_(json.dumps(training).encode())
        group = root.create_group("model_weights")
        group.attrs["layer_names"] = np.array([b"dense_1", b"dense_2"])
        for i, name in enumerate(("dense_1", "dense_2")):
            names = [f"{name}/kernel:0".encode(), f"{name}/bias:0".encode()]
            group.create_group(name).attrs["weight_names"] = np.array(names)
            for n, value in zip(names, values[2 * i : 2 * i + 2], strict=True):
                group[name].create_dataset(n.decode(), data=value.astype("f4"))
        group = root.create_group("optimizer_weights")
        group.attrs["weight_names"] = np.array([n.encode() for n, _ in weights])
        for name, value in weights:
            group.create_dataset(name, data=value)
    return file, values


def slots(start, shapes=((2, 3), (3,), (3, 1), (1,))):
    return [np.full(shape, start + i, "f4") for i, shape in enumerate(shapes)]


@pytest.mark.parametrize("bare", [True, False])
def test_keras_2_2(bare):
    adam = {
        "class_name": "Adam",
        "config": {"lr": 0.002, "beta_1": 0.9, "beta_2": 0.999, "decay": 0.0, "epsilon": 1e-07, "amsgrad": False},
    }
    weights = [("Adam/iterations:0", np.int64(17))]
    weights += [
        (f"training/Adam/Variable{f'_{i}' if i else ''}:0", v)
        for i, v in enumerate([*slots(10), *slots(20), *[np.zeros(1, "f4")] * 4])
    ]
    file, values = keras_2_2(adam, weights, bare)
    model = saving.load_model(file)
    assert all(map(np.array_equal, model.get_weights(), values))
    assert int(model.optimizer.iterations) == 17 and float(model.optimizer.learning_rate) == pytest.approx(0.002)
    found = {v.name: v.value.flat[0] for v in model.optimizer.variables[2:]}
    assert list(found.values()) == [10, 20, 11, 21, 12, 22, 13, 23]  # m and v in turns, as today
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)


def test_keras_2_2_optimizers_without_a_count():
    rms = {"class_name": "RMSprop", "config": {"lr": 0.01, "rho": 0.9, "decay": 0.5, "epsilon": None}}
    weights = [(f"training/RMSprop/Variable{f'_{i}' if i else ''}:0", v) for i, v in enumerate(slots(5))]
    model = saving.load_model(keras_2_2(rms, weights)[0])
    assert [v.value.flat[0] for v in model.optimizer.variables if "velocity" in v.name] == [5, 6, 7, 8]
    assert model.optimizer.epsilon == 1e-7


def test_keras_2_2_sgd_has_slots_even_without_momentum():
    sgd = {"class_name": "SGD", "config": {"lr": 0.01, "momentum": 0.0, "decay": 0.0, "nesterov": False}}
    weights = [("SGD/iterations:0", np.int64(3)), *((f"training/SGD/Variable_{i}:0", v) for i, v in enumerate(slots(5)))]
    assert int(saving.load_model(keras_2_2(sgd, weights)[0]).optimizer.iterations) == 3


def saved(model, change=lambda f: None):
    file = io.BytesIO()
    saving.save_model(model, file, save_format="h5")
    with h5py.File(file, "r+") as root:
        change(root)
    return file


def made():
    model = keras.Sequential([layers.Dense(3, input_shape=(2,), name="a"), layers.ReLU(name="r"), layers.Dense(1, name="b")])
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def test_layout():
    with h5py.File(saved(made())) as file:
        assert json.loads(file.attrs["training_config"])["loss"] == "mean_squared_error"  # real Keras does not read "mse" here
        told = json.loads(file.attrs["model_config"])
        assert set(told) == {"class_name", "config"} and set(told["config"]["layers"][1]) == {"class_name", "config"}
        group = file["model_weights"]
        assert group.attrs["layer_names"].tolist() == ["a", "r", "b"]
        assert group["r"].attrs["weight_names"].dtype == "float64" and "top_level_model_weights" in group
        assert [n.split("/", 1)[1] for n in group["a"].attrs["weight_names"]] == ["a/kernel", "a/bias"]


@pytest.mark.slow
def test_many_layers_have_their_names_in_pieces():
    model = keras.Sequential([layers.Input((1,)), *(layers.Activation("relu") for _ in range(4100)), layers.Dense(1)])
    file = saved(model)
    with h5py.File(file) as root:
        assert "layer_names1" in root["model_weights"].attrs
    assert len(saving.load_model(file).layers) == 4101


@pytest.mark.parametrize(
    "change, match",
    [
        (lambda g: g["a"].attrs.__setitem__("weight_names", ["../../x", "y"]), "has no '/model_weights/a/..'"),
        (lambda g: g["a"].attrs.__setitem__("weight_names", ["x"]), "lists 1 arrays and has 2"),
        (lambda g: g["a"].attrs.__setitem__("weight_names", ["x", "x"]), "not a list of different names"),
        (lambda g: g["a"].attrs.__setitem__("weight_names", np.arange(2)), "not a list of different names"),
        (lambda g: g.attrs.__setitem__("layer_names", ["a"]), "has weights for 1 layers"),
        (lambda g: g["a"].create_dataset("more", data=1.0), "lists 2 arrays and has 3"),
        (lambda g: g["top_level_model_weights"].create_dataset("more", data=1.0), "lists 0 arrays and has 1"),
    ],
)
def test_lists_that_do_not_fit_the_arrays_are_refused(change, match):
    with pytest.raises(ValueError, match=match):
        saving.load_model(saved(made(), lambda f: change(f["model_weights"])))


def test_weights_alone_are_told_from_a_model():
    file = io.BytesIO()
    with h5py.File(saved(made())) as old, h5py.File(file, "w") as new:
        for name in old["model_weights"]:
            old["model_weights"].copy(name, new)
        for name, value in old["model_weights"].attrs.items():
            new.attrs[name] = value
    with pytest.raises(ValueError, match="holds no model"):
        saving.load_model(file)
    made().load_weights(file)


def test_layers_whose_names_have_slashes_stand_in_each_other(tmp_path):
    path, model = tmp_path / "a.h5", keras.Sequential([layers.Dense(2, input_shape=(3,)), layers.Dense(1), layers.Dense(1)])
    values = [np.full(v.shape, i, "float32") for i, v in enumerate(model.weights)]
    with h5py.File(path, "w") as file:
        names = ["Conv", "Conv/BatchNorm", "conv1/conv"]  # as in Keras 2's MobileNetV3 and DenseNet
        file.attrs["layer_names"] = [n.encode() for n in names]
        for i, name in enumerate(names):
            group = file.require_group(name)
            inside = [f"{name}/kernel:0", f"{name}/bias:0"]
            group.attrs["weight_names"] = [n.encode() for n in inside]
            for dataset, value in zip(inside, values[2 * i : 2 * i + 2], strict=True):
                group.create_dataset(dataset, data=value)
    model.load_weights(path)
    for found, value in zip(model.get_weights(), values, strict=True):
        np.testing.assert_array_equal(found, value)
    with h5py.File(path, "a") as file:
        file["Conv/BatchNorm"].create_dataset("stray", data=[1.0])
    with pytest.raises(ValueError, match="damaged: '/Conv/BatchNorm' lists 2 arrays and has 3"):
        model.load_weights(path)


def test_layers_over_several_axes_have_their_module_as_keras_drops_the_axes_else(tmp_path):
    model = keras.Sequential([keras.Input((3, 2)), layers.LayerNormalization(axis=[1, 2]), layers.LayerNormalization(axis=-1)])
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        told = json.loads(file.attrs["model_config"])["config"]["layers"]
    assert [layer.get("module") for layer in told] == [None, "keras.layers", None]
    assert keras.models.load_model(tmp_path / "m.h5").layers[0].gamma.shape == (3, 2)


def test_attention_has_its_module_as_keras_takes_dot_for_a_function_else(tmp_path):
    x = keras.Input((3, 2))
    y = layers.Add(name="add")([layers.Attention(score_mode="dot")([x, x]), x])
    keras.Model(x, y).save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        told = json.loads(file.attrs["model_config"])["config"]["layers"]
    assert [layer.get("module") for layer in told] == [None, "keras.layers", None]
    assert keras.models.load_model(tmp_path / "m.h5").layers[1].score_mode == "dot"


def test_what_discretization_learned_in_keras_2(tmp_path):
    model = keras.Sequential([keras.Input((2,)), layers.Discretization(num_bins=3, name="d"), layers.Dense(1)])
    model.layers[0].adapt(np.arange(30.0))
    summary, bounds = model.layers[0].summary, model.layers[0].bin_boundaries
    assert summary.shape[1] > 3
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "a") as file:  # as Keras 2 wrote it: the summary as a weight, no boundaries
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"][1]["config"]["bin_boundaries"] = None
        file.attrs["model_config"] = json.dumps(config)
        group = file["model_weights/d"]
        group.create_dataset("summary:0", data=summary)
        group.attrs["weight_names"] = ["summary:0"]
    assert keras.models.load_model(tmp_path / "m.h5").layers[0].bin_boundaries == bounds
    with h5py.File(tmp_path / "m.h5", "a") as file:
        del file["model_weights/d/summary:0"]
        file["model_weights/d"].create_dataset("summary:0", data=summary[0])
    with pytest.raises(ValueError, match="a summary has shape"):
        keras.models.load_model(tmp_path / "m.h5")


@keras.saving.register_keras_serializable("tests_legacy")
class Own(keras.Model):
    """A model with a call() of its own, layers and a weight."""

    def __init__(self, units=2, **kwargs):
        super().__init__(**kwargs)
        self.units, self.dense = units, layers.Dense(units)
        self.free = self.add_weight(name="free", shape=(units,), initializer="ones")

    def call(self, x):
        return self.dense(x) * self.free

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("tests_legacy")
class Sized(layers.Layer):
    """A layer that is built for more than a shape."""

    def build(self, input_shape, rows=2):
        self.rows = rows
        self.w = self.add_weight(name="w", shape=(rows, input_shape[-1]))

    def call(self, x):
        return x * ops.sum(self.w, axis=0)

    def get_build_config(self):
        return {"input_shape": (None, 3), "rows": self.rows}

    def build_from_config(self, config):
        self.build(tuple(config["input_shape"]), config["rows"])


def test_models_and_layers_of_a_users_class_are_built_as_they_were(tmp_path):
    path, x = str(tmp_path / "m.h5"), np.ones((2, 3), "float32")
    model = Own(4)
    model.compile("adam", "mse")
    model.fit(x, np.zeros((2, 4)), verbose=0)
    sized = Sized()
    sized.build((None, 3), 5)
    for m in (model, keras.Sequential([keras.Input((3,)), sized, layers.Dense(1)])):
        m.save(path)
        np.testing.assert_array_equal(keras.models.load_model(path).predict(x, verbose=0), m.predict(x, verbose=0))
    model.save_weights(path)
    other = Own(4)
    other(x)
    other.load_weights(path)
    assert other.free.numpy().tolist() == model.free.numpy().tolist() != [1.0] * 4
    with h5py.File(path) as file:
        assert [str(n) for n in file["top_level_model_weights"].attrs["weight_names"]] == [model.free.path]


def test_a_users_model_without_its_shape_tells_the_way(tmp_path):
    path, model = str(tmp_path / "m.h5"), Own(4)
    model(np.ones((2, 3)))
    model.save(path)
    with h5py.File(path, "a") as file:  # as Keras 3 writes it
        config = json.loads(file.attrs["model_config"])
        del config["build_config"]
        file.attrs["model_config"] = json.dumps(config)
    with pytest.raises(ValueError, match=r"not built: make it, call it on data, then load_weights\(\) of this file"):
        keras.models.load_model(path)
    other = Own(4)
    other(np.ones((2, 3)))
    other.load_weights(path)
    assert (other.dense.kernel.numpy() == model.dense.kernel.numpy()).all()


def half_off(t, p):
    return ops.mean(ops.abs(t - p)) / 2


@pytest.mark.parametrize("ending", ["h5", "keras"])
def test_losses_and_metrics_by_name_are_found_in_custom_objects(tmp_path, ending):
    path, x, y = str(tmp_path / f"m.{ending}"), np.ones((4, 3)), np.zeros((4, 1))
    model = keras.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", loss=half_off, metrics=[half_off, "mae"])
    expected = model.evaluate(x, y, verbose=0, return_dict=True)
    model.save(path)
    loaded = keras.models.load_model(path, custom_objects={"half_off": half_off})
    assert loaded.evaluate(x, y, verbose=0, return_dict=True) == expected and "half_off" in expected
    if ending == "h5":  # Keras 3 writes the bare names
        with h5py.File(path, "a") as file:
            config = json.loads(file.attrs["training_config"])
            file.attrs["training_config"] = json.dumps({**config, "loss": "half_off", "metrics": ["half_off", "mae"]})
        loaded = keras.models.load_model(path, custom_objects={"half_off": half_off})
        assert loaded.evaluate(x, y, verbose=0, return_dict=True) == expected


@pytest.mark.parametrize("inner", ["adam", "rmsprop", "sgd"])
def test_the_state_of_an_optimizer_around_another(tmp_path, inner):
    path, x, y = str(tmp_path / "m.h5"), np.ones((8, 3), "float32"), np.zeros((8, 1), "float32")
    model = keras.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.get(inner), initial_scale=4.0), "mse")
    model.fit(x, y, epochs=3, batch_size=4, verbose=0)
    model.save(path)
    found = keras.models.load_model(path).optimizer.variables
    assert all((a.numpy() == b.numpy()).all() for a, b in zip(found, model.optimizer.variables, strict=True))


@pytest.mark.parametrize("inside", [False, True])
def test_learned_words_are_in_the_file(tmp_path, inside):
    path, texts = str(tmp_path / "m.h5"), np.array([["red green"], ["green old"]])
    words = layers.TextVectorization(output_mode="tf_idf")
    words.adapt(texts)
    row = keras.Sequential([keras.Input((1,), dtype="string"), words])
    model = keras.Sequential([keras.Input((1,), dtype="string"), row if inside else words, layers.Dense(2)])
    expected = model.predict(texts, verbose=0)
    model.save(path)
    loaded = keras.models.load_model(path)
    np.testing.assert_allclose(loaded.predict(texts, verbose=0), expected, rtol=1e-6)
    numbers = layers.IntegerLookup(output_mode="multi_hot")
    numbers.adapt(np.array([[3, 3, 7]]))
    model = keras.Sequential([keras.Input((3,), dtype="int64"), numbers])
    model.save(path)
    assert keras.models.load_model(path).layers[0].get_vocabulary() == numbers.get_vocabulary()


def test_what_layers_without_weights_learned_is_found_by_order_where_names_differ(tmp_path):
    path = str(tmp_path / "w.h5")
    bins, dense = layers.Discretization(num_bins=2, output_mode="one_hot", name="mine"), layers.Dense(1)
    bins.adapt(np.array([0.0, 1.0]))
    model = keras.Sequential([keras.Input((1,)), bins, layers.Flatten(), dense])
    with h5py.File(path, "w") as file:  # of Keras 2: the summary of what was seen is a weight
        file.attrs["layer_names"] = ["discretization", "flatten", "dense"]
        held = {"discretization": [np.array([[0.0, 4.0, 8.0], [1.0, 1.0, 1.0]])], "flatten": [], "dense": dense.get_weights()}
        for name, arrays in held.items():
            group = file.create_group(name)
            for n, value in enumerate(arrays):
                group[f"w{n}"] = np.asarray(value, "float32")
            group.attrs["weight_names"] = [f"w{n}" for n in range(len(arrays))] or np.zeros(0)
    model.load_weights(path)
    assert bins.summary.tolist() == [[0.0, 4.0, 8.0], [1.0, 1.0, 1.0]]


def test_what_was_added_by_hand_is_said_to_be_lost(tmp_path):
    x = keras.Input((2,))
    h = layers.Dense(2)(x)
    model = keras.Model(x, h)
    for add in (lambda: model.add_loss(ops.mean(h)), lambda: model.add_metric(ops.mean(h), name="m")):
        add()
        with pytest.warns(UserWarning, match=r"What add_(loss|metric)\(tensor\) added to model .* is not saved"):
            model.save(str(tmp_path / "m.keras"))


def test_layers_in_a_layer_keep_their_module(tmp_path):
    path, inner = str(tmp_path / "m.h5"), layers.Pipeline([layers.Rescaling(0.5), layers.Rescaling(2.0)])
    model = keras.Sequential([keras.Input((2,)), inner, layers.Dense(1)])
    model.save(path)
    with h5py.File(path) as file:
        config = json.loads(file.attrs["model_config"])["config"]["layers"][1]["config"]
    assert [layer["module"] for layer in config["layers"]] == ["keras.layers"] * 2  # Keras does not find them without
    assert keras.models.load_model(path).layers[0].layers[1].scale == 2.0

import json

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.activations import keras2_hard_sigmoid
from minikeras.saving.legacy_config import is_old, translate, translate_compile


def test_a_config_of_keras_3_comes_back_as_it_is():
    model = keras.Sequential([layers.Dense(2, kernel_regularizer="l2", input_shape=(3,)), layers.LeakyReLU(0.1)])
    config = keras.saving.serialize_keras_object(model)
    assert translate(config) == config


def test_layers_of_keras_2():
    old = {
        "class_name": "Sequential",
        "config": [
            {"class_name": "Dense", "config": {"name": "a", "units": 2, "batch_input_shape": [None, 3], "dtype": "float32"}},
            {"class_name": "LeakyReLU", "config": {"name": "b", "alpha": 0.25}},
            {"class_name": "Dropout", "config": {"name": "c", "p": 0.5, "input_dtype": "float32"}},
        ],
        "keras_version": "2.0.0",
        "backend": "tensorflow",
    }
    found = translate(old)
    assert [layer["class_name"] for layer in found["config"]["layers"]] == ["InputLayer", "Dense", "LeakyReLU", "Dropout"]
    model = keras.saving.deserialize_keras_object(found)
    assert model.input_shape == (None, 3) and model.layers[1].negative_slope == 0.25 and model.layers[2].rate == 0.5


def test_module_names_of_all_times():
    for module in ("keras.layers", "keras.src.layers.core.dense", "tensorflow.keras.layers", "keras.layers.core", None):
        layer = {
            "module": module,
            "class_name": "Dense",
            "config": {"units": 3, "dtype": {"class_name": "Policy", "config": {"name": "float64"}}},
        }
        made = keras.saving.deserialize_keras_object(translate(layer))
        assert made.units == 3 and made.dtype == "float64"


def test_training_configs_of_keras_2():
    found = translate_compile(
        {
            "loss": {"class_name": "Huber", "config": {"reduction": "auto", "name": "huber_loss", "delta": 0.7, "fn": "huber"}},
            "metrics": [
                [{"class_name": "MeanMetricWrapper", "config": {"name": "acc", "dtype": "float32", "fn": "binary_accuracy"}}]
            ],
            "weighted_metrics": None,
            "sample_weight_mode": None,
            "optimizer_config": {
                "class_name": "Custom>Adam",
                "config": {
                    "name": "Adam",
                    "lr": 0.1,
                    "decay": 0.0,
                    "jit_compile": False,
                    "is_legacy_optimizer": False,
                    "ema_overwrite_frequency": 100,
                },
            },
        }
    )
    assert found == {
        "loss": {"class_name": "Huber", "config": {"reduction": "sum_over_batch_size", "name": "huber_loss", "delta": 0.7}},
        "metrics": [{"class_name": "BinaryAccuracy", "config": {"name": "acc", "dtype": "float32"}, "registered_name": None}],
        "optimizer": {"class_name": "Adam", "config": {"name": "Adam", "learning_rate": 0.1, "ema_overwrite_frequency": None}},
    }


def test_functions_of_the_user_are_named():
    config = {"metrics": [{"class_name": "MeanMetricWrapper", "config": {"name": "mine", "fn": "mine"}}]}
    assert translate_compile(config)["metrics"] == ["mine"]


def test_the_users_own_classes_get_what_they_wrote():
    class Mine(layers.Layer):
        def __init__(self, alpha=1, groups=2, **kwargs):
            super().__init__(**kwargs)

    node = {"class_name": "pack>LeakyReLU", "config": {"alpha": 1, "groups": 2}}
    assert translate(node, {"pack>LeakyReLU": Mine})["config"] == {"alpha": 1, "groups": 2}


def test_the_users_own_losses_get_what_they_wrote():
    class Mine(keras.losses.Loss):
        pass

    config = {"loss": {"class_name": "Mine", "config": {"fn": "mse", "reduction": "auto"}}}
    assert translate_compile(config, {"Mine": Mine}) == config


def test_hard_sigmoid_of_keras_2_has_another_slope_and_so_have_its_models():
    hard = "hard_sigmoid"
    model = keras.Sequential(
        [
            keras.Input((3, 2)),
            layers.LSTM(1, recurrent_activation=hard, return_sequences=True),
            layers.GRU(1, reset_after=False, recurrent_activation=hard),
            layers.Dense(1, activation=hard),
            layers.Activation(hard),
        ]
    )
    text = json.dumps({**json.loads(model.to_json()), "keras_version": "2.15.0"})
    weights = [
        [[1.8, 0.4, 1.0, 2.2], [1.9, -1.0, 1.0, -0.2]], [[-0.1, 0.4, 0.1, 1.5]], [0.8, 0.1, 0.4, 0.3], [[1.5, -0.2, 0.3]],
        [[-0.9, -2.6, 0.7]], [0.9, -0.7, 2.3], [[-1.5]], [0.0],
    ]  # fmt: skip
    x = np.array([[[-0.2, 1.5], [1.5, 0.2], [0.4, -0.9]], [[-2.0, -0.3], [0.2, 1.2], [1.2, -0.4]]], "float32")
    old = keras.models.model_from_json(text)
    assert old.layers[0].cell.recurrent_activation is old.layers[3].activation is keras2_hard_sigmoid
    for found in (old, keras.models.model_from_json(old.to_json()), keras.models.clone_model(old)):
        found.set_weights([np.array(w, "float32") for w in weights])
        found.compile("sgd", "mse")
        np.testing.assert_allclose(found.predict(x), [[0.577578067], [0.567201733]], rtol=1e-6)  # Keras 2.15's numbers
        np.testing.assert_allclose(found.train_on_batch(x, np.zeros((2, 1))), 0.3276571035, rtol=1e-6)
        np.testing.assert_allclose(found.predict(x), [[0.577543556], [0.567169547]], rtol=1e-6)


def test_what_is_old():
    layer = {"class_name": "Dense", "config": {"batch_input_shape": [None, 2]}}
    assert is_old({"keras_version": "1.2.2"}) and is_old({}, b"2.2.4") and is_old({"config": [layer]})
    assert not is_old({"keras_version": "3.0.0"}) and not is_old({"config": [layer]}, "3.1") and not is_old({}, 7)


def test_what_the_oldest_keras_left_out():
    config = {"output_dim": 2, "inner_activation": "hard_sigmoid"}
    found = translate({"class_name": "GRU", "config": config}, old=True)["config"]
    assert found["reset_after"] is False and found["recurrent_activation"] == "keras2_hard_sigmoid"
    found = translate({"class_name": "Normalization", "config": {"mean": [1.0, 2.0], "variance": 2.0}}, old=True)["config"]
    assert found["variance"] == [2.0, 2.0]
    found = translate({"class_name": "Normalization", "config": {"mean": 1.0, "variance": [2.0]}}, old=True)["config"]
    assert found["mean"] == [1.0]


def test_a_class_of_ones_own_gets_what_it_wrote():
    class Own(layers.Layer):
        pass

    config = {"class_name": "Own", "config": {"activation": "hard_sigmoid"}}
    assert translate(config, {"Own": Own}, old=True) == config


def test_schedules_of_keras_2_had_no_name():
    rate = {"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 5, "name": None}}
    found = translate_compile({"optimizer": {"class_name": "Adam", "config": {"learning_rate": rate}}})
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile_from_config(found)
    assert "name" not in found["optimizer"]["config"]["learning_rate"]["config"] and model.optimizer.iterations == 0


@pytest.mark.parametrize(("asked", "found"), [("auto", "auto"), (True, "auto"), (False, False)])
def test_a_file_does_not_turn_compiled_steps_on(asked, found, tmp_path):
    """Keras writes True where nobody has asked for anything."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=asked)
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"m.{ending}")
        assert keras.models.load_model(tmp_path / f"m.{ending}")._compiled.extras["jit_compile"] == found
    assert keras.models.clone_model(model)._compiled.extras["jit_compile"] == asked  # copies go on as the original


def scaled(**config):
    inner = {"class_name": "Adam", "config": {"name": "Adam", "learning_rate": 0.5, "is_legacy_optimizer": False}}
    node = {"class_name": "LossScaleOptimizerV3", "config": {"inner_optimizer": inner, **config}}
    return translate_compile({"optimizer_config": node, "loss": "mse"})["optimizer"]


def test_the_optimizer_that_keras_2_put_around_others_under_mixed_float16():
    found = keras.optimizers.deserialize(scaled(dynamic=True, initial_scale=64.0, dynamic_growth_steps=7))
    assert isinstance(found, keras.optimizers.LossScaleOptimizer) and isinstance(found.inner_optimizer, keras.optimizers.Adam)
    assert (found.initial_scale, found.dynamic_growth_steps, float(found.inner_optimizer.learning_rate)) == (64.0, 7, 0.5)
    found = keras.optimizers.deserialize(scaled(dynamic=False, initial_scale=64.0, dynamic_growth_steps=None))
    assert type(found) is keras.optimizers.Adam and found.loss_scale_factor == 64.0


def test_names_of_metrics_in_keras_files_of_keras_2_lose_the_name_of_the_output():
    metric = {"module": "keras.metrics", "class_name": "RootMeanSquaredError", "config": {"name": "b_r"}}
    config = {"optimizer": "adam", "metrics": [["mae"], [metric]], "run_eagerly": None}
    assert translate_compile(config, None, ["a", "b"])["metrics"][1][0]["config"]["name"] == "r"
    config["run_eagerly"] = False  # Keras 3
    assert translate_compile(config, None, ["a", "b"])["metrics"][1][0]["config"]["name"] == "b_r"


def test_a_frozen_layer_around_another_freezes_it():
    inner = {"class_name": "LSTM", "config": {"units": 2, "trainable": True}}
    around = {"class_name": "Bidirectional", "config": {"layer": inner, "trainable": False}}
    outer = {"class_name": "TimeDistributed", "config": {"layer": around, "trainable": False}}
    for old, expected in ((True, False), (False, True)):
        found = translate(outer, old=old)["config"]["layer"]["config"]["layer"]["config"]
        assert found["trainable"] is expected
    around["config"]["trainable"] = True
    assert translate(around, old=True)["config"]["layer"]["config"]["trainable"]

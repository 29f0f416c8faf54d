import minikeras as keras
from minikeras import layers
from minikeras.saving.legacy_config import translate, translate_compile


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

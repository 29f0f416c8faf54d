import subprocess
import sys

import pytest

from minikeras._core import registry
from minikeras._core.serialize import Configurable


@pytest.fixture
def animals():
    made = registry.Registry("keras.animals")
    yield made
    del registry.REGISTRIES["keras.animals"]


class BlueTit(Configurable):
    def __init__(self, size=1, song=None):
        self.size, self.song = size, song


def test_all_ways_to_name_a_class(animals):
    animals.register(BlueTit, "tit")
    for identifier in ("BlueTit", "bluetit", "blue_tit", "tit", BlueTit, BlueTit(), {"class_name": "BlueTit", "config": {}}):
        assert type(animals.get(identifier)) is BlueTit
    assert animals.get({"class_name": "BlueTit", "config": {"size": 3}}).size == 3


@pytest.mark.parametrize(
    "identifier, message",
    [
        ("bluetitt", "Unknown name in keras.animals: 'bluetitt'. Did you mean 'bluetit'"),
        (3, "Could not interpret 3 in keras.animals"),
        ({"class_name": "BlueTit", "config": {"colour": 1}}, "does not fit its class"),
        ({"class_name": "BlueTit", "config": [1]}, "should be a dict"),
        ({"config": {}}, "Expected a dictionary containing a 'config' key"),
    ],
)
def test_refused(animals, identifier, message):
    animals.register(BlueTit)
    with pytest.raises(ValueError, match=message):
        animals.get(identifier)


FOREIGN = [
    {"module": "keras.layers", "registered_name": "mine>Dense"},
    {"module": "keras.layers", "registered_name": "Custom>Dense"},
    {"module": "my_package.layers", "registered_name": "Dense"},
    {"module": "my_package.keras.layers", "registered_name": None},
    {"module": "__main__", "registered_name": None},
    {"module": "keras_nlp.src.layers", "registered_name": None},
]
OURS = [
    None, "", "builtins", "keras", "keras.layers", "keras.src.layers.core.dense", "keras.layers.core", "keras.api.layers",
    "tensorflow.keras.layers", "tensorflow.python.keras.layers", "tf_keras.src.layers", "keras_core.layers", "minikeras.layers",
]  # fmt: skip


@pytest.mark.parametrize("where", FOREIGN, ids=str)
def test_a_foreign_class_with_a_known_name_is_not_the_built_in(where):
    from minikeras import layers
    from minikeras._core.serialize import deserialize_keras_object

    config = {"class_name": "Dense", "config": {"units": 3}, **where}
    key = where["registered_name"] or "Dense"
    message = f"'Dense' of module '{where['module']}', .*not the built-in.*Pass custom_objects={{'{key}': ...}}"
    for load in (layers.deserialize, deserialize_keras_object):
        with pytest.raises(ValueError, match=message):
            load(config)

    class Dense(layers.Dense):
        pass

    for name in {key, "Dense"}:
        made = deserialize_keras_object(config, {name: Dense})
        assert type(made) is Dense and made.units == 3


@pytest.mark.parametrize("module", OURS)
def test_keras_own_modules_are_ours(module):
    from minikeras import layers

    for registered in (None, "Dense"):
        config = {"module": module, "class_name": "Dense", "config": {"units": 3}, "registered_name": registered}
        assert type(layers.deserialize(config)) is layers.Dense


def test_a_foreign_loss_metric_optimizer_or_function():
    from minikeras import activations, losses, metrics, optimizers

    for package, name in ((losses, "Huber"), (metrics, "AUC"), (optimizers, "Adam"), (optimizers, "adam")):
        config = {"module": "mine", "class_name": name, "config": {}, "registered_name": f"mine>{name}"}
        with pytest.raises(ValueError, match=f"'{name}' of module 'mine', registered as 'mine>{name}'"):
            package.deserialize(config)
    config = {"module": "mine", "class_name": "function", "config": "relu", "registered_name": "relu"}
    with pytest.raises(ValueError, match="'relu' of module 'mine'"):
        activations.deserialize(config)
    assert activations.deserialize(config, {"relu": abs}) is abs
    assert activations.deserialize({**config, "module": "builtins", "registered_name": "function"}) is activations.relu
    assert type(optimizers.deserialize({"class_name": "Custom>Adam", "config": {}})) is optimizers.Adam  # as Keras 2.15 writes


def test_a_class_is_at_home_however_its_module_was_imported():
    code = (
        "from minikeras.losses.segmentation import Dice, dice; from minikeras.metrics.iou import MeanIoU;"
        "from minikeras._core.registry import home;"
        "print(home(Dice).module, home(dice).module, home(MeanIoU(2)).module, home(print))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out == "keras.losses keras.losses keras.metrics None\n"

import minikeras as keras
from minikeras import layers
from minikeras.saving.tree import own_variables, parts


def test_paths_are_numbered_by_class_within_their_model():
    inner = keras.Sequential([layers.Dense(2, input_shape=(3,)), layers.Dense(3)])
    model = keras.Sequential([layers.Dense(3, name="x", input_shape=(4,)), inner, layers.Dense(1), layers.Dropout(0.1)])
    assert [p.path for p in parts(model)] == [
        "", "layers/dense", "layers/sequential", "layers/sequential/layers/dense", "layers/sequential/layers/dense_1",
        "layers/dense_1", "layers/dropout", "layers/dropout/seed_generator",
    ]  # fmt: skip


def test_own_variables_are_those_of_no_part_inside():
    model = keras.Sequential([layers.Dense(2, input_shape=(3,))])
    assert own_variables(model) == [] and [v.name for v in own_variables(model.layers[0])] == ["kernel", "bias"]


def test_frozen_layers_keep_their_order():
    model = keras.Sequential([layers.Dense(2, input_shape=(3,), trainable=False)])
    assert [v.name for v in own_variables(model.layers[0])] == ["kernel", "bias"]

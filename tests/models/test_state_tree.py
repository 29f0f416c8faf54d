"""All that a model holds, as a tree."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers


def make():
    keras.utils.clear_session()  # optimizers of the same name
    x = keras.Input((3,))
    model = keras.Model(x, layers.Dense(1, name="out")(layers.BatchNormalization(name="bn")(x)))
    model.compile("adam", "mse", metrics=["mae"])
    return model


def test_the_tree_has_all_that_training_changes():
    model = make()
    model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
    tree = model.get_state_tree("numpy_array")
    assert list(tree) == ["trainable_variables", "non_trainable_variables", "optimizer_variables", "metrics_variables"]
    assert {layer: sorted(w) for layer, w in tree["trainable_variables"].items()} == {
        "bn": ["beta", "gamma"],
        "out": ["bias", "kernel"],
    }
    assert sorted(tree["non_trainable_variables"]["bn"]) == ["moving_mean", "moving_variance"]
    assert tree["optimizer_variables"]["adam"]["iteration"] == 1 and "out_bias_velocity" in tree["optimizer_variables"]["adam"]
    assert tree["metrics_variables"]["loss"]["count"] == 4 and "mean_absolute_error" in tree["metrics_variables"]
    kernel = tree["trainable_variables"]["out"]["kernel"]
    assert type(kernel) is np.ndarray and not np.shares_memory(kernel, model.layers[-1].kernel.value)
    assert model.get_state_tree()["trainable_variables"]["out"]["kernel"].numpy().shape == (3, 1)


def test_a_tree_goes_into_another_model():
    one, other = make(), make()
    for model in (one, other):
        model.fit(np.ones((4, 3)), np.ones((4, 1)), epochs=1 + (model is one), verbose=0)
    other.set_state_tree(one.get_state_tree())
    for a, b in zip(one.get_weights(), other.get_weights()):
        assert np.array_equal(a, b)
    assert other.optimizer.iterations == 2
    x, y = np.ones((4, 3)), np.zeros((4, 1))
    assert one.fit(x, y, verbose=0).history == other.fit(x, y, verbose=0).history


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"variables": {}}, "Unknown variable name: 'variables'"),
        ({"trainable_variables": {"out": {"bias": [1.0], "kernl": 0}}}, "no trainable variable 'out/kernl'. Did you mean"),
        ({"trainable_variables": {"out": {"bias": [1.0], "kernel": [1.0]}}}, r"'out/kernel' must have the shape \(3, 1\)"),
    ],
)
def test_what_does_not_fit_changes_nothing(tree, message):
    model = make()
    with pytest.raises(ValueError, match=message):
        model.set_state_tree(tree)
    assert not model.layers[-1].bias.numpy().any()


def test_other_faults():
    with pytest.raises(ValueError, match="Invalid `value_format`"):
        make().get_state_tree("list")
    twice = keras.Model()
    twice.one, twice.two = layers.Dense(1, name="a"), layers.Dense(1, name="a")
    for layer in (twice.one, twice.two):
        layer.build((None, 1))
    with pytest.raises(ValueError, match="found twice in the model"):
        twice.get_state_tree()

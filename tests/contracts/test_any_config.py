"""Whatever stands in a config: a model, or a ValueError that names the file."""

import copy
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minikeras as keras
from minikeras import layers
from minikeras.saving.building import build_model, compile_model
from tests.pace import some_quick

WORDS = [
    "Dense",
    "Sequential",
    "Adam",
    "relu",
    "mse",
    "float64",
    "function",
    "__tensor__",
    "GlorotUniform",
    "keras.layers",
    "L2",
]
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS)
nodes = st.fixed_dictionaries({"class_name": st.sampled_from(WORDS) | leaves, "config": leaves}, optional={"module": leaves})
values = st.recursive(
    leaves | nodes,
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), v, max_size=3),
)


def base():
    model = keras.Sequential([layers.Dense(2, kernel_regularizer="l2", input_shape=(3,)), layers.Dropout(0.5), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 9, 0.5)), "mse", metrics=["mae"])
    return keras.saving.serialize_keras_object(model)


BASE = base()


def places(node, path=()):
    """The paths to all values of a config."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


PLACES = sorted(places(BASE), key=str)


@pytest.mark.parametrize("examples", some_quick([60, 400], [60]))
def test_any_value_at_any_place(examples):
    changes = st.lists(st.tuples(st.sampled_from(PLACES), values), min_size=1, max_size=3)
    settings(max_examples=examples, deadline=None)(given(changes)(ends_well))()


def ends_well(changes):
    config = copy.deepcopy(BASE)
    for path, value in changes:
        node = config
        try:
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = value
        except (TypeError, KeyError, IndexError):
            continue  # an earlier change took the place away
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = build_model(config, "x.keras", 1000, None)
            compile_model(model, config.get("compile_config"), "x.keras", None)
    except ValueError as error:
        assert str(error).startswith("x.keras")

import json

import pytest

import minikeras as keras
from minikeras import layers
from minikeras.saving.building import build_model, check_config, compile_model, reading


def named(name, config, module="keras.layers"):
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


def sequential(*more):
    first = named("InputLayer", {"batch_shape": [None, 4], "dtype": "float32", "name": "i"})
    return named("Sequential", {"name": "s", "layers": [first, *more]}, "keras")


def test_code_is_refused_with_the_safe_way():
    for function, message in (
        (["4wEAAAA=", None, None], "never run.*custom_objects={'l': function}"),
        (named("__lambda__", {"code": "4wE="}, "builtins"), "never run.*custom_objects={'l': function}"),
        (named("exec", {}, "builtins"), "Unknown name in builtins: 'exec'.*custom_objects"),
    ):
        config = sequential(named("Lambda", {"name": "l", "function": function, "function_type": "lambda"}))
        with pytest.raises(ValueError, match=f"x.keras.*{message}"):
            build_model(config, "x.keras", 1000, None)


def test_unknown_and_foreign_names_are_refused():
    for module, name in (("os", "system"), ("builtins", "exec"), ("subprocess", "Popen"), ("keras_hub.layers", "Evil")):
        with pytest.raises(ValueError, match=f"x.keras.*{name}"):
            build_model(sequential(named(name, {}, module)), "x.keras", 1000, None)


def test_weights_take_no_more_than_the_file_holds():
    config = sequential(named("Dense", {"name": "d", "units": 10**7}))
    with pytest.raises(ValueError, match="x.keras.*but the file holds"):
        build_model(config, "x.keras", 1000, None)
    assert build_model(config, "x.keras", 2 * 10**8, None).count_params() == 5 * 10**7


def test_arrays_of_objects_are_refused():
    for dtype in ("object", "U100000000", "V9", None):
        with pytest.raises(ValueError, match="not of a number type"):
            check_config({"class_name": "__numpy__", "config": {"value": ["a"], "dtype": dtype}}, "x.keras")


def test_absurd_counts_are_refused():
    with pytest.raises(ValueError, match="num_thresholds"):
        check_config(named("AUC", {"num_thresholds": 10**9}), "x.keras")
    with pytest.raises(ValueError, match="60000 layers"):
        check_config(sequential(*[named("Flatten", {})] * 59_999), "x.keras")


def test_only_models_are_models():
    with pytest.raises(ValueError, match="describes a Dense, expected a model"):
        build_model(named("Dense", {"units": 2}), "x.keras", 1000, None)


def test_a_compile_state_that_does_not_fit_says_how_to_do_without():
    model = keras.Sequential([layers.Dense(1, input_shape=(2,))])
    with pytest.raises(ValueError, match="x.keras.*compile=False.*mean_sqared_error"):
        compile_model(model, {"optimizer": "sgd", "loss": "mean_sqared_error"}, "x.keras", None)


def test_whatever_a_config_makes_a_class_raise_is_a_value_error():
    for error in (
        TypeError("t"),
        KeyError("k"),
        ZeroDivisionError("z"),
        RecursionError("r"),
        MemoryError("m"),
        OverflowError("o"),
    ):
        with pytest.raises(ValueError, match=f"x: {type(error).__name__}"), reading("x"):
            raise error


def test_patterns_that_run_for_ever_are_refused_before_they_are_tried():
    model = keras.Sequential([layers.Dense(2, input_shape=(4,), name="a" * 40)])
    muon = named("Muon", {"exclude_layers": ["(a+)+$"]}, "keras.optimizers")
    with pytest.raises(ValueError, match="x.h5: the pattern"):
        compile_model(model, {"optimizer_config": muon, "loss": "mse"}, "x.h5", None)
    chosen = {"default_optimizer": "sgd", "optimizer_map": {"(a|a)*b": "sgd"}}
    with pytest.raises(ValueError, match="x.keras: the pattern"):
        check_config(named("OptimizerMap", chosen, "keras.optimizers"), "x.keras")


def test_metrics_are_counted():
    with pytest.raises(ValueError, match="x.keras: the config has 1001 entries in 'metrics'"):
        check_config({"compile_config": {"metrics": ["mae"] * 1001}}, "x.keras")


def test_text_may_not_ask_for_all_memory():
    with pytest.raises(ValueError, match="the JSON text may ask for at most"):
        keras.models.model_from_json(json.dumps(sequential(named("Dense", {"name": "d", "units": 10**9}))))


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (named("Dense", {"units": 2}) | {"build_config": 5}, "build_config should hold a shape, got 5"),
        (named("Dense", {"units": 2}) | {"build_config": {"input_shape": [None, {}]}}, "build_config should hold a shape"),
        (named("InputLayer", {"input_tensor": "x"}), "`input_tensor` of InputLayer"),
        (named("Dense", {"units": 2, "activation": {}}), "x.keras.*"),
        (named("Dense", {"units": 2, "dtype": "1,"}), "to a dtype; expected a name"),
    ],
)
def test_nonsense_in_a_layer_is_refused(layer, said):
    with pytest.raises(ValueError, match=said):
        build_model(named("Sequential", {"name": "s", "layers": [layer]}, "keras"), "x.keras", 1000, None)


def test_layers_are_a_list():
    with pytest.raises(ValueError, match="layers in the config of a Sequential are a list, got 5"):
        keras.Sequential.from_config({"layers": 5})

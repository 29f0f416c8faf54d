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
    for function in (
        ["4wEAAAA=", None, None],
        named("__lambda__", {"code": "4wE="}, "builtins"),
        named("exec", {}, "builtins"),
    ):
        config = sequential(named("Lambda", {"name": "l", "function": function, "function_type": "lambda"}))
        with pytest.raises(ValueError, match="x.keras.*never run, at any safe_mode.*custom_objects"):
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

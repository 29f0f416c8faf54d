import numpy as np
import pytest

from minikeras import layers
from minikeras._core import dtypes


@pytest.mark.parametrize(
    "given, variable, compute",
    [
        (None, "float32", "float32"), ("float64", "float64", "float64"), ("mixed_float16", "float32", "float16"),
        (dtypes.DTypePolicy("mixed_float16"), "float32", "float16"),
        ({"class_name": "DTypePolicy", "config": {"name": "float16"}}, "float16", "float16"),
    ],
)  # fmt: skip
def test_get(given, variable, compute):
    policy = dtypes.get(given)
    assert (policy.variable_dtype, policy.compute_dtype) == (variable, compute)


def test_policies_are_equal_by_name():
    assert dtypes.get("float32") == dtypes.DTypePolicy("float32") != dtypes.DTypePolicy("float64")
    assert len({dtypes.get("float32"), dtypes.DTypePolicy("float32")}) == 1


@pytest.mark.parametrize("wrong", ["float33", "mixed_bfloat16", "", "mixed_"])
def test_unknown(wrong):
    with pytest.raises(ValueError, match="dtype"):
        dtypes.get(wrong)


def test_the_policy_of_layers_that_are_given_none():
    dtypes.set_dtype_policy("mixed_float16")
    try:
        assert layers.Dense(1).compute_dtype == "float16"
    finally:
        dtypes.set_dtype_policy(None)
    assert layers.Dense(1).compute_dtype == "float32"


def test_a_policy_without_a_name_is_the_one_of_layers():
    dtypes.set_dtype_policy("mixed_float16")
    try:
        assert dtypes.DTypePolicy().name == "mixed_float16" and dtypes.DTypePolicy("float64").name == "float64"
    finally:
        dtypes.set_dtype_policy(None)
    assert dtypes.DTypePolicy().name == "float32" and dtypes.DTypePolicy().quantization_mode is None


@pytest.mark.parametrize("wrong", [5, ["float32"], np.float32])
def test_a_name_is_text(wrong):
    with pytest.raises(TypeError, match="'name' must be a string"):
        dtypes.DTypePolicy(wrong)


def test_config():
    config = layers.Dense(1, dtype="mixed_float16").get_config()["dtype"]
    assert config == {
        "module": "keras", "class_name": "DTypePolicy", "config": {"name": "mixed_float16"}, "registered_name": None,
    }  # fmt: skip

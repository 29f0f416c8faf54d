"""The public settings."""

from __future__ import annotations

import pytest

from minikeras import activations, config


@pytest.fixture(autouse=True)
def as_before():
    yield
    config.set_floatx("float32")
    config.set_epsilon(1e-7)
    config.set_image_data_format("channels_last")
    config.set_dtype_policy(None)
    config.enable_interactive_logging()


def test_floatx_reaches_the_functions():
    config.set_floatx("float64")
    assert activations.relu([1.0]).dtype == "float64"
    with pytest.raises(ValueError, match="floatx must be one of"):
        config.set_floatx("float8")


def test_policies():
    config.set_dtype_policy("mixed_float16")
    assert config.dtype_policy().compute_dtype == "float16"


def test_settings():
    config.set_epsilon(1e-5)
    config.set_image_data_format("channels_first")
    config.disable_interactive_logging()
    assert config.epsilon() == 1e-5 and config.image_data_format() == "channels_first"
    assert not config.is_interactive_logging_enabled()


def test_the_backend_is_numpy():
    config.set_backend("numpy")
    assert config.backend() == "numpy"
    with pytest.raises(ValueError, match="only backend here is 'numpy', got 'jax'"):
        config.set_backend("jax")


def test_switches_of_other_engines_do_nothing():
    config.enable_flash_attention(), config.enable_traceback_filtering()
    assert (
        not config.is_flash_attention_enabled() and not config.is_traceback_filtering_enabled() and not config.is_nnx_enabled()
    )
    config.disable_flash_attention(), config.disable_traceback_filtering()


def test_code_is_never_run_whatever_is_asked_for():
    config.enable_unsafe_deserialization()
    with pytest.raises(ValueError, match="never run"):
        activations.deserialize({"class_name": "__lambda__", "config": {"code": "4wEAAAA="}})


def test_all_names_exist():
    assert config.__all__ == sorted(config.__all__) and all(hasattr(config, name) for name in config.__all__)

import numpy as np
import pytest

from minikeras._core import config


@pytest.mark.parametrize(
    "given, name",
    [
        (None, "float32"), ("float64", "float64"), (np.float16, "float16"), (np.dtype("int64"), "int64"), (int, "int32"),
        (float, "float32"), (bool, "bool"), ("string", "string"), (str, "string"),
    ],
)  # fmt: skip
def test_standardize_dtype(given, name):
    assert config.standardize_dtype(given) == name


@pytest.mark.parametrize("wrong", ["float33", "bfloat16", object()])
def test_standardize_dtype_refuses(wrong):
    with pytest.raises(ValueError, match="dtype"):
        config.standardize_dtype(wrong)


def test_floatx_and_epsilon():
    for value in ("int32", "bfloat16", 3):
        with pytest.raises(ValueError, match="floatx must be one of"):
            config.set_floatx(value)
    assert config.floatx() == "float32" and config.epsilon() == 1e-7
    config.set_epsilon(np.float32(1e-3))
    try:
        assert type(config.epsilon()) is float
    finally:
        config.set_epsilon(1e-7)


def test_image_data_format():
    with pytest.raises(ValueError, match="channels_last"):
        config.set_image_data_format("channels_middle")
    assert config.image_data_format() == "channels_last" and config.backend() == "numpy"


def test_interactive_logging():
    config.disable_interactive_logging()
    assert not config.is_interactive_logging_enabled()
    config.enable_interactive_logging()
    assert config.is_interactive_logging_enabled()


@pytest.mark.parametrize("given", ["1", "9" * 4000, "(2,)f4", "f4,f4", "__import__('os')", [], ["f4"], {"names": ["a"]}, ()])
def test_the_language_of_structures_is_not_read(given):
    with pytest.raises(ValueError, match="to a dtype; expected a name"):
        config.standardize_dtype(given)

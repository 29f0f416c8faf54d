import pytest

from minikeras._core.config import set_image_data_format
from minikeras.layers.data_format import standardize_data_format


def test_layouts():
    assert standardize_data_format("Conv2D", "channels_first") == "channels_first"
    set_image_data_format("channels_first")
    try:
        assert standardize_data_format("Conv2D", None) == "channels_first"
    finally:
        set_image_data_format("channels_last")
    with pytest.raises(ValueError, match="`data_format` of Conv2D must be 'channels_last' or 'channels_first', got 'last'"):
        standardize_data_format("Conv2D", "last")

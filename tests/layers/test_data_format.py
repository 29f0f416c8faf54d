import numpy as np
import pytest

from minikeras import layers, ops
from minikeras._core.config import image_data_format, set_image_data_format
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


@pytest.mark.parametrize("word", ["Channels_First", "CHANNELS_FIRST"])
def test_capitals_are_as_good_in_all_places(word):
    assert layers.Conv2D(2, 2, data_format=word).get_config()["data_format"] == "channels_first"
    assert layers.Flatten(word).data_format == layers.GlobalAveragePooling2D(word).data_format == "channels_first"
    assert ops.max_pool(np.zeros((1, 3, 4, 4)), 2, data_format=word).shape == (1, 3, 2, 2)
    set_image_data_format(word)
    try:
        assert image_data_format() == "channels_first"
    finally:
        set_image_data_format("channels_last")

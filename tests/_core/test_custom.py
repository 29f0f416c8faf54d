import pytest

from minikeras import saving
from minikeras._core import custom
from minikeras._core.serialize import Configurable


class BlueTit(Configurable):
    def __init__(self, size=1, song=None):
        self.size, self.song = size, song


def test_a_user_s_own():
    @saving.register_keras_serializable("test_custom")
    class Robin(BlueTit):
        pass

    config = saving.serialize_keras_object(Robin(4))
    assert config["registered_name"] == "test_custom>Robin" and saving.deserialize_keras_object(config).size == 4
    assert saving.get_registered_name(Robin) == "test_custom>Robin"
    assert saving.get_registered_object("test_custom>Robin") is Robin
    unknown = {"class_name": "Wren", "config": {"size": 2}}
    assert saving.deserialize_keras_object(unknown, custom_objects={"Wren": BlueTit}).size == 2
    with saving.custom_object_scope({"Wren": BlueTit}):
        assert saving.deserialize_keras_object(unknown).size == 2
    with pytest.raises(ValueError, match="custom_objects="):
        saving.deserialize_keras_object(unknown)
    custom.CUSTOM.pop("test_custom>Robin")
    custom.CUSTOM.pop("Robin")


def test_the_caller_s_objects_come_before_the_registered_ones():
    custom.CUSTOM["Wren"] = int
    try:
        assert custom.find_custom("Wren", {"Wren": BlueTit}) is BlueTit
    finally:
        del custom.CUSTOM["Wren"]


def test_what_can_not_be_registered():
    with pytest.raises(ValueError, match="Cannot register a class that does not have a get_config"):
        saving.register_keras_serializable()(type("Bare", (), {}))

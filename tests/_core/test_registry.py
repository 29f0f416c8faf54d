import pytest

from minikeras._core import registry
from minikeras._core.serialize import Configurable


@pytest.fixture
def animals():
    made = registry.Registry("keras.animals")
    yield made
    del registry.REGISTRIES["keras.animals"]


class BlueTit(Configurable):
    def __init__(self, size=1, song=None):
        self.size, self.song = size, song


def test_all_ways_to_name_a_class(animals):
    animals.register(BlueTit, "tit")
    for identifier in ("BlueTit", "bluetit", "blue_tit", "tit", BlueTit, BlueTit(), {"class_name": "BlueTit", "config": {}}):
        assert type(animals.get(identifier)) is BlueTit
    assert animals.get({"class_name": "BlueTit", "config": {"size": 3}}).size == 3


@pytest.mark.parametrize(
    "identifier, message",
    [
        ("bluetitt", "Unknown name in keras.animals: 'bluetitt'. Did you mean 'bluetit'"),
        (3, "Could not interpret 3 in keras.animals"),
        ({"class_name": "BlueTit", "config": {"colour": 1}}, "does not fit its class"),
        ({"class_name": "BlueTit", "config": [1]}, "should be a dict"),
        ({"config": {}}, "Expected a dictionary containing a 'config' key"),
    ],
)
def test_refused(animals, identifier, message):
    animals.register(BlueTit)
    with pytest.raises(ValueError, match=message):
        animals.get(identifier)

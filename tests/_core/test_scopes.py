import pytest

import minikeras as keras


def test_blocks_change_nothing():
    some = keras.RematScope("list_of_layers", layer_names=["b"])
    with keras.name_scope("a", caller=None) as scope, keras.device("cpu:0"), some:
        assert scope.name == "a" and keras.layers.Dense(2)(keras.Input((3,))).shape == (None, 2)
    assert keras.remat(len) is len


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="name"):
        keras.name_scope("a/b")
    with pytest.raises(ValueError, match="device_name"), keras.device(3):
        pass
    with pytest.raises(ValueError, match="mode"):
        keras.RematScope("some")

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


def test_a_block_begins_the_paths_of_variables():
    outer = keras.name_scope("outer")
    with outer, keras.name_scope("inner"):
        deep = keras.Variable([1.0], name="w")
        layer = keras.layers.Dense(1, name="d")
        layer.build((None, 1))
    assert deep.path == "outer/inner/w" and layer.kernel.path == "d/kernel"
    assert keras.Variable([1.0], name="w").path == "w"


def test_optimizers_are_chosen_by_such_paths():
    adam, sgd = keras.optimizers.Adam(), keras.optimizers.SGD()
    with keras.name_scope("encoder"):
        w = keras.Variable([1.0], name="w")
    assert keras.optimizers.OptimizerMap(sgd, {"encoder/.*": adam})(w) is adam

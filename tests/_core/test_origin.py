import functools

from minikeras import layers, losses
from minikeras._core import origin


def test_a_renamed_class_is_still_ours():
    origin.rename(layers.Dense, "keras.src.layers.core.dense")
    try:
        assert layers.Dense.__module__ == "keras.src.layers.core.dense" and origin.of_the_house(layers.Dense)
        assert origin.of_the_house(layers.Dense(1)) and origin.module_of(layers.Dense) == "minikeras.layers.dense"
        assert layers.Dense(3).get_config()["units"] == 3

        class Own(layers.Dense):
            pass

        assert not origin.of_the_house(Own)
    finally:
        origin.restore_names()
    assert layers.Dense.__module__ == "minikeras.layers.dense"


def test_functions_and_objects():
    assert origin.of_the_house(losses.mean_squared_error) and origin.of_the_house(losses.Huber())
    assert not origin.of_the_house(functools.partial(losses.mean_squared_error)) and not origin.of_the_house(lambda: 0)


def test_watchers_hear_of_what_is_imported_late():
    heard = []
    origin.WATCHERS.append(heard.append)
    try:
        cls = layers.__getattr__("ConvLSTM1D")
    finally:
        origin.WATCHERS.remove(heard.append)
    assert heard == [cls]

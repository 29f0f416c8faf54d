"""The names of keras.ops.nn."""

from minikeras import ops
from tests.ops.golden import GOLDEN


def test_names_are_keras():
    assert ops.nn.__all__ == sorted(GOLDEN["spaces"]["nn"])
    assert all(callable(getattr(ops.nn, name)) for name in ops.nn.__all__)

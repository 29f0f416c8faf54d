"""The names of keras.ops.image."""

from minikeras import ops
from tests.ops.golden import GOLDEN


def test_names_are_keras():
    assert ops.image.__all__ == sorted(GOLDEN["spaces"]["image"])
    assert all(callable(getattr(ops.image, name)) for name in ops.image.__all__)

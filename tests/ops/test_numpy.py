"""The names of keras.ops.numpy."""

from minikeras import ops
from tests.ops.golden import GOLDEN

SPACES = {"image", "linalg", "nn", "numpy"}


def test_names_are_keras():
    assert ops.numpy.__all__ == sorted(GOLDEN["spaces"]["numpy"])
    assert all(callable(getattr(ops.numpy, name)) for name in ops.numpy.__all__)


def test_all_operations_are_there():
    assert sorted(ops.__all__) == sorted(set(GOLDEN["signatures"]) - {n for n in GOLDEN["signatures"] if "." in n} | SPACES)

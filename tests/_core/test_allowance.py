import pytest

from minikeras._core.allowance import allowance, spend
from minikeras._core.variable import Variable


def test_variables_made_from_shapes_are_counted():
    with allowance(100):
        Variable(lambda shape, dtype: 1 / 0 if shape[0] > 9 else [0.0] * 5, shape=(5,), dtype="float32")
        with pytest.raises(ValueError, match="takes 400 bytes, but the file holds data for at most 100"):
            Variable(lambda shape, dtype: 1 / 0, shape=(100,), dtype="float32")
        spend((20,), "float32")
        with pytest.raises(ValueError, match="at most 100 bytes"):
            spend((1,), "float32")
    spend((10**12,), "float64")

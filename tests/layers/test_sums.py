import numpy as np
import pytest

from minikeras.layers.sums import ones


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_ones_sum_the_rows_in_their_dtype(dtype):
    rows = np.arange(12.0, dtype=dtype).reshape(4, 3)
    total = np.dot(ones(rows), rows)
    assert total.tolist() == [18.0, 22.0, 26.0] and total.dtype == dtype
    assert ones(rows) is ones(rows) and not ones(rows).flags.writeable


def test_many_sizes_do_not_pile_up():
    for n in range(1, 200):
        assert ones(np.zeros((n, 1))).sum() == n

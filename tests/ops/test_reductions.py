"""Sums, means, quantiles: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("reductions"))
def test_as_keras(case):
    check(case)


def test_float64_stays_and_float16_is_summed_in_float32():
    assert ops.mean(np.ones(3)).dtype == "float64"
    assert float(ops.mean(np.full(5000, 20.0, "float16"))) == 20.0


def test_errors():
    with pytest.raises(ValueError, match="lower, higher, nearest and midpoint, got 'best'"):
        ops.quantile([1.0], 0.5, method="best")
    with pytest.raises(ValueError, match="positive integer, got bins=0"):
        ops.histogram([1.0], bins=0)
    with pytest.raises(ValueError, match="of no numbers"):
        ops.max(np.zeros((0,)))
    assert float(ops.max(np.zeros((0,)), initial=3.0)) == 3.0


def test_weighted_counts_are_of_the_type_of_the_weights():
    assert ops.bincount([1, 2, 2], weights=np.array([1, 2, 3], "int16")).dtype == "int16"
    assert ops.bincount([1, 2, 2]).dtype == "int32"

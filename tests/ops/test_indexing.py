"""Picking, searching, sorting: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("indexing"))
def test_as_keras(case):
    check(case)


def test_errors():
    with pytest.raises(ValueError, match="both should be `None`"):
        ops.where([True], 1)
    with pytest.raises(ValueError, match="got 1 and 2"):
        ops.select([np.array([True])], [1, 2])
    with pytest.raises(ValueError, match="1-D sorted sequences, got shape"):
        ops.searchsorted([[1]], [1])
    with pytest.raises(ValueError, match="to be a callable"):
        ops.vectorize(3)


def test_no_two_nans_are_equal():
    found, counts = ops.unique(np.array([1.0, np.nan, 2.0, np.nan]), return_counts=True)
    assert np.isnan(found).sum() == 2 and counts.tolist() == [1, 1, 1, 1]

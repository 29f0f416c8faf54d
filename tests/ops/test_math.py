"""Segments, top k, error functions: as in real Keras, and what it does not say."""

import math

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("math"))
def test_as_keras(case):
    check(case)


def test_segments_may_be_counted():
    assert ops.segment_sum([1.0, 2.0, 3.0], [0, 2, 2]).tolist() == [1.0, 0.0, 5.0]
    with pytest.raises(ValueError, match="1-D vector"):
        ops.segment_sum([[1.0]], [[0]])


def test_error_functions_to_the_last_digits():
    for x in (-3.0, -0.7, -1e-3, 0.0, 1e-9, 0.3, 0.5, 2.0, 5.0):
        np.testing.assert_allclose([ops.erf(np.array(x)), ops.erfc(np.array(x))], [math.erf(x), math.erfc(x)], rtol=2e-13)
        np.testing.assert_allclose(ops.erf(ops.erfinv(np.tanh(np.array(x)))), np.tanh(x), rtol=1e-13)


def test_top_k_takes_what_there_is():
    assert [a.tolist() for a in ops.top_k([5, 7, 7, 1], 3)] == [[7, 7, 5], [1, 2, 0]]
    with pytest.raises(ValueError, match="k from 0 to 2"):
        ops.top_k([1, 2], 3)


def test_a_single_number_has_no_sequences():
    with pytest.raises(ValueError, match="at least one axis"):
        ops.extract_sequences(1.0, 2, 1)

"""Connectionist temporal classification: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("ctc"))
def test_as_keras(case):
    check(case)


def test_loss_is_minus_log_of_the_sum_over_all_ways():
    x = np.random.default_rng(0).normal(size=(1, 3, 3))
    p = np.exp(x[0]) / np.exp(x[0]).sum(1, keepdims=True)
    ways = [w for w in np.ndindex(3, 3, 3) if [c for i, c in enumerate(w) if c and (i == 0 or w[i - 1] != c)] == [1, 2]]
    total = sum(p[0, a] * p[1, b] * p[2, c] for a, b, c in ways)
    np.testing.assert_allclose(ops.ctc_loss([[1, 2]], x, [2], [3]), [-np.log(total)])


def test_beam_search_finds_what_is_most_likely():
    labels, scores = ops.ctc_decode(
        np.log([[[0.1, 0.6, 0.3], [0.1, 0.6, 0.3], [0.8, 0.1, 0.1]]]), [3], "beam_search", top_paths=2
    )
    assert labels[0, 0].tolist() == [1, -1, -1] and scores[0, 0] > scores[0, 1]
    with pytest.raises(ValueError, match="Invalid strategy 'best'"):
        ops.ctc_decode(np.zeros((1, 2, 3)), [2], "best")


def test_half_precision_is_summed_in_float32():
    half = np.zeros((1, 2, 3), "float16")
    assert ops.ctc_loss([[1]], half, [1], [2]).dtype == "float32"
    assert all(ops.ctc_decode(half, [2], strategy=s)[1].dtype == "float32" for s in ("greedy", "beam_search"))

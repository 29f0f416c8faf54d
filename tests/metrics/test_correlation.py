"""Correlations, against numbers from Keras 3.15.1."""

import numpy as np
import pytest

from minikeras import metrics
from tests.metrics.samples import results

CASES = [  # metric, arguments, batches, weighted, what Keras 3.15.1 says after each batch
    (metrics.PearsonCorrelation, {}, "numbers", False, [-0.122138, 0.209288, 0.040913]),
    (metrics.PearsonCorrelation, {}, "numbers", True, [-0.135796, 0.079297, -0.080905]),
    (metrics.PearsonCorrelation, {}, "sequence", True, [-0.134799, 0.034056, 0.118153]),
    (metrics.PearsonCorrelation, {"axis": -2}, "sequence", False, [-0.238095, -0.014493, 0.107143]),
    (metrics.ConcordanceCorrelation, {}, "numbers", False, [0.043429, 0.145983, 0.059936]),
    (metrics.ConcordanceCorrelation, {}, "numbers", True, [-0.014524, 0.081074, -0.005167]),
    (metrics.ConcordanceCorrelation, {}, "sequence", True, [-0.094559, 0.006982, 0.04461]),
    (metrics.ConcordanceCorrelation, {"axis": -2}, "sequence", False, [-0.123607, 0.00528, 0.062442]),
]


@pytest.mark.parametrize("metric, arguments, kind, weighted, expected", CASES)
def test_results_equal_keras(metric, arguments, kind, weighted, expected):
    for said, wanted in zip(results(metric(**arguments), kind, weighted), expected, strict=True):
        np.testing.assert_allclose(said, wanted, rtol=2e-6, atol=2e-6)


def test_functions_equal_numpy_and_keras():
    r = np.random.RandomState(0)
    y, p = r.randn(4, 6), r.randn(4, 6)
    np.testing.assert_allclose(metrics.pearson_correlation(y, p), [np.corrcoef(a, b)[0, 1] for a, b in zip(y, p, strict=True)])
    wanted = [
        2 * np.cov(a, b, bias=True)[0, 1] / (a.var() + b.var() + (a.mean() - b.mean()) ** 2 + 1e-7)
        for a, b in zip(y, p, strict=True)
    ]
    np.testing.assert_allclose(metrics.concordance_correlation(y, p), wanted)


def test_constant_rows_have_no_correlation():
    assert np.isnan(metrics.pearson_correlation([[1.0, 1.0]], [[0.0, 1.0]])).all()
    assert metrics.concordance_correlation([[1.0, 1.0]], [[0.0, 1.0]]).tolist() == [0]

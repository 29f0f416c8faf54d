"""Errors of predicted numbers, against numbers from Keras 3.15.1."""

import numpy as np
import pytest

from minikeras import metrics
from tests.metrics.samples import results

CASES = [  # metric, arguments, batches, weighted, what Keras 3.15.1 says after each batch
    (metrics.MeanSquaredError, {}, "numbers", False, [1.864, 1.475891, 1.874735]),
    (metrics.MeanSquaredError, {}, "numbers", True, [1.900686, 1.470719, 1.79316]),
    (metrics.RootMeanSquaredError, {}, "numbers", False, [1.365284, 1.214862, 1.36921]),
    (metrics.RootMeanSquaredError, {}, "numbers", True, [1.378654, 1.212732, 1.339089]),
    (metrics.MeanAbsoluteError, {}, "numbers", False, [1.033689, 1.007156, 1.107271]),
    (metrics.MeanAbsoluteError, {}, "numbers", True, [1.136923, 1.035318, 1.093092]),
    (metrics.MeanAbsolutePercentageError, {}, "numbers", False, [249.149551, 285.427002, 358.996277]),
    (metrics.MeanAbsolutePercentageError, {}, "numbers", True, [372.830902, 387.772797, 400.835022]),
    (metrics.LogCoshError, {}, "numbers", False, [0.586827, 0.521738, 0.622904]),
    (metrics.LogCoshError, {}, "numbers", True, [0.635572, 0.531196, 0.607919]),
    (metrics.CosineSimilarity, {}, "numbers", False, [0.061382, 0.201751, -0.02202]),
    (metrics.CosineSimilarity, {}, "numbers", True, [0.158496, 0.23305, -0.03843]),
    (metrics.MeanSquaredError, {}, "flat", False, [1.788651, 1.85916, 1.875977]),
    (metrics.MeanSquaredError, {}, "flat", True, [2.029672, 2.118042, 2.068299]),
    (metrics.MeanSquaredError, {}, "sequence", True, [2.438219, 2.123745, 1.900282]),
    (metrics.RootMeanSquaredError, {}, "flat", False, [1.337405, 1.36351, 1.369663]),
    (metrics.RootMeanSquaredError, {}, "flat", True, [1.424666, 1.45535, 1.438158]),
    (metrics.RootMeanSquaredError, {}, "sequence", True, [1.56148, 1.457308, 1.378507]),
    (metrics.MeanAbsoluteError, {}, "flat", False, [1.15197, 1.177581, 1.163384]),
    (metrics.MeanAbsoluteError, {}, "flat", True, [1.25954, 1.314878, 1.226317]),
    (metrics.MeanAbsoluteError, {}, "sequence", True, [1.280401, 1.168311, 1.099186]),
    (metrics.MeanSquaredLogarithmicError, {}, "positive", False, [0.071728, 0.06529, 0.068751]),
    (metrics.MeanSquaredLogarithmicError, {}, "positive", True, [0.049272, 0.066289, 0.064752]),
    (metrics.CosineSimilarity, {"axis": 1}, "sequence", False, [-0.197643, 0.005942, 0.102355]),
    (metrics.R2Score, {}, "numbers", False, [-1.412622, -0.807763, -1.195421]),
    (metrics.R2Score, {}, "numbers", True, [-1.449717, -1.155577, -1.267036]),
    (
        metrics.R2Score,
        {"class_aggregation": None},
        "numbers",
        True,
        [[-1.780477, -2.326272, -0.242403], [-0.339307, -2.818594, -0.308829], [-0.398355, -2.359437, -1.043315]],
    ),
    (metrics.R2Score, {"class_aggregation": "variance_weighted_average"}, "numbers", True, [-1.066252, -0.789925, -0.943418]),
    (metrics.R2Score, {"num_regressors": 3}, "column", False, [-2.506446, -1.111918, -1.124239]),
    (metrics.R2Score, {"num_regressors": 3}, "column", True, [-1.763557, -1.222897, -1.378274]),
    (metrics.R2Score, {}, "flat", False, [-0.753223, -0.823929, -1.008371]),
]


@pytest.mark.parametrize("metric, arguments, kind, weighted, expected", CASES)
def test_results_equal_keras(metric, arguments, kind, weighted, expected):
    for said, wanted in zip(results(metric(**arguments), kind, weighted), expected, strict=True):
        np.testing.assert_allclose(said, wanted, rtol=2e-6, atol=2e-6)


def test_r2_of_targets_far_from_0_keeps_its_digits():
    r = np.random.RandomState(0)
    y_true = 1e4 + r.randn(1000, 1)
    y_pred = y_true + 0.5 * r.randn(1000, 1)
    m = metrics.R2Score()
    m.update_state(y_true, y_pred)
    wanted = 1 - ((y_true - y_pred) ** 2).sum() / ((y_true - y_true.mean()) ** 2).sum()
    assert float(m.result()) == pytest.approx(wanted, rel=1e-5)  # float32 sums, as in Keras, say anything here


def test_r2_without_spread_is_quiet():
    m = metrics.R2Score()
    assert float(m.result()) == 0
    m.update_state([[1.0], [1.0]], [[0.0], [1.0]])
    assert float(m.result()) == 0


def test_r2_that_cannot_be_adjusted_says_so():
    m = metrics.R2Score(num_regressors=5)
    m.update_state([[1.0], [2.0]], [[1.0], [2.5]])
    with pytest.warns(UserWarning, match="num_regressors=5 with 2 values"):
        assert float(m.result()) == 0.5


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: metrics.R2Score(class_aggregation="mean"), "Invalid value for argument `class_aggregation`: .* got 'mean'"),
        (lambda: metrics.R2Score(num_regressors=-1), "Invalid value for argument `num_regressors`: .* got -1"),
        (
            lambda: metrics.R2Score().update_state(np.ones((2, 2)), np.ones((2, 3))),
            r"shape \(2, 2\) and y_pred of shape \(2, 3\)",
        ),
        (lambda: metrics.RootMeanSquaredError().update_state([1, 2], [1, 2, 3]), r"shape \(2,\) and y_pred of shape \(3,\)"),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()

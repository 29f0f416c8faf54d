"""Cross-entropies and their kin as metrics, against numbers from Keras 3.15.1."""

import numpy as np
import pytest

from minikeras import metrics
from tests.metrics.samples import results

CASES = [  # metric, arguments, batches, weighted, what Keras 3.15.1 says after each batch
    (metrics.BinaryCrossentropy, {}, "labels", False, [0.876189, 0.875444, 1.0403]),
    (metrics.BinaryCrossentropy, {}, "labels", True, [1.093693, 1.016238, 1.108301]),
    (metrics.BinaryCrossentropy, {"label_smoothing": 0.1}, "binary", False, [1.19051, 1.07958, 1.127741]),
    (metrics.BinaryCrossentropy, {"from_logits": True}, "binary logits", False, [0.87298, 1.009145, 0.964672]),
    (metrics.BinaryCrossentropy, {"from_logits": True}, "binary logits", True, [1.010714, 1.034489, 1.013014]),
    (metrics.CategoricalCrossentropy, {}, "one-hot", False, [1.958395, 2.091775, 2.232904]),
    (metrics.CategoricalCrossentropy, {}, "one-hot", True, [2.261701, 2.151515, 2.237373]),
    (metrics.CategoricalCrossentropy, {"label_smoothing": 0.1}, "one-hot", False, [2.035332, 2.144072, 2.293798]),
    (metrics.CategoricalCrossentropy, {"from_logits": True}, "one-hot logits", False, [1.958395, 2.091775, 2.232904]),
    (metrics.SparseCategoricalCrossentropy, {}, "sparse", False, [1.958395, 2.091775, 2.232904]),
    (metrics.SparseCategoricalCrossentropy, {}, "sparse", True, [2.261701, 2.151515, 2.237373]),
    (metrics.SparseCategoricalCrossentropy, {}, "sparse sequence", True, [3.259955, 3.022337, 2.672754]),
    (metrics.SparseCategoricalCrossentropy, {"ignore_class": 1}, "sparse", False, [1.081061, 1.407361, 1.565262]),
    (metrics.SparseCategoricalCrossentropy, {"ignore_class": 1}, "sparse", True, [1.9529, 1.740697, 1.975608]),
    (metrics.KLDivergence, {}, "one-hot", False, [1.95839, 2.091769, 2.232899]),
    (metrics.KLDivergence, {}, "one-hot", True, [2.261695, 2.15151, 2.237368]),
    (metrics.Poisson, {}, "positive", False, [1.068731, 0.963498, 0.988732]),
    (metrics.Poisson, {}, "positive", True, [1.043578, 0.948416, 0.975563]),
]


@pytest.mark.parametrize("metric, arguments, kind, weighted, expected", CASES)
def test_results_equal_keras(metric, arguments, kind, weighted, expected):
    for said, wanted in zip(results(metric(**arguments), kind, weighted), expected, strict=True):
        np.testing.assert_allclose(said, wanted, rtol=2e-6, atol=2e-6)


def test_ignored_classes_weigh_nothing_in_columns_too():
    y_pred = np.float32([[0.7, 0.3], [0.2, 0.8]])
    for y_true, weight in (([1, 0], [1, 2]), ([[1], [0]], [1, 2]), ([[1], [0]], [[1], [2]])):
        m = metrics.SparseCategoricalCrossentropy(ignore_class=1)
        m.update_state(y_true, y_pred, weight)
        assert float(m.result()) == pytest.approx(-np.log(0.2), rel=1e-5) and float(m.count) == 2

"""Hinge metrics, against numbers from Keras 3.15.1."""

import numpy as np
import pytest

from minikeras import metrics
from tests.metrics.samples import results

CASES = [  # metric, arguments, batches, weighted, what Keras 3.15.1 says after each batch
    (metrics.Hinge, {}, "binary", False, [0.904258, 0.930786, 0.957665]),
    (metrics.Hinge, {}, "binary", True, [1.029637, 0.881099, 0.935578]),
    (metrics.Hinge, {}, "labels", True, [0.991751, 1.029411, 1.020864]),
    (metrics.SquaredHinge, {}, "binary", False, [1.04404, 1.098502, 1.161557]),
    (metrics.SquaredHinge, {}, "binary", True, [1.326377, 1.029322, 1.130642]),
    (metrics.SquaredHinge, {}, "labels", True, [1.287092, 1.373632, 1.359479]),
    (metrics.CategoricalHinge, {}, "one-hot", False, [1.101741, 1.200733, 1.237855]),
    (metrics.CategoricalHinge, {}, "one-hot", True, [1.276816, 1.226262, 1.2596]),
]


@pytest.mark.parametrize("metric, arguments, kind, weighted, expected", CASES)
def test_results_equal_keras(metric, arguments, kind, weighted, expected):
    for said, wanted in zip(results(metric(**arguments), kind, weighted), expected, strict=True):
        np.testing.assert_allclose(said, wanted, rtol=2e-6, atol=2e-6)

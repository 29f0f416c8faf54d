"""F scores, against numbers from Keras 3.15.1."""

import re

import numpy as np
import pytest

from minikeras import metrics
from tests.metrics.samples import results

CASES = [  # metric, arguments, batches, weighted, what Keras 3.15.1 says after each batch
    (
        metrics.F1Score,
        {"average": None},
        "one-hot",
        False,
        [
            [0.0, 0.0, 0.0, 0.75, 0.5],
            [0.0, 0.0, 0.333333, 0.533333, 0.428571],
            [0.266667, 0.181818, 0.421053, 0.357143, 0.285714],
        ],
    ),
    (
        metrics.F1Score,
        {"average": None},
        "one-hot",
        True,
        [
            [0.0, 0.0, 0.0, 0.539725, 0.318208],
            [0.0, 0.0, 0.25539, 0.385986, 0.448527],
            [0.182881, 0.124919, 0.317485, 0.31924, 0.326866],
        ],
    ),
    (metrics.F1Score, {"average": "micro"}, "one-hot", False, [0.571429, 0.347826, 0.303571]),
    (metrics.F1Score, {"average": "micro"}, "one-hot", True, [0.376147, 0.295268, 0.262156]),
    (metrics.F1Score, {"average": "macro"}, "one-hot", False, [0.25, 0.259048, 0.302479]),
    (metrics.F1Score, {"average": "macro"}, "one-hot", True, [0.171587, 0.217981, 0.254278]),
    (metrics.F1Score, {"average": "weighted"}, "one-hot", False, [0.5, 0.275776, 0.299657]),
    (metrics.F1Score, {"average": "weighted"}, "one-hot", True, [0.362869, 0.226296, 0.246478]),
    (
        metrics.FBetaScore,
        {"beta": 2.0, "threshold": 0.4},
        "labels",
        False,
        [
            [0.909091, 0.833333, 0.416667, 0.789474],
            [0.681818, 0.833333, 0.632911, 0.636364],
            [0.478261, 0.582822, 0.595855, 0.524475],
        ],
    ),
    (
        metrics.FBetaScore,
        {"beta": 2.0, "threshold": 0.4},
        "labels",
        True,
        [
            [0.920152, 0.754242, 0.110666, 0.575206],
            [0.727176, 0.735378, 0.547405, 0.514009],
            [0.463745, 0.475224, 0.550851, 0.459807],
        ],
    ),
    (metrics.FBetaScore, {"beta": 0.5, "average": "weighted"}, "labels", False, [0.429293, 0.424484, 0.377115]),
]


@pytest.mark.parametrize("metric, arguments, kind, weighted, expected", CASES)
def test_results_equal_keras(metric, arguments, kind, weighted, expected):
    for said, wanted in zip(results(metric(**arguments), kind, weighted), expected, strict=True):
        np.testing.assert_allclose(said, wanted, rtol=2e-6, atol=2e-6)


def test_the_state_is_made_by_the_first_batch():
    m = metrics.F1Score()
    assert m.variables == [] and float(m.result()) == 0
    m.update_state(np.eye(3), np.eye(3))
    assert [(v.name, v.shape) for v in m.variables] == [
        ("true_positives", (3,)),
        ("false_positives", (3,)),
        ("false_negatives", (3,)),
        ("intermediate_weights", (3,)),
    ]


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: metrics.F1Score(average="mean"), "Invalid `average` argument value. Expected None, 'micro'.* got 'mean'"),
        (lambda: metrics.FBetaScore(beta=2), "Invalid `beta` argument value. .* above 0, got 2"),
        (lambda: metrics.FBetaScore(beta=-1.0), "Invalid `beta` argument value. .* above 0, got -1.0"),
        (lambda: metrics.F1Score(threshold=1.5), "Invalid `threshold` argument value. .* got 1.5"),
        (
            lambda: metrics.F1Score().update_state([1, 0], [0.5, 0.5]),
            r"shape \(samples, classes\) for both, got y_true of shape \(2,\)",
        ),
        (lambda: metrics.F1Score().update_state(np.eye(3), np.eye(3), [1, 2]), r"shape \(3,\), got \(2,\)"),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("classes", [3, 4])
@pytest.mark.parametrize("average", [None, "macro", "micro", "weighted"])
def test_class_numbers_are_never_broadcast_over_classes(classes, average):
    """A batch of 3 with 3 classes is what NumPy would take."""
    scores = np.eye(classes, dtype="float32")[[0, 1, 2]]
    for y in (np.arange(3), np.arange(3)[:, None], np.ones((3, 1))):
        for add in (metrics.F1Score(average=average).tally, metrics.FBetaScore(average=average).update_state):
            wanted = f"(samples, classes) for both, got y_true of shape {y.shape} and y_pred of shape (3, {classes}). "
            way_out = f"These look like class numbers: encode them with keras.utils.to_categorical(y, num_classes={classes})."
            with pytest.raises(ValueError, match=re.escape(wanted + way_out)):
                add(y, scores)
    m = metrics.F1Score(average="macro")
    m.tally(np.eye(classes)[:3], scores)
    assert float(m.result()) == pytest.approx(3 / classes, abs=1e-6)

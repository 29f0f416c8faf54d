"""Counting at thresholds, against a plain loop."""

import numpy as np
import pytest

from minikeras.metrics.thresholds import Counter, count_bins, count_once, evenly_spaced, keep_top_k, ratio

KINDS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


def counted(y_true, y_pred, thresholds, weight=None):
    m = Counter(KINDS, thresholds, "counter")
    m._make_sums((len(thresholds),))
    m.update_state(y_true, y_pred, weight)
    return np.array([m._counts[kind].numpy() for kind in KINDS])


def looped(y_true, y_pred, thresholds, weight):
    y_pred = y_pred.astype(np.float32)
    table = [
        [
            weight[y_true & (y_pred > t)].sum(),
            weight[~y_true & (y_pred > t)].sum(),
            weight[~y_true & (y_pred <= t)].sum(),
            weight[y_true & (y_pred <= t)].sum(),
        ]
        for t in np.float32(thresholds)
    ]
    return np.array(table).T


@pytest.mark.parametrize("thresholds", [[0.5], [0.7, 0.2, 0.9], [0.0, 0.25, 0.5, 0.75, 1.0], [0.3, 0.3], [0.0, 1.0]])
@pytest.mark.parametrize("weighted", [False, True])
def test_counts_equal_a_loop(thresholds, weighted):
    r = np.random.RandomState(0)
    y_true, y_pred = r.rand(200) > 0.4, r.randint(0, 9, 200) / 8  # exact in binary, many on a threshold
    weight = r.rand(200).astype(np.float32) if weighted else np.ones(200, np.float32)
    wanted = looped(y_true, y_pred, thresholds, weight)
    np.testing.assert_allclose(counted(y_true, y_pred, thresholds, weight if weighted else None), wanted, rtol=1e-5, atol=1e-6)


def test_one_threshold_and_bins_agree():
    r = np.random.RandomState(1)
    positive, called = r.rand(50) > 0.5, r.rand(50) > 0.5
    bins = count_bins(positive, called.astype(int), 1)
    assert {kind: float(count[0]) for kind, count in bins.items()} == count_once(positive, called)


def test_columns_apart():
    r = np.random.RandomState(2)
    positive, bins = r.rand(30, 3) > 0.5, r.randint(0, 5, (30, 3))
    whole = count_bins(positive, bins, 4, by_label=True)
    for j in range(3):
        for kind, count in count_bins(positive[:, j], bins[:, j], 4).items():
            assert whole[kind][:, j].tolist() == count.tolist()


def test_even_thresholds():
    assert evenly_spaced(np.linspace(0, 1, 7)) and not evenly_spaced([0, 1]) and not evenly_spaced([0, 0.4, 1])


def test_the_first_of_equals_stays_among_the_best():
    assert keep_top_k(np.float32([[1, 2, 2, 2]]), 2).tolist() == [[-1e10, 2, 2, -1e10]]


def test_ratio_of_nothing():
    assert ratio(np.zeros(2), np.array([0.0, 1.0])).tolist() == [0, 0]

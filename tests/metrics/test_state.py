import numpy as np
import pytest

from minikeras import metrics
from minikeras._core.variable import Variable
from minikeras.metrics.state import set_state, state_of

RNG = np.random.default_rng(0)
Y, P = (RNG.random((6, 3)) > 0.5).astype("float32"), RNG.random((6, 3)).astype("float32")


class Lazy(metrics.Metric):
    """Makes its variables when it meets data, as many do; one by `add_weight`, one by itself."""

    def __init__(self, name="lazy", inside=()):
        super().__init__(name=name)
        self.inside, self.total, self.rows = list(inside), None, None

    def update_state(self, y, p, sample_weight=None):
        if self.total is None:
            self.total = self.add_weight(shape=np.shape(y)[1:], name="total")
            self.rows = Variable(np.zeros(()))
        self.total.assign_add(np.abs(y - p).sum(axis=0))
        self.rows.assign_add(len(y))
        for metric in self.inside:
            metric.update_state(y, p)

    def result(self):
        return np.zeros(3) if self.total is None else self.total / self.rows


MADE_LATE = [
    metrics.R2Score, lambda: metrics.R2Score(class_aggregation=None, num_regressors=2), metrics.FBetaScore,
    lambda: metrics.F1Score(average="micro"), lambda: metrics.AUC(multi_label=True), Lazy,
    lambda: Lazy(inside=[metrics.R2Score(), Lazy("inner")]),
]  # fmt: skip
MADE_AT_ONCE = [
    metrics.MeanSquaredError,
    lambda: metrics.AUC(num_labels=3, multi_label=True),
    lambda: metrics.OneHotIoU(3, [0]),
]


@pytest.mark.parametrize("make", MADE_LATE + MADE_AT_ONCE)
def test_a_new_metric_goes_on_equal_to_the_bit(make):
    one, other = make(), make()
    one.update_state(Y[:4], P[:4])
    set_state(other, state_of(one))
    same(state_of(other), state_of(one))  # also before it has met data
    for metric in (one, other):
        metric.update_state(Y[4:], P[4:])
    same(state_of(other), state_of(one))
    assert np.array_equal(one.result(), other.result())
    set_state(other, state_of(make()))  # and back to where nothing was counted
    assert not any(np.any(v.value) for v in other.variables)


@pytest.mark.parametrize("make", MADE_LATE[:5])
def test_what_is_counted_shows_before_more_data_comes(make):
    one, other = make(), make()
    one.update_state(Y, P)
    set_state(other, state_of(one))
    assert np.array_equal(one.result(), other.result()) and len(other.variables) == len(one.variables)


def test_a_reset_forgets_what_was_to_come():
    metric = Lazy()
    set_state(metric, [np.ones(3), np.ones(())])
    metric.reset_state()
    metric.update_state(Y, Y)
    assert metric.total.tolist() == [0.0] * 3 and float(metric.rows) == 6


def same(one, other):
    assert len(one) == len(other)
    for a, b in zip(one, other):
        if isinstance(a, list):
            same(a, b)
        else:
            assert a.dtype == b.dtype and np.array_equal(a, b)

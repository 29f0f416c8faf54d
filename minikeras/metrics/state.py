"""What a metric has counted so far, for whoever goes on from there: a training within whose epoch a model is evaluated, or one
that starts again from a backup, in a process where the metric has not met data yet."""

from __future__ import annotations

import numpy as np

from minikeras.metrics.metric import Metric


def state_of(metric: Metric) -> list:
    """Copies of the arrays of a metric, then such a list for each metric inside it.

    >>> from minikeras.metrics import R2Score
    >>> m = R2Score(); m.update_state([[1.0], [3.0]], [[2.0], [3.0]]); [a.tolist() for a in state_of(m)]
    [2.0, [10.0], [4.0], [1.0], [2.0]]
    """
    own = [v.numpy() for v in metric._variables]
    return [*own, *metric._to_come[len(own) :], *map(state_of, metric._metrics)]


def set_state(metric: Metric, state: list) -> None:
    """Let a metric go on from what `state_of` returned; variables that it makes later take their values then.

    >>> from minikeras.metrics import R2Score
    >>> m = R2Score(); set_state(m, [np.array(2.0), *np.array([[10.0], [4.0], [1.0], [2.0]])]); float(m.result())
    0.5
    """
    metric.reset_state()
    own = [value for value in state if not isinstance(value, list)]
    metric._to_come = own
    for variable, value in zip(metric._variables, own):
        variable.assign(value)
    if len(own) > len(metric._variables):
        metric._make_sums(np.shape(own[-1]))
    for inner, values in zip(metric._metrics, state[len(own) :]):
        set_state(inner, values)

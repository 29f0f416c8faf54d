"""Connectionist temporal classification: sequences of labels without knowing when each is said."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.trace import primitive
from minikeras.activations import log_softmax
from minikeras.losses.loss import GRADIENTS, LossFunctionWrapper
from minikeras.losses.targets import convert, fits, for_graphs

NEVER = -1e5  # stands for log 0: finite, so that sums and differences of it are


@for_graphs
def ctc(y_true: Any, y_pred: Any) -> np.ndarray:
    """Minus the logarithm of the probability of all ways to say the labels: l = −log Σ_paths Π_t p_t(path_t).

    A path has one class for each time; it says what is left after joining repeats and dropping the blank, class 0.

    Args:
        y_true: integer labels from 1 to classes − 1, of shape (n, longest), filled up with 0.
        y_pred: logits of shape (n, time, classes).

    >>> ctc([[1]], [[[0.0, 0.0], [0.0, 0.0]]])  # 1 1, 1 -, - 1: three of four paths
    array([0.287682], dtype=float32)
    """
    y_pred = convert(y_pred)
    y = check(y_true, y_pred.shape)
    return primitive(lambda z: forward_backward(y, z), y_pred)


def forward_backward(y, z):
    """Compute the losses of `ctc` and their pullback to the logits; after Graves et al. (2006), section 4."""
    n, times, classes = z.shape
    length = np.count_nonzero(y, axis=1)
    said = np.zeros((n, 2 * y.shape[1] + 1), np.intp)  # - y1 - y2 - ... -
    said[:, 1::2] = y
    jump = np.zeros(said.shape, bool)  # a blank may be left out between different labels
    jump[:, 3::2] = said[:, 3::2] != said[:, 1:-2:2]
    log_p = log_softmax(z)
    heard = np.take_along_axis(log_p, np.broadcast_to(said[:, None], (n, times, said.shape[1])), 2)
    rows, last = np.arange(n), 2 * length

    start = np.full(said.shape, NEVER, z.dtype)
    start[:, 0] = 0.0
    forward = np.empty(heard.shape, z.dtype)  # forward[t, s]: all ways to be at s at time t
    state = start
    for t in range(times):  # α_t(s) = p_t(s) (α_{t−1}(s) + α_{t−1}(s−1) + α_{t−1}(s−2) if it may jump)
        state = step(state, jump) if t else np.where(np.arange(said.shape[1]) < 2, 0.0, NEVER).astype(z.dtype)[None]
        state = forward[:, t] = state + heard[:, t]
    end = forward[:, -1]
    before = np.where(length > 0, end[rows, np.maximum(last - 1, 0)], z.dtype.type(2 * NEVER))
    values = -np.logaddexp(end[rows, last], before)

    def pullback(g):
        ends = np.full(said.shape, NEVER, z.dtype)
        ends[rows, last] = 0.0
        ends[rows[length > 0], last[length > 0] - 1] = 0.0
        back = np.empty(heard.shape, z.dtype)  # back[t, s]: all ways to go on from s after time t
        state = back[:, -1] = ends
        for t in range(times - 2, -1, -1):
            state = back[:, t] = step_back(state + heard[:, t + 1], jump)
        share = np.exp(np.minimum(forward + back + values[:, None, None], 0.0))  # probability to be at s at time t
        dz = np.exp(log_p)
        for s in range(said.shape[1]):
            dz[rows[:, None], np.arange(times), said[:, s, None]] -= share[:, :, s]  # ∂l/∂z = p − Σ_{s: class} share
        return (dz * np.asarray(g)[:, None, None],)

    return values, pullback


def step(state, jump):
    """One step in time: stay, go on, or jump over a blank."""
    moved = np.full_like(state, NEVER)
    moved[:, 1:] = state[:, :-1]
    over = np.full_like(state, NEVER)
    over[:, 2:] = np.where(jump[:, 2:], state[:, :-2], NEVER)
    return np.logaddexp(np.logaddexp(state, moved), over)


def step_back(state, jump):
    """The same the other way."""
    moved = np.full_like(state, NEVER)
    moved[:, :-1] = state[:, 1:]
    over = np.full_like(state, NEVER)
    over[:, :-2] = np.where(jump[:, 2:], state[:, 2:], NEVER)
    return np.logaddexp(np.logaddexp(state, moved), over)


def check(y_true: Any, output_shape: tuple) -> np.ndarray:
    """Sequences of labels as integers."""
    y = np.asarray(y_true)
    if len(output_shape) != 3:
        raise ValueError(f"ctc wants logits of shape (batch, time, classes), got y_pred of shape {output_shape}.")
    if not fits(y.shape, (output_shape[0], None)):
        raise ValueError(f"ctc wants integer labels of shape (batch, longest), filled up with 0, got shape {y.shape}.")
    y = y.astype(np.intp)
    if y.size and (y.min() < 0 or y.max() >= output_shape[2]):
        raise ValueError(f"ctc got labels from {y.min()} to {y.max()}; y_pred has {output_shape[2]} classes (0: blank).")
    return y


class CTC(LossFunctionWrapper):
    """Connectionist temporal classification. See `ctc`; Graves et al. (2006), ICML.

    Args:
        reduction, name, dtype: see `Loss`.

    >>> float(CTC()([[1]], [[[0.0, 0.0], [0.0, 0.0]]]))
    0.287682
    """

    sparse = True

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "ctc", dtype: Any = None):
        super().__init__(ctc, name=name, reduction=reduction, dtype=dtype)

    def prepare_targets(self, y_true, output_shape, dtype):
        """Convert sequences of labels to integers and check them."""
        return check(y_true, output_shape)

    def value_and_grad(self, y_true, y_pred, sample_weight=None):
        """Return the reduced loss and ∂loss/∂y_pred."""
        values, pullback = forward_backward(y_true, y_pred)
        value, share = self.shares(y_true, values, sample_weight)
        return value, pullback(np.broadcast_to(np.asarray(share, values.dtype), values.shape))[0]


GRADIENTS[ctc] = forward_backward  # built in: its formula is the pullback

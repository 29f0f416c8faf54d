"""LSTM, GRU and SimpleRNN through time by compiled loops; each part of the batch goes all the way by itself.

`sweep` does what the `sweep` of the cells does, float32 for float32. What it keeps is a function: the way back.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from minikeras._core.threads import cut, share
from minikeras.fast import time_loops as loops
from minikeras.fast.buffers import empty
from minikeras.fast.tiles import WIDE, panels

F = np.float32
WIDEST = 256  # inputs and units, up to which the weights fit into the cache; wider ones are left to BLAS


def takes(cell: Any, x: np.ndarray, training: bool) -> bool:
    """Whether the loops know this case and are faster: float32, not too wide, and at most one dropout mask, of x."""
    if cell.units + len(cell.kernel.value) > WIDEST:
        return False
    dropped = cell.recurrent_dropout or cell.dropout and cell.implementation == 1
    return x.dtype == cell.kernel.value.dtype == F and x.size > 0 and not (training and dropped)


def whole(units: int) -> int:
    """So many units filled up to whole blocks of 16.

    >>> whole(16), whole(17)
    (16, 32)
    """
    return -(-units // WIDE) * WIDE


def in_blocks(a: np.ndarray) -> np.ndarray:
    """(..., samples, units) as (..., blocks, samples, 16), with zeros in the rest."""
    *axes, samples, units = a.shape
    full = np.zeros((*axes, samples, whole(units)), F)
    full[..., :units] = a
    return np.ascontiguousarray(full.reshape(*axes, samples, full.shape[-1] // WIDE, WIDE).swapaxes(-3, -2))


def from_blocks(a: np.ndarray, units: int) -> np.ndarray:
    """The way back.

    >>> from_blocks(in_blocks(np.float32([[1, 2, 3]])), 3)
    array([[1., 2., 3.]], dtype=float32)
    """
    return a.swapaxes(-3, -2).reshape(*a.shape[:-3], a.shape[-2], a.shape[-3] * WIDE)[..., :units]


class Part:
    """Some samples of a batch on their way: x, 1 and h' side by side, where they are masked, and what a loop keeps."""

    __slots__ = ("rows", "xh", "holes", "kept")

    def __init__(self, rows: slice, x: np.ndarray, h: np.ndarray, holes: list | None):
        x, h = x[:, rows], h[rows]
        (steps, batch, inputs), units = x.shape, h.shape[1]
        self.rows, self.xh, self.kept = rows, empty((steps + 1, batch, inputs + 1 + whole(units))), ()
        self.xh[:-1, :, :inputs], self.xh[:, :, inputs] = x, 1.0
        self.xh[0, :, inputs + 1 :] = 0.0
        self.xh[0, :, inputs + 1 : inputs + 1 + units] = h
        self.holes = np.zeros((0 if holes is None else steps, batch), bool)
        for t, hole in enumerate(holes or ()):
            if hole is not None:
                self.holes[t] = hole[rows, 0]


class Loops:
    """Base of the loops of a kind of cell, with W above b above U laid out for them, (lines, gates, units) in whole blocks."""

    def __init__(self, cell: Any):
        self.cell, self.units, self.inputs = cell, cell.units, len(cell.kernel.value)
        n, m = self.units, self.inputs
        self.weights = np.zeros((m + 1 + whole(n), cell.gates, whole(n)), F)
        self.weights[:m, :, :n] = cell.kernel.value.reshape(m, -1, n)
        self.weights[m + 1 : m + 1 + n, :, :n] = cell.recurrent_kernel.value.reshape(n, -1, n)
        if cell.bias is not None:
            self.weights[m, :, :n] = cell.bias.value.reshape(-1, cell.gates, n)[0]

    def laid(self, weights: np.ndarray) -> np.ndarray:
        """The panels of some of them."""
        return panels(weights.reshape(len(weights), -1))

    def flipped(self, need_dx: bool) -> tuple[np.ndarray, np.ndarray]:
        """The panels of Uᵀ, and of Wᵀ if it is needed."""
        u, w = self.weights[self.inputs + 1 :], self.weights[: self.inputs if need_dx else 0]
        return panels(u.reshape(len(u), -1), True), panels(w.reshape(len(w), u.shape[1] * u.shape[2]), True)

    def room(self, part: Part, *axes: int) -> np.ndarray:
        """An array in blocks."""
        return empty((*axes, whole(self.units) // WIDE, part.xh.shape[1], WIDE))

    def run(self, loop: Any, part: Part, laid: tuple, *arrays: np.ndarray) -> None:
        """Run a loop over a part, with panels, and with arrays that it takes flat."""
        steps, rows, _ = part.xh.shape
        loop(steps - 1, whole(self.units) // WIDE, rows, *laid, *(a.reshape(-1) for a in (part.xh, *arrays)))

    def total(self) -> np.ndarray:
        """Zeros to add the gradients up in."""
        return np.zeros((len(self.weights), self.weights[0].size), F)

    def gradients(self, total: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """∂L/∂W, ∂L/∂U and ∂L/∂b of what the loops have added up."""
        n, m = self.units, self.inputs
        total = total.reshape(self.weights.shape)[..., :n]
        return total[:m], total[m + 1 : m + 1 + n], total[m]


class LSTM(Loops):
    """The loops of an LSTM."""

    def ahead(self, part: Part, starts: list) -> list:
        """Go through the steps; the states at the end, but for h."""
        steps = len(part.xh) - 1
        c, gates = self.room(part, steps + 1), self.room(part, steps, 4)
        c[0] = in_blocks(starts[1])
        self.run(loops.lstm, part, (self.laid(self.weights),), c, gates, part.holes)
        part.kept = c, gates
        return [from_blocks(c[-1], self.units)]

    def back(self, part: Part, flipped: tuple, dys: np.ndarray, dstates: list, dx: np.ndarray) -> np.ndarray:
        """Go back: from ∂L/∂h and ∂L/∂states to ∂L/∂x, and to the gradients of this part."""
        total = self.total()
        self.run(loops.lstm_back, part, flipped, *part.kept, part.holes, dys, *dstates, total, dx)
        return total


class SimpleRNN(Loops):
    """The loops of a SimpleRNN."""

    def ahead(self, part: Part, starts: list) -> list:
        """Go through the steps."""
        hs = self.room(part, len(part.xh))
        hs[0] = in_blocks(starts[0])
        self.run(loops.rnn, part, (self.laid(self.weights),), hs, part.holes)
        part.kept = (hs,)
        return []

    def back(self, part: Part, flipped: tuple, dys: np.ndarray, dstates: list, dx: np.ndarray) -> np.ndarray:
        """Go back, as that of `LSTM`."""
        total = self.total()
        self.run(loops.rnn_back, part, flipped, *part.kept, part.holes, dys, *dstates, total, dx)
        return total


class GRU(Loops):
    """The loops of a GRU whose r acts after the product with U_g."""

    def __init__(self, cell: Any):
        super().__init__(cell)
        self.inner = self.weights[self.inputs :, 2].copy()  # b' above U of g
        self.inner[0] = 0.0
        if cell.bias is not None:
            n, after = self.units, cell.bias.value[1].reshape(3, -1)
            self.weights[self.inputs, :2, :n] += after[:2]
            self.inner[0, :n] = after[2]

    def ahead(self, part: Part, starts: list) -> list:
        """Go through the steps."""
        steps, weights = len(part.xh) - 1, self.weights
        gates, q, hs = self.room(part, steps, 3), self.room(part, steps), self.room(part, steps + 1)
        hs[0] = in_blocks(starts[0])
        laid = self.laid(weights[:, :2]), self.laid(weights[: self.inputs + 1, 2]), self.laid(self.inner)
        self.run(loops.gru, part, laid, gates, q, hs, part.holes)
        part.kept = gates, q, hs
        return []

    def flipped(self, need_dx: bool) -> tuple[np.ndarray, np.ndarray]:
        """The panels of Uᵀ, and of Wᵀ with g before z and r."""
        u, w = super().flipped(need_dx)
        return u, np.roll(w, w.shape[1] // 3, axis=1)

    def total(self) -> np.ndarray:
        """Zeros for g, z, r, and g as it comes to h'U_g."""
        return np.zeros((len(self.weights), 4 * whole(self.units)), F)

    def back(self, part: Part, flipped: tuple, dys: np.ndarray, dstates: list, dx: np.ndarray) -> np.ndarray:
        """Go back, as that of `LSTM`."""
        total = self.total()
        self.run(loops.gru_back, part, flipped, *part.kept, part.holes, dys, *dstates, total, dx)
        return total

    def gradients(self, total: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """∂L/∂W, ∂L/∂U and ∂L/∂b of what the loops have added up."""
        n, m = self.units, self.inputs
        total = total.reshape(len(total), 4, -1)[..., :n]
        return total[:m, [1, 2, 0]], total[m + 1 : m + 1 + n, 1:], np.stack([total[m, [1, 2, 0]], total[m, 1:]])


def sweep(kind: type[Loops], cell: Any, x: np.ndarray, states: list, training: bool, holes: list | None) -> tuple:
    """Go through a sequence with the loops of a kind."""
    masks = cell.masks(cell.dropout, x.shape[1:], x.dtype, training)
    x = x if masks is None else x * masks[0]
    steps, batch, inputs = x.shape
    slices = cut(batch, float(steps * batch * (inputs + cell.units)) * cell.kernel.shape[1])
    way, ys, last = kind(cell), empty((steps, batch, cell.units)), [np.empty_like(state) for state in states]
    parts: list = [None] * len(slices)

    def some(number):
        rows = slices[number]
        parts[number] = part = Part(rows, x, states[0], holes)
        ends = way.ahead(part, [state[rows] for state in states])
        ys[:, rows] = part.xh[1:, :, inputs + 1 : inputs + 1 + cell.units]
        for whole, end in zip(last, (ys[-1, rows], *ends)):
            whole[rows] = end

    share(range(len(slices)), some)
    return ys, last, partial(_sweep_back, way, parts, masks)


def _sweep_back(way: Loops, parts: list, masks: Any, dys: np.ndarray, dstates: list, need_dx: bool) -> tuple:
    """Turn ∂L/∂h of the last steps into ∂L/∂x, with the gradients of the weights written on the way."""
    cell, totals, flipped = way.cell, {}, way.flipped(need_dx)
    steps, dfirst = len(parts[0].xh) - 1, [np.empty_like(d) for d in dstates]
    dx = empty((steps, len(dstates[0]), way.inputs)) if need_dx else None

    def some(part):
        d = [in_blocks(d[part.rows]) for d in dstates]
        dpart = empty((steps if need_dx else 0, part.xh.shape[1], way.inputs))
        totals[part] = way.back(part, flipped, in_blocks(dys[:, part.rows]), d, dpart)
        for whole, mine in zip(dfirst, d):
            whole[part.rows] = from_blocks(mine, way.units)
        if need_dx:
            dx[:, part.rows] = dpart

    share(parts, some)
    total = totals[parts[0]]
    for part in parts[1:]:  # in their order: sums do not depend on who was first
        total += totals[part]
    for variable, gradient in zip((cell.kernel, cell.recurrent_kernel, cell.bias), way.gradients(total)):
        if variable is not None and variable.trainable:
            variable.grad[...] = gradient.reshape(variable.shape)
    return dx if dx is None or masks is None else np.multiply(dx, masks[0], out=dx), dfirst

"""LSTM, GRU and SimpleRNN through time by compiled loops; each part of the batch goes all the way by itself, in one call.

`sweep` does what the `sweep` of the cells does, float32 for float32. What it keeps is a function: the way back.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from minikeras._core.threads import cut, share
from minikeras.fast import time_loops as loops
from minikeras.fast.buffers import empty, ready
from minikeras.fast.tiles import WIDE
from minikeras.fast.time_blocks import lay, lay_flipped

F = np.float32
WIDEST = 256  # inputs and units, up to which the weights fit into the cache; wider ones are left to BLAS


def takes(cell: Any, x: np.ndarray, training: bool) -> bool:
    """Whether the loops know this case and are faster: vectors of float32, not too wide, at most one dropout mask, of x."""
    if x.ndim != 3 or cell.units + len(cell.kernel.value) > WIDEST:
        return False
    dropped = cell.recurrent_dropout or cell.dropout and cell.implementation == 1
    return x.dtype == cell.kernel.value.dtype == F and x.size > 0 and not (training and dropped)


def whole(units: int) -> int:
    """So many units filled up to whole blocks of 16.

    >>> whole(16), whole(17)
    (16, 32)
    """
    return -(-units // WIDE) * WIDE


def flat(a: np.ndarray) -> np.ndarray:
    """All numbers of an array as a vector that kernels take.

    >>> flat(np.ones((2, 3))[:, ::2]).shape
    (4,)
    """
    return ready(a).reshape(-1)


class Loops:
    """Base of the loops of a kind of cell over a batch of sequences (steps, batch, inputs), and what they keep."""

    ahead: Any  # the compiled loops
    back: Any
    kinds: tuple = ()  # what `ahead` fills in: for each array how many numbers for a unit and step, how many steps more than x
    sides = 4  # the matrices that stand side by side in the gradients
    states = 1

    def __init__(self, cell: Any, shape: tuple, holes: list | None):
        (self.steps, self.batch, self.inputs), self.cell, self.units, self.wide = shape, cell, cell.units, whole(cell.units)
        self.weights = ready(cell.kernel.value), ready(cell.recurrent_kernel.value)
        self.xh = empty((self.steps + 1, self.batch, self.inputs + 1 + self.wide))
        self.kept = [empty((self.batch, (self.steps + more) * count * self.wide)) for count, more in self.kinds]
        self.holes = np.zeros(0 if holes is None else self.steps * self.batch, bool)
        for t, hole in enumerate(holes or ()):
            if hole is not None:
                self.holes[t * self.batch : (t + 1) * self.batch] = hole[:, 0]

    def laid(self) -> tuple:
        """The panels that `ahead` takes: W above b above U."""
        (w, u), b = self.weights, self.cell.bias
        return (self.panels(w, np.zeros(w.shape[1], F) if b is None else b.value, u, 0, self.cell.gates),)

    def panels(self, top: np.ndarray, row: np.ndarray, bottom: np.ndarray, gate: int, gates: int) -> np.ndarray:
        """Those of some matrices above a row above others, for so many gates from one on."""
        lines = len(top) + 1 + (self.wide if len(bottom) else 0)
        out = np.empty((gates * self.wide // WIDE, lines, WIDE), F)
        lay(top, flat(row), bottom, gate, self.cell.gates, out)
        return out

    def flipped(self, need_dx: bool, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """The panels of Uᵀ, and of Wᵀ, from a gate on and round, if it is needed."""
        (w, u), gates = self.weights, self.cell.gates
        count = -(-self.inputs // WIDE) if need_dx else 0
        back, down = (np.empty((n, gates * self.wide, WIDE), F) for n in (self.wide // WIDE, count))
        lay_flipped(u, gates, 0, back)
        lay_flipped(w, gates, first, down)
        return back, down

    def some(self, rows: slice) -> tuple:
        """Some samples as the loops are told of them, and what is kept of these."""
        part = self.steps, self.batch, rows.start, rows.stop - rows.start, self.wide // WIDE, self.inputs, self.units
        return part, [array[rows].reshape(-1) for array in self.kept]

    def go(self, slices: list, x: np.ndarray, states: list) -> tuple[np.ndarray, list]:
        """Go through the steps: h of all of them, and the last states."""
        laid, x, xh, first = self.laid(), flat(x), flat(self.xh), [flat(state) for state in states]
        others = [np.empty_like(state) for state in first[1:]]

        def ahead(rows):
            part, kept = self.some(rows)
            self.ahead(part, *laid, x, *first, xh, *kept, self.holes, *others)

        share(slices, ahead)
        ys = self.xh[1:, :, self.inputs + 1 : self.inputs + 1 + self.units]
        return ys, [ys[-1].copy(), *(other.reshape(self.batch, self.units) for other in others)]

    def come_back(self, slices: list, dys: np.ndarray, dstates: list, need_dx: bool) -> tuple:
        """From ∂L/∂h of the last steps and ∂L/∂states to ∂L/∂x, ∂L/∂(first states) and the gradients of the weights."""
        flipped, xh, last, first = self.flipped(need_dx), flat(self.xh), [], []
        dys, *strides = _with_strides(dys)
        for state in dstates:
            last.append(flat(state))
            first.append(np.empty((self.batch, self.units), F))
        total = empty((len(slices), self.inputs + 1 + self.wide, self.sides * self.wide))
        dx = empty((self.steps if need_dx else 0, self.batch, self.inputs))
        rooms = [empty((self.numbers(rows.stop - rows.start),)) for rows in slices]

        def back(number):
            part, kept = self.some(slices[number])
            self.back(
                part, *flipped, xh, *kept, self.holes, dys, tuple(strides), *last, rooms[number],
                *(state.reshape(-1) for state in first), total[number].reshape(-1), dx.reshape(-1),
            )  # fmt: skip

        share(range(len(slices)), back)
        for other in total[1:]:  # in their order: sums do not depend on who was first
            total[0] += other
        return dx if need_dx else None, first, self.gradients(total[0].reshape(-1, self.sides, self.wide)[..., : self.units])

    def numbers(self, rows: int) -> int:
        """Of the room that `back` takes for so many rows: states twice, and δ of the steps that go together."""
        return (2 * self.states + self.sides * loops.together(self.steps, rows)) * rows * self.wide

    def gradients(self, total: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """∂L/∂W, ∂L/∂U and ∂L/∂b in what the loops have added up, (lines, matrices, units)."""
        m = self.inputs
        return total[:m], total[m + 1 : m + 1 + self.units], total[m]


class LSTM(Loops):
    """The loops of an LSTM."""

    ahead, back = staticmethod(loops.lstm), staticmethod(loops.lstm_back)
    kinds, states = ((1, 1), (4, 0)), 2  # c, and the gates


class SimpleRNN(Loops):
    """The loops of a SimpleRNN."""

    ahead, back = staticmethod(loops.rnn), staticmethod(loops.rnn_back)
    kinds, sides = ((1, 1),), 1


class GRU(Loops):
    """The loops of a GRU whose r acts after the product with U_g."""

    ahead, back = staticmethod(loops.gru), staticmethod(loops.gru_back)
    kinds = (3, 0), (1, 0), (1, 1)  # the gates, q and h

    def laid(self) -> tuple:
        """The panels of z and r, of W_g above b_g, and of b'_g above U_g."""
        (w, u), b = self.weights, self.cell.bias
        b = np.zeros((2, w.shape[1]), F) if b is None else b.value
        return self.panels(w, b[0] + b[1], u, 0, 2), self.panels(w, b[0], u[:0], 2, 1), self.panels(w[:0], b[1], u, 2, 1)

    def flipped(self, need_dx: bool, first: int = 2) -> tuple[np.ndarray, np.ndarray]:
        """The panels of Uᵀ, and of Wᵀ with g before z and r."""
        return super().flipped(need_dx, first)

    def gradients(self, total: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As of `Loops`, of g, z, r, and g as it comes to h'U_g."""
        m = self.inputs
        w, u = total[:, [1, 2, 0]], total[:, 1:]
        return w[:m], u[m + 1 : m + 1 + self.units], np.stack([w[m], u[m]])


def _with_strides(dys: np.ndarray) -> tuple:
    """∂L/∂y as a vector, the number of its steps, and how far apart steps and samples stand in it: batches may come first."""
    steps, batch, units = dys.shape
    if dys.swapaxes(0, 1).flags.carray:
        return dys.swapaxes(0, 1).reshape(-1), steps, units, steps * units
    return flat(dys), steps, batch * units, units


def sweep(kind: type[Loops], cell: Any, x: np.ndarray, states: list, training: bool, holes: list | None) -> tuple:
    """Go through a sequence with the loops of a kind."""
    masks = cell.masks(cell.dropout, x.shape[1:], x.dtype, training)
    steps, batch, inputs = x.shape
    slices = cut(batch, float(steps * batch * (inputs + cell.units)) * cell.kernel.shape[1])
    way = kind(cell, x.shape, holes)
    ys, last = way.go(slices, x if masks is None else x * masks[0], states)
    return ys, last, partial(_sweep_back, way, slices, masks)


def _sweep_back(way: Loops, slices: list, masks: Any, dys: np.ndarray, dstates: list, need_dx: bool) -> tuple:
    """Turn ∂L/∂h of the last steps into ∂L/∂x, with the gradients of the weights written on the way."""
    dx, dfirst, gradients = way.come_back(slices, dys, dstates, need_dx)
    for variable, gradient in zip((way.cell.kernel, way.cell.recurrent_kernel, way.cell.bias), gradients):
        if variable is not None and variable.trainable:
            variable.grad.reshape(gradient.shape)[...] = gradient
    return dx if dx is None or masks is None else np.multiply(dx, masks[0], out=dx), dfirst

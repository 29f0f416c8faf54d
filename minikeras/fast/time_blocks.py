"""Where the time loops find what they compute with: panels of the weights, and states in blocks; see `time_loops`."""

from __future__ import annotations

import numpy as np

from minikeras.fast.compiling import kernel
from minikeras.fast.elementwise import ONE
from minikeras.fast.tiles import WIDE

F = np.float32


@kernel
def lay(top, row, bottom, gate, gates, panels) -> None:
    """Fill in the panels of some matrices above a row above others, from a gate on; they stand side by side for all gates."""
    units, (count, lines, _) = len(row) // gates, panels.shape
    blocks = -(-units // WIDE)
    for p in range(count):
        at, wide = (gate + p // blocks) * units + p % blocks * WIDE, min(WIDE, units - p % blocks * WIDE)
        for k in range(lines):
            line = panels[p, k]
            for j in range(WIDE):
                line[j] = F(0.0)
            below = k - len(top) - 1
            if below < len(bottom):
                source = top[k] if k < len(top) else row if below < 0 else bottom[below]
                for j in range(wide):
                    line[j] = source[at + j]


@kernel
def lay_flipped(a, gates, first, panels) -> None:
    """Fill in the panels of the flipped matrices of all gates one above the other, from one of them on and round."""
    units, lines = a.shape[1] // gates, panels.shape[1] // gates
    for p in range(len(panels)):
        for k in range(panels.shape[1]):
            for j in range(WIDE):
                panels[p, k, j] = F(0.0)
        for j in range(min(WIDE, len(a) - p * WIDE)):
            for g in range(gates):
                at = (first + g) % gates * units
                for k in range(units):
                    panels[p, g * lines + k, j] = a[p * WIDE + j, at + k]


@kernel
def block(state, part, out):
    """A state of the samples in blocks, with zeros in the rest."""
    _, _, first, rows, blocks, _, units = part
    for p in range(blocks):
        for k in range(rows):
            for j in range(WIDE):
                i = p * WIDE + j
                out[(p * rows + k) * WIDE + j] = state[(first + k) * units + i] if i < units else F(0.0)


@kernel
def unblock(blocked, part, state):
    """The way back."""
    _, _, first, rows, blocks, _, units = part
    for p in range(blocks):
        for k in range(rows):
            for j in range(min(WIDE, units - p * WIDE)):
                state[(first + k) * units + p * WIDE + j] = blocked[(p * rows + k) * WIDE + j]


@kernel
def begin(part, h, xh):
    """Write the first h into the rows of the first step."""
    _, _, first, rows, blocks, inputs, units = part
    width = inputs + 1 + blocks * WIDE
    for k in range(first, first + rows):
        for j in range(blocks * WIDE):
            xh[k * width + inputs + 1 + j] = h[k * units + j] if j < units else F(0.0)


@kernel
def enter(t, part, x, xh):
    """Write x and 1 into the rows of a step."""
    _, batch, first, rows, blocks, inputs, _ = part
    width = inputs + 1 + blocks * WIDE
    for k in range(t * batch + first, t * batch + first + rows):
        for j in range(inputs):
            xh[k * width + j] = x[k * inputs + j]
        xh[k * width + inputs] = ONE


@kernel
def pour(t, part, h, hole, xh):
    """Write h from blocks into the rows of the step after; of samples that pass, h of the step before."""
    _, batch, first, rows, blocks, inputs, _ = part
    width = inputs + 1 + blocks * WIDE
    start = ((t + 1) * batch + first) * width + inputs + 1
    for p in range(blocks):
        for k in range(rows):
            at = start + k * width + p * WIDE
            for j in range(WIDE):
                xh[at + j] = h[(p * rows + k) * WIDE + j]
    for k in range(hole.size):
        at = start + k * width
        for j in range(at, at + blocks * WIDE if hole[k] else at):
            xh[j] = xh[j - batch * width]


@kernel
def receive(t, part, dys, strides, dh):
    """Add ∂L/∂y of a step, whose last `count` steps have one, to ∂L/∂h in blocks."""
    steps, _, first, rows, blocks, _, units = part
    count, step, row = strides
    for p in range(blocks if t >= steps - count else 0):
        for k in range(rows):
            at = (t - steps + count) * step + (first + k) * row + p * WIDE
            for j in range(min(WIDE, units - p * WIDE)):
                dh[(p * rows + k) * WIDE + j] += dys[at + j]


@kernel
def hold(holes, before, now):
    """Leave of samples that pass what there was before, in blocks."""
    rows = holes.size
    for p in range(now.size // (rows * WIDE) if rows else 0):
        for k in range(rows):
            at = (p * rows + k) * WIDE
            for j in range(at, at + WIDE if holes[k] else at):
                now[j] = before[j]


@kernel
def clear(holes, now):
    """Write zeros for samples that pass, in blocks."""
    rows = holes.size
    for p in range(now.size // (rows * WIDE) if rows else 0):
        for k in range(rows):
            at = (p * rows + k) * WIDE
            for j in range(at, at + WIDE if holes[k] else at):
                now[j] = F(0.0)


@kernel
def copy(a, to):
    for j in range(to.size):
        to[j] = a[j]


@kernel
def zero(total):
    for j in range(total.size):
        total[j] = F(0.0)

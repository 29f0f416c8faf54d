"""The time loops of LSTM, GRU and SimpleRNN, there and back: a product, and then the formulas of a step.

Samples go through in blocks of 16 units, as tiles come out: numbers "in blocks" are (blocks, samples, 16), so that a formula
is one run over all of them. Units are filled up to whole blocks; what stands in the rest comes to 0 with each product. Rows of
`xh` are x of a step, a 1 for the bias, and h' of the step before, so that one product is xW + b + h'U; it has one step more
than x, for the last h. All arrays but the panels are flat. `holes` is empty, or for each step True for samples whose state
passes it unchanged.
"""

from __future__ import annotations

import numpy as np

from minikeras.fast.compiling import kernel
from minikeras.fast.elementwise import ONE, sigmoid, tanh
from minikeras.fast.tiles import WIDE, add_product, product

F = np.float32
PLACES = 128  # what of δ is kept until the gradients of the weights take it up; it stays in the nearest cache


@kernel
def lstm(steps, blocks, rows, w, xh, c, gates, holes):
    """Fill in the gates i, f, g, o, the states c (a step more), both in blocks, and h; w: the panels of W above b above U."""
    size, width = blocks * rows * WIDE, w.shape[1]
    h = np.empty(size, F)
    for t in range(steps):
        product(rows, xh, t * rows * width, width, 0, width, 1, w, gates, 4 * t * size, rows * WIDE, WIDE)
        a, before, now = gates[4 * t * size :][: 4 * size], c[t * size :][:size], c[(t + 1) * size :][:size]
        _sigmoid(a[: 2 * size])  # i, f = σ(z_i), σ(z_f),  z = xW + b + h'U
        _tanh(a[2 * size : 3 * size])  # g = tanh(z_g)
        _sigmoid(a[3 * size :])  # o = σ(z_o)
        _write(a[:size], a[size : 2 * size], a[2 * size : 3 * size], a[3 * size :], before, now, h)
        _hold(holes[t * rows : (t + 1) * rows], before, now)
        _pour(h, holes[t * rows : (t + 1) * rows], xh[t * rows * width : (t + 2) * rows * width], rows)


@kernel
def _sigmoid(z):
    for j in range(z.size):
        z[j] = sigmoid(z[j])


@kernel
def _tanh(z):
    for j in range(z.size):
        z[j] = tanh(z[j])


@kernel
def _write(i, f, g, o, before, c, h):
    for j in range(c.size):
        c[j] = f[j] * before[j] + i[j] * g[j]  # c = f · c' + i · g
    for j in range(h.size):
        h[j] = o[j] * tanh(c[j])  # h = o · tanh(c)


@kernel
def _hold(holes, before, now):
    """Leave of samples that pass what there was before, in blocks."""
    rows = holes.size
    for p in range(now.size // (rows * WIDE) if rows else 0):
        for k in range(rows):
            at = (p * rows + k) * WIDE
            for j in range(at, at + WIDE if holes[k] else at):
                now[j] = before[j]


@kernel
def _clear(holes, now):
    """Write zeros for samples that pass, in blocks."""
    rows = holes.size
    for p in range(now.size // (rows * WIDE) if rows else 0):
        for k in range(rows):
            at = (p * rows + k) * WIDE
            for j in range(at, at + WIDE if holes[k] else at):
                now[j] = F(0.0)


@kernel
def _pour(h, holes, xh, rows):
    """Write h from blocks into the second of two steps' rows; of samples that pass, h of the first."""
    width, units = xh.size // (2 * rows), h.size // rows
    for p in range(units // WIDE):
        for k in range(rows):
            at = (rows + k + 1) * width - units + p * WIDE
            for j in range(WIDE):
                xh[at + j] = h[(p * rows + k) * WIDE + j]
    for k in range(holes.size):
        at = (rows + k + 1) * width - units
        for j in range(at, at + units if holes[k] else at):
            xh[j] = xh[j - rows * width]


@kernel
def lstm_back(steps, blocks, rows, u, w, xh, c, gates, holes, dys, dh, dc, total, dx):
    """Turn ∂L/∂h, ∂L/∂c of the last step into the first's, with dys, ∂L/∂h of the last steps, on the way.

    Adds up `total`, ∂L/∂(W above b above U), and fills in dx where there is one. u, w: the panels of Uᵀ and Wᵀ.
    """
    size, many, width = blocks * rows * WIDE, min(steps, max(1, PLACES // rows)), xh.size // ((steps + 1) * rows)
    delta, back, kept, start = np.empty(4 * many * size, F), np.empty(size, F), np.empty(size, F), steps - dys.size // size
    for last in range(steps, 0, -many):
        first = max(0, last - many)
        for t in range(last - 1, first - 1, -1):
            hole, at = holes[t * rows : (t + 1) * rows], 4 * (t - first) * size
            if t >= start:
                _add(dys[(t - start) * size : (t - start + 1) * size], dh)
            _copy(dc, kept)
            a, d, before, now = gates[4 * t * size :], delta[at : at + 4 * size], c[t * size :], c[(t + 1) * size :]
            _read_back(a[3 * size :], now, dh, dc, d[3 * size :])
            _write_back(a, a[2 * size :], dc, d, d[2 * size : 3 * size])
            _keep_back(a[size:], before, dc, d[size:])
            _hold(hole, kept, dc)
            _clear(hole, d)
            product(rows, d, 0, WIDE, rows * WIDE, WIDE, 4 * blocks, u, back, 0, rows * WIDE, WIDE)  # ∂L/∂h' = δ Uᵀ
            _hold(hole, dh, back)
            _copy(back, dh)
        _weights_back(rows, blocks, 4, first, last, xh, width, 0, width, delta, 0, 4, total)
        if dx.size:
            _input_back(rows, blocks, 4, first, last, 4, delta, w, dx, width - blocks * WIDE - 1)


@kernel
def _copy(a, to):
    for j in range(to.size):
        to[j] = a[j]


@kernel
def _add(a, total):
    for j in range(a.size):
        total[j] += a[j]


@kernel
def _read_back(o, c, dh, dc, do):
    for j in range(dh.size):
        phi = tanh(c[j])
        do[j] = dh[j] * phi * (o[j] - o[j] * o[j])  # δ_o = ∂L/∂h · φ(c) σ′
        dc[j] += dh[j] * o[j] * (ONE - phi * phi)  # ∂L/∂c += ∂L/∂h · o φ′(c)


@kernel
def _write_back(i, g, dc, di, dg):
    for j in range(dc.size):
        di[j] = dc[j] * g[j] * (i[j] - i[j] * i[j])  # δ_i = ∂L/∂c · g σ′
        dg[j] = dc[j] * i[j] * (ONE - g[j] * g[j])  # δ_g = ∂L/∂c · i φ′


@kernel
def _keep_back(f, before, dc, df):
    for j in range(dc.size):
        df[j] = dc[j] * before[j] * (f[j] - f[j] * f[j])  # δ_f = ∂L/∂c · c' σ′
        dc[j] = dc[j] * f[j]  # ∂L/∂c' = ∂L/∂c · f


@kernel
def _input_back(rows, blocks, all_gates, first, last, gates, delta, w, dx, inputs):
    """∂L/∂x = δ Wᵀ of some steps, of the first so many gates."""
    n, wide = rows * WIDE, len(w) * WIDE
    out = np.empty(rows * wide, F)
    for t in range(first, last):
        product(rows, delta, (t - first) * all_gates * blocks * n, WIDE, n, WIDE, gates * blocks, w, out, 0, WIDE, wide)
        for k in range(rows):
            for j in range(inputs):
                dx[(t * rows + k) * inputs + j] = out[k * wide + j]


@kernel
def _weights_back(rows, blocks, all_gates, first, last, xh, width, line, lines, delta, gate, gates, total):
    """Σ (x, 1, h')ᵀ δ of some steps, for so many lines of it and so many gates."""
    n, wide, steps = rows * WIDE, all_gates * blocks * WIDE, last - first
    for p in range(gate * blocks, (gate + gates) * blocks):
        at, c, jump = first * rows * width + line, line * wide + p * WIDE, all_gates * blocks * n
        add_product(lines, xh, at, 1, width, rows * width, delta, p * n, WIDE, jump, total, c, wide, rows, steps)


@kernel
def gru(steps, blocks, rows, w, wg, ug, xh, gates, q, hs, holes):
    """Fill in the gates z, r, g, q = b'_g + h'U_g and the states hs (a step more), all in blocks, and h.

    w: the panels of W above b above U of z and r; wg: those of W_g above b_g; ug: those of b'_g above U_g.
    """
    size, n, width, units = blocks * rows * WIDE, rows * WIDE, w.shape[1], blocks * WIDE
    for t in range(steps):
        at, hole = t * rows * width, holes[t * rows : (t + 1) * rows]
        product(rows, xh, at, width, 0, width, 1, w, gates, 3 * t * size, n, WIDE)
        product(rows, xh, at, width, 0, width - units, 1, wg, gates, (3 * t + 2) * size, n, WIDE)
        product(rows, xh, at + width - units - 1, width, 0, units + 1, 1, ug, q, t * size, n, WIDE)
        a, before, now = gates[3 * t * size :][: 3 * size], hs[t * size :][:size], hs[(t + 1) * size :][:size]
        _sigmoid(a[: 2 * size])  # z, r = σ(xW + b + b' + h'U)
        _mix(a[:size], a[size : 2 * size], a[2 * size :], q[t * size : (t + 1) * size], before, now)
        _hold(hole, before, now)
        _pour(now, hole, xh[at : at + 2 * rows * width], rows)


@kernel
def _mix(z, r, g, q, before, h):
    for j in range(g.size):
        g[j] = tanh(g[j] + r[j] * q[j])  # g = tanh(xW_g + b_g + r · q)
    for j in range(h.size):
        h[j] = g[j] + z[j] * (before[j] - g[j])  # h = z · h' + (1 - z) · g


@kernel
def gru_back(steps, blocks, rows, u, w, xh, gates, q, hs, holes, dys, dh, total, dx):
    """As `lstm_back`; δ_g, δ_z, δ_r and r · δ_g side by side in `total`."""
    size, many, width = blocks * rows * WIDE, min(steps, max(1, PLACES // rows)), xh.size // ((steps + 1) * rows)
    delta, back, inputs = np.empty(4 * many * size, F), np.empty(size, F), width - blocks * WIDE - 1
    start = steps - dys.size // size
    for last in range(steps, 0, -many):
        first = max(0, last - many)
        for t in range(last - 1, first - 1, -1):
            hole, at = holes[t * rows : (t + 1) * rows], 4 * (t - first) * size
            if t >= start:
                _add(dys[(t - start) * size : (t - start + 1) * size], dh)
            a, d, before = gates[3 * t * size :], delta[at : at + 4 * size], hs[t * size :]
            _mix_back(a, a[2 * size :], before, dh, d, d[size : 2 * size])
            _reset_back(a[size:], q[t * size :], d[:size], d[2 * size :], d[3 * size :])
            _clear(hole, d)
            product(rows, d, size, WIDE, rows * WIDE, WIDE, 3 * blocks, u, back, 0, rows * WIDE, WIDE)
            _through(a, dh, back)
            _hold(hole, dh, back)
            _copy(back, dh)
        _weights_back(rows, blocks, 4, first, last, xh, width, 0, inputs + 1, delta, 0, 1, total)
        _weights_back(rows, blocks, 4, first, last, xh, width, 0, width, delta, 1, 2, total)
        _weights_back(rows, blocks, 4, first, last, xh, width, inputs, width - inputs, delta, 3, 1, total)
        if dx.size:
            _input_back(rows, blocks, 4, first, last, 3, delta, w, dx, inputs)


@kernel
def _mix_back(z, g, before, dh, dg, dz):
    for j in range(dh.size):
        dz[j] = dh[j] * (before[j] - g[j]) * (z[j] - z[j] * z[j])  # δ_z = ∂L/∂h · (h' - g) σ′
        dg[j] = dh[j] * (ONE - z[j]) * (ONE - g[j] * g[j])  # δ_g = ∂L/∂h · (1 - z) φ′


@kernel
def _reset_back(r, q, dg, dr, drg):
    for j in range(dg.size):
        dr[j] = dg[j] * q[j] * (r[j] - r[j] * r[j])  # δ_r = δ_g · q σ′
        drg[j] = dg[j] * r[j]  # δ of h'U_g


@kernel
def _through(z, dh, back):
    for j in range(dh.size):
        back[j] += z[j] * dh[j]  # ∂L/∂h' = δ Uᵀ + z · ∂L/∂h


@kernel
def rnn(steps, blocks, rows, w, xh, hs, holes):
    """Fill in the states hs = tanh(xW + b + h'U) (a step more), in blocks, and h."""
    size, width = blocks * rows * WIDE, w.shape[1]
    for t in range(steps):
        at, hole, now = t * rows * width, holes[t * rows : (t + 1) * rows], hs[(t + 1) * size : (t + 2) * size]
        product(rows, xh, at, width, 0, width, 1, w, hs, (t + 1) * size, rows * WIDE, WIDE)
        _tanh(now)
        _hold(hole, hs[t * size : (t + 1) * size], now)
        _pour(now, hole, xh[at : at + 2 * rows * width], rows)


@kernel
def rnn_back(steps, blocks, rows, u, w, xh, hs, holes, dys, dh, total, dx):
    """As `lstm_back`."""
    size, many, width = blocks * rows * WIDE, min(steps, max(1, PLACES // rows)), xh.size // ((steps + 1) * rows)
    delta, back, start = np.empty(many * size, F), np.empty(size, F), steps - dys.size // size
    for last in range(steps, 0, -many):
        first = max(0, last - many)
        for t in range(last - 1, first - 1, -1):
            hole, d = holes[t * rows : (t + 1) * rows], delta[(t - first) * size :][:size]
            if t >= start:
                _add(dys[(t - start) * size : (t - start + 1) * size], dh)
            _tanh_back(hs[(t + 1) * size :], dh, d)
            _clear(hole, d)
            product(rows, d, 0, WIDE, rows * WIDE, WIDE, blocks, u, back, 0, rows * WIDE, WIDE)  # ∂L/∂h' = δ Uᵀ
            _hold(hole, dh, back)
            _copy(back, dh)
        _weights_back(rows, blocks, 1, first, last, xh, width, 0, width, delta, 0, 1, total)
        if dx.size:
            _input_back(rows, blocks, 1, first, last, 1, delta, w, dx, width - blocks * WIDE - 1)


@kernel
def _tanh_back(h, dh, d):
    for j in range(dh.size):
        d[j] = dh[j] * (ONE - h[j] * h[j])  # δ = ∂L/∂h · φ′

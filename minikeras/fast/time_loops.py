"""The time loops of LSTM, GRU and SimpleRNN, there and back: a product, and then the formulas of a step.

Samples go through in blocks of 16 units, as tiles come out: numbers "in blocks" are (blocks, samples, 16), so that a formula
is one run over all of them. Units are filled up to whole blocks; what stands in the rest comes to 0 with each product. Rows of
`xh` are x of a step, a 1 for the bias, and h' of the step before, so that one product is xW + b + h'U; it has one step more
than x, for the last h. All arrays but the panels are flat. `holes` is empty, or for each step True for samples whose state
passes it unchanged.

A call does all of it for some samples of a batch, so that Python has nothing left to do between two cores' calls: `part` says
how many steps and samples there are, which samples are meant (the first one, how many), blocks of units, inputs and units.
What is in blocks belongs to these samples alone, all other arrays to the batch.
"""

from __future__ import annotations

import numpy as np

from minikeras.fast.compiling import kernel
from minikeras.fast.elementwise import ONE, sigmoid, tanh
from minikeras.fast.tiles import WIDE, add_product, product
from minikeras.fast.time_blocks import begin, block, clear, copy, enter, hold, pour, receive, unblock, zero

F = np.float32
PLACES = 128  # what of δ is kept until the gradients of the weights take it up; it stays in the nearest cache


@kernel
def lstm(part, w, x, h, c0, xh, c, gates, holes, c_last) -> None:
    """Fill in the gates i, f, g, o, the states c (a step more), both in blocks, and h; w: the panels of W above b above U."""
    steps, batch, first, rows, blocks, inputs, _ = part
    size, width, n = blocks * rows * WIDE, w.shape[1], rows * WIDE
    out = np.empty(size, F)
    begin(part, h, xh)
    block(c0, part, c)
    for t in range(steps):
        at, hole = (t * batch + first) * width, holes[t * batch + first :][: rows if len(holes) else 0]
        enter(t, part, x, xh)
        product(rows, xh, at, width, 0, width, 1, w, gates, 4 * t * size, n, WIDE)
        a, before, now = gates[4 * t * size :][: 4 * size], c[t * size :][:size], c[(t + 1) * size :][:size]
        _sigmoid(a[: 2 * size])  # i, f = σ(z_i), σ(z_f),  z = xW + b + h'U
        _tanh(a[2 * size : 3 * size])  # g = tanh(z_g)
        _sigmoid(a[3 * size :])  # o = σ(z_o)
        _write(a[:size], a[size : 2 * size], a[2 * size : 3 * size], a[3 * size :], before, now, out)
        hold(hole, before, now)
        pour(t, part, out, hole, xh)
    unblock(c[steps * size :], part, c_last)


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
def lstm_back(part, u, w, xh, c, gates, holes, dys, strides, dh_last, dc_last, room, dh_first, dc_first, total, dx) -> None:
    """Turn ∂L/∂h, ∂L/∂c of the last step into the first's, with dys, ∂L/∂h of the last steps, on the way.

    Fills in `total`, ∂L/∂(W above b above U), and dx where there is one. u, w: the panels of Uᵀ and Wᵀ.
    """
    steps, batch, start, rows, blocks, _, _ = part
    size, many, n = blocks * rows * WIDE, together(steps, rows), rows * WIDE
    dh, dc, back, kept = room[:size], room[size:][:size], room[2 * size :][:size], room[3 * size :][:size]
    delta = room[4 * size :]
    block(dh_last, part, dh)
    block(dc_last, part, dc)
    zero(total)
    for last in range(steps, 0, -many):
        first = max(0, last - many)
        for t in range(last - 1, first - 1, -1):
            hole, at = holes[t * batch + start :][: rows if len(holes) else 0], 4 * (t - first) * size
            receive(t, part, dys, strides, dh)
            copy(dc, kept)
            a, d, before, now = gates[4 * t * size :], delta[at : at + 4 * size], c[t * size :], c[(t + 1) * size :]
            _read_back(a[3 * size :], now, dh, dc, d[3 * size :])
            _write_back(a, a[2 * size :], dc, d, d[2 * size : 3 * size])
            _keep_back(a[size:], before, dc, d[size:])
            hold(hole, kept, dc)
            clear(hole, d)
            product(rows, d, 0, WIDE, n, WIDE, 4 * blocks, u, back, 0, n, WIDE)  # ∂L/∂h' = δ Uᵀ
            hold(hole, dh, back)
            copy(back, dh)
        _weights_back(part, 4, first, last, xh, 0, xh.size // ((steps + 1) * batch), delta, 0, 4, total)
        if dx.size:
            _input_back(part, 4, first, last, 4, delta, w, dx)
    unblock(dh, part, dh_first)
    unblock(dc, part, dc_first)


@kernel
def together(steps, rows):
    """How many steps' δ are kept until the gradients of the weights take them up."""
    return min(steps, max(1, PLACES // rows))


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
def _input_back(part, all_gates, first, last, gates, delta, w, dx):
    """∂L/∂x = δ Wᵀ of some steps, of the first so many gates."""
    _, batch, start, rows, blocks, inputs, _ = part
    n, wide = rows * WIDE, len(w) * WIDE
    out = np.empty(rows * wide, F)
    for t in range(first, last):
        product(rows, delta, (t - first) * all_gates * blocks * n, WIDE, n, WIDE, gates * blocks, w, out, 0, WIDE, wide)
        for k in range(rows):
            for j in range(inputs):
                dx[(t * batch + start + k) * inputs + j] = out[k * wide + j]


@kernel
def _weights_back(part, all_gates, first, last, xh, line, lines, delta, gate, gates, total):
    """Σ (x, 1, h')ᵀ δ of some steps, for so many lines of it and so many gates."""
    steps, batch, start, rows, blocks, _, _ = part
    n, wide, width = rows * WIDE, all_gates * blocks * WIDE, xh.size // ((steps + 1) * batch)
    for p in range(gate * blocks, (gate + gates) * blocks):
        at, c, jump = (first * batch + start) * width + line, line * wide + p * WIDE, all_gates * blocks * n
        add_product(lines, xh, at, 1, width, batch * width, delta, p * n, WIDE, jump, total, c, wide, rows, last - first)


@kernel
def gru(part, w, wg, ug, x, h, xh, gates, q, hs, holes) -> None:
    """Fill in the gates z, r, g, q = b'_g + h'U_g and the states hs (a step more), all in blocks, and h.

    w: the panels of W above b above U of z and r; wg: those of W_g above b_g; ug: those of b'_g above U_g.
    """
    steps, batch, first, rows, blocks, inputs, _ = part
    size, n, width = blocks * rows * WIDE, rows * WIDE, w.shape[1]
    begin(part, h, xh)
    block(h, part, hs)
    for t in range(steps):
        at, hole = (t * batch + first) * width, holes[t * batch + first :][: rows if len(holes) else 0]
        enter(t, part, x, xh)
        product(rows, xh, at, width, 0, width, 1, w, gates, 3 * t * size, n, WIDE)
        product(rows, xh, at, width, 0, inputs + 1, 1, wg, gates, (3 * t + 2) * size, n, WIDE)
        product(rows, xh, at + inputs, width, 0, width - inputs, 1, ug, q, t * size, n, WIDE)
        a, before, now = gates[3 * t * size :][: 3 * size], hs[t * size :][:size], hs[(t + 1) * size :][:size]
        _sigmoid(a[: 2 * size])  # z, r = σ(xW + b + b' + h'U)
        _mix(a[:size], a[size : 2 * size], a[2 * size :], q[t * size : (t + 1) * size], before, now)
        hold(hole, before, now)
        pour(t, part, now, hole, xh)


@kernel
def _mix(z, r, g, q, before, h):
    for j in range(g.size):
        g[j] = tanh(g[j] + r[j] * q[j])  # g = tanh(xW_g + b_g + r · q)
    for j in range(h.size):
        h[j] = g[j] + z[j] * (before[j] - g[j])  # h = z · h' + (1 - z) · g


@kernel
def gru_back(part, u, w, xh, gates, q, hs, holes, dys, strides, dh_last, room, dh_first, total, dx) -> None:
    """As `lstm_back`; δ_g, δ_z, δ_r and r · δ_g side by side in `total`."""
    steps, batch, start, rows, blocks, inputs, _ = part
    size, many, n, width = blocks * rows * WIDE, together(steps, rows), rows * WIDE, xh.size // ((steps + 1) * batch)
    dh, back, delta = room[:size], room[size:][:size], room[2 * size :]
    block(dh_last, part, dh)
    zero(total)
    for last in range(steps, 0, -many):
        first = max(0, last - many)
        for t in range(last - 1, first - 1, -1):
            hole, at = holes[t * batch + start :][: rows if len(holes) else 0], 4 * (t - first) * size
            receive(t, part, dys, strides, dh)
            a, d, before = gates[3 * t * size :], delta[at : at + 4 * size], hs[t * size :]
            _mix_back(a, a[2 * size :], before, dh, d, d[size : 2 * size])
            _reset_back(a[size:], q[t * size :], d[:size], d[2 * size :], d[3 * size :])
            clear(hole, d)
            product(rows, d, size, WIDE, n, WIDE, 3 * blocks, u, back, 0, n, WIDE)
            _through(a, dh, back)
            hold(hole, dh, back)
            copy(back, dh)
        _weights_back(part, 4, first, last, xh, 0, inputs + 1, delta, 0, 1, total)
        _weights_back(part, 4, first, last, xh, 0, width, delta, 1, 2, total)
        _weights_back(part, 4, first, last, xh, inputs, width - inputs, delta, 3, 1, total)
        if dx.size:
            _input_back(part, 4, first, last, 3, delta, w, dx)
    unblock(dh, part, dh_first)


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
def rnn(part, w, x, h, xh, hs, holes) -> None:
    """Fill in the states hs = tanh(xW + b + h'U) (a step more), in blocks, and h."""
    steps, batch, first, rows, blocks, _, _ = part
    size, width = blocks * rows * WIDE, w.shape[1]
    begin(part, h, xh)
    block(h, part, hs)
    for t in range(steps):
        at, hole = (t * batch + first) * width, holes[t * batch + first :][: rows if len(holes) else 0]
        now = hs[(t + 1) * size :][:size]
        enter(t, part, x, xh)
        product(rows, xh, at, width, 0, width, 1, w, hs, (t + 1) * size, rows * WIDE, WIDE)
        _tanh(now)
        hold(hole, hs[t * size : (t + 1) * size], now)
        pour(t, part, now, hole, xh)


@kernel
def rnn_back(part, u, w, xh, hs, holes, dys, strides, dh_last, room, dh_first, total, dx) -> None:
    """As `lstm_back`."""
    steps, batch, start, rows, blocks, _, _ = part
    size, many, n = blocks * rows * WIDE, together(steps, rows), rows * WIDE
    dh, back, delta = room[:size], room[size:][:size], room[2 * size :]
    block(dh_last, part, dh)
    zero(total)
    for last in range(steps, 0, -many):
        first = max(0, last - many)
        for t in range(last - 1, first - 1, -1):
            hole, d = holes[t * batch + start :][: rows if len(holes) else 0], delta[(t - first) * size :][:size]
            receive(t, part, dys, strides, dh)
            _tanh_back(hs[(t + 1) * size :], dh, d)
            clear(hole, d)
            product(rows, d, 0, WIDE, n, WIDE, blocks, u, back, 0, n, WIDE)  # ∂L/∂h' = δ Uᵀ
            hold(hole, dh, back)
            copy(back, dh)
        _weights_back(part, 1, first, last, xh, 0, xh.size // ((steps + 1) * batch), delta, 0, 1, total)
        if dx.size:
            _input_back(part, 1, first, last, 1, delta, w, dx)
    unblock(dh, part, dh_first)


@kernel
def _tanh_back(h, dh, d):
    for j in range(dh.size):
        d[j] = dh[j] * (ONE - h[j] * h[j])  # δ = ∂L/∂h · φ′

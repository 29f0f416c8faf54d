"""Long short-term memory: a recurrent layer with a state c that gates write to, keep and read."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import activations
from minikeras._core.constants import ONE, TWO
from minikeras.layers.layer import registry
from minikeras.layers.rnn.cell import Cell, kernels
from minikeras.layers.rnn.flat import Flat
from minikeras.layers.rnn.slopes import into, slope

BLOCK = 8  # as many steps at once leave the cache room for all that the slopes are made of


@registry.register
class LSTMCell(Cell):
    """One step of an `LSTM`.

        i, f, g, o = σ(z_i), σ(z_f), φ(z_g), σ(z_o),    z = xW + h'U + b
        c = f · c' + i · g,    h = o · φ(c)

    Args:
        units: the width of h and c.
        activation: φ, by name or as a function; None is linear.
        recurrent_activation: σ, of the gates.
        use_bias: whether there is a b.
        kernel_initializer, recurrent_initializer, bias_initializer: start values of W (inputs x 4 units), U (units x 4 units)
            and b (4 units); the gates stand side by side in the order i, f, g, o.
        unit_forget_bias: whether b_f starts at 1, so that c is kept at first.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on W, U and b, added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of W, U and b after each update.
        dropout, recurrent_dropout: the parts of x and of h' that training sets to 0, the same at all steps.
        seed: an integer, for the same draws in each run.

    Called with x ``(batch, inputs)`` and ``[h', c']``, each ``(batch, units)``; returns h and ``[h, c]``.

    >>> cell = LSTMCell(3)
    >>> h, states = cell(np.ones((2, 5)), [np.zeros((2, 3)), np.zeros((2, 3))])
    >>> h.shape, len(states)
    ((2, 3), 2)
    """

    gates, outputs, default_name = 4, 2, "lstm_cell"

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(
            units,
            activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            seed,
            **kwargs,
        )
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = bool(unit_forget_bias)

    def build(self, input_shape: tuple) -> None:
        """Make W, U and b for inputs of this width."""
        super().build(input_shape)
        if self.use_bias and self.unit_forget_bias:
            self.bias.value[self.units : 2 * self.units] = 1.0

    def step(self, x: Any, states: list, masks: Any = None, recurrent_masks: Any = None) -> tuple:
        """The equations of a step in plain NumPy, for activations whose derivative has to be traced."""
        (h, c), sigma, phi = states, self.recurrent_activation, self.activation
        xw, hu = self.times(x, self.kernel, masks), self.times(h, self.recurrent_kernel, recurrent_masks)
        i, f, g, o = (a + c + b for a, c, b in zip(xw, hu, self.split(self.bias)))
        c = sigma(f) * c + sigma(i) * phi(g)
        h = sigma(o) * phi(c)
        return h, [h, c]

    @property
    def plain(self) -> bool:
        """Whether φ and σ are tanh and the sigmoid, so that one call of exp serves all gates."""
        return self.activation is activations.tanh and self.recurrent_activation is activations.sigmoid

    def squash(self, z: np.ndarray, gates: np.ndarray) -> None:
        """Write i, f, g, o of one step for z (4, batch, units)."""
        if gates is z:  # z came with a minus: σ(z) = 1 / (1 + exp(-z)) and tanh(z) = 2 σ(2z) - 1
            one, two, g = ONE[z.dtype.char], TWO[z.dtype.char], z[2]
            np.exp(z, z)
            np.add(z, one, z)
            np.divide(one, z, z)
            np.multiply(g, two, g)
            np.subtract(g, one, g)
        else:
            sigma, phi = into(self.recurrent_activation), into(self.activation)
            sigma(z[:2], gates[:2])
            phi(z[2], gates[2])
            sigma(z[3], gates[3])

    def sweep(self, x: np.ndarray, states: list, training: bool, holes: list | None) -> tuple:
        """Go through a sequence."""
        if (fast := kernels(self, x, training)) and self.plain:
            return fast.sweep(fast.LSTM, self, x, states, training, holes)
        steps, scales = len(x), None
        if self.plain:
            scales = np.array([-1.0, -1.0, -2.0, -1.0], x.dtype).reshape(4, 1, 1)
        z, given = self.project(x, training, None if self.bias is None else self.bias.value, scales)
        gates, shape = z if self.plain else np.empty_like(z), z.shape[2:]
        m = self.masks(self.recurrent_dropout, shape, x.dtype, training)
        hs, cs = np.empty((2, steps + 1, *shape), x.dtype)
        hs[0], cs[0] = states
        phis, phi = np.empty((steps, *shape), x.dtype), into(self.activation)  # φ(c)
        times, product, ig = self.product(m, scales), np.empty((4, *shape), x.dtype), np.empty(shape, x.dtype)
        with np.errstate(over="ignore"):
            for t in range(steps):
                zt, gate, h, c, read = z[t], gates[t], hs[t + 1], cs[t + 1], phis[t]
                times(hs[t], product)
                np.add(zt, product, zt)  # z = xW + b + h'U
                self.squash(zt, zt if gates is z else gate)
                i, f, g, o = gate
                np.multiply(f, cs[t], c)
                np.multiply(i, g, ig)
                np.add(c, ig, c)  # c = f · c' + i · g
                phi(c, read)
                np.multiply(o, read, h)  # h = o · φ(c)
                if holes is not None and holes[t] is not None:
                    np.copyto(h, hs[t], where=holes[t])
                    np.copyto(c, cs[t], where=holes[t])
        return hs[1:], [hs[-1], cs[-1]], (z, gates, hs, cs, phis, m, holes, given)

    def slopes(self, kept: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All that multiplies ∂L/∂c and ∂L/∂h: ∂c/∂z_i, ∂c/∂z_f, ∂c/∂z_g, ∂h/∂z_o side by side; ∂h/∂c; ∂c/∂c'."""
        z, gates, _, cs, phis, _, holes, _ = kept
        f = gates[:, 1]
        steps, *shape, units = phis.shape
        d = np.empty((steps, *shape, 4, units), phis.dtype)  # as the weights: the gates beside each other
        read = np.empty_like(phis)
        for t in range(0, steps, BLOCK):  # pieces that stay in the cache
            part = slice(t, t + BLOCK)
            one = self.plain_slopes if self.plain else self.any_slopes
            one(z[part], gates[part], cs[:-1][part], cs[1:][part], phis[part], np.moveaxis(d[part], -2, 0), read[part])
        if holes is not None:
            f = f.copy()
            for t, hole in enumerate(holes):
                if hole is not None:  # h = h' and c = c' there
                    d[t] *= ~hole[..., None]
                    read[t] *= ~hole
                    np.copyto(f[t], 1.0, where=hole)
        return d, read, f

    @staticmethod
    def plain_slopes(z, gates, before, c, phi, d, read) -> None:
        """The slopes of some steps where φ is tanh and σ the sigmoid."""
        i, f, g, o = gates.swapaxes(0, 1)
        share, product = i * g, np.empty_like(phi)
        np.multiply(share, i, product)
        np.subtract(share, product, d[0])  # ∂c/∂z_i = g σ′ = ig - i · ig
        np.multiply(share, g, product)
        np.subtract(i, product, d[2])  # ∂c/∂z_g = i φ′ = i - g · ig
        np.multiply(f, before, share)
        np.multiply(share, f, product)
        np.subtract(share, product, d[1])  # ∂c/∂z_f = c' σ′ = fc' - f · fc'
        np.multiply(o, phi, share)
        np.multiply(share, o, product)
        np.subtract(share, product, d[3])  # ∂h/∂z_o = φ(c) σ′ = h - o · h
        np.multiply(share, phi, product)
        np.subtract(o, product, read)  # ∂h/∂c = o φ′(c) = o - φ(c) · h

    def any_slopes(self, z, gates, before, c, phi, d, read) -> None:
        """The slopes of some steps by the derivatives of φ and σ."""
        i, f, g, o = gates.swapaxes(0, 1)
        sigma = self.recurrent_activation
        np.multiply(slope(sigma, z[:, 0], i), g, d[0])  # ∂c/∂z_i = g σ′
        np.multiply(slope(sigma, z[:, 1], f), before, d[1])  # ∂c/∂z_f = c' σ′
        np.multiply(slope(self.activation, z[:, 2], g), i, d[2])  # ∂c/∂z_g = i φ′
        np.multiply(slope(sigma, z[:, 3], o), phi, d[3])  # ∂h/∂z_o = φ(c) σ′
        np.multiply(slope(self.activation, c, phi), o, read)  # ∂h/∂c = o φ′(c)

    def sweep_back(self, dys: np.ndarray, dstates: list, kept: tuple, need_dx: bool = True) -> tuple:
        """Turn ∂L/∂h of the steps into ∂L/∂x, with the gradients of the weights written on the way."""
        if callable(kept):
            return kept(dys, dstates, need_dx)
        _, _, hs, _, phis, m, holes, given = kept
        d, read, f = self.slopes(kept)
        steps, *shape, units = phis.shape
        deltas = d.reshape(steps, *shape, 4 * units)  # δ = ∂L/∂z takes the place of the slopes, step by step
        dh, dc, share = np.array(dstates[0]), np.array(dstates[1]), np.empty((*shape, units), phis.dtype)
        first, back, through, dc_beside = steps - len(dys), self.product_back(m, shape[0]), None, dc[..., None, :]
        for t in range(steps - 1, -1, -1):
            if t >= first:
                np.add(dh, dys[t - first], dh)
            write, do = d[t][..., :3, :], d[t][..., 3, :]
            np.multiply(dh, do, do)  # δ_o = ∂L/∂h · ∂h/∂z_o
            np.multiply(dh, read[t], share)
            np.add(dc, share, dc)  # ∂L/∂c += ∂L/∂h · ∂h/∂c
            np.multiply(dc_beside, write, write)  # δ_i, δ_f, δ_g = ∂L/∂c · ∂c/∂z
            np.multiply(dc, f[t], dc)  # ∂L/∂c' = ∂L/∂c · f
            if holes is not None:
                through = None if holes[t] is None else dh * holes[t]
            back(deltas[t], dh)  # ∂L/∂h' = δ Uᵀ
            if through is not None:
                dh += through
        self.recurrent_back(deltas, hs[:-1], m)
        if self.bias is not None and self.bias.trainable:
            self.bias_back(deltas, self.bias.grad)
        return self.project_back(deltas, given, need_dx), [dh, dc]


@registry.register
class LSTM(Flat):
    """Long short-term memory: at each step gates i, f, o decide what the state c takes up, keeps and gives away.

        i, f, g, o = σ(z_i), σ(z_f), φ(z_g), σ(z_o),    z = xW + h'U + b
        c = f · c' + i · g,    h = o · φ(c)

    Since c' reaches c by a product with f alone, gradients live long where f is near 1.

    Args:
        units: the width of h and c.
        activation: φ, by name or as a function; None is linear.
        recurrent_activation: σ, of the gates.
        use_bias: whether there is a b.
        kernel_initializer, recurrent_initializer, bias_initializer: start values of W (inputs x 4 units), U (units x 4 units)
            and b (4 units); the gates stand side by side in the order i, f, g, o.
        unit_forget_bias: whether b_f starts at 1, so that c is kept at first.
        kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer: penalties on W, U, b and the
            output, added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of W, U and b after each update.
        dropout, recurrent_dropout: the parts of x and of h' that training sets to 0, the same at all steps.
        seed: an integer, for the same draws in each run.
        return_sequences: whether the output is h of all steps or of the last.
        return_state: whether h and c of the last step are returned beside the output.
        go_backwards: whether to start at the end; the output comes in the order of the loop.
        stateful: whether a batch starts from the state that the batch before ended in.
        unroll, use_cudnn: kept for Keras' sake.

    Input ``(batch, steps, inputs)``, output ``(batch, units)`` or ``(batch, steps, units)``. Steps where the mask is False
    leave the state as it is. The start is zeros, or ``initial_state=[h, c]`` of the call.

    References: Hochreiter and Schmidhuber, Long short-term memory, Neural Computation 9 (1997).

    >>> layer = LSTM(4, return_sequences=True, return_state=True)
    >>> y, h, c = layer(np.ones((2, 5, 3)))
    >>> y.shape, bool((y[:, -1] == h).all()), c.shape
    ((2, 5, 4), True, (2, 4))
    """

    cell_class = LSTMCell

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: Any = "auto",
        **kwargs,
    ):
        super().__init__(**self.handed_on(locals()))
        self.use_cudnn = use_cudnn

"""The gated recurrent unit: a recurrent layer whose gates mix the state of before with a new one."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import activations
from minikeras.layers.layer import registry
from minikeras.layers.rnn.cell import Cell, kernels
from minikeras.layers.rnn.flat import Flat
from minikeras.layers.rnn.slopes import into, slope


@registry.register
class GRUCell(Cell):
    """One step of a `GRU`.

        z, r = σ(x W_z + h'U_z + b_z), σ(x W_r + h'U_r + b_r)
        g = φ(x W_g + b_g + r · (h'U_g + b'_g))        with reset_after, else φ(x W_g + b_g + (r · h') U_g)
        h = z · h' + (1 - z) · g

    Args:
        units: the width of h.
        activation: φ, by name or as a function; None is linear.
        recurrent_activation: σ, of the gates.
        use_bias: whether there is a b.
        kernel_initializer, recurrent_initializer, bias_initializer: start values of W (inputs x 3 units), U (units x 3 units)
            and b; the gates stand side by side in the order z, r, g.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on W, U and b, added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of W, U and b after each update.
        dropout, recurrent_dropout: the parts of x and of h' that training sets to 0, the same at all steps.
        reset_after: whether r acts after the product with U_g. Then there are two biases, b ``(2, 3 units)``.
        seed: an integer, for the same draws in each run.

    Called with x ``(batch, inputs)`` and ``[h']``, h' ``(batch, units)``; returns h and ``[h]``.

    >>> cell = GRUCell(3)
    >>> h, states = cell(np.ones((2, 5)), [np.zeros((2, 3))])
    >>> h.shape, len(states)
    ((2, 3), 1)
    """

    gates, default_name = 3, "gru_cell"

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
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
        self.reset_after = bool(reset_after)

    def bias_shape(self, width: int) -> tuple:
        """Return the shape of b: one for x, and one for h' with ``reset_after``."""
        return (2, width) if self.reset_after else (width,)

    def step(self, x: Any, states: list, masks: Any = None, recurrent_masks: Any = None) -> tuple:
        """The equations of a step in plain NumPy, for activations whose derivative has to be traced."""
        (h,), sigma, two = states, self.recurrent_activation, self.bias is not None and self.reset_after
        b = self.split(self.bias[0] if two else self.bias)
        b_after = self.split(self.bias[1] if two else None)
        xz, xr, xg = (a + c for a, c in zip(self.times(x, self.kernel, masks), b))
        hz, hr, hg = (a + c for a, c in zip(self.times(h, self.recurrent_kernel, recurrent_masks), b_after))
        z, r = sigma(xz + hz), sigma(xr + hr)
        if self.reset_after:
            inner = r * hg
        else:
            dropped = h if recurrent_masks is None else h * recurrent_masks[-1]
            inner = np.dot(r * dropped, self.recurrent_kernel[:, 2 * self.units :])
        h = z * h + (1.0 - z) * self.activation(xg + inner)
        return h, [h]

    def biases(self) -> tuple:
        """Return what is added to xW before the loop, and what to h'U_g inside of it; None where there is nothing."""
        if self.bias is None:
            return None, None
        if not self.reset_after:
            return self.bias.value, None
        ahead = self.bias.value[0].copy()
        ahead[: 2 * self.units] += self.bias.value[1, : 2 * self.units]
        return ahead, self.bias.value[1, 2 * self.units :]

    def sweep(self, x: np.ndarray, states: list, training: bool, holes: list | None) -> tuple:
        """Go through a sequence."""
        (steps, batch), u, after = x.shape[:2], self.units, self.reset_after
        plain = self.recurrent_activation is activations.sigmoid
        if (fast := kernels(self, x, training)) and plain and after and self.activation is activations.tanh:
            return fast.sweep(fast.GRU, self, x, states, training, holes)
        scales = np.array([-1.0, -1.0, 1.0], x.dtype).reshape(3, 1, 1) if plain else None
        ahead, inside = self.biases()
        z, given = self.project(x, training, ahead, scales)
        gates = np.empty_like(z)
        m = self.masks(self.recurrent_dropout, (batch, u), x.dtype, training)
        hs, inner = np.empty((steps + 1, batch, u), x.dtype), np.empty((steps, batch, u), x.dtype)
        hs[0] = states[0]
        recurrent = self.by_gate(self.recurrent_kernel.value, scales)
        sigma, phi = into(self.recurrent_activation), into(self.activation)
        product, share = np.empty((3, batch, u), x.dtype), np.empty((batch, u), x.dtype)
        looped = slice(0, 3 if after else 2)  # what is multiplied by h' itself
        part, recurrent_part = product[looped], recurrent[looped]
        with np.errstate(over="ignore"):
            for t in range(steps):
                before, h, zt, gate, q = hs[t], hs[t + 1], z[t], gates[t], inner[t]
                dropped = before if m is None else before * m
                np.matmul(dropped if m is None else dropped[looped], recurrent_part, out=part)
                zr, sr, g = zt[:2], gate[:2], gate[2]
                np.add(zr, product[:2], zr)
                if plain:  # zr came with a minus
                    np.exp(zr, sr)
                    np.add(sr, 1.0, sr)
                    np.reciprocal(sr, sr)
                else:
                    sigma(zr, sr)
                if after:
                    np.add(product[2], 0.0 if inside is None else inside, q)  # q = h'U_g + b'_g
                    np.multiply(gate[1], q, share)
                else:
                    np.multiply(gate[1], before if m is None else dropped[2], q)  # q = r · h'
                    np.dot(q, recurrent[2], out=share)
                np.add(zt[2], share, zt[2])
                phi(zt[2], g)
                np.subtract(before, g, share)
                np.multiply(gate[0], share, h)
                np.add(h, g, h)  # h = g + z · (h' - g)
                if holes is not None and holes[t] is not None:
                    np.copyto(h, before, where=holes[t])
        return hs[1:], [hs[-1]], (z, gates, hs, inner, m, holes, given)

    def slopes(self, kept: tuple) -> tuple:
        """All that multiplies ∂L/∂h: ∂h/∂z_z; ∂h/∂z_g; what takes the latter to r; ∂h/∂h' past the gates."""
        pre, gates, hs, inner, m, holes, _ = kept
        z, _, g = gates.swapaxes(0, 1)
        dz = slope(self.recurrent_activation, pre[:, 0], z)
        dz *= hs[:-1] - g  # ∂h/∂z_z = (h' - g) σ′
        dr = slope(self.recurrent_activation, pre[:, 1], gates[:, 1])
        dr *= inner if self.reset_after else hs[:-1] if m is None else hs[:-1] * m[2]
        dg = slope(self.activation, pre[:, 2], g)
        dg *= 1.0 - z  # ∂h/∂z_g = (1 - z) φ′
        if holes is not None:
            z = z.copy()
            for t, hole in enumerate(holes):
                if hole is not None:  # h = h' there
                    for a in (dz, dr, dg):
                        a[t] *= ~hole
                    np.copyto(z[t], 1.0, where=hole)
        return dz, dr, dg, z

    def sweep_back(self, dys: np.ndarray, dstates: list, kept: tuple, need_dx: bool = True) -> tuple:
        """Turn ∂L/∂h of the steps into ∂L/∂x, with the gradients of the weights written on the way."""
        if callable(kept):
            return kept(dys, dstates, need_dx)
        _, _, hs, inner, m, _, given = kept
        steps, batch, u = inner.shape
        dh, deltas, dgs = np.array(dstates[0]), np.empty((steps, batch, 3 * u), inner.dtype), np.empty_like(inner)
        loop = self.loop_after if self.reset_after else self.loop_before
        dh = loop(dys, dh, deltas, dgs, kept)
        weights, bias = self.recurrent_kernel, self.bias
        if self.reset_after:
            self.recurrent_back(deltas, hs[:-1], m)
            if bias is not None and bias.trainable:
                self.bias_back(deltas, bias.grad[1])
        elif weights.trainable:
            before = hs[:-1].reshape(-1, u)
            for k in range(2):
                dropped = before if m is None else (hs[:-1] * m[k]).reshape(-1, u)
                weights.grad[:, k * u : (k + 1) * u] = dropped.T @ deltas[..., k * u : (k + 1) * u].reshape(-1, u)
            weights.grad[:, 2 * u :] = inner.reshape(-1, u).T @ dgs.reshape(-1, u)  # ∂L/∂U_g = Σ (r · h')ᵀ δ_g
        deltas[..., 2 * u :] = dgs  # from here on δ of the input's side
        if bias is not None and bias.trainable:
            self.bias_back(deltas, bias.grad[0] if self.reset_after else bias.grad)
        return self.project_back(deltas, given, need_dx), [dh]

    def loop_after(self, dys: np.ndarray, dh: np.ndarray, deltas: np.ndarray, dgs: np.ndarray, kept: tuple) -> np.ndarray:
        """The loop backwards with ``reset_after``: δ of h'U into ``deltas``, δ_g into ``dgs``."""
        r, m = kept[1][:, 1], kept[4]
        dz, dr, dg, z = self.slopes(kept)
        steps, batch, u = dg.shape
        d = deltas.reshape(steps, batch, 3, u)  # the slopes at first, where δ takes their place step by step
        d[:, :, 0] = dz
        np.multiply(dr, dg, d[:, :, 1])  # ∂h/∂z_r = ∂h/∂z_g · q · σ′
        np.multiply(r, dg, d[:, :, 2])
        first, back, share, beside = steps - len(dys), self.product_back(m, batch), np.empty_like(dh), dh[:, None]
        for t in range(steps - 1, -1, -1):
            if t >= first:
                np.add(dh, dys[t - first], dh)
            np.multiply(beside, d[t], d[t])  # δ of h'U
            np.multiply(dh, dg[t], dgs[t])  # δ_g = ∂L/∂h · ∂h/∂z_g
            back(deltas[t], share)
            np.multiply(dh, z[t], dh)
            np.add(dh, share, dh)  # ∂L/∂h' = δ Uᵀ + z · ∂L/∂h
        return dh

    def loop_before(self, dys: np.ndarray, dh: np.ndarray, deltas: np.ndarray, dgs: np.ndarray, kept: tuple) -> np.ndarray:
        """The loop backwards without ``reset_after``: here δ_r has to wait for δ_g U_gᵀ."""
        r, m = kept[1][:, 1], kept[4]
        dz, dr, dg, z = self.slopes(kept)
        steps, batch, u = dg.shape
        uz, ur, ug = np.ascontiguousarray(self.by_gate(self.recurrent_kernel.value).swapaxes(1, 2))
        first, one = steps - len(dys), 1.0
        for t in range(steps - 1, -1, -1):
            if t >= first:
                dh += dys[t - first]
            np.multiply(dh, dg[t], dgs[t])  # δ_g
            drh = np.dot(dgs[t], ug)  # ∂L/∂(r · h') = δ_g U_gᵀ
            delta_z, delta_r = deltas[t, :, :u], deltas[t, :, u : 2 * u]
            np.multiply(dh, dz[t], delta_z)
            np.multiply(drh, dr[t], delta_r)  # δ_r = ∂L/∂(r · h') · h' · σ′
            mz, mr, mg = (one, one, one) if m is None else m
            dh *= z[t]
            drh *= r[t]
            dh += drh * mg
            dh += np.dot(delta_z, uz) * mz
            dh += np.dot(delta_r, ur) * mr
        return dh


@registry.register
class GRU(Flat):
    """Gated recurrent unit: z decides how much of the state stays, r how much of it the new part may look at.

        z, r = σ(x W_z + h'U_z + b_z), σ(x W_r + h'U_r + b_r)
        g = φ(x W_g + b_g + r · (h'U_g + b'_g))        with reset_after, else φ(x W_g + b_g + (r · h') U_g)
        h = z · h' + (1 - z) · g

    Args:
        units: the width of h.
        activation: φ, by name or as a function; None is linear.
        recurrent_activation: σ, of the gates.
        use_bias: whether there is a b.
        kernel_initializer, recurrent_initializer, bias_initializer: start values of W (inputs x 3 units), U (units x 3 units)
            and b; the gates stand side by side in the order z, r, g.
        kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer: penalties on W, U, b and the
            output, added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of W, U and b after each update.
        dropout, recurrent_dropout: the parts of x and of h' that training sets to 0, the same at all steps.
        seed: an integer, for the same draws in each run.
        return_sequences: whether the output is h of all steps or of the last.
        return_state: whether h of the last step is returned beside the output.
        go_backwards: whether to start at the end; the output comes in the order of the loop.
        stateful: whether a batch starts from the state that the batch before ended in.
        unroll, use_cudnn: kept for Keras' sake.
        reset_after: whether r acts after the product with U_g. Then there are two biases, b ``(2, 3 units)``.

    Input ``(batch, steps, inputs)``, output ``(batch, units)`` or ``(batch, steps, units)``. Steps where the mask is False
    leave the state as it is. The start is zeros, or ``initial_state=h`` of the call.

    References: Cho et al., Learning phrase representations using RNN encoder-decoder, EMNLP 2014.

    >>> layer = GRU(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3))).shape, layer.cell.bias.shape
    ((2, 5, 4), (2, 12))
    """

    cell_class = GRUCell

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
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
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        **kwargs,
    ):
        super().__init__(**self.handed_on(locals()))
        self.use_cudnn = use_cudnn

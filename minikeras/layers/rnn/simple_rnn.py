"""The simplest recurrent layer: h = φ(xW + h'U + b), where h' is h of the step before."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import activations
from minikeras.layers.layer import registry
from minikeras.layers.rnn.cell import Cell, kernels
from minikeras.layers.rnn.flat import Flat
from minikeras.layers.rnn.slopes import into, slope


@registry.register
class SimpleRNNCell(Cell):
    """One step of a `SimpleRNN`: h = φ(xW + h'U + b).

    Args:
        units: the width of h.
        activation: φ, by name or as a function; None is linear.
        use_bias: whether there is a b.
        kernel_initializer, recurrent_initializer, bias_initializer: start values of W (inputs x units), U (units x units), b.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on W, U and b, added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of W, U and b after each update.
        dropout, recurrent_dropout: the parts of x and of h' that training sets to 0, the same at all steps.
        seed: an integer, for the same draws in each run.

    Called with x ``(batch, inputs)`` and ``[h']``, h' ``(batch, units)``; returns h and ``[h]``.

    >>> cell = SimpleRNNCell(1, activation=None, kernel_initializer="ones", recurrent_initializer="ones")
    >>> cell(np.array([[1.0, 2.0]]), [np.array([[10.0]])])[0].tolist()
    [[13.0]]
    """

    default_name = "simple_rnn_cell"

    def step(self, x: Any, states: list, masks: Any = None, recurrent_masks: Any = None) -> tuple:
        """The equation of a step in plain NumPy, for activations whose derivative has to be traced."""
        z = self.times(x, self.kernel, masks)[0] + self.times(states[0], self.recurrent_kernel, recurrent_masks)[0]
        h = self.activation(z if self.bias is None else z + self.bias)
        return h, [h]

    def sweep(self, x: np.ndarray, states: list, training: bool, holes: list | None) -> tuple:
        """Go through a sequence: h = φ(z), z = xW + b + h'U."""
        if (fast := kernels(self, x, training)) and self.activation is activations.tanh:
            return fast.sweep(fast.SimpleRNN, self, x, states, training, holes)
        z, given = self.project(x, training, None if self.bias is None else self.bias.value)
        z, (steps, batch) = z[:, 0], x.shape[:2]
        m = self.masks(self.recurrent_dropout, (batch, self.units), x.dtype, training)
        hs = np.empty((steps + 1, batch, self.units), x.dtype)
        hs[0] = states[0]
        product, recurrent, phi = np.empty_like(hs[0]), self.recurrent_kernel.value, into(self.activation)
        for t in range(steps):
            before, h = hs[t], hs[t + 1]
            np.dot(before if m is None else before * m[0], recurrent, out=product)
            np.add(z[t], product, z[t])
            phi(z[t], h)
            if holes is not None and holes[t] is not None:
                np.copyto(h, before, where=holes[t])
        return hs[1:], [hs[-1]], (z, hs, m, holes, given)

    def sweep_back(self, dys: np.ndarray, dstates: list, kept: tuple, need_dx: bool = True) -> tuple:
        """Turn ∂L/∂h of the steps into ∂L/∂x, with the gradients of the weights written on the way."""
        if callable(kept):
            return kept(dys, dstates, need_dx)
        z, hs, m, holes, given = kept
        steps, batch = z.shape[:2]
        d = slope(self.activation, z, hs[1:])  # φ′
        first, dh, back = steps - len(dys), np.array(dstates[0]), self.product_back(m, batch)
        for t in range(steps - 1, -1, -1):
            if t >= first:
                dh += dys[t - first]
            delta, hole = d[t], None if holes is None else holes[t]
            delta *= dh  # δ = ∂L/∂z = ∂L/∂h · φ′(z)
            through = None
            if hole is not None:  # h = h' there
                delta *= ~hole
                through = dh * hole
            back(delta, dh)  # ∂L/∂h' = δ Uᵀ
            if through is not None:
                dh += through
        self.recurrent_back(d, hs[:-1], m)
        if self.bias is not None and self.bias.trainable:
            self.bias_back(d, self.bias.grad)
        return self.project_back(d, given, need_dx), [dh]


@registry.register
class SimpleRNN(Flat):
    """Fully connected recurrent layer: at each step h = φ(xW + h'U + b), where h' is h of the step before.

    Args:
        units: the width of h.
        activation: φ, by name or as a function; None is linear.
        use_bias: whether there is a b.
        kernel_initializer, recurrent_initializer, bias_initializer: start values of W (inputs x units), U (units x units), b.
        kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer: penalties on W, U, b and the
            output, added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of W, U and b after each update.
        dropout, recurrent_dropout: the parts of x and of h' that training sets to 0, the same at all steps.
        return_sequences: whether the output is h of all steps or of the last.
        return_state: whether the last state is returned beside the output.
        go_backwards: whether to start at the end; the output comes in the order of the loop.
        stateful: whether a batch starts from the state that the batch before ended in.
        unroll: kept for Keras' sake.
        seed: an integer, for the same draws in each run.

    Input ``(batch, steps, inputs)``, output ``(batch, units)`` or ``(batch, steps, units)``. Steps where the mask is False
    leave the state as it is.

    >>> layer = SimpleRNN(1, activation=None, kernel_initializer="ones", recurrent_initializer="ones", return_sequences=True)
    >>> layer(np.array([[[1.0], [2.0], [3.0]]])).tolist()
    [[[1.0], [3.0], [6.0]]]
    """

    cell_class = SimpleRNNCell

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
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
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**self.handed_on(locals()))

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer; the seed is not among them, as in Keras."""
        config = super().get_config()
        config.pop("seed")
        return config

"""What the cells with formulas have in common: their arguments, their weights, and the products outside of the loop.

The contract of a cell that knows how to go through a whole sequence:

    sweep(x, states, training, holes) -> ys, states, kept       x, ys: (steps, batch, ...), in the order of the loop
    sweep_back(dys, dstates, kept, need_dx) -> dx, dstates      dys: ∂L/∂y of the last len(dys) steps

``states`` is a flat list of arrays. ``holes`` is None, or for each step None or a (batch, 1) array that is True for the
samples whose state shall pass the step unchanged. The product of all inputs with the kernel is made before the loop, the
gradients of the weights after it, each with one product; in the loop stays what must be there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import activations, constraints, initializers, regularizers
from minikeras._core.nest import flatten
from minikeras._core.now import KERNELS
from minikeras._core.random import SeedGenerator
from minikeras._core.symbolic import InputSpec
from minikeras._core.threads import cut, dot, share
from minikeras._core.trace import Box
from minikeras.layers.layer import Layer
from minikeras.layers.rnn.dropout_rnn_cell import DropoutRNNCell
from minikeras.layers.rnn.slopes import elementwise
from minikeras.layers.rnn.sweep import number_type, trace, trace_back
from minikeras.layers.shares import Shares
from minikeras.layers.sums import ones


class Cell(DropoutRNNCell, Layer):
    """Base of SimpleRNNCell, LSTMCell and GRUCell: a kernel W, a recurrent kernel U, a bias b; some gates side by side."""

    gates = 1  # how many products of x and h a step needs; their weights stand side by side
    outputs = 1  # how many states there are

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
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs,
    ):
        name = type(self).__name__
        if isinstance(units, bool) or not isinstance(units, (int, np.integer)) or units <= 0:
            raise ValueError(f"Argument `units` of {name} must be a positive integer, got {units!r}.")
        self.implementation = kwargs.pop("implementation", 2)
        super().__init__(**kwargs)
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        if self.recurrent_dropout:
            self.implementation = 1  # a draw for each gate
        self.seed = seed
        self.seed_generator = SeedGenerator(seed) if self.dropout or self.recurrent_dropout else None
        self.input_spec = InputSpec(ndim=2)
        self.kernel = self.recurrent_kernel = self.bias = None

    @property
    def state_size(self) -> int | list[int]:
        """The width of the state; a list where there are several."""
        return self.units if self.outputs == 1 else [self.units] * self.outputs

    @property
    def output_size(self) -> int:
        """The width of the output."""
        return self.units

    def build(self, input_shape: tuple) -> None:
        """Make W, U and b for inputs of this width."""
        inputs, width = input_shape[-1], self.gates * self.units
        if inputs is None:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) needs to know the number of features, got shape {input_shape}."
            )
        self.kernel = self.add_weight(
            shape=(inputs, width),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, width),
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
            name="recurrent_kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                shape=self.bias_shape(width),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )
        self.input_spec = InputSpec(ndim=2, axes={-1: inputs})

    def bias_shape(self, width: int) -> tuple:
        """Return the shape of b."""
        return (width,)

    def get_initial_state(self, batch_size: int | None = None) -> list[np.ndarray]:
        """Return zeros for each state."""
        return [np.zeros((batch_size, self.units), self.compute_dtype) for _ in range(self.outputs)]

    @property
    def has_formulas(self) -> bool:
        """Whether `sweep` knows the derivatives: not where an activation mixes numbers or is the user's own."""
        return elementwise(self.activation) and elementwise(getattr(self, "recurrent_activation", self.activation))

    def traceable(self, x: np.ndarray, states: list, training: bool) -> Any:
        """Return ``f(x_t, states) -> y_t, states`` for inputs (steps, batch, inputs), with dropout masks drawn once."""
        masks = self.masks(self.dropout, x.shape[1:], x.dtype, training)
        recurrent = self.masks(self.recurrent_dropout, states[0].shape, x.dtype, training)

        def step(x, states):
            return self.step(x, states, masks, recurrent)

        return step

    def times(self, x: Any, w: Any, masks: Any = None) -> list:
        """Return x ⊙ m times the weights of each gate; for `step`."""
        u = self.units
        masks = [None] * self.gates if masks is None else [masks[k % len(masks)] for k in range(self.gates)]
        return [np.dot(x if m is None else x * m, w[:, k * u : (k + 1) * u]) for k, m in enumerate(masks)]

    def split(self, b: Any) -> list:
        """Return the bias of each gate; for `step`."""
        return [0.0 if b is None else b[k * self.units : (k + 1) * self.units] for k in range(self.gates)]

    # -- one step by itself ------------------------------------------------------------------------------------------

    def call(self, inputs: np.ndarray, states: Any, training: bool = False) -> tuple:
        """Compute one step: the output and the list of new states."""
        if isinstance(inputs, Box) or any(isinstance(s, Box) for s in flatten(states)):  # in code that is traced
            y, new = self.traceable(inputs[None], flatten(states), training)(inputs, flatten(states))
            return y, new if isinstance(states, (list, tuple)) else new[0]
        return self.forward(inputs, training, states=states)[0]

    def forward(self, x: np.ndarray, training: bool = False, *, states: Any = None) -> tuple:
        """Compute one step as a sequence of one."""
        several = states is None or isinstance(states, (list, tuple))
        given = self.get_initial_state(len(x)) if states is None else list(states) if several else [states]
        x = x.astype(number_type(self, x.dtype), copy=False)
        given = [np.asarray(s, x.dtype) for s in given]
        if self.has_formulas:
            ys, new, kept = self.sweep(x[None], given, training, None)
        else:
            ys, new, kept = trace(self.traceable(x[None], given, training), x[None], given, training, None)
        return (ys[0], new if several else new[0]), (kept, several, new[0].shape)

    def backward(self, dy: tuple, kept: tuple, need_dx: bool = True) -> Shares:
        """Turn ∂L/∂y and ∂L/∂(new states) into ∂L/∂x and ∂L/∂states."""
        (dy, dnew), (kept, several, shape) = dy, kept
        dnew = list(dnew) if isinstance(dnew, (list, tuple)) else [dnew] * self.outputs if dnew is None else [dnew]
        dtype = number_type(self, self.compute_dtype)
        dnew = [np.zeros(shape, dtype) if d is None else np.asarray(d, dtype) for d in dnew]
        dys = np.zeros((0, *shape), dtype) if dy is None else np.asarray(dy[None], dtype)
        if self.has_formulas:
            dx, dstates = self.sweep_back(dys, dnew, kept, need_dx)
        else:
            dx, dstates = trace_back(self, dys, dnew, kept)
        return Shares(dx[0] if need_dx else None, {"states": dstates if several else dstates[0]})

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shapes of the output and of the list of states."""
        shape = (input_shape[0], self.units)
        return shape, [shape] * self.outputs

    # -- what is common to all loops ---------------------------------------------------------------------------------

    def masks(self, rate: float, shape: tuple, dtype: np.dtype, training: bool) -> np.ndarray | None:
        """Draw dropout masks ``(1 or gates, batch, width)``; None where nothing is dropped."""
        if not training or rate == 0.0 or rate == 1.0 and self.gates > 1:  # Keras: cells with gates ignore a rate of 1
            return None
        return self.draw(rate, (self.gates if self.implementation == 1 else 1, *shape), dtype)

    def by_gate(self, w: np.ndarray, scales: Any = None) -> np.ndarray:
        """Return (rows, gates · units) as (gates, rows, units), each gate times its scale."""
        w = w.reshape(len(w), self.gates, -1).swapaxes(0, 1)
        return np.ascontiguousarray(w) if scales is None else np.multiply(w, scales, order="C")

    def project(self, x: np.ndarray, training: bool, bias: Any, scales: Any = None) -> tuple[np.ndarray, tuple]:
        """Return xW + b of all steps as (steps, gates, batch, units), and what `project_back` needs."""
        masks = self.masks(self.dropout, x.shape[1:], x.dtype, training)
        x = x[:, None] if masks is None else x[:, None] * masks  # x ⊙ m, with m the same at all steps
        w = self.by_gate(self.kernel.value, scales)
        z = np.empty((len(x), self.gates, x.shape[2], self.units), x.dtype)
        cost = float(z.size) * w.shape[1]
        share(cut(len(x), cost), lambda part: np.matmul(x[part], w, out=z[part]))
        if bias is not None:
            z += self.by_gate(bias[None], scales)
        return z, (x, masks)

    def project_back(self, delta: np.ndarray, kept: tuple, need_dx: bool) -> np.ndarray | None:
        """Write ∂L/∂W for δ = ∂L/∂(xW + b), (steps, batch, gates · units), and return ∂L/∂x."""
        (xs, masks), kernel, shape = kept, self.kernel, delta.shape[:2]
        delta, inputs = delta.reshape(-1, delta.shape[-1]), xs.shape[-1]
        if masks is None or len(masks) == 1:
            if kernel.trainable:
                dot(xs.reshape(-1, inputs).T, delta, out=kernel.grad)  # ∂L/∂W = xᵀ δ
            dx = dot(delta, kernel.value.T) if need_dx else None  # ∂L/∂x = δ Wᵀ
            dx = dx if dx is None else dx.reshape(*shape, inputs)
            return dx if dx is None or masks is None else np.multiply(dx, masks[0], out=dx)
        dx = np.zeros((*shape, inputs), delta.dtype) if need_dx else None
        for k, m in enumerate(masks):  # one for each gate
            gate = slice(k * self.units, (k + 1) * self.units)
            if kernel.trainable:
                kernel.grad[:, gate] = xs[:, k].reshape(-1, inputs).T @ delta[:, gate]
            if need_dx:
                dx += (delta[:, gate] @ kernel.value[:, gate].T).reshape(dx.shape) * m
        return dx

    def recurrent_back(self, delta: np.ndarray, h: np.ndarray, masks: np.ndarray | None) -> None:
        """Write ∂L/∂U for δ = ∂L/∂(hU), (steps, batch, gates · units)."""
        if not self.recurrent_kernel.trainable:
            return
        rows, grad = h.reshape(-1, self.units), self.recurrent_kernel.grad
        delta = delta.reshape(len(rows), -1)
        if masks is None:
            dot(rows.T, delta, out=grad)  # ∂L/∂U = Σ hᵀ δ, over all steps in one product
            return
        for k in range(self.gates):
            gate = slice(k * self.units, (k + 1) * self.units)
            grad[:, gate] = (h * masks[k % len(masks)]).reshape(rows.shape).T @ delta[:, gate]

    def bias_back(self, delta: np.ndarray, out: np.ndarray) -> None:
        """Write ∂L/∂b = Σ δ."""
        delta = delta.reshape(-1, delta.shape[-1])
        np.dot(ones(delta), delta, out=out)

    def product(self, masks: np.ndarray | None, scales: Any = None) -> Callable:
        """Return ``f(h, out)`` that writes hU of all gates, (gates, batch, units), for one step."""
        w = self.by_gate(self.recurrent_kernel.value, scales)
        if masks is None:
            return lambda h, out: np.matmul(h, w, out=out)
        return lambda h, out: np.matmul(h * masks, w, out=out)

    def product_back(self, masks: np.ndarray | None, batch: int) -> Callable:
        """Return ``f(δ, out)`` that writes δ Uᵀ, the way of a step's δ back to h, for one step."""
        if masks is None:
            transposed = np.ascontiguousarray(self.recurrent_kernel.value.T)
            return lambda delta, out: delta.dot(transposed, out)
        transposed = np.ascontiguousarray(self.by_gate(self.recurrent_kernel.value).swapaxes(1, 2))

        def back(delta, out):
            parts = np.matmul(delta.reshape(batch, self.gates, -1).swapaxes(0, 1), transposed)
            parts *= masks
            np.sum(parts, axis=0, out=out)

        return back


def kernels(cell: Cell, x: np.ndarray, training: bool) -> Any:
    """Return `minikeras.fast.recurrent` where compiled loops may be used and know this case; else None."""
    fast = KERNELS.get()
    return fast.recurrent if fast is not None and fast.recurrent.takes(cell, x, training) else None

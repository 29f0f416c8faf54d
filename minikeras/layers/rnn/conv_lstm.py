"""LSTM over series, images or volumes: its products are convolutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.convolve import convolve, convolve_kernel, convolve_transpose
from minikeras._core.symbolic import InputSpec
from minikeras._core.windows import geometry
from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.rnn.flat import Flat
from minikeras.layers.rnn.lstm import LSTMCell
from minikeras.layers.rnn.slopes import mixes
from minikeras.layers.sizes import standardize_sizes


class ConvLSTMCell(LSTMCell):
    """One step of a `ConvLSTM`: that of an `LSTMCell` with z = x ∗ W + h' ∗ U + b, where ∗ is a convolution.

    Args:
        rank: the number of axes of space.
        filters, kernel_size, strides, padding, data_format, dilation_rate: as those of a convolution, of x; that of h' has
            stride 1 and keeps the size.

    The other arguments are those of `LSTMCell`.
    """

    default_name = "conv_lstm_cell"

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
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
        kind = f"ConvLSTM{rank}D"
        if isinstance(filters, bool) or not isinstance(filters, (int, np.integer)) or filters <= 0:
            raise ValueError(f"Argument `filters` of {kind} must be a positive integer, got {filters!r}.")
        super().__init__(
            filters,
            activation,
            recurrent_activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            unit_forget_bias,
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
        for name in ("activation", "recurrent_activation"):
            if mixes(getattr(self, name)):
                raise ValueError(f"Argument `{name}` of {kind} must act on each number alone, got {getattr(self, name)!r}.")
        self.rank, self.filters, self.implementation = rank, int(filters), 1
        self.kernel_size = standardize_sizes(kind, "kernel_size", kernel_size, rank)
        self.strides = standardize_sizes(kind, "strides", strides, rank)
        self.dilation_rate = standardize_sizes(kind, "dilation_rate", dilation_rate, rank)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"Arguments `strides` and `dilation_rate` of {kind} can't both be above 1, "
                f"got strides={self.strides} and dilation_rate={self.dilation_rate}."
            )
        self.padding = padding.lower() if isinstance(padding, str) else padding
        if self.padding not in ("valid", "same"):
            raise ValueError(f"Argument `padding` of {kind} must be one of 'valid', 'same', got {padding!r}.")
        self.data_format = standardize_data_format(kind, data_format)
        self.input_spec = InputSpec(ndim=rank + 2)
        self.spatial: tuple | None = None  # the sizes of the states along the axes of space

    has_formulas = True

    def step(self, x: Any, states: list, masks: Any = None, recurrent_masks: Any = None) -> tuple:
        """Convolutions have no rules for a tape."""
        raise NotImplementedError(f"No second derivative through ConvLSTM{self.rank}D: its convolutions have none.")

    def build(self, input_shape: tuple) -> None:
        """Make W, U and b for inputs of these sizes."""
        shape = self.last(tuple(input_shape))
        kind = f"ConvLSTM{self.rank}D"
        if None in shape[1:]:
            raise ValueError(
                f"Layer {self.name!r} of {kind} needs to know all sizes of the input but those of batch and steps, "
                f"got shape {tuple(input_shape)} for one step."
            )
        self.spatial = geometry(shape[1:-1], self.kernel_size, self.strides, self.padding, self.dilation_rate).out
        width = 4 * self.filters
        for name, inputs in (("kernel", shape[-1]), ("recurrent_kernel", self.filters)):
            part = name.removesuffix("_kernel")
            weight = self.add_weight(
                shape=(*self.kernel_size, inputs, width),
                initializer=getattr(self, f"{part}_initializer"),
                regularizer=getattr(self, f"{part}_regularizer"),
                constraint=getattr(self, f"{part}_constraint"),
                name=name,
            )
            setattr(self, name, weight)
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(width,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )
            if self.unit_forget_bias:
                self.bias.value[self.filters : 2 * self.filters] = 1.0

    def last(self, shape: tuple) -> tuple:
        """Return a shape (batch, ...) with the channels at the end."""
        return shape if self.data_format == "channels_last" else (shape[0], *shape[2:], shape[1])

    def state_shape(self, batch: int | None) -> tuple:
        """Return the shape of h and c in the layer's format."""
        if self.data_format == "channels_last":
            return (batch, *self.spatial, self.filters)
        return (batch, self.filters, *self.spatial)

    def get_initial_state(self, batch_size: int | None = None) -> list[np.ndarray]:
        """Return zeros for both states."""
        return [np.zeros(self.state_shape(batch_size), self.compute_dtype) for _ in range(2)]

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shapes of the output and of the states."""
        shape = self.last(tuple(input_shape))
        if self.spatial is None:
            self.spatial = geometry(shape[1:-1], self.kernel_size, self.strides, self.padding, self.dilation_rate).out
        shape = self.state_shape(shape[0])
        return shape, [shape, shape]

    # -- the loop of LSTMCell, with the channels at the end ----------------------------------------------------------

    def sweep(self, x: np.ndarray, states: list, training: bool, holes: list | None) -> tuple:
        """Go through a sequence."""
        ys, last, kept = super().sweep(self.inwards(x, 2), [self.inwards(s, 1) for s in states], training, holes)
        return self.outwards(ys, 2), [self.outwards(s, 1) for s in last], kept

    def sweep_back(self, dys: np.ndarray, dstates: list, kept: tuple, need_dx: bool = True) -> tuple:
        """The same backwards."""
        dx, dfirst = super().sweep_back(self.inwards(dys, 2), [self.inwards(d, 1) for d in dstates], kept, need_dx)
        return dx if dx is None else self.outwards(dx, 2), [self.outwards(d, 1) for d in dfirst]

    def inwards(self, x: np.ndarray, axis: int) -> np.ndarray:
        """Move the channels from where they stand to the end."""
        return x if self.data_format == "channels_last" else np.moveaxis(x, axis, -1)

    def outwards(self, x: np.ndarray, axis: int) -> np.ndarray:
        """Move the channels from the end to where they belong."""
        return x if self.data_format == "channels_last" else np.moveaxis(x, -1, axis)

    def scaled(self, w: np.ndarray, scales: Any) -> np.ndarray:
        """Multiply the filters of each gate by its scale."""
        return w if scales is None else w * np.repeat(scales.ravel(), self.filters)

    def gate(self, k: int) -> tuple:
        """What picks the filters of a gate."""
        return (..., slice(k * self.filters, (k + 1) * self.filters))

    def project(self, x: np.ndarray, training: bool, bias: Any, scales: Any = None) -> tuple[np.ndarray, tuple]:
        """Return x ∗ W + b of all steps as (steps, gates, batch, ..., filters), and what `project_back` needs."""
        steps, batch = x.shape[:2]
        masks = self.masks(self.dropout, x.shape[1:], x.dtype, training)
        w, b = self.scaled(self.kernel.value, scales), None if bias is None else self.scaled(bias, scales)
        rows, how = x.reshape(steps * batch, *x.shape[2:]), (self.strides, self.padding, self.dilation_rate)
        if masks is None:
            z = convolve(rows, w, *how, bias=b)
            z = np.moveaxis(z.reshape(steps, batch, *z.shape[1:-1], 4, self.filters), -2, 1)
            return np.ascontiguousarray(z), (x, masks)
        parts = [convolve((x * m).reshape(rows.shape), w[self.gate(k)], *how) for k, m in enumerate(masks)]
        z = np.stack([p.reshape(steps, batch, *p.shape[1:]) for p in parts], axis=1)
        if b is not None:
            z += b.reshape(4, 1, *(1,) * self.rank, self.filters)
        return z, (x, masks)

    def project_back(self, delta: np.ndarray, kept: tuple, need_dx: bool) -> np.ndarray | None:
        """Write ∂L/∂W for δ = ∂L/∂(x ∗ W + b) and return ∂L/∂x."""
        (x, masks), kernel = kept, self.kernel
        how, flat = (self.strides, self.padding, self.dilation_rate), (-1, *x.shape[2:])
        delta = delta.reshape(-1, *delta.shape[2:])
        if masks is None:
            if kernel.trainable:
                convolve_kernel(x.reshape(flat), delta, self.kernel_size, *how, out=kernel.grad)
            return convolve_transpose(delta, kernel.value, x.shape[2:-1], *how).reshape(x.shape) if need_dx else None
        dx = np.zeros(x.shape, x.dtype) if need_dx else None
        for k, m in enumerate(masks):
            part = np.ascontiguousarray(delta[self.gate(k)])
            if kernel.trainable:
                kernel.grad[self.gate(k)] = convolve_kernel((x * m).reshape(flat), part, self.kernel_size, *how)
            if need_dx:
                dx += convolve_transpose(part, kernel.value[self.gate(k)], x.shape[2:-1], *how).reshape(x.shape) * m
        return dx

    def product(self, masks: np.ndarray | None, scales: Any = None) -> Callable:
        """Return ``f(h, out)`` that writes h ∗ U of all gates for one step."""
        w = self.scaled(self.recurrent_kernel.value, scales)

        def times(h, out):
            if masks is None:
                y = convolve(h, w, padding="same")
                out[...] = np.moveaxis(y.reshape(*y.shape[:-1], 4, self.filters), -2, 0)
            else:
                for k, m in enumerate(masks):
                    out[k] = convolve(h * m, w[self.gate(k)], padding="same")

        return times

    def product_back(self, masks: np.ndarray | None, batch: int) -> Callable:
        """Return ``f(δ, out)`` that writes the way of a step's δ back to h."""
        w = self.recurrent_kernel.value

        def back(delta, out):
            if masks is None:
                out[...] = convolve_transpose(delta, w, self.spatial, padding="same")
            else:
                out[...] = 0.0
                for k, m in enumerate(masks):
                    out += convolve_transpose(delta[self.gate(k)], w[self.gate(k)], self.spatial, padding="same") * m

        return back

    def recurrent_back(self, delta: np.ndarray, h: np.ndarray, masks: np.ndarray | None) -> None:
        """Write ∂L/∂U for δ = ∂L/∂(h ∗ U)."""
        weights, flat = self.recurrent_kernel, (-1, *h.shape[2:])
        if not weights.trainable:
            return
        delta = delta.reshape(-1, *delta.shape[2:])
        if masks is None:
            convolve_kernel(h.reshape(flat), delta, self.kernel_size, padding="same", out=weights.grad)
            return
        for k, m in enumerate(masks):
            part = np.ascontiguousarray(delta[self.gate(k)])
            weights.grad[self.gate(k)] = convolve_kernel((h * m).reshape(flat), part, self.kernel_size, padding="same")


class ConvLSTM(Flat):
    """Base of ConvLSTM1D, ConvLSTM2D and ConvLSTM3D."""

    def check_sequences(self, shape: tuple) -> None:
        """Raise a ValueError if the steps are of another size than the states were made for."""
        super().check_sequences(shape)
        known = self._build_shape
        if known and any(a not in (b, None) for a, b in zip(shape[2:], known[2:])):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) was built for steps of shape {tuple(known[2:])}, got an input of "
                f"shape {shape}. Its states have that size: make the steps fit, or a new layer."
            )

    rank = 0
    cell_class = ConvLSTMCell

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
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
        **kwargs,
    ):
        super().__init__(**self.handed_on(locals()))

    def handed_on(self, given: dict[str, Any]) -> dict[str, Any]:
        """Turn the arguments of the class into those of `RNN`."""
        return super().handed_on({**given, "rank": type(self).rank})

    def compute_output_shape(self, input_shape: Any, initial_state_shape: Any = None) -> Any:
        """Return the shape of the output, and of the states with it where they are returned."""
        shape = tuple(input_shape)
        state = self.cell.compute_output_shape((shape[0], *shape[2:]))[0]
        y = (shape[0], shape[1], *state[1:]) if self.return_sequences else state
        return (y, state, state) if self.return_state else y

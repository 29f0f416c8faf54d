"""The loop over time, for any cell."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.nest import flatten
from minikeras._core.now import TAPE
from minikeras._core.registry import home
from minikeras._core.symbolic import InputSpec, KerasTensor, is_shape
from minikeras._core.trace import Box
from minikeras._core.variable import Variable
from minikeras.layers.calling import call_on_tape
from minikeras.layers.layer import Layer, registry
from minikeras.layers.rnn.cell import Cell
from minikeras.layers.rnn.stacked_rnn_cells import StackedRNNCells
from minikeras.layers.rnn.states import output_size, pack, sizes, zeros
from minikeras.layers.rnn.sweep import number_type, plain, sweep, sweep_back
from minikeras.layers.shares import Shares


class Memory:
    """What a stateful layer remembers between batches; not among its weights, as in Keras."""

    states: Any = None


@registry.register
class RNN(Layer):
    """Take a cell through time: y_t, states_t = cell(x_t, states_{t-1}).

    Args:
        cell: `SimpleRNNCell`, `LSTMCell`, `GRUCell`, or one of your own: a class with ``state_size``, an integer or a list
            of them, and ``call(inputs, states)``, which returns the output and the list of new states. A list of cells is a
            stack: each takes the output of the one before.
        return_sequences: whether the output is that of all steps or of the last.
        return_state: whether the last states are returned beside the output.
        go_backwards: whether to start at the end; the output comes in the order of the loop.
        stateful: whether a batch starts from the states that the batch before ended in; `reset_state` forgets them.
        unroll: kept for Keras' sake.
        zero_output_for_mask: whether masked steps give zeros; they repeat the output of the step before otherwise.

    Input ``(batch, steps, ...)``, output ``(batch, ...)`` or ``(batch, steps, ...)``. Steps where the mask is False leave
    the states as they are. The start is zeros, or ``initial_state`` of the call.

    >>> class Sum(Layer):
    ...     state_size = 2
    ...     def call(self, inputs, states):
    ...         total = states[0] + inputs
    ...         return total, [total]
    >>> RNN(Sum())(np.array([[[1.0, 2.0], [3.0, 4.0]]])).tolist()
    [[4.0, 6.0]]
    """

    one_axis_more = (
        "A recurrent layer before this one needs return_sequences=True; a series of single numbers needs an axis more, "
        "x[..., None]."
    )

    supports_masking = True
    input_axes: int | None = None  # how many the input must have; None for as many as the cell takes

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs,
    ):
        cell = StackedRNNCells(cell, dtype=kwargs.get("dtype")) if isinstance(cell, (list, tuple)) else cell
        for needed in ("call", "state_size"):
            if needed not in dir(cell):
                raise ValueError(
                    f"Argument `cell` of {type(self).__name__} must have `call` and `state_size` (or be a list of such cells), "
                    f"got {cell!r}, which has no `{needed}`."
                )
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences, self.return_state = bool(return_sequences), bool(return_state)
        self.go_backwards, self.stateful = bool(go_backwards), bool(stateful)
        self.unroll, self.zero_output_for_mask = bool(unroll), bool(zero_output_for_mask)
        self.input_spec = None if self.input_axes is None else InputSpec(ndim=self.input_axes)
        self._memory = Memory()
        self._batch_size: int | None = None

    # -- states ------------------------------------------------------------------------------------------------------

    @property
    def state_size(self) -> list:
        """The sizes of the states, one for each."""
        size = self.cell.state_size
        return list(size) if isinstance(size, (list, tuple)) else [size]

    @property
    def states(self) -> Any:
        """What a stateful layer remembers, a list of variables; None of others."""
        return self._memory.states

    def get_initial_state(self, batch_size: Any) -> list:
        """Return the states that a batch of this size starts from; Keras 2 passed the batch itself."""
        batch_size = len(batch_size) if getattr(batch_size, "ndim", 0) else batch_size
        return pack(self.state_size, zeros(self.cell, batch_size, self.inner_dtype))

    def reset_state(self) -> None:
        """Make a stateful layer forget: its states are zeros again."""
        for variable in flatten(self.states or []):
            variable.in_place()[...] = 0.0

    reset_states = reset_state

    @property
    def inner_dtype(self) -> str:
        """The number type that the cell computes in."""
        return number_type(self.cell, self.compute_dtype)

    def build(self, input_shape: Any) -> None:
        """Build the cell, and the memory of a stateful layer."""
        shape = tuple(input_shape[0]) if input_shape and isinstance(input_shape[0], (list, tuple)) else tuple(input_shape)
        if len(shape) < 2 or self.input_axes is None and len(shape) < 3:
            raise ValueError(f"Layer {self.name!r} ({type(self).__name__}) takes (batch, steps, features), got shape {shape}.")
        if self.input_axes == 3 and len(shape) == 3 and shape[-1] is None:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) needs to know the number of features, got shape {shape}: "
                "keras.Input(shape=(steps, features)), where steps may be None."
            )
        if isinstance(self.cell, Layer) and not self.cell.built:
            self.cell.build((shape[0], *shape[2:]))
            if self.cell.is_traced and any(not layer.built for layer in self.cell._inner_layers()):
                x = np.zeros((1, 1, *(1 if n is None else n for n in shape[2:])), self.inner_dtype)
                plain(self.cell, x, zeros(self.cell, 1, self.inner_dtype), False, None)  # builds the layers inside
        if self.stateful:
            self.remember(shape[0] or (self._given_shape or (None,))[0] or self._batch_size)

    def remember(self, batch: int | None) -> None:
        """Make the variables of a stateful layer."""
        if batch is None:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) is stateful and needs to know the batch size: "
                "keras.Input(shape=..., batch_size=32), and the same batch_size in fit, evaluate and predict."
            )
        self._batch_size = batch
        start = flatten(self.get_initial_state(batch))
        states = [Variable(s, dtype=self.inner_dtype, trainable=False, name="rnn_state") for s in start]
        for variable in states:
            variable.path = f"{self.path}/rnn_state"
        self._memory.states = pack(self.state_size, states)

    def start(self, x: np.ndarray, initial_state: Any) -> list[np.ndarray]:
        """Return the flat list of states that this batch starts from."""
        batch, dtype = len(x), self.inner_dtype
        if self.stateful and batch != self._batch_size:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) is stateful and was built for batches of {self._batch_size}, got "
                f"one of {batch}. Pass batch_size={self._batch_size} and data whose length is a multiple of it."
            )
        if initial_state is None:
            return [v.value for v in flatten(self.states)] if self.stateful else zeros(self.cell, batch, dtype)
        given = [s if isinstance(s, Box) else np.asarray(s, dtype) for s in flatten(initial_state)]
        expected = [s.shape for s in zeros(self.cell, batch, dtype)]
        if [s.shape for s in given] != expected:
            raise ValueError(
                f"`initial_state` of layer {self.name!r} ({type(self).__name__}) must have the shapes {expected}, "
                f"got {[s.shape for s in given]}."
            )
        return given

    # -- computing ---------------------------------------------------------------------------------------------------

    def __call__(self, *args, **kwargs) -> Any:
        """Compute the output; ``layer([x, h, c])`` is ``layer(x, initial_state=[h, c])``."""
        args, kwargs = self.apart(args, kwargs)
        if self.stateful and not self.built and args and not isinstance(args[0], KerasTensor):
            self.expect(len(args[0]))
        return super().__call__(*args, **kwargs)

    def apart(self, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        """Take the states out of a list that starts with the sequences."""
        x = args[0] if args else None
        if isinstance(x, (list, tuple)) and len(x) > 1 and all(hasattr(part, "shape") for part in x):
            if len(x[0].shape) == (self.input_axes or 3):
                return (x[0], *args[1:]), {**kwargs, "initial_state": list(x[1:])}
        return args, kwargs

    def expect(self, batch: int) -> None:
        """Note the size of the batch that a stateful layer is built by."""
        self._batch_size = batch

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        """Compute the output, and the states with it where they are returned."""
        if TAPE.get() is not None or isinstance(sequences, Box):
            return call_on_tape(self, sequences, training, {"mask": mask, "initial_state": initial_state}, RNN)
        return self.through(sequences, training, mask, initial_state, plain)[0]

    def infer(self, x: Any, training: bool = False, **arguments) -> Any:
        """Compute the output of ready arrays, without a way back."""
        if type(self).forward is not RNN.forward:
            return super().infer(x, training, **arguments)
        return self.through(x, training, arguments.get("mask"), arguments.get("initial_state"), plain)[0]

    def forward(self, x: np.ndarray, training: bool = False, *, mask: Any = None, initial_state: Any = None) -> tuple:
        """Compute the same, and what `backward` needs."""
        return self.through(x, training, mask, initial_state, sweep)

    def through(self, x: np.ndarray, training: bool, mask: Any, initial_state: Any, sweep: Any) -> tuple:
        """Go through the sequence, or through it backwards."""
        self.check_sequences(x.shape)
        states = self.start(x, initial_state)
        steps = np.swapaxes(x, 0, 1)[:: -1 if self.go_backwards else 1]
        if not isinstance(x, Box):
            steps = np.ascontiguousarray(steps, self.inner_dtype)
        seen = self.seen(mask, x.shape[:2])
        beside = (-1, *(1,) * (states[0].ndim - 1))
        holes = None if seen is None else [None if row.all() else ~row.reshape(beside) for row in seen]
        ys, states, *kept = sweep(self.cell, steps, states, bool(training), holes)
        if self.stateful:
            for variable, state in zip(flatten(self.states), states):
                variable.in_place()[...] = state
        ys = ys if isinstance(ys, Box) else ys.astype(self.compute_dtype, copy=False)
        weight = None
        if self.zero_output_for_mask and seen is not None:
            weight = seen.reshape(*seen.shape, *(1,) * (ys.ndim - 2)).astype(ys.dtype)
            ys = ys * weight
        y = np.swapaxes(ys, 0, 1) if self.return_sequences else ys[-1]
        kept = kept, ys.shape, [s.shape for s in states], weight, initial_state, x.dtype
        if not self.return_state:
            return y, kept
        states = [s if isinstance(s, Box) else s.astype(self.compute_dtype, copy=False) for s in states]
        return (y, *pack(self.state_size, states)), kept

    def check_input_shape(self, shape: Any) -> None:
        """Raise a ValueError if an input of this shape can't go in."""
        super().check_input_shape(shape)
        if self.built and is_shape(shape) and len(shape) > 2:
            self.check_sequences(tuple(shape))

    def check_sequences(self, shape: tuple) -> None:
        """Raise a ValueError if sequences of this shape have no step to end at, or are wider than the weights."""
        if shape[1] == 0 and not self.return_sequences:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) needs sequences of at least 1 step, got shape {tuple(shape)}: "
                "there is no last step to return."
            )
        cell = self.cell.cells[0] if isinstance(self.cell, StackedRNNCells) else self.cell
        if len(shape) != 3 or not isinstance(cell, Cell) or cell.kernel is None:
            return
        width = cell.kernel.shape[0]
        if shape[2] not in (width, None) and home(type(cell)) is not None:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) was built for inputs whose last axis is {width}, "
                f"got shape {tuple(shape)}. Use data with {width} features, or a new layer."
            )

    def seen(self, mask: Any, shape: tuple) -> np.ndarray | None:
        """Return the mask as (steps, batch), in the order of the loop; None where nothing is masked."""
        if mask is None:
            return None
        mask = np.asarray(mask[0] if isinstance(mask, (list, tuple)) and np.ndim(mask) > 2 else mask).astype(bool)
        steps = mask.any(axis=tuple(range(2, mask.ndim))) if mask.ndim > 2 else mask
        if steps.shape != tuple(shape):
            raise ValueError(
                f"The mask of layer {self.name!r} ({type(self).__name__}) must have shape {tuple(shape)}, (batch, steps), "
                f"a value for each step of each sample, got {mask.shape}."
            )
        mask = steps
        return None if mask.all() else mask.T[:: -1 if self.go_backwards else 1]

    def backward(self, dy: Any, kept: tuple, need_dx: bool = True) -> Any:
        """Turn ∂L/∂y and ∂L/∂(last states) into ∂L/∂x and ∂L/∂(initial states)."""
        kept, shape, state_shapes, weight, initial_state, given_dtype = kept
        dy, *dstates = dy if self.return_state else (dy,)
        dtype = self.inner_dtype
        if dy is None:
            dys = np.zeros((0, *shape[1:]), dtype)
        else:
            dys = np.swapaxes(dy, 0, 1) if self.return_sequences else dy[None]
            dys = dys if weight is None else dys * weight[shape[0] - len(dys) :]
        given = flatten(dstates) if len(flatten(dstates)) == len(state_shapes) else [None] * len(state_shapes)
        dlast = [np.zeros(s, dtype) if d is None else np.asarray(d, dtype) for d, s in zip(given, state_shapes)]
        dx, dfirst = sweep_back(self.cell, np.asarray(dys, dtype), dlast, *kept, need_dx)
        if dx is not None:
            dx = np.swapaxes(dx[:: -1 if self.go_backwards else 1], 0, 1).astype(given_dtype, copy=False)
        if initial_state is None:
            return dx
        return Shares(dx, {"initial_state": pack(initial_state, dfirst)})

    def compute_mask(self, inputs: Any, mask: Any) -> Any:
        """Return the mask of the output, None of the states: it goes on where all steps are returned."""
        mask = mask if self.return_sequences else None
        return [mask, *[None] * len(self.state_size)] if self.return_state else mask

    def compute_output_shape(self, input_shape: Any, initial_state_shape: Any = None) -> tuple:
        """Return the shape of the output, and of the states with it where they are returned."""
        shape = tuple(input_shape[0]) if isinstance(input_shape[0], (list, tuple)) else tuple(input_shape)
        width = output_size(self.cell)
        y = (shape[0], *(shape[1:2] if self.return_sequences else ()), width)
        if not self.return_state:
            return y
        return (y, *pack(self.state_size, [(shape[0], size) for size in sizes(self.cell)]))

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer."""
        return super().get_config()

    @classmethod
    def from_config(cls, config: dict) -> RNN:
        """Build a layer from what ``get_config`` returned."""
        config = dict(config)
        if "cell" in config:
            config["cell"] = registry.deserialize(config["cell"])
        return cls(**config)

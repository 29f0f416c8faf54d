"""Cells on top of each other as one cell."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.nest import flatten
from minikeras.layers.layer import Layer, registry
from minikeras.layers.rnn.states import output_size, pack, sizes, zeros
from minikeras.layers.rnn.sweep import sweep, sweep_back
from minikeras.layers.shares import Shares


@registry.register
class StackedRNNCells(Layer):
    """A stack of cells: each takes the output of the one before. ``RNN([cell, cell])`` makes one by itself.

    Args:
        cells: a list of cells.

    Called with x and a list of the cells' states; returns the last output and the list of new states.

    >>> from minikeras.layers import LSTMCell, RNN
    >>> RNN(StackedRNNCells([LSTMCell(4), LSTMCell(3)]))(np.ones((2, 5, 6))).shape
    (2, 3)
    """

    has_formulas = True

    def __init__(self, cells: list, **kwargs):
        for cell in cells:
            for needed in ("call", "state_size"):
                if needed not in dir(cell):
                    raise ValueError(
                        f"Argument `cells` of {type(self).__name__} must be a list of cells with `call` and `state_size`, "
                        f"got {cell!r}, which has no `{needed}`."
                    )
        super().__init__(**kwargs)
        self.cells = list(cells)

    @property
    def state_size(self) -> list:
        """The sizes of the states, cell by cell."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> int:
        """The width of the last cell's output."""
        return output_size(self.cells[-1])

    def get_initial_state(self, batch_size: int | None = None) -> list:
        """Return the states that the cells start from."""
        return [pack([c.state_size], zeros(c, batch_size, self.compute_dtype))[0] for c in self.cells]

    def build(self, input_shape: tuple) -> None:
        """Build the cells one after the other."""
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(tuple(input_shape))
            input_shape = (input_shape[0], output_size(cell))

    def sweep(self, x: np.ndarray, states: list, training: bool, holes: list | None) -> tuple:
        """Take the first cell through the whole sequence, then the next through its outputs."""
        rest, last, kept = iter(states), [], []
        for cell in self.cells:
            x, new, trail = sweep(cell, x, [next(rest) for _ in sizes(cell)], training, holes)
            last += new
            kept.append(trail)
        return x, last, kept

    def sweep_back(self, dys: np.ndarray, dstates: list, kept: list, need_dx: bool = True) -> tuple:
        """The same backwards."""
        rest, dfirst = list(dstates), []
        for k in range(len(self.cells) - 1, -1, -1):
            n = len(sizes(self.cells[k]))
            dys, first = sweep_back(self.cells[k], dys, rest[len(rest) - n :], kept[k], need_dx or k > 0)
            rest, dfirst = rest[: len(rest) - n], first + dfirst
        return dys, dfirst

    def call(self, inputs: np.ndarray, states: Any, training: bool = False) -> tuple:
        """Compute one step: the last output and the list of new states."""
        return self.forward(inputs, training, states=states)[0]

    def forward(self, x: np.ndarray, training: bool = False, *, states: Any = None) -> tuple:
        """Compute one step as a sequence of one."""
        given = zeros(self, len(x), x.dtype) if states is None else [np.asarray(s, x.dtype) for s in flatten(states)]
        ys, new, kept = self.sweep(x[None], given, training, None)
        return (ys[0], pack(self.state_size, new)), (kept, ys.shape[1:], [s.shape for s in new])

    def backward(self, dy: tuple, kept: tuple, need_dx: bool = True) -> Shares:
        """Turn ∂L/∂y and ∂L/∂(new states) into ∂L/∂x and ∂L/∂states."""
        (dy, dnew), (kept, shape, state_shapes) = dy, kept
        dys = np.zeros((0, *shape), self.compute_dtype) if dy is None else dy[None]
        given = flatten(dnew) if dnew is not None else [None] * len(state_shapes)
        dlast = [np.zeros(s, self.compute_dtype) if d is None else d for d, s in zip(given, state_shapes)]
        dx, dfirst = self.sweep_back(dys, dlast, kept, need_dx)
        return Shares(dx[0] if need_dx else None, {"states": pack(self.state_size, dfirst)})

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shapes of the output and of the list of states."""
        batch = input_shape[0]
        return (batch, self.output_size), pack(self.state_size, [(batch, size) for c in self.cells for size in sizes(c)])

    @classmethod
    def from_config(cls, config: dict) -> StackedRNNCells:
        """Build a stack from what ``get_config`` returned."""
        config = dict(config)
        cells = [registry.deserialize(cell) for cell in config.pop("cells")]
        return cls(cells, **config)

"""Both ways through a sequence at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.nest import flatten
from minikeras._core.now import TAPE
from minikeras._core.serialize import serialize_keras_object
from minikeras._core.symbolic import KerasTensor
from minikeras._core.trace import Box
from minikeras.layers.calling import call_on_tape
from minikeras.layers.layer import Layer, registry
from minikeras.layers.rnn.rnn import RNN
from minikeras.layers.shares import Shares

MERGE_MODES = ("sum", "mul", "ave", "concat", None)
_COMMON = ("stateful", "return_sequences", "return_state")


@registry.register
class Bidirectional(Layer):
    """Read a sequence forwards by one layer and backwards by another, and put the outputs together.

    Args:
        layer: a recurrent layer; it is copied for each of the two directions, with new weights.
        merge_mode: ``"concat"`` of the features, ``"sum"``, ``"mul"``, ``"ave"``, or None: a tuple of both outputs.
        weights: start values, those of the forward layer first.
        backward_layer: the layer for the other direction, with ``go_backwards=True``; like ``layer`` by default.

    Input ``(batch, steps, ...)``; output as the layer's, twice as wide with ``"concat"``. Output and states of the backward
    layer come in the order of the input. ``initial_state`` holds the states of the forward layer, then the others.

    References: Schuster and Paliwal, Bidirectional recurrent neural networks, IEEE Transactions on Signal Processing 45 (1997).

    >>> from minikeras.layers import LSTM
    >>> Bidirectional(LSTM(3, return_sequences=True))(np.ones((2, 5, 4))).shape
    (2, 5, 6)
    """

    supports_masking = True

    def __init__(
        self, layer: Any, merge_mode: str | None = "concat", weights: Any = None, backward_layer: Any = None, **kwargs
    ):
        for name, value in (("layer", layer), ("backward_layer", backward_layer)):
            if not isinstance(value, Layer) and not (value is None and name == "backward_layer"):
                raise ValueError(f"Argument `{name}` of Bidirectional must be a layer, got {value!r}.")
            if value is not None and not all(hasattr(value, known) for known in ("go_backwards", *_COMMON)):
                raise ValueError(f"Argument `{name}` of Bidirectional must be a recurrent layer, got {value!r}.")
        if merge_mode not in MERGE_MODES:
            known = ", ".join(map(repr, MERGE_MODES))
            raise ValueError(f"Argument `merge_mode` of Bidirectional must be one of {known}, got {merge_mode!r}.")
        super().__init__(weights=weights, **kwargs)
        self.forward_layer = _copy(layer, "forward_")
        self.backward_layer = _copy(layer, "backward_", go_backwards=True) if backward_layer is None else backward_layer
        self._check_the_two()
        for one in (self.forward_layer, self.backward_layer):
            if hasattr(one, "zero_output_for_mask"):  # so that masked steps of one side don't meet numbers of the other
                one.zero_output_for_mask = one.return_sequences
        self.merge_mode = merge_mode
        self.stateful, self.return_sequences, self.return_state = (getattr(layer, name) for name in _COMMON)
        self.input_spec = layer.input_spec

    def _check_the_two(self) -> None:
        a, b = self.forward_layer, self.backward_layer
        if a.go_backwards == b.go_backwards:
            raise ValueError(
                "The two layers of Bidirectional must go opposite ways, with `go_backwards` False in the forward and True in "
                f"the backward layer, got {a.go_backwards} in both."
            )
        for name in _COMMON:
            if getattr(a, name) != getattr(b, name):
                raise ValueError(
                    f"The two layers of Bidirectional must have the same `{name}`, got {getattr(a, name)} in the forward and "
                    f"{getattr(b, name)} in the backward layer."
                )

    layer = property(lambda self: self.forward_layer, doc="The forward layer.")

    @property
    def states(self) -> Any:
        """What a stateful layer remembers: the states of the forward layer, then the others."""
        return [*self.forward_layer.states, *self.backward_layer.states] if self.stateful else None

    def reset_state(self) -> None:
        """Make both layers forget."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    reset_states = reset_state

    def build(self, input_shape: Any) -> None:
        """Build both layers."""
        shape = tuple(input_shape)
        batch = shape[0] or (self._given_shape or (None,))[0]
        for one in (self.forward_layer, self.backward_layer):
            if not one.built:
                one.build((batch, *shape[1:]))

    def __call__(self, *args, **kwargs) -> Any:
        """Compute the output; ``layer([x, *states])`` is ``layer(x, initial_state=states)``."""
        if isinstance(self.forward_layer, RNN):
            args, kwargs = self.forward_layer.apart(args, kwargs)
        if self.stateful and not self.built and args and not isinstance(args[0], KerasTensor):
            self.expect(len(args[0]))
        return super().__call__(*args, **kwargs)

    def expect(self, batch: int) -> None:
        """Note the size of the batch that stateful layers are built by."""
        self.forward_layer.expect(batch)
        self.backward_layer.expect(batch)

    # -- computing ---------------------------------------------------------------------------------------------------

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        """Compute the output, and the states with it where they are returned."""
        if TAPE.get() is not None or isinstance(sequences, Box):
            arguments = {"mask": mask, "initial_state": initial_state}
            return call_on_tape(self, sequences, bool(training), arguments, Bidirectional)
        return self.forward(sequences, bool(training), mask=mask, initial_state=initial_state)[0]

    def forward(self, x: np.ndarray, training: bool = False, *, mask: Any = None, initial_state: Any = None) -> tuple:
        """Go both ways."""
        y, kept = self._one_way(self.forward_layer, x, training, mask, initial_state, 0)
        y_back, kept_back = self._one_way(self.backward_layer, x, training, mask, initial_state, 1)
        states: tuple = ()
        if self.return_state:
            states, y, y_back = (*y[1:], *y_back[1:]), y[0], y_back[0]
        if self.return_sequences:
            y_back = y_back[:, ::-1]
        merged = self.merged(y, y_back)
        kept = (kept, kept_back), (y, y_back) if self.merge_mode == "mul" else y.shape[-1], len(states), initial_state
        if self.merge_mode is None or self.return_state:
            return (*(merged if self.merge_mode is None else (merged,)), *states), kept
        return merged, kept

    def _one_way(self, layer: Any, x: np.ndarray, training: bool, mask: Any, initial_state: Any, side: int) -> tuple:
        arguments = {} if mask is None else {"mask": mask}
        if initial_state is not None:
            half = len(initial_state) // 2
            arguments["initial_state"] = list(initial_state[half:] if side else initial_state[:half])
        y, kept = layer.forward(x, training, **arguments)
        return y, (kept, layer)

    def merged(self, y: np.ndarray, y_back: np.ndarray) -> Any:
        """Put the outputs of the two directions together."""
        if self.merge_mode == "concat":
            return np.concatenate([y, y_back], axis=-1)
        if self.merge_mode == "sum":
            return y + y_back
        if self.merge_mode == "ave":
            return (y + y_back) * 0.5
        return y * y_back if self.merge_mode == "mul" else (y, y_back)

    def parted(self, dy: Any, ys: Any) -> tuple[Any, Any]:
        """Turn the gradient of the merged output into those of the two; ``ys``: both outputs, or the width of the first."""
        if self.merge_mode is None:
            return dy
        if dy is None:
            return None, None
        if self.merge_mode == "concat":
            return dy[..., :ys], dy[..., ys:]
        if self.merge_mode == "mul":
            return dy * ys[1], dy * ys[0]
        dy = dy * 0.5 if self.merge_mode == "ave" else dy
        return dy, dy

    def backward(self, dy: Any, kept: tuple, need_dx: bool = True) -> Any:
        """Turn ∂L/∂y into ∂L/∂x: the sum of what comes from the two directions."""
        ways, ys, count, initial_state = kept
        parts = list(dy) if self.merge_mode is None or self.return_state else [dy]
        outputs = 2 if self.merge_mode is None else 1
        dstates = parts[outputs:] or [None] * count
        two = self.parted(parts[:2] if outputs == 2 else parts[0], ys)
        dxs, shares = [], []
        for side, ((trail, layer), d) in enumerate(zip(ways, two)):
            if side and d is not None and self.return_sequences:
                d = d[:, ::-1]
            half = dstates[count // 2 :] if side else dstates[: count // 2]
            dx = layer.backward((d, *half) if self.return_state else d, trail, need_dx)
            if isinstance(dx, Shares):
                shares += flatten(dx.arguments["initial_state"])
                dx = dx.x
            dxs.append(dx)
        dx = dxs[0] + dxs[1] if need_dx else None  # ∂L/∂x: both looked at x
        return dx if initial_state is None else Shares(dx, {"initial_state": shares})

    def compute_mask(self, inputs: Any, mask: Any) -> Any:
        """Return the mask of the output, None of the states: it goes on where all steps are returned."""
        mask = mask if self.return_sequences else None
        masks = [mask] * (2 if self.merge_mode is None else 1)
        if self.return_state:
            masks += [None] * (2 * len(self.forward_layer.state_size))
        return masks if len(masks) > 1 else mask

    def compute_output_shape(self, input_shape: Any, initial_state_shape: Any = None) -> Any:
        """Return the shape of the output, and of the states with it where they are returned."""
        one, two = (layer.compute_output_shape(input_shape) for layer in (self.forward_layer, self.backward_layer))
        states: tuple = ()
        if self.return_state:
            one, two, states = one[0], two[0], (*one[1:], *two[1:])
        if self.merge_mode is None:
            return (one, two, *states)
        merged = (*one[:-1], one[-1] + two[-1]) if self.merge_mode == "concat" else tuple(one)
        return (merged, *states) if self.return_state else merged

    def _own_config(self, leave_out: Any = ()) -> dict:
        return super()._own_config((*leave_out, "weights"))

    @classmethod
    def from_config(cls, config: dict) -> Bidirectional:
        """Build a layer from what ``get_config`` returned."""
        config = dict(config)
        for name in ("layer", "backward_layer"):
            if isinstance(config.get(name), dict):
                config[name] = registry.deserialize(config[name])
        return cls(**config)


def _copy(layer: Any, prefix: str, **changes) -> Any:
    config = serialize_keras_object(layer)
    name = prefix + layer.name.removeprefix(prefix)
    config = {**config, "config": {**config["config"], "name": name, **changes}, "build_config": None}
    return registry.deserialize(config, {type(layer).__name__: type(layer)})

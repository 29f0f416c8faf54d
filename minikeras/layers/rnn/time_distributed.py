"""One layer for every step of a sequence."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.registry import home
from minikeras._core.symbolic import is_shape
from minikeras._core.trace import contiguous
from minikeras.layers.calling import call_spec
from minikeras.layers.core.wrapper import Wrapper
from minikeras.layers.layer import registry

_MIXERS = ("BatchNormalization", "Lambda")  # what one sample gives depends, or may depend, on the others of the batch


@registry.register
class TimeDistributed(Wrapper):
    """Apply a layer to every step by itself: y[:, t] = layer(x[:, t]).

    Args:
        layer: any layer of one input and one output.

    Input ``(batch, steps, ...)``, output ``(batch, steps, ...)``. Steps count as samples, so all are computed at once;
    layers that look at the whole batch, and your own, see one step after the other.

    >>> from minikeras.layers import Dense
    >>> TimeDistributed(Dense(2))(np.ones((4, 3, 5))).shape
    (4, 3, 2)
    """

    supports_masking = True

    def __init__(self, layer: Any, **kwargs):
        super().__init__(layer, **kwargs)

    @property
    def float_inputs(self) -> bool:
        """As of the layer."""
        return self.layer.float_inputs

    def child_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of one step."""
        if len(input_shape) < 3:
            raise ValueError(
                f"Layer {self.name!r} (TimeDistributed) takes inputs with 3 axes or more, (batch, steps, ...), "
                f"got shape {tuple(input_shape)}."
            )
        return (input_shape[0], *input_shape[2:])

    def build(self, input_shape: tuple) -> None:
        """Build the layer for one step."""
        super().build(self.child_shape(tuple(input_shape)))

    def check_input_shape(self, shape: Any) -> None:
        """Raise a ValueError if the steps of an input of this shape can't go in."""
        super().check_input_shape(shape)
        if self.layer.built and is_shape(shape):
            self.layer.check_input_shape(self.child_shape(tuple(shape)))

    @property
    def at_once(self) -> bool:
        """Whether steps may stand beside each other in one batch."""
        inside = [self.layer, *self.layer._inner_layers()]
        return all(home(type(one)) is not None and type(one).__name__ not in _MIXERS for one in inside)

    def forward(self, x: np.ndarray, training: bool = False, *, mask: Any = None) -> tuple:
        """Apply the layer to all steps."""
        mask = self.check_mask(mask, x.shape)
        batch, steps = x.shape[:2]
        if self.at_once:
            rows = x.reshape(batch * steps, *x.shape[2:])
            given = {} if mask is None else {"mask": mask.reshape(batch * steps, *mask.shape[2:])}
            y, kept = self.layer.forward(rows, training, **given)
            return y.reshape(batch, steps, *y.shape[1:]), (kept, x.shape)
        given = [{} if mask is None else {"mask": mask[:, t]} for t in range(steps)]
        pairs = [self.layer.forward(contiguous(x[:, t]), training, **given[t]) for t in range(steps)]
        return np.stack([y for y, _ in pairs], axis=1), ([kept for _, kept in pairs], None)

    def check_mask(self, mask: Any, shape: tuple) -> np.ndarray | None:
        """Return the mask for the layer inside, None if it takes none."""
        if mask is None:
            return None
        mask = np.asarray(mask)
        if mask.ndim < 2 or mask.shape[:2] != shape[:2]:
            raise ValueError(
                f"The mask of layer {self.name!r} (TimeDistributed) must start with the axes (batch, steps) of the input, "
                f"{shape[:2]}, got shape {mask.shape}."
            )
        return mask if "mask" in call_spec(type(self.layer).call).names else None

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x; the gradients of the layer's weights are sums over the steps."""
        kept, shape = kept
        if shape is not None:
            dx = self.layer.backward(dy.reshape(shape[0] * shape[1], *dy.shape[2:]), kept, need_dx)
            return dx if dx is None else dx.reshape(shape)
        variables, dxs = self.layer.trainable_variables, []
        sums = [np.zeros_like(v.grad) for v in variables]
        for t, trail in enumerate(kept):
            dxs.append(self.layer.backward(np.ascontiguousarray(dy[:, t]), trail, need_dx))
            for total, v in zip(sums, variables):
                total += v.grad
        for total, v in zip(sums, variables):
            v.grad[...] = total
        return np.stack(dxs, axis=1) if need_dx else None

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the layer's output, with the steps after the batch."""
        shape = self.layer.compute_output_shape(self.child_shape(tuple(input_shape)))
        return (shape[0], input_shape[1], *shape[1:])

"""Activations as layers of their own: y = φ(x), ∂L/∂x = ∂L/∂y · φ′(x)."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import activations, constraints, initializers, regularizers
from minikeras._core.arguments import scalar
from minikeras._core.symbolic import InputSpec
from minikeras.activations.curves import elu_rule
from minikeras.activations.rectifiers import leaky_relu_rule, relu_rule
from minikeras.activations.table import above
from minikeras.activations.vectors import softmax_rule
from minikeras.layers.activated import Activated
from minikeras.layers.identity import SameShape
from minikeras.layers.layer import registry


@registry.register
class Activation(Activated, SameShape):
    """Apply any activation: y = φ(x).

    Args:
        activation: φ, by name or as a function of arrays, whose gradient is then traced.

    Input and output of any shape.

    >>> Activation("relu")(np.array([[-3.0, -1.0, 0.0, 2.0]]))
    array([[0., 0., 0., 2.]], dtype=float32)
    """

    by_rows = True

    def __init__(self, activation: Any, **kwargs):
        super().__init__(**kwargs)
        self.activation = activation

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute y = φ(x)."""
        y = self.bare_activation(x)
        return y, (x, y)

    def logits(self, kept: tuple) -> np.ndarray:
        """Return x, which the activation was applied to."""
        return kept[0]

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        return self.derivative(dy, *kept)  # ∂L/∂x = ∂L/∂y · φ′(x)

    def backward_from_logits(self, delta: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """The same from ∂L/∂x itself."""
        return delta


@registry.register
class ReLU(SameShape):
    """Rectified linear unit: y = max(x, 0).

    In general y = max_value for x ≥ max_value, y = x for threshold ≤ x < max_value, else
    y = negative_slope · (x - threshold).

    Args:
        max_value: the largest output, at least 0; None for no bound.
        negative_slope: slope below the threshold, at least 0.
        threshold: where the output starts to follow the input, at least 0.

    Input and output of any shape.

    >>> ReLU(max_value=1.5)(np.array([[-1.0, 1.0, 2.0]]))
    array([[0. , 1. , 1.5]], dtype=float32)
    """

    by_rows = True

    def __init__(self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **kwargs):
        super().__init__(**kwargs)
        self.max_value = None if max_value is None else _not_negative("ReLU", "max_value", max_value)
        self.negative_slope = _not_negative("ReLU", "negative_slope", negative_slope)
        self.threshold = _not_negative("ReLU", "threshold", threshold)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute y = max(x, 0), bent and cut as the arguments say."""
        y = activations.relu(x, self.negative_slope, self.max_value, self.threshold)
        return y, (x, y)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        return relu_rule(dy, *kept, self.negative_slope, self.max_value, self.threshold)  # ∂L/∂x = ∂L/∂y · [x > 0]


@registry.register
class LeakyReLU(SameShape):
    """Leaky ReLU: y = x if x > 0, else negative_slope · x. No unit dies for good.

    Args:
        negative_slope: slope for x < 0, at least 0; lectures often take 0.01. Keras 2 called it ``alpha``.

    Input and output of any shape.

    References: Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models, ICML 2013.

    >>> LeakyReLU(negative_slope=0.5)(np.array([[-3.0, 0.0, 2.0]]))
    array([[-1.5,  0. ,  2. ]], dtype=float32)
    """

    by_rows = True

    def __init__(self, negative_slope: float = 0.3, **kwargs):
        super().__init__(**kwargs)
        self.negative_slope = _not_negative("LeakyReLU", "negative_slope", negative_slope)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute y = max(x, αx)."""
        y = activations.leaky_relu(x, self.negative_slope)
        return y, (x, y)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        return leaky_relu_rule(dy, *kept, self.negative_slope)  # ∂L/∂x = ∂L/∂y · (1 or α)


@registry.register
class ELU(SameShape):
    """Exponential linear unit: y = x if x > 0, else alpha · (exp(x) - 1).

    Args:
        alpha: -alpha is the lowest output.

    Input and output of any shape.

    References: Clevert, Unterthiner and Hochreiter, Fast and accurate deep network learning by exponential linear units,
    ICLR 2016.

    >>> ELU()(np.array([[-3.0, 0.0, 2.0]]))
    array([[-0.9502,  0.    ,  2.    ]], dtype=float32)
    """

    by_rows = True

    def __init__(self, alpha: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = _number("ELU", "alpha", alpha)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute y = x or α(exp(x) - 1)."""
        y = activations.elu(x, self.alpha)
        return y, (x, y)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        return elu_rule(dy, *kept, self.alpha)  # ∂L/∂x = ∂L/∂y · (1 or α exp(x))


@registry.register
class ThresholdedReLU(SameShape):
    """ReLU that jumps: y = x if x > theta, else 0. Keras 3 has left it out; files of Keras 2 still name it.

    Args:
        theta: where the output starts to follow the input, at least 0.

    Input and output of any shape.

    References: Konda, Memisevic and Krueger, Zero-bias autoencoders and the benefits of co-adapting features, ICLR 2015.

    >>> ThresholdedReLU(1.0)(np.array([[-2.0, 0.5, 2.0]]))
    array([[0., 0., 2.]], dtype=float32)
    """

    def __init__(self, theta: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.theta = _not_negative("ThresholdedReLU", "theta", theta)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Compute y = x · [x > θ]."""
        on = above(x, self.theta)
        return np.where(on, x, 0.0), on

    def backward(self, dy: np.ndarray, kept: np.ndarray, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        return dy * kept  # ∂L/∂x = ∂L/∂y · [x > θ]


@registry.register
class PReLU(SameShape):
    """Leaky ReLU that learns its slope: y = x if x > 0, else α · x, with an α for each place of the input.

    Args:
        alpha_initializer: start values of α.
        alpha_regularizer: penalty on α, added to the loss.
        alpha_constraint: projection of α after each update.
        shared_axes: axes (counted from 1, the batch is 0) along which one α serves all: ``[1, 2]`` for images
            ``(batch, height, width, channels)`` that have one α per channel.

    Input and output of any shape, the batch first.

    References: He, Zhang, Ren and Sun, Delving deep into rectifiers, ICCV 2015.

    >>> layer = PReLU(alpha_initializer="ones")
    >>> layer(np.array([[-3.0, 2.0]])), layer.alpha.shape
    (array([[-3.,  2.]], dtype=float32), (2,))
    """

    by_rows = True

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if shared_axes is not None and not isinstance(shared_axes, (list, tuple)):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)
        self.alpha = None

    def build(self, input_shape: tuple) -> None:
        """Make α for inputs of this shape."""
        shared = self.shared_axes or []
        if any(not isinstance(i, (int, np.integer)) or not 1 <= i < len(input_shape) for i in shared):
            raise ValueError(
                f"Argument `shared_axes` of PReLU names axes from 1 to {len(input_shape) - 1} of an input of shape "
                f"{input_shape}, got {self.shared_axes}."
            )
        self.alpha = self.add_weight(
            shape=tuple(1 if i in shared else n for i, n in enumerate(input_shape) if i),
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )
        fixed = {i: n for i, n in enumerate(input_shape) if i and i not in shared}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=fixed)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Compute y = max(x, 0) + α min(x, 0)."""
        y = np.minimum(x, 0.0)
        y *= self.alpha.value
        y += np.maximum(x, 0.0)
        return y, x

    def backward(self, dy: np.ndarray, kept: np.ndarray, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x, with ∂L/∂α written on the way."""
        x, alpha = kept, self.alpha
        if alpha.trainable:
            axes = (0, *(self.shared_axes or ()))
            share = dy * np.minimum(x, 0.0)
            alpha.grad[...] = np.add.reduce(share, axes, keepdims=True)[0]  # ∂L/∂α = Σ ∂L/∂y · min(x, 0)
        if not need_dx:
            return None
        slope = np.less(x, 0.0, out=np.empty_like(x))
        slope *= alpha.value
        slope += above(x, 0.0)
        slope *= dy  # ∂L/∂x = ∂L/∂y · (1 or α)
        return slope


@registry.register
class Softmax(SameShape):
    """Numbers to probabilities that sum to 1: y = exp(x) / Σ exp(x).

    Args:
        axis: the axis, or a list of axes, along which the sum is 1.

    Called with ``mask`` (True or 1: take part; broadcast to the input), what is masked gets probability 0.

    >>> Softmax()(np.array([[1.0, 2.0, 1.0]])).tolist()
    [[0.2119, 0.5761, 0.2119]]
    >>> Softmax()(np.array([[1.0, 2.0, 1.0]]), mask=[[True, False, True]])
    array([[0.5, 0. , 0.5]], dtype=float32)
    """

    def __init__(self, axis: Any = -1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis = scalar(axis)
        axes = tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)
        if not axes or any(isinstance(i, bool) or not isinstance(i, (int, np.integer)) for i in axes):
            raise ValueError(f"Argument `axis` of Softmax must be an integer or a list of integers, got {axis!r}.")
        self._axes = axes if len(axes) > 1 else int(axes[0])
        self.activation = activations.softmax if self._axes == -1 else None  # whether a loss may start from the logits

    def call(self, x: np.ndarray, mask: Any = None, training: bool = False) -> np.ndarray:
        """Compute the probabilities."""
        return self.forward(x, training, mask)[0]

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the input; a ValueError if it lacks an axis."""
        for axis in self._axes if isinstance(self._axes, tuple) else (self._axes,):
            if not -len(input_shape) <= axis < len(input_shape):
                raise ValueError(f"Layer {self.name!r} (Softmax) finds no axis {axis} in {tuple(input_shape)}, its input.")
        return tuple(input_shape)

    def forward(self, x: np.ndarray, training: bool = False, mask: Any = None) -> tuple[np.ndarray, tuple]:
        """Compute y = exp(x) / Σ exp(x)."""
        if mask is None:
            y = activations.softmax(x, self._axes)
            return y, (x, y)
        mask = _fitting_mask(mask, x)
        x = np.where(mask, x, np.asarray(-3e4 if x.dtype == np.float16 else -1e9, x.dtype))
        y = np.where(mask, activations.softmax(x, self._axes), np.zeros((), x.dtype))
        return y, (x, y)

    def logits(self, kept: tuple) -> np.ndarray:
        """Return x."""
        return kept[0]

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        return softmax_rule(dy, *kept, self._axes)  # ∂L/∂x = y (∂L/∂y - Σ y ∂L/∂y)

    def backward_from_logits(self, delta: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """The same from ∂L/∂x itself."""
        return delta


def _fitting_mask(mask: Any, x: np.ndarray) -> np.ndarray:
    mask = np.asarray(mask)
    sizes = list(zip(mask.shape[::-1], x.shape[::-1]))
    if mask.ndim > x.ndim or any(m not in (1, n) for m, n in sizes):
        what = "must not have more dimensions than" if mask.ndim > x.ndim else "must be broadcastable to"
        raise ValueError(f"The mask of Softmax {what} the input, of shape {x.shape}, got shape {mask.shape}.")
    return mask if mask.dtype == bool else mask > 0.5


def _number(layer: str, name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"Argument `{name}` of {layer} must be a number, got {value!r}.") from None


def _not_negative(layer: str, name: str, value: Any) -> float:
    if value is None:
        raise ValueError(f"The {name} of a {layer} layer cannot be None or a negative value, got None.")
    number = _number(layer, name, value)
    if not number >= 0.0:
        raise ValueError(f"The {name} of a {layer} layer cannot be a negative value, got {value!r}.")
    return number

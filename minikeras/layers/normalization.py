"""Batch normalization: each feature gets mean 0 and variance 1 over the batch, then a scale and an offset that are learned."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import constraints, initializers, regularizers
from minikeras._core.config import epsilon as fuzz
from minikeras._core.symbolic import InputSpec
from minikeras.layers.identity import SameShape
from minikeras.layers.layer import registry
from minikeras.layers.old_arguments import drop, translate
from minikeras.layers.sums import ones


@registry.register
class BatchNormalization(SameShape):
    """Normalize each feature: y = γ x̂ + β, x̂ = (x - μ) / √(σ² + ε).

    In training μ and σ² are the mean and the variance of the batch (Σ (x - μ)² / n), and the moving averages learn from
    them: moving ← momentum · moving + (1 - momentum) · batch. In prediction, and in training when the layer is frozen
    (``trainable = False``), μ and σ² are the moving averages.

    Args:
        axis: the axis of the features; the statistics go over all others.
        momentum: from 0 to 1; the nearer to 1, the slower the moving averages follow.
        epsilon: ε, at least 0, keeps the root away from 0.
        center, scale: whether there is a β, a γ.
        beta_initializer, gamma_initializer: start values of β and γ, one for each feature.
        moving_mean_initializer, moving_variance_initializer: start values of the moving averages.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: penalties on β and γ, and projections.
        renorm: batch renormalization: y = γ (r x̂ + d) + β in training, with r and d, taken for constants, that lead from
            the batch's statistics to slowly moving ones: r = √(σ² + ε) / s, d = (μ - m) / s.
        renorm_clipping: ``{"rmin": ..., "rmax": ..., "dmax": ...}``, the bounds of r and of |d|; none by default.
        renorm_momentum: momentum of m and s.
        synchronized: one process sees the whole batch, so True changes nothing; it is kept for the config.

    Input and output of any shape. Called with ``mask`` (the input's shape without the last axis), the statistics leave
    out what is masked.

    References: Ioffe and Szegedy, Batch normalization: accelerating deep network training by reducing internal covariate
    shift, ICML 2015; Ioffe, Batch renormalization, NeurIPS 2017.

    >>> layer = BatchNormalization(momentum=0.5)
    >>> layer(np.array([[1.0, 10.0], [3.0, 30.0]]), training=True)
    array([[-0.9995, -1. ], [ 0.9995,  1. ]], dtype=float32)
    >>> layer.moving_mean.tolist(), layer.moving_variance.tolist()
    ([1.0, 10.0], [1.0, 50.5])
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: dict | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs,
    ):
        beta_initializer = translate("BatchNormalization", "beta_initializer", beta_initializer, kwargs)
        gamma_initializer = translate("BatchNormalization", "gamma_initializer", gamma_initializer, kwargs)
        drop("BatchNormalization", kwargs)
        super().__init__(**kwargs)
        self.axis = _axis(axis)
        self.momentum = _number("momentum", momentum, most=1.0)
        self.epsilon = _number("epsilon", epsilon)
        self.center, self.scale = bool(center), bool(scale)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer, self.gamma_regularizer = regularizers.get(beta_regularizer), regularizers.get(gamma_regularizer)
        self.beta_constraint, self.gamma_constraint = constraints.get(beta_constraint), constraints.get(gamma_constraint)
        self.renorm = bool(renorm)
        self.renorm_clipping = _clipping(renorm_clipping) if renorm else renorm_clipping
        self.renorm_momentum = _number("renorm_momentum", renorm_momentum, most=1.0)
        self.synchronized = bool(synchronized)
        self.gamma = self.beta = self.moving_mean = self.moving_variance = None
        self.moving_stddev = self.renorm_mean = self.renorm_stddev = None

    def build(self, input_shape: tuple) -> None:
        """Make γ, β and the moving averages for inputs with so many features."""
        if not -len(input_shape) <= self.axis < len(input_shape):
            raise ValueError(f"Layer {self.name!r} (BatchNormalization) finds no axis {self.axis} in {input_shape}, its input.")
        features = input_shape[self.axis]
        if features is None:
            raise ValueError(
                f"Layer {self.name!r} (BatchNormalization) needs to know the size of axis {self.axis}, got shape {input_shape}."
            )
        if self.scale:
            self.gamma = self._weight("gamma", features, self.gamma_initializer, self.gamma_regularizer, self.gamma_constraint)
        if self.center:
            self.beta = self._weight("beta", features, self.beta_initializer, self.beta_regularizer, self.beta_constraint)
        self.moving_mean = self._statistic("moving_mean", features, self.moving_mean_initializer)
        self.moving_variance = self._statistic("moving_variance", features, self.moving_variance_initializer)
        if self.renorm:
            deviation = np.sqrt(self.moving_variance.value)
            self.moving_stddev = self._statistic("moving_stddev", features, deviation)
            self.renorm_mean = self._statistic("renorm_mean", features, self.moving_mean.value)
            self.renorm_stddev = self._statistic("renorm_stddev", features, deviation)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: features})

    def _weight(self, name, features, initializer, regularizer, constraint):
        return self.add_weight(
            shape=(features,), initializer=initializer, regularizer=regularizer, constraint=constraint, name=name
        )

    def _statistic(self, name, features, initializer):
        return self.add_weight(shape=(features,), initializer=initializer, trainable=False, name=name)

    # -- computing ---------------------------------------------------------------------------------------------------

    def call(self, x: np.ndarray, training: bool = False, mask: Any = None) -> np.ndarray:
        """Compute the output."""
        return self.forward(x, training, mask)[0]

    def forward(self, x: np.ndarray, training: bool = False, mask: Any = None) -> tuple[np.ndarray, tuple]:
        """Compute y = γ x̂ + β; in training with the statistics of the batch, which the moving averages follow."""
        rows, share, correction = self._rows(x), None, None
        if training and self._trainable and rows.size:
            share = 1.0 / len(rows) if mask is None else self._shares(mask, x.shape, rows.dtype)
            mean = _mean(rows, share)  # μ = Σ x / n
            hat = rows - mean
            variance = _mean(hat * hat, share)  # σ² = Σ (x - μ)² / n
            deviation = np.sqrt(variance + self.epsilon)
            if self.renorm:
                correction = self._follow_slowly(mean, deviation)
            else:
                _follow(self.moving_mean, mean, self.momentum)
                _follow(self.moving_variance, variance, self.momentum)
        else:
            hat = rows - self.moving_mean.value
            deviation = np.sqrt(self.moving_variance.value + self.epsilon)
        inverse = 1.0 / deviation
        hat *= inverse  # x̂ = (x - μ) / √(σ² + ε)
        return self._unrow(self._affine(hat, correction), x), (hat, inverse, share, correction)

    def _affine(self, hat: np.ndarray, correction: tuple | None) -> np.ndarray:
        """Compute y = γ x̂ + β, with r x̂ + d for x̂ where there is a correction."""
        y = hat
        if correction is not None:
            y = hat * correction[0]
            y += correction[1]
        if self.scale:
            y = y * self.gamma.value
        if self.center:
            y = y + self.beta.value if y is hat else np.add(y, self.beta.value, out=y)
        return y

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x, with ∂L/∂γ and ∂L/∂β written on the way."""
        hat, inverse, share, correction = kept
        delta = self._rows(dy)
        part = None
        if share is not None or self._trainable:
            part = delta * hat
            along, total = _sum(part), _sum(delta)  # Σ δ x̂ and Σ δ
            if self.scale and self.gamma.trainable:  # ∂L/∂γ = Σ δ x̂, or Σ δ (r x̂ + d)
                self.gamma.grad[...] = along if correction is None else correction[0] * along + correction[1] * total
            if self.center and self.beta.trainable:
                self.beta.grad[...] = total  # ∂L/∂β = Σ δ
        if not need_dx:
            return None
        slope = inverse * self.gamma.value if self.scale else inverse
        if correction is not None:
            slope = slope * correction[0]
        if share is None:
            return self._unrow(delta * slope, dy)  # ∂L/∂x = γ δ / √(σ² + ε)
        dx = np.multiply(hat, along, out=part)
        dx += total
        dx *= share
        np.subtract(delta, dx, out=dx)
        dx *= slope  # ∂L/∂x = γ / √(σ² + ε) · (δ - (Σ δ + x̂ Σ δ x̂) / n)
        return self._unrow(dx, dy)

    # -- parts -------------------------------------------------------------------------------------------------------

    def _follow_slowly(self, mean: np.ndarray, deviation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return r and d of batch renormalization, from statistics that then take their step."""
        slow, bounds = np.maximum(self.renorm_stddev.value, self.epsilon**0.5), self.renorm_clipping
        r, d = deviation / slow, (mean - self.renorm_mean.value) / slow
        if bounds.get("rmin") is not None or bounds.get("rmax") is not None:
            r = np.clip(r, bounds.get("rmin"), bounds.get("rmax"))
        if bounds.get("dmax") is not None:
            d = np.clip(d, -bounds["dmax"], bounds["dmax"])
        _follow(self.renorm_mean, mean, self.renorm_momentum)
        _follow(self.renorm_stddev, deviation, self.renorm_momentum)
        _follow(self.moving_mean, mean, self.momentum)
        _follow(self.moving_stddev, deviation, self.momentum)
        self.moving_variance.value[...] = np.maximum(self.moving_stddev.value**2 - self.epsilon, 0.0)
        return r, d

    def _rows(self, x: np.ndarray) -> np.ndarray:
        """Lay an array out as (n, features); half precision is too narrow for sums, so it becomes float32 here."""
        if x.dtype.itemsize == 2:
            x = x.astype("float32")
        if self.axis not in (-1, x.ndim - 1):
            x = np.moveaxis(x, self.axis, -1)
        return x if x.ndim == 2 else x.reshape(-1, x.shape[-1])

    def _unrow(self, rows: np.ndarray, like: np.ndarray) -> np.ndarray:
        """Give rows the shape and the precision of the array they come from."""
        if like.dtype.itemsize == 2:
            rows = rows.astype(like.dtype)
        if self.axis in (-1, like.ndim - 1):
            return rows if like.ndim == 2 else rows.reshape(like.shape)
        shape = list(like.shape)
        shape.append(shape.pop(self.axis))
        return np.moveaxis(rows.reshape(shape), -1, self.axis)

    def _shares(self, mask: Any, shape: tuple, dtype: Any) -> np.ndarray:
        """What each number counts in the mean of its feature: 1 / n, or 0 where it is masked."""
        mask = np.asarray(mask)
        if mask.ndim != len(shape) - 1 or any(m not in (1, n) for m, n in zip(mask.shape, shape)):
            raise ValueError(
                f"The mask of layer {self.name!r} (BatchNormalization) must have shape {shape[:-1]}, that of the input "
                f"without its last axis, got {mask.shape}."
            )
        rows = self._rows(np.broadcast_to(mask.astype(bool).astype(dtype)[..., None], shape))
        return rows / (_sum(rows) + fuzz())


# what TensorFlow's versions called it in their files; one process has nothing to synchronize
registry.register(BatchNormalization, "BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization")


def _sum(rows: np.ndarray) -> np.ndarray:
    return np.dot(ones(rows), rows)  # as a product: up to four times faster than sum()


def _mean(rows: np.ndarray, share: Any) -> np.ndarray:
    """The mean of each column; with an array of shares, of what has one: nan times 0 would be nan."""
    return _sum(rows) * share if isinstance(share, float) else _sum(np.where(share > 0.0, rows, 0.0) * share)


def _follow(moving: Any, batch: np.ndarray, momentum: float) -> None:
    """Step of a moving average, in place: moving ← momentum · moving + (1 - momentum) · batch."""
    value = moving.value
    value += (1.0 - momentum) * (batch - value)


def _axis(axis: Any) -> int:
    """One axis; TensorFlow's files write it as a list of one."""
    one = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
    if isinstance(one, bool) or not isinstance(one, (int, np.integer)):
        raise ValueError(f"Argument `axis` of BatchNormalization must be one integer, got {axis!r}.")
    return int(one)


def _number(name: str, value: Any, most: float = float("inf")) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0.0 <= number <= most:
        bounds = "at least 0" if most > 1.0 else f"a number from 0 to {most:g}"
        raise ValueError(f"Argument `{name}` of BatchNormalization must be {bounds}, got {value!r}.")
    return number


def _clipping(bounds: Any) -> dict:
    bounds = {} if bounds is None else bounds
    if not isinstance(bounds, dict) or set(bounds) - {"rmin", "rmax", "dmax"}:
        raise ValueError(
            "Received invalid keys. Argument `renorm_clipping` of BatchNormalization is a dict with the keys rmin, rmax and "
            f"dmax, got {bounds!r}."
        )
    given = {key: _number(f"renorm_clipping[{key!r}]", value) for key, value in bounds.items() if value is not None}
    if given.get("rmin", 0.0) > given.get("rmax", float("inf")):
        raise ValueError(f"Argument `renorm_clipping` of BatchNormalization has rmin above rmax: {bounds!r}.")
    return dict(bounds)

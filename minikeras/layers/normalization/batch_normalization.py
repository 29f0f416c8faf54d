"""Batch normalization: each feature gets mean 0 and variance 1 over the batch, then a scale and an offset that are learned."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from minikeras import initializers
from minikeras._core.config import epsilon as fuzz
from minikeras._core.now import KERNELS
from minikeras._core.symbolic import InputSpec
from minikeras.layers.layer import registry
from minikeras.layers.normalization.affine import Affine, known_size, number_from_0, one_axis
from minikeras.layers.normalization.rows import column_sums, fold, from_rows, tile, to_rows


@registry.register
class BatchNormalization(Affine):
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
        axis: Any = -1,
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
        super().__init__(
            center, scale, beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint,
            gamma_constraint, **kwargs,
        )  # fmt: skip
        self.axis = one_axis("BatchNormalization", axis)
        self.momentum = number_from_0("BatchNormalization", "momentum", momentum, most=1.0)
        self.epsilon = number_from_0("BatchNormalization", "epsilon", epsilon)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm = bool(renorm)
        self.renorm_clipping = _clipping(renorm_clipping) if renorm else renorm_clipping
        self.renorm_momentum = number_from_0("BatchNormalization", "renorm_momentum", renorm_momentum, most=1.0)
        self.synchronized = bool(synchronized)
        self.moving_mean = self.moving_variance = None
        self.moving_stddev = self.renorm_mean = self.renorm_stddev = None

    @property
    def by_rows(self) -> bool:
        """Whether each row follows from that row of the input alone."""
        return 0 not in np.ravel(self.axis)

    def build(self, input_shape: tuple) -> None:
        """Make γ, β and the moving averages for inputs with so many features."""
        features = known_size(self, input_shape, self.axis)
        if self.scale:
            self.add_gamma((features,))
        if self.center:
            self.add_beta((features,))
        self.moving_mean = self._statistic("moving_mean", features, self.moving_mean_initializer)
        self.moving_variance = self._statistic("moving_variance", features, self.moving_variance_initializer)
        if self.renorm:
            deviation = np.sqrt(self.moving_variance.value)
            self.moving_stddev = self._statistic("moving_stddev", features, deviation)
            self.renorm_mean = self._statistic("renorm_mean", features, self.moving_mean.value)
            self.renorm_stddev = self._statistic("renorm_stddev", features, deviation)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: features})

    def _statistic(self, name, features, initializer):
        return self.add_weight(shape=(features,), initializer=initializer, trainable=False, name=name)

    # -- computing ---------------------------------------------------------------------------------------------------

    def forward(self, x: np.ndarray, training: bool = False, *, mask: Any = None) -> tuple[np.ndarray, tuple]:
        """Compute y = γ x̂ + β; in training with the statistics of the batch, which the moving averages follow."""
        fast = KERNELS.get()
        if fast is not None and mask is None and fast.normalization.takes(self, x):
            return self._compiled(fast.normalization, x, training)
        axes = (self.axis % x.ndim,)
        rows, share, correction = to_rows(x, axes), None, None
        times = fold(*rows.shape)  # so many samples side by side
        wide = rows.reshape(len(rows) // times, -1) if times > 1 else rows
        if training and self._trainable and rows.size:
            share = 1.0 / len(rows) if mask is None else self._shares(mask, x.shape, rows.dtype).reshape(wide.shape)
            mean = _mean(wide, share, times)  # μ = Σ x / n
            centered = wide - tile(mean, times)
            variance = _mean(centered * centered, share, times)  # σ² = Σ (x - μ)² / n
            deviation = np.sqrt(variance + self.epsilon)
            if self.renorm:
                correction = self._follow_slowly(mean, deviation)
            else:
                _follow(self.moving_mean, mean, self.momentum)
                _follow(self.moving_variance, variance, self.momentum)
        else:
            centered = wide - tile(self.moving_mean.value, times)
            deviation = np.sqrt(self.moving_variance.value + self.epsilon)
        inverse = 1.0 / deviation
        slope, offset = self._line(inverse, correction)
        y = centered * tile(slope, times)  # y = γ x̂ + β, x̂ = (x - μ) / √(σ² + ε)
        if offset is not None:
            y += tile(offset, times)
        y = y if times == 1 else y.reshape(rows.shape)
        return from_rows(y, x, axes), (centered, inverse, slope, share, correction, times)

    def _line(self, inverse: np.ndarray, correction: tuple | None) -> tuple[np.ndarray, np.ndarray | None]:
        """The factor of x - μ, γ / √(σ² + ε), and what is added, β; with r and d in them where there is a correction."""
        slope = inverse if correction is None else inverse * correction[0]
        offset = None if correction is None else correction[1]
        if self.scale:
            slope = slope * self.gamma.value
            offset = offset if offset is None else offset * self.gamma.value
        if self.center:
            offset = self.beta.value if offset is None else offset + self.beta.value
        return slope, offset

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x, with ∂L/∂γ and ∂L/∂β written on the way."""
        if callable(kept):
            return kept(dy, need_dx)
        centered, inverse, slope, share, correction, times = kept
        axes = (self.axis % dy.ndim,)
        rows = to_rows(dy, axes)
        delta, part = rows if times == 1 else rows.reshape(centered.shape), None
        if share is not None or self._trainable:
            part = delta * centered
            along, total = column_sums(part, times), column_sums(delta, times)  # Σ δ (x - μ) and Σ δ
            along *= inverse  # Σ δ x̂
            if self.scale and self.gamma.trainable:  # ∂L/∂γ = Σ δ x̂, or Σ δ (r x̂ + d)
                self.gamma.grad[...] = along if correction is None else correction[0] * along + correction[1] * total
            if self.center and self.beta.trainable:
                self.beta.grad[...] = total  # ∂L/∂β = Σ δ
        if not need_dx:
            return None
        if share is None:
            dx = delta * tile(slope, times)  # ∂L/∂x = γ δ / √(σ² + ε)
            return from_rows(dx if times == 1 else dx.reshape(rows.shape), dy, axes)
        along *= inverse
        if isinstance(share, float):
            along *= share
            total *= share
        dx = np.multiply(centered, tile(along, times), out=part)
        dx += tile(total, times)
        if not isinstance(share, float):
            dx *= share
        np.subtract(delta, dx, out=dx)
        dx *= tile(slope, times)  # ∂L/∂x = γ / √(σ² + ε) · (δ - (Σ δ + x̂ Σ δ x̂) / n)
        return from_rows(dx if times == 1 else dx.reshape(rows.shape), dy, axes)

    def _compiled(self, kernels: Any, x: np.ndarray, training: bool) -> tuple[np.ndarray, Callable]:
        """The same by compiled kernels."""
        rows, learns = kernels.rows(x), training and self._trainable
        mean, variance = kernels.moments(rows) if learns else (self.moving_mean.value, self.moving_variance.value)
        if learns:
            _follow(self.moving_mean, mean, self.momentum)
            _follow(self.moving_variance, variance, self.momentum)
        inverse = 1.0 / np.sqrt(variance + self.epsilon)
        slope, offset = self._line(inverse, None)
        mean = mean if learns else mean.copy()
        y = kernels.line(rows, mean, slope, offset).reshape(x.shape)
        return y, partial(self._compiled_back, kernels, rows, mean, inverse, slope, learns)

    def _compiled_back(
        self, kernels: Any, rows: np.ndarray, mean: np.ndarray, inverse: np.ndarray, slope: np.ndarray, learns: bool,
        dy: np.ndarray, need_dx: bool,
    ) -> np.ndarray | None:  # fmt: skip
        delta = kernels.rows(dy)
        none = np.zeros_like(mean)
        along, total = kernels.products(delta, rows, mean) if learns or self._trainable else (none, none)
        if self.scale and self.gamma.trainable:
            self.gamma.grad[...] = along * inverse  # ∂L/∂γ = Σ δ x̂
        if self.center and self.beta.trainable:
            self.beta.grad[...] = total  # ∂L/∂β = Σ δ
        if not need_dx:
            return None
        # ∂L/∂x = γ / √(σ² + ε) · (δ - (Σ δ + x̂ Σ δ x̂) / n)
        total, along = (total / len(rows), along * inverse * inverse / len(rows)) if learns else (none, none)
        return kernels.back(delta, rows, mean, slope, total, along).reshape(dy.shape)

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
        self.moving_variance.in_place()[...] = np.maximum(self.moving_stddev.value**2 - self.epsilon, 0.0)
        return r, d

    def _shares(self, mask: Any, shape: tuple, dtype: Any) -> np.ndarray:
        """What each number counts in the mean of its feature: 1 / n, or 0 where it is masked."""
        mask = np.asarray(mask)
        if mask.ndim != len(shape) - 1 or any(m not in (1, n) for m, n in zip(mask.shape, shape)):
            raise ValueError(
                f"The mask of layer {self.name!r} (BatchNormalization) must have shape {shape[:-1]}, that of the input "
                f"without its last axis, got {mask.shape}."
            )
        rows = to_rows(np.broadcast_to(mask.astype(bool).astype(dtype)[..., None], shape), (self.axis % len(shape),))
        return rows / (column_sums(rows) + fuzz())


# what TensorFlow's versions called it in their files; one process has nothing to synchronize
registry.register(BatchNormalization, "BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization")


def _mean(rows: np.ndarray, share: Any, times: int) -> np.ndarray:
    """The mean of each feature; with an array of shares, of what has one: nan times 0 would be nan."""
    if isinstance(share, float):
        return column_sums(rows, times) * share
    return column_sums(np.where(share > 0.0, rows, 0.0) * share, times)


def _follow(moving: Any, batch: np.ndarray, momentum: float) -> None:
    """Step of a moving average, in place: moving ← momentum · moving + (1 - momentum) · batch."""
    value = moving.in_place()
    value += (1.0 - momentum) * (batch - value)


def _clipping(bounds: Any) -> dict:
    bounds = {} if bounds is None else bounds
    if not isinstance(bounds, dict) or set(bounds) - {"rmin", "rmax", "dmax"}:
        raise ValueError(
            "Received invalid keys. Argument `renorm_clipping` of BatchNormalization is a dict with the keys rmin, rmax and "
            f"dmax, got {bounds!r}."
        )
    given = {
        key: number_from_0("BatchNormalization", f"renorm_clipping[{key!r}]", value)
        for key, value in bounds.items()
        if value is not None
    }
    if given.get("rmin", 0.0) > given.get("rmax", float("inf")):
        raise ValueError(f"Argument `renorm_clipping` of BatchNormalization has rmin above rmax: {bounds!r}.")
    return dict(bounds)

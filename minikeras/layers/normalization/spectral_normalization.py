"""Spectral normalization: a layer whose kernel never stretches its input, by dividing it by its largest singular value."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import initializers
from minikeras._core.symbolic import InputSpec
from minikeras.layers.core.wrapper import Wrapper
from minikeras.layers.layer import registry
from minikeras.layers.normalization.unit_normalization import TINY
from minikeras.layers.sizes import whole


@registry.register
class SpectralNormalization(Wrapper):
    """Keep the largest singular value of a layer's kernel at 1: in training, W ← W / σ before each step.

    σ = v W uᵀ comes from some steps of the power iteration, v ← u Wᵀ / ‖u Wᵀ‖, u ← v W / ‖v W‖, which goes on with the u of
    the step before. W is the kernel with all its axes but the last in one. The gradient is that by the divided kernel, as in
    Keras on TensorFlow.

    Args:
        layer: a layer with a ``kernel``, such as `Dense`, or with ``embeddings``.
        power_iterations: how many steps of the power iteration, a positive integer.

    Input and output are those of the layer inside.

    References: Miyato, Kataoka, Koyama and Yoshida, Spectral normalization for generative adversarial networks, ICLR 2018.

    >>> import numpy as np
    >>> from minikeras.layers import Dense
    >>> layer = SpectralNormalization(Dense(1, kernel_initializer="ones"))
    >>> layer(np.array([[1.0, 1.0, 1.0, 1.0]])).tolist(), layer(np.array([[1.0, 1.0, 1.0, 1.0]]), training=True).tolist()
    ([[4.0]], [[2.0]])
    """

    def __init__(self, layer: Any, power_iterations: int = 1, **kwargs):
        super().__init__(layer, **kwargs)
        if not whole(power_iterations, 1):
            raise ValueError(
                f"Argument `power_iterations` of SpectralNormalization must be a positive integer, got {power_iterations!r}."
            )
        self.power_iterations = int(power_iterations)
        self.float_inputs = layer.float_inputs
        self.kernel = None

    def build(self, input_shape: tuple) -> None:
        """Build the layer inside and make u."""
        super().build(input_shape)
        kernel = getattr(self.layer, "kernel", None)
        self.kernel = getattr(self.layer, "embeddings", None) if kernel is None else kernel
        if self.kernel is None:
            raise ValueError(
                f"Layer {self.name!r} (SpectralNormalization) wants a layer with a `kernel` or `embeddings`, got "
                f"{type(self.layer).__name__}, which has neither."
            )
        self.vector_u = self.add_weight(
            shape=(1, self.kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
            name="vector_u",
        )
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """Divide the kernel in training, then compute what the layer inside computes."""
        if training:
            self.normalize_weights()
        return self.layer.forward(x, training)

    def backward(self, dy: np.ndarray, kept: Any, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x, with the gradients of the layer inside written on the way."""
        return self.layer.backward(dy, kept, need_dx)

    def normalize_weights(self) -> None:
        """Divide the kernel by its largest singular value; a kernel of zeros stays one."""
        kernel = self.kernel.value
        w, u = kernel.reshape(-1, kernel.shape[-1]), self.vector_u.value.astype(kernel.dtype, copy=False)
        if not w.any():
            return
        for _ in range(self.power_iterations):
            v = _unit(np.dot(u, w.T))
            u = _unit(np.dot(v, w))
        sigma = np.dot(np.dot(v, w), u.T)
        self.vector_u.in_place()[...] = u
        kernel = self.kernel.in_place()
        kernel /= sigma[0]

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the output of the layer inside."""
        return self.layer.compute_output_shape(input_shape)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), TINY)

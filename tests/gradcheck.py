"""Are these gradients right? Finite differences in float64 say so, along random directions."""

from __future__ import annotations

import numpy as np


def check_gradient(loss, values, grads, probes=3, step=1e-6, rng=None, rtol=1e-5, atol=1e-8):
    """Fail unless ``grads`` is ∂ loss() / ∂ values.

    Along a direction d the slope is grads · d, and (loss(v + h d) - loss(v - h d)) / 2h must agree with it: two
    calls per probe, whatever the size. Random directions have parts everywhere, so no wrong entry can hide.

    Args:
        loss: function of no arguments that reads ``values`` and returns a number. Keep kinks (relu at 0) away from it.
        values: float64 array of any shape, changed in place while probing and restored bit for bit.
        grads: array of the same shape; a copy is taken, so that ``loss`` may run a backward pass that writes into it.
        probes: how many directions are tried.
        step: h.
        rng: NumPy generator or seed of the directions.
        rtol, atol: how far the two slopes may be apart.
    """
    values_dtype, grads = np.asarray(values).dtype, np.array(grads)
    assert isinstance(values, np.ndarray) and values_dtype == np.float64, f"values must be a float64 array, got {values_dtype}"
    assert grads.shape == values.shape, f"grads have shape {grads.shape}, values {values.shape}"
    rng, kept = np.random.default_rng(0 if rng is None else rng), values.copy()
    for _ in range(probes):
        d = rng.standard_normal(values.shape)
        try:
            values[...] = kept + step * d
            up = float(loss())
            values[...] = kept - step * d
            down = float(loss())
        finally:
            values[...] = kept
        lost = 8 * np.finfo(float).eps * max(abs(up), abs(down)) / step  # what rounding leaves of a difference of large numbers
        np.testing.assert_allclose(np.sum(grads * d), (up - down) / (2 * step), rtol=rtol, atol=max(atol, lost))


def numeric_gradient(loss, values, step=1e-6):
    """Return ∂ loss() / ∂ values entry by entry: two calls for each, so for small arrays only."""
    grads = np.zeros(values.shape)
    for i in np.ndindex(values.shape):
        kept = values[i]
        values[i] = kept + step
        up = float(loss())
        values[i] = kept - step
        grads[i] = (up - float(loss())) / (2 * step)
        values[i] = kept
    return grads

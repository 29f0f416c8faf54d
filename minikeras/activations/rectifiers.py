"""Activations with straight sides: the perceptron's step, ReLU and its kin, linear and shrinking ones."""

from __future__ import annotations

import numpy as np

from minikeras._core.constants import ZERO, zeros_beside
from minikeras.activations.table import above, activation, within


@activation(lambda dy, z, y: dy)  # φ′ = 1
def linear(x):
    """Pass the input on: y = x. For the output of regression.

    Args:
        x: array of any shape.

    >>> linear([1.0, -2.0])
    array([ 1., -2.], dtype=float32)
    """
    return x


def no_slope(dy, z, y):
    """Refuse: the slope of `step` is 0 everywhere but at the jump, where there is none."""
    raise ValueError(
        "The activation 'step' has no useful derivative (0 on both sides, none at the jump), so gradient descent can't train "
        "through it. Train with 'sigmoid', 'tanh' or 'relu' and put 'step' in for predictions, or use the perceptron's own "
        "learning rule."
    )


@activation(no_slope)
def step(x):
    """The perceptron's decision: y = 1 if x > 0, else 0. It can predict, but not be trained by gradients.

    Args:
        x: array of any shape.

    Raises:
        ValueError: its derivative is asked for.

    References: Rosenblatt, The perceptron, Psychological Review 65 (1958).

    >>> step([-1.0, 0.0, 2.0])
    array([0., 0., 1.], dtype=float32)
    """
    return above(x, 0.0)


def relu_rule(dy, z, y, negative_slope=0.0, max_value=None, threshold=0.0):
    """φ′ = [z > 0]; in general 1 from threshold to max_value, 0 above, negative_slope below."""
    if max_value is None and negative_slope == 0.0 and threshold == 0.0:
        few = y.size < 4096  # where one call of NumPy counts more than its work
        slope = np.sign(y) if few else (y > ZERO[y.dtype.char]).astype(y.dtype)  # 0 or 1, as numbers
        slope *= dy
        return slope
    slope = above(z, threshold)
    if max_value is not None:
        slope *= above(z, 0.0) * (z < max_value)
    if negative_slope:
        slope += negative_slope * (z < threshold)
    slope *= dy
    return slope


@activation(relu_rule)
def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """Rectified linear unit: y = max(x, 0).

    With arguments: y = max_value for x ≥ max_value, y = x for threshold < x < max_value, else
    y = negative_slope · (x - threshold). A max_value also cuts off what is below 0.

    Args:
        x: array of any shape.
        negative_slope: slope below the threshold, 0 for none.
        max_value: the largest output, None for no bound.
        threshold: where the output starts to follow the input.

    References: Nair and Hinton, Rectified linear units improve restricted Boltzmann machines, ICML 2010.

    >>> relu([-10.0, 0.0, 5.0]), relu([-10.0, 5.0], negative_slope=0.5)
    (array([0., 0., 5.], dtype=float32), array([-5.,  5.], dtype=float32))
    """
    if threshold == 0.0:
        y = np.maximum(x, zeros_beside(x))
    else:
        y = above(x, threshold)
        y *= x
    if max_value is not None:
        np.maximum(y, 0.0, out=y)
        np.minimum(y, max_value, out=y)
    if negative_slope:
        y += negative_slope * np.minimum(x - threshold, 0.0)
    return y


@activation(lambda dy, z, y: above(y, 0.0) * (y < 6.0) * dy)  # φ′ = [0 < z < 6]
def relu6(x):
    """ReLU with a ceiling: y = min(max(x, 0), 6).

    Args:
        x: array of any shape.

    >>> relu6([-1.0, 3.0, 9.0])
    array([0., 3., 6.], dtype=float32)
    """
    y = np.maximum(x, 0.0)
    return np.minimum(y, 6.0, out=y)


def leaky_relu_rule(dy, z, y, negative_slope=0.2):
    """φ′ = 1 if z > 0, else negative_slope."""
    slope = above(z, 0.0)
    slope *= 1.0 - negative_slope
    slope += negative_slope
    slope *= dy
    return slope


@activation(leaky_relu_rule)
def leaky_relu(x, negative_slope=0.2):
    """Leaky ReLU: y = x if x > 0, else negative_slope · x. No unit dies for good.

    Args:
        x: array of any shape.
        negative_slope: slope for x < 0; often 0.01 in lectures, 0.2 in Keras.

    References: Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models, ICML 2013.

    >>> leaky_relu([-10.0, 5.0]), leaky_relu([-10.0, 5.0], negative_slope=0.01)
    (array([-2.,  5.], dtype=float32), array([-0.1,  5. ], dtype=float32))
    """
    y = x * negative_slope
    if 0.0 <= negative_slope <= 1.0:
        return np.maximum(x, y, out=y)
    np.copyto(y, x, where=x > 0.0)
    return y


@activation(lambda dy, z, y: within(z, 1.0) * dy)  # φ′ = [|z| < 1]
def hard_tanh(x):
    """Tanh by straight lines: y = min(max(x, -1), 1).

    Args:
        x: array of any shape.

    >>> hard_tanh([-2.0, 0.5, 2.0])
    array([-1. ,  0.5,  1. ], dtype=float32)
    """
    y = np.maximum(x, -1.0)
    return np.minimum(y, 1.0, out=y)


@activation(lambda dy, z, y: within(z, 3.0) * dy / 6.0)  # φ′ = 1/6 on (-3, 3), else 0
def hard_sigmoid(x):
    """Sigmoid by straight lines: y = min(max(x/6 + 1/2, 0), 1).

    Args:
        x: array of any shape.

    >>> hard_sigmoid([-4.0, 0.0, 1.5])
    array([0.  , 0.5 , 0.75], dtype=float32)
    """
    y = x + 3.0
    np.maximum(y, 0.0, out=y)
    np.minimum(y, 6.0, out=y)
    y /= 6.0
    return y


@activation(lambda dy, z, y: within(z, 2.5) * dy * 0.2)  # φ′ = 1/5 on (-2.5, 2.5), else 0
def keras2_hard_sigmoid(x):
    """What ``hard_sigmoid`` was in Keras 1 and 2: y = min(max(x/5 + 1/2, 0), 1). Files of theirs that say the name mean it.

    Files written here describe it to Keras 3 as a Pipeline of Rescaling and ReLU.

    Args:
        x: array of any shape.

    >>> keras2_hard_sigmoid([-4.0, 0.0, 1.5]).round(3)
    array([0. , 0.5, 0.8], dtype=float32)
    """
    y = x * 0.2
    y += 0.5
    np.maximum(y, 0.0, out=y)
    return np.minimum(y, 1.0, out=y)


@activation(lambda dy, z, y: within(z, 1.0) * dy * 0.5)  # φ′ = 1/2 on (-1, 1), else 0
def sparse_sigmoid(x):
    """Sigmoid with a narrow slope: y = min(max((x + 1)/2, 0), 1).

    Args:
        x: array of any shape.

    >>> sparse_sigmoid([-2.0, 0.5, 3.0])
    array([0.  , 0.75, 1.  ], dtype=float32)
    """
    y = x + 1.0
    y *= 0.5
    np.maximum(y, 0.0, out=y)
    return np.minimum(y, 1.0, out=y)


@activation(lambda dy, z, y: sparse_sigmoid(z) * dy)  # φ′ = (z + 1)/2 on (-1, 1), 0 below, 1 above
def sparse_plus(x):
    """Softplus that is 0 and straight outside (-1, 1): y = 0, (x + 1)²/4, x for x ≤ -1, between, x ≥ 1.

    Args:
        x: array of any shape.

    >>> sparse_plus([-2.0, 0.0, 2.0])
    array([0.  , 0.25, 2.  ], dtype=float32)
    """
    y = np.maximum(x, -1.0)
    np.minimum(y, 1.0, out=y)
    y += 1.0
    y *= y
    y *= 0.25
    y += np.maximum(x - 1.0, 0.0)
    return y


@activation(lambda dy, z, y: (hard_sigmoid(z) + within(z, 3.0) * z / 6.0) * dy)  # φ′ = σ̂ + z σ̂′
def hard_silu(x):
    """SiLU by straight lines, also ``hard_swish``: y = x · hard_sigmoid(x).

    Args:
        x: array of any shape.

    References: Howard et al., Searching for MobileNetV3, ICCV 2019.

    >>> hard_silu([-4.0, 1.0, 4.0]).round(4)
    array([-0.    ,  0.6667,  4.    ], dtype=float32)
    """
    y = hard_sigmoid(x)
    y *= x
    return y


@activation(lambda dy, z, y, threshold=0.5: (np.abs(z) > threshold) * dy)  # φ′ = [|z| > threshold]
def hard_shrink(x, threshold=0.5):
    """Small values to 0: y = x if |x| > threshold, else 0.

    Args:
        x: array of any shape.
        threshold: at most so large is small.

    >>> hard_shrink([-1.0, 0.3, 2.0])
    array([-1.,  0.,  2.], dtype=float32)
    """
    return x * (np.abs(x) > threshold)


@activation(lambda dy, z, y, threshold=0.5: (np.abs(z) > threshold) * dy)  # φ′ = [|z| > threshold]
def soft_shrink(x, threshold=0.5):
    """All values nearer to 0 by the threshold: y = sign(x) · max(|x| - threshold, 0).

    Args:
        x: array of any shape.
        threshold: how far, at least 0.

    >>> soft_shrink([-1.0, 0.3, 2.0])
    array([-0.5,  0. ,  1.5], dtype=float32)
    """
    y = np.maximum(x, -threshold)
    np.minimum(y, threshold, out=y)
    return np.subtract(x, y, out=y)


@activation(lambda dy, z, y, threshold, default_value: (z > threshold) * dy)  # φ′ = [z > threshold]
def threshold(x, threshold, default_value):
    """y = x if x > threshold, else default_value.

    Args:
        x: array of any shape.
        threshold: the bound.
        default_value: what replaces values at or below it.

    >>> threshold([-1.0, 0.0, 2.0], 0.5, -7.0)
    array([-7., -7.,  2.], dtype=float32)
    """
    y = x.copy()
    np.copyto(y, default_value, where=x <= threshold)
    return y

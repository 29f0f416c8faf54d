"""Points in the plane to learn with, as the TensorFlow Playground has them, and two small tables: no network is needed.

Each function returns ``(x, y)``: x float32 of shape ``(n, 2)``; y of shape ``(n,)``, int32 0 or 1 for two kinds of points,
float32 from -1 to 1 for `plane` and `gaussian`. `load_data` gives them in Keras' way, cut in two.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras._core.random import make_default_seed
from minikeras.datasets.source import check_split

_REACH = 5.0  # points lie between -5 and 5, those of the functions between -6 and 6
_BUMPS = (-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)  # x, y, sign


def circle(n: int = 500, noise: float = 0.0, seed: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """A disc (1) within a ring (0).

    Args:
        n: how many points.
        noise: 0 to 0.5: how far points stray when their kind is decided.
        seed: None draws from the global one, see `set_random_seed`.

    >>> x, y = circle(200, seed=0)
    >>> bool((np.hypot(*x[y == 1].T) < 2.5).all()), int(y.sum())
    (True, 100)
    """
    rng = _rng(n, noise, seed)
    inside = np.arange(n) < n // 2
    radius = np.where(inside, rng.uniform(0, 0.5 * _REACH, n), rng.uniform(0.7 * _REACH, _REACH, n))
    angle = rng.uniform(0, 2 * math.pi, n)
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], 1)
    strayed = x + noise * rng.uniform(-_REACH, _REACH, (n, 2))
    return _mixed(rng, x, np.hypot(strayed[:, 0], strayed[:, 1]) < 0.5 * _REACH)


def xor(n: int = 500, noise: float = 0.0, seed: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Four squares, of which two on a diagonal are of a kind: 1 where both coordinates have the same sign.

    Args:
        n: how many points.
        noise: 0 to 0.5: how far points stray when their kind is decided.
        seed: None draws from the global one.

    >>> x, y = xor(200, seed=0)
    >>> bool(((x[:, 0] * x[:, 1] > 0) == y).all())
    True
    """
    rng = _rng(n, noise, seed)
    x = rng.uniform(-_REACH, _REACH, (n, 2))
    x += np.where(x > 0, 0.3, -0.3)  # a gap between the squares
    strayed = x + noise * rng.uniform(-_REACH, _REACH, (n, 2))
    return _mixed(rng, x, strayed[:, 0] * strayed[:, 1] >= 0)


def gauss(n: int = 500, noise: float = 0.0, seed: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Two clouds, around (2, 2) (1) and (-2, -2) (0).

    Args:
        n: how many points.
        noise: 0 to 0.5: how wide the clouds are; their variance is 0.5 to 4.
        seed: None draws from the global one.

    >>> x, y = gauss(1000, seed=0)
    >>> x[y == 1].mean(0).round().tolist(), x[y == 0].mean(0).round().tolist()
    ([2.0, 2.0], [-2.0, -2.0])
    """
    rng = _rng(n, noise, seed)
    kind = np.arange(n) < n // 2
    spread = math.sqrt(0.5 + 7 * noise)
    return _mixed(rng, np.where(kind, 2.0, -2.0)[:, None] + spread * rng.standard_normal((n, 2)), kind)


def spiral(n: int = 500, noise: float = 0.0, seed: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Two arms that wind around each other.

    Args:
        n: how many points.
        noise: 0 to 0.5: how far points stray from their arm.
        seed: None draws from the global one.

    >>> x, y = spiral(100, seed=0)
    >>> bool(np.allclose(np.sort(x[y == 1][:, 0]), np.sort(-x[y == 0][:, 0])))  # half a turn apart
    True
    """
    rng = _rng(n, noise, seed)
    kind = np.arange(n) < n // 2
    along = np.concatenate([np.arange(n // 2) / max(n // 2, 1), np.arange(n - n // 2) / max(n - n // 2, 1)])
    angle = along * 1.75 * 2 * math.pi + np.where(kind, 0.0, math.pi)
    x = (along * _REACH)[:, None] * np.stack([np.sin(angle), np.cos(angle)], 1)
    return _mixed(rng, x + noise * rng.uniform(-1, 1, (n, 2)), kind)


def moons(n: int = 500, noise: float = 0.0, seed: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Two half circles that reach into each other: the upper (0) and the lower (1).

    Args:
        n: how many points.
        noise: standard deviation of what is added.
        seed: None draws from the global one.

    >>> x, y = moons(100, seed=0)
    >>> x.min(0).round(1).tolist(), x.max(0).round(1).tolist()
    ([-1.0, -0.5], [2.0, 1.0])
    """
    rng = _rng(n, noise, seed)
    kind = np.arange(n) < n // 2
    angle = np.concatenate([np.linspace(0, math.pi, n // 2), np.linspace(0, math.pi, n - n // 2)])
    x = np.stack([np.cos(angle), np.sin(angle)], 1)
    x[kind] = (1, 0.5) - x[kind]
    return _mixed(rng, x + noise * rng.standard_normal((n, 2)), kind)


def plane(n: int = 500, noise: float = 0.0, seed: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """A function to approximate: y = (x₁ + x₂) / 10.

    Args:
        n: how many points.
        noise: 0 to 0.5: how far points stray when their value is taken.
        seed: None draws from the global one.

    >>> x, y = plane(100, seed=0)
    >>> bool(np.allclose(y, x.sum(1) / 10))
    True
    """
    rng = _rng(n, noise, seed)
    x = rng.uniform(-6, 6, (n, 2))
    strayed = x + noise * rng.uniform(-6, 6, (n, 2))
    return x.astype("float32"), (strayed.sum(1) / 10).astype("float32")  # y = (x₁ + x₂) / 10


def gaussian(n: int = 500, noise: float = 0.0, seed: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """A function to approximate: three hills and three hollows in two rows, each a cone of radius 2 and height 1.

    Args:
        n: how many points.
        noise: 0 to 0.5: how far points stray when their value is taken.
        seed: None draws from the global one.

    >>> x, y = gaussian(2000, seed=0)
    >>> bool(y.max() > 0.9), bool(y.min() < -0.9)
    (True, True)
    """
    rng = _rng(n, noise, seed)
    x = rng.uniform(-6, 6, (n, 2))
    strayed = x + noise * rng.uniform(-6, 6, (n, 2))
    y = np.zeros(n)
    for centre_x, centre_y, sign in _BUMPS:  # they don't meet, so they add up
        y += sign * np.clip(1 - np.hypot(strayed[:, 0] - centre_x, strayed[:, 1] - centre_y) / 2, 0, 1)
    return x.astype("float32"), y.astype("float32")


def digits() -> tuple[np.ndarray, np.ndarray]:
    """1797 handwritten digits of 8 by 8 pixels, 0 to 16, from scikit-learn.

    >>> x, y = digits()
    >>> x.shape, float(x.max()), y[:3].tolist()
    ((1797, 8, 8), 16.0, [0, 1, 2])
    """
    found = _sklearn("digits").load_digits()
    return found.images.astype("float32"), found.target.astype("int32")


def breast_cancer() -> tuple[np.ndarray, np.ndarray]:
    """30 measures of 569 tumours, and whether they are benign (1), from scikit-learn.

    >>> x, y = breast_cancer()
    >>> x.shape, int(y.sum())
    ((569, 30), 357)
    """
    found = _sklearn("breast_cancer").load_breast_cancer()
    return found.data.astype("float32"), found.target.astype("int32")


_POINTS = {f.__name__: f for f in (circle, xor, gauss, spiral, moons, plane, gaussian)}
_TABLES = {f.__name__: f for f in (digits, breast_cancer)}


def load_data(
    name: str, n: int = 500, noise: float = 0.0, test_split: float = 0.5, seed: int | None = None
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return one of these sets cut in two, as the data sets of Keras come.

    Args:
        name: ``"circle"``, ``"xor"``, ``"gauss"``, ``"spiral"``, ``"moons"``, ``"plane"``, ``"gaussian"``, ``"digits"`` or
            ``"breast_cancer"``.
        n: how many points; the last two have as many as they have.
        noise: not for the last two.
        test_split: share of the data to test on.
        seed: None draws from the global one.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``.

    >>> (x_train, y_train), (x_test, y_test) = load_data("xor", n=100, test_split=0.2, seed=0)
    >>> x_train.shape, x_test.shape
    ((80, 2), (20, 2))
    """
    check_split(test_split)
    if name in _POINTS:
        x, y = _POINTS[name](n, noise, seed)
    elif name in _TABLES:
        x, y = _TABLES[name]()
        order = _rng(0, 0.0, seed).permutation(len(x))
        x, y = x[order], y[order]
    else:
        raise ValueError(f"Unknown data set {name!r}: there are {', '.join([*_POINTS, *_TABLES])}.")
    cut = len(x) - round(len(x) * test_split)
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])


def _rng(n: Any, noise: float, seed: int | None) -> np.random.Generator:
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0:
        raise ValueError(f"Argument `n` must be a number of points, got {n!r}.")
    if not noise >= 0:
        raise ValueError(f"Argument `noise` must be 0 or more, got {noise!r}.")
    return np.random.default_rng(make_default_seed() if seed is None else seed)


def _mixed(rng: np.random.Generator, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points in random order."""
    order = rng.permutation(len(x))
    return x[order].astype("float32"), y[order].astype("int32")


def _sklearn(name: str) -> Any:
    try:
        import sklearn.datasets
    except ImportError:
        raise ImportError(f"datasets.toy.{name} comes with scikit-learn, which is not here: pip install scikit-learn") from None
    return sklearn.datasets

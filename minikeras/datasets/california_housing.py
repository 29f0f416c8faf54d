"""Prices of houses in California."""

from __future__ import annotations

from minikeras.datasets.source import arrays, check_split, fetch, shuffled_split


def load_data(
    version: str = "large", path: str = "california_housing.npz", test_split: float = 0.2, seed: int = 113
) -> tuple:
    """Return 8 attributes of 20,640 districts, and the median price of their houses in dollars.

    Longitude, latitude, age of the houses, rooms, bedrooms, people, households, income, from the census of 1990.
    Pace, Barry: Sparse spatial autoregressions, 1997.

    Args:
        version: ``"large"``, or ``"small"``: the first 600 districts.
        path: name of the file in ``~/.keras/datasets``.
        test_split: share of the data to test on.
        seed: of the shuffling.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: x of shape ``(n, 8)``, y of shape ``(n,)``, 15,000 to 500,000.

    >>> (x_train, y_train), (x_test, y_test) = load_data("small")  # doctest: +SKIP
    """
    check_split(test_split)
    if version not in ("small", "large"):
        raise ValueError(f"Argument `version` must be one of 'small', 'large', got {version!r}.")
    path = fetch(path, "california_housing.npz", "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f")
    x, y = arrays(path, "x", "y")
    size = 600 if version == "small" else len(x)
    return shuffled_split(x[:size], y[:size], test_split, seed)

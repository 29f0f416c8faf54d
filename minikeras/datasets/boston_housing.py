"""Prices of houses around Boston."""

from __future__ import annotations

from minikeras.datasets.source import arrays, check_split, fetch, shuffled_split


def load_data(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> tuple:
    """Return 13 attributes of 506 places of the 1970s, and the median price of their houses in thousands of dollars.

    One attribute, "B", supposes that prices follow from the share of black people. Use `california_housing` but to talk
    about that. Harrison, Rubinfeld: Hedonic prices and the demand for clean air, 1978.

    Args:
        path: name of the file in ``~/.keras/datasets``.
        test_split: share of the data to test on.
        seed: of the shuffling.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: x of shape ``(n, 13)``, y of shape ``(n,)``, about 5 to 50.

    >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    """
    check_split(test_split)
    path = fetch(path, "boston_housing.npz", "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5")
    return shuffled_split(*arrays(path, "x", "y"), test_split, seed)

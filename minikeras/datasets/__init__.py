"""Data sets to learn with: Keras' own, fetched once and kept, and `toy` ones that need no network.

>>> from minikeras.datasets import toy
>>> x, y = toy.spiral(500, seed=1)
>>> x.shape, y.shape
((500, 2), (500,))
"""

from typing import TYPE_CHECKING

from minikeras._core.lazy import lazily

if TYPE_CHECKING:  # for editors
    from minikeras.datasets import (
        boston_housing,
        california_housing,
        cifar10,
        cifar100,
        fashion_mnist,
        imdb,
        mnist,
        reuters,
        toy,
    )

__all__ = [
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "fashion_mnist",
    "imdb",
    "mnist",
    "reuters",
    "toy",
]
__getattr__ = lazily(__name__, {}, {}, modules=" ".join(__all__))


def __dir__() -> list[str]:
    return __all__

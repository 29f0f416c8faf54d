"""What CIFAR-10 and CIFAR-100 have in common."""

from __future__ import annotations

import os

import numpy as np

from minikeras._core.config import image_data_format
from minikeras.datasets.unpickling import unpickle
from minikeras.utils.file_utils import get_file


def fetch_folder(name: str, inner: str, file_hash: str) -> str:
    """The folder of the batches."""
    path = get_file(
        f"{inner}-target",
        origin=f"https://www.cs.toronto.edu/~kriz/{name}.tar.gz",
        extract=True,
        file_hash=file_hash,
    )
    return os.path.join(path, inner)


def load_batch(path: str, label_key: str = "labels") -> tuple[np.ndarray, list]:
    """Return the images, ``(n, 3, 32, 32)``, and the labels of a batch."""
    with open(path, "rb") as file:
        batch = unpickle(file, encoding="bytes")
    try:
        named = {key.decode() if isinstance(key, bytes) else key: value for key, value in batch.items()}
        data, labels = named["data"], named[label_key]
        return data.reshape(len(data), 3, 32, 32), labels
    except (AttributeError, KeyError, ValueError, TypeError) as error:
        raise ValueError(f"The file {path} is damaged, or no batch of CIFAR.") from error


def arranged(x: np.ndarray, y: list) -> tuple[np.ndarray, np.ndarray]:
    """Images with the channels where they belong, and labels of shape ``(n, 1)``.

    >>> x, y = arranged(np.zeros((2, 3, 32, 32), "uint8"), [5, 6])
    >>> x.shape, y.shape
    ((2, 32, 32, 3), (2, 1))
    """
    return x.transpose(0, 2, 3, 1) if image_data_format() == "channels_last" else x, np.reshape(y, (len(y), 1))

"""Fashion-MNIST: clothes, 28 by 28, in the place of digits."""

from __future__ import annotations

import gzip
import os
import zlib

import numpy as np

from minikeras.datasets.source import fetch

_LARGEST = 1 << 28
_IMAGES, _LABELS = 0x803, 0x801  # the numbers that IDX files of bytes begin with: 3 axes, 1 axis


def load_data() -> tuple:
    """Return the images and labels of 60,000 pieces of clothing to train on, and of 10,000 to test on.

    0 T-shirt/top, 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot.
    Xiao, Rasul, Vollgraf, 2017. MIT license.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: x uint8 of shape ``(n, 28, 28)``, 0 to 255; y uint8 of shape ``(n,)``, 0 to 9.

    >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    """
    x_train, y_train, x_test, y_test = (
        read_idx(fetch(f"{name}-ubyte.gz", f"{name}-ubyte.gz", None, cache_subdir=os.path.join("datasets", "fashion-mnist")))
        for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    )
    return (x_train, y_train), (x_test, y_test)


def read_idx(path: str) -> np.ndarray:
    """Return the bytes of a packed IDX file: images ``(n, height, width)``, or labels ``(n,)``.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "labels.gz")
    ...     with gzip.open(path, "wb") as file: n = file.write(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9]))
    ...     read_idx(path).tolist()
    [7, 9]
    """
    try:
        with gzip.open(path, "rb") as file:
            data = file.read(_LARGEST)
        kind = int.from_bytes(data[:4], "big")
        shape = np.frombuffer(data, ">u4", {_IMAGES: 3, _LABELS: 1}[kind], 4).tolist()
        return np.frombuffer(data, "uint8", offset=4 + 4 * len(shape)).reshape(shape)
    except (OSError, EOFError, zlib.error, KeyError, ValueError) as error:
        raise ValueError(f"The file {path} is damaged: delete it, and it will be downloaded again.") from error

"""MNIST: handwritten digits, 28 by 28."""

from __future__ import annotations

from minikeras.datasets.source import arrays, fetch


def load_data(path: str = "mnist.npz") -> tuple:
    """Return the images and labels of 60,000 digits to train on, and of 10,000 to test on.

    LeCun, Cortes, Burges: The MNIST database of handwritten digits. CC BY-SA 3.0.

    Args:
        path: name of the file in ``~/.keras/datasets``.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: x uint8 of shape ``(n, 28, 28)``, 0 to 255; y uint8 of shape ``(n,)``, 0 to 9.

    >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (60000, 28, 28)
    """
    path = fetch(path, "mnist.npz", "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1")
    x_train, y_train, x_test, y_test = arrays(path, "x_train", "y_train", "x_test", "y_test")
    return (x_train, y_train), (x_test, y_test)

"""CIFAR-10: small colour images of ten kinds of things."""

from __future__ import annotations

import os

import numpy as np

from minikeras.datasets.cifar import arranged, fetch_folder, load_batch


def load_data() -> tuple:
    """Return 50,000 images with labels to train on, and 10,000 to test on.

    0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck.
    Krizhevsky: Learning multiple layers of features from tiny images, 2009.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: x uint8 of shape ``(n, 32, 32, 3)``, or ``(n, 3, 32, 32)`` with
        ``channels_first``; y uint8 of shape ``(n, 1)``, 0 to 9.

    >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    """
    folder = fetch_folder(
        "cifar-10-python", "cifar-10-batches-py", "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
    )
    batches = [load_batch(os.path.join(folder, f"data_batch_{i}")) for i in range(1, 6)]
    x_train = np.concatenate([x for x, _ in batches])
    x_train, y_train = arranged(x_train, [label for _, labels in batches for label in labels])
    x_test, y_test = arranged(*load_batch(os.path.join(folder, "test_batch")))
    return (x_train, y_train.astype("uint8")), (x_test, y_test.astype("uint8"))

"""CIFAR-100: small colour images of a hundred kinds of things, in twenty groups."""

from __future__ import annotations

import os

from minikeras.datasets.cifar import arranged, fetch_folder, load_batch


def load_data(label_mode: str = "fine") -> tuple:
    """Return 50,000 images with labels to train on, and 10,000 to test on.

    Krizhevsky: Learning multiple layers of features from tiny images, 2009.

    Args:
        label_mode: ``"fine"``: 100 kinds; ``"coarse"``: 20 groups.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: x uint8 of shape ``(n, 32, 32, 3)``, or ``(n, 3, 32, 32)`` with
        ``channels_first``; y integers of shape ``(n, 1)``.

    >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(f'`label_mode` must be one of "fine", "coarse", got {label_mode!r}.')
    folder = fetch_folder(
        "cifar-100-python", "cifar-100-python", "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"
    )
    train, test = (arranged(*load_batch(os.path.join(folder, name), f"{label_mode}_labels")) for name in ("train", "test"))
    return train, test

"""`keras.preprocessing.image` and `.text` of Keras 1 and 2: small functions that later Keras dropped."""

from __future__ import annotations

import os
import re
import string
from typing import Any

import numpy as np

from minikeras.legacy.preprocessing.affine import flip_axis

__all__ = ["base_filter", "flip_axis", "list_pictures", "transform_matrix_offset_center"]


def list_pictures(directory: Any, ext: str = "jpg|jpeg|bmp|png|ppm") -> list[str]:
    """The paths of all pictures in a folder and the folders in it.

    >>> list_pictures(os.devnull)
    []
    """
    named = re.compile(rf"([\w]+\.(?:{ext}))")
    return [os.path.join(root, name) for root, _, names in os.walk(directory) for name in names if named.match(name)]


def transform_matrix_offset_center(matrix: Any, x: int, y: int) -> np.ndarray:
    """An affine map that keeps the middle of an image of x by y where it is, instead of its corner.

    >>> transform_matrix_offset_center(np.diag([2.0, 2.0, 1.0]), 4, 4)[:2, 2].tolist()
    [-2.5, -2.5]
    """
    there, back = np.eye(3), np.eye(3)
    there[:2, 2] = x / 2 + 0.5, y / 2 + 0.5
    back[:2, 2] = -there[:2, 2]
    return there @ matrix @ back


def base_filter() -> str:
    """The characters that Keras 1 took out of texts: punctuation but for ', tabs and new lines.

    >>> "'" in base_filter(), "!" in base_filter()
    (False, True)
    """
    return string.punctuation.replace("'", "") + "\t\n"

"""Images as PNG, by zlib alone."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np

from minikeras._core.config import image_data_format

_COLOURS = {1: 0, 2: 4, 3: 2, 4: 6}  # channels: grey, grey and alpha, RGB, RGB and alpha


def to_uint8(data: Any) -> np.ndarray:
    """Numbers as bytes: floats from 0 to 1 become 0 to 255, what is outside goes to the ends.

    >>> to_uint8(np.array([-1.0, 0.0, 0.5, 1.0, 7.0])).tolist(), to_uint8(np.array([True])).tolist()
    ([0, 0, 127, 255, 255], [255])
    """
    data = np.asarray(data)
    if data.dtype.kind == "f":
        data = np.nan_to_num(data * 255.5, nan=0.0, posinf=255.0, neginf=0.0)
    elif data.dtype.kind == "b":
        return data.astype("uint8") * np.uint8(255)
    elif data.dtype == "uint16":
        data = data >> 8
    return data if data.dtype == "uint8" else np.clip(data, 0, 255).astype("uint8")


def as_images(weight: np.ndarray) -> np.ndarray | None:
    """A weight as ``(n, height, width, channels)``, as Keras lays it out; None where it isn't an image.

    >>> as_images(np.ones((5, 3))).shape, as_images(np.ones(4)).shape, as_images(np.ones((3, 2, 1, 8))).shape
    ((1, 3, 5, 1), (1, 4, 1, 1), (8, 3, 2, 1))
    >>> as_images(np.ones((3, 3, 2, 2))) is None
    True
    """
    image = np.squeeze(weight)
    if image.ndim == 1:
        image = image.reshape(1, -1, 1, 1)
    elif image.ndim == 2:
        image = (image.T if image.shape[0] > image.shape[1] else image)[None, :, :, None]
    elif image.ndim == 3:
        image = (image.transpose(2, 0, 1) if image_data_format() == "channels_last" else image)[..., None]
    return image if image.ndim == 4 and image.shape[-1] in (1, 3, 4) and image.size else None


def encode_png(image: np.ndarray) -> bytes:
    """Return an image as the bytes of a PNG file.

    Args:
        image: uint8, ``(height, width, channels)``, 1 to 4 channels.

    >>> encode_png(np.zeros((2, 2, 1), "uint8"))[:8]
    b'\\x89PNG\\r\\n\\x1a\\n'
    """
    if image.ndim != 3 or image.shape[2] not in _COLOURS or not image.size:
        raise ValueError(f"An image has the shape (height, width, 1 to 4 channels), got {image.shape}.")
    height, width, channels = image.shape
    rows = np.zeros((height, 1 + width * channels), "uint8")  # each begins with its filter: 0, none
    rows[:, 1:] = image.reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, _COLOURS[channels], 0, 0, 0)
    parts = _chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(rows.tobytes(), 6)), _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

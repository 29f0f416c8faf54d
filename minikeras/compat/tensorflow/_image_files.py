"""Images in files: bytes to pixels and back, by Pillow.

>>> decode_png(encode_png(np.full((2, 3, 1), 7, "uint8"))).numpy()[0, 0]
array([7], dtype=uint8)
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from minikeras import ops
from minikeras._core.text import to_bytes
from minikeras.compat.tensorflow._tensors import convert_to_tensor
from minikeras.compat.tensorflow._tools import op, raw
from minikeras.compat.tensorflow.dtypes import as_dtype
from minikeras.ops.dtypes import array
from minikeras.utils.image_utils import pillow


def _limits(dtype) -> float:
    return 1.0 if np.dtype(dtype).kind == "f" else float(np.iinfo(dtype).max)


@op
def convert_image_dtype(image, dtype, saturate=False):
    """In another type; floats go from 0 to 1, integers over their whole range."""
    x, dtype = array(image), np.dtype(str(as_dtype(dtype)))
    if x.dtype == dtype:
        return x
    if dtype.kind == "f":
        return x.astype(dtype) if x.dtype.kind == "f" else x.astype(dtype) * (1.0 / _limits(x.dtype))
    if x.dtype.kind == "f":
        y = x * (_limits(dtype) + 0.5)
        return ops.saturate_cast(y, dtype.name) if saturate else y.astype(dtype)
    down = (int(_limits(x.dtype)) + 1) // (int(_limits(dtype)) + 1)
    y = x // down if down else x.astype(dtype) * ((int(_limits(dtype)) + 1) // (int(_limits(x.dtype)) + 1))
    return y.astype(dtype)


def decode_image(
    contents: Any, channels: Any = None, dtype: Any = "uint8", name: str | None = None, expand_animations: bool = True
) -> Any:
    """The pixels of a JPEG, PNG, BMP or GIF file's bytes, (height, width, channels); of a GIF (frames, ...)."""
    x = _pixels(contents, channels, expand_animations)
    return convert_image_dtype(x, dtype)


def _pixels(contents: Any, channels: Any, frames: bool) -> np.ndarray:
    image = pillow().open(io.BytesIO(to_bytes(np.asarray(contents, object).item())))
    deep = image.mode.startswith("I")
    mode = {0: None, None: None, 1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]
    if image.format == "GIF":
        pictures = []
        for k in range(getattr(image, "n_frames", 1) if frames else 1):
            image.seek(k)
            pictures.append(np.asarray(image.convert("RGB")))
        return np.stack(pictures) if frames else pictures[0]
    mode = mode or {"P": "RGB", "1": "L", "CMYK": "RGB"}.get(image.mode)
    x = np.asarray(image if deep or mode in (None, image.mode) else image.convert(mode))
    x = x.astype("uint16") if deep else x
    return x[..., None] if x.ndim == 2 else x


def _decoder(name):
    def decode(contents, channels=0, dtype="uint8", name=None, **kwargs):
        return ops.convert_to_tensor(_pixels(contents, channels, name == "decode_gif").astype(str(as_dtype(dtype))))

    decode.__name__ = decode.__qualname__ = name
    decode.__doc__ = f"The pixels of the bytes of a file: {name.rpartition('_')[2]}."
    return decode


decode_jpeg, decode_png, decode_bmp, decode_gif = map(_decoder, ("decode_jpeg", "decode_png", "decode_bmp", "decode_gif"))


def _encoded(image: Any, kind: str, **how: Any) -> Any:
    x = raw(image)
    file = io.BytesIO()
    pillow().fromarray(x[..., 0] if x.shape[-1] == 1 else x).save(file, kind, **how)
    return convert_to_tensor(file.getvalue())


def encode_jpeg(image: Any, format: str = "", quality: int = 95, name: str | None = None, **kwargs: Any) -> Any:
    """The bytes of a JPEG file."""
    return _encoded(image, "JPEG", quality=int(quality))


def encode_png(image: Any, compression: int = -1, name: str | None = None) -> Any:
    """The bytes of a PNG file."""
    return _encoded(image, "PNG")


def is_jpeg(contents: Any, name: str | None = None) -> Any:
    """Whether these are the bytes of a JPEG file."""
    return ops.convert_to_tensor(to_bytes(np.asarray(contents, object).item())[:3] == b"\xff\xd8\xff")

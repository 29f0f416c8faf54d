"""`tf.compat`: text of either kind, and what of TensorFlow 1 still runs (`tf.compat.v1`).

>>> as_str_any(b"a"), as_bytes("a"), as_text(b"a")
('a', b'a', 'a')
"""

from __future__ import annotations

import os
from typing import Any

from minikeras._core.old_arguments import hint
from minikeras._core.text import to_bytes
from minikeras.compat.tensorflow._tools import absent, exported


def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    """Text as bytes."""
    return bytes(bytes_or_text) if isinstance(bytes_or_text, (bytearray, bytes)) else bytes_or_text.encode(encoding)


def as_text(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """Bytes as text."""
    return bytes_or_text if isinstance(bytes_or_text, str) else to_bytes(bytes_or_text).decode(encoding)


as_str = as_text


def as_str_any(value: Any, encoding: str = "utf-8") -> str:
    """Anything as text."""
    return as_text(value, encoding) if isinstance(value, (str, bytes)) else str(value)


def path_to_str(path: Any) -> Any:
    """A path as text."""
    return as_str_any(os.fspath(path)) if hasattr(path, "__fspath__") else path


def forward_compatible(*args: Any) -> bool:
    """True."""
    return True


def hint_of(name: str, text: str) -> None:
    """Say something once in a process, unless `keras.config.disable_hints` was called."""
    hint("tensorflow", name, text)


__all__ = [n for n in exported(globals(), "as_str") if n != "hint_of"]
__getattr__ = absent("tf.compat", globals(), modules="v1 v2")

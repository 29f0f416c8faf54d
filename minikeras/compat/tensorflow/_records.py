"""TFRecord files, written and read.

>>> import os, tempfile
>>> path = os.path.join(tempfile.mkdtemp(), "a.tfrecord")
>>> with TFRecordWriter(path) as writer:
...     writer.write(b"one"); writer.write(b"two")
>>> list(read_records(path))
[b'one', b'two']
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator
from typing import Any

from minikeras._core.text import to_bytes
from minikeras.tensorboard.messages import record


def read_records(path: Any, compression: Any = None) -> Iterator[bytes]:
    """The records of a TFRecord file."""
    zipped = str(compression or "").upper() == "GZIP"
    with (gzip.open if zipped else open)(path, "rb") as file:
        while head := file.read(12):
            if len(head) < 12:
                raise ValueError(f"{path} is cut off: it ends within a record.")
            (size,) = struct.unpack("<Q", head[:8])
            data, check = file.read(size), file.read(4)
            if len(data) < size or len(check) < 4:
                raise ValueError(f"{path} is cut off, or no TFRecord file: a record of {size} bytes is announced.")
            yield data


class TFRecordOptions:
    """How a file is written: "GZIP" or not."""

    def __init__(self, compression_type: Any = None, **kwargs: Any):
        self.compression_type = compression_type


class TFRecordWriter:
    """Writes records, one after the other; closed by ``close()`` or at the end of a ``with`` block."""

    def __init__(self, path: Any, options: Any = None):
        kind = getattr(options, "compression_type", options)
        self._file = (gzip.open if str(kind or "").upper() == "GZIP" else open)(path, "wb")

    def write(self, record: Any) -> None:
        """Add a record."""
        self._file.write(_framed(to_bytes(getattr(record, "numpy", lambda: record)())))

    def flush(self) -> None:
        """Let nothing wait."""
        self._file.flush()

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


_framed = record

"""Opening what may be anything: only regular files and seekable binary streams get in."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from typing import Any, BinaryIO

from minikeras._core.naming import shorten

SIGNATURE = b"\x89HDF\r\n\x1a\n"  # of HDF5
TABLE = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"  # the end of the index of TensorFlow's checkpoints
CHECKPOINT = (
    "It is a checkpoint of TensorFlow. Where TensorFlow is: make the model, model.load_weights(checkpoint), "
    "model.save_weights('weights.h5'); that file opens here."
)
_ONLY_WRITTEN = "model.export() writes such files for others to run; nothing reads a model out of them. Keep a `.keras` file."
FOREIGN = {
    "onnx": f"an ONNX model by its name: {_ONLY_WRITTEN}",
    "tflite": "a program for TensorFlow Lite by its name: nothing reads a model out of it.",
    "pb": "a graph of TensorFlow by its name. Where TensorFlow is: tf.keras.models.load_model(folder).save('model.h5'); that "
    "file opens here.",
    "pkl": "a pickle by its name, which may run anything when it is read: pickle.load() it yourself if you trust it.",
    "json": "JSON by its name: keras.models.model_from_json(text) makes a model of it, and load_weights() fills it.",
}
SMALL = 64 << 20
BEST_RATIO = 16  # file systems that pack files reach a few times


@contextlib.contextmanager
def opened(file: Any) -> Iterator[tuple[BinaryIO, str]]:
    """Open a path, or take an open binary file as it is: (file, its name for messages).

    Raises:
        OSError: there is no such file, or it is a folder, a device or a pipe.
        ValueError: it is neither a path nor a binary file.

    >>> import io
    >>> with opened(io.BytesIO(b"abc")) as (file, name): file.read(), name
    (b'abc', 'the file')
    """
    if hasattr(file, "read"):
        yield _checked_stream(file)
        return
    if not is_path(file):
        raise ValueError(f"Expected a path or an open binary file, got {shorten(file)} of type {type(file).__name__}.")
    path = os.fsdecode(file)
    _need_file(path)
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as stream:
        told = os.fstat(stream.fileno())
        _need_regular(told.st_mode, path)  # it may have been exchanged since
        _need_substance(told, path)
        try:
            yield stream, repr(path)
        except OSError as error:
            if error.errno and error.filename is None:
                error.filename = path  # a disk that fails does not say on which file
            raise


def is_path(file: Any) -> bool:
    """Whether this is the name of a file rather than an open one.

    >>> is_path("model.keras")
    True
    """
    return isinstance(file, (str, bytes, os.PathLike))


def kind_of(file: BinaryIO) -> str:
    """Say by its first bytes what a file is: "zip", "hdf5" or "unknown".

    >>> import io; kind_of(io.BytesIO(b"PK\\x03\\x04...")), kind_of(io.BytesIO(b"?"))
    ('zip', 'unknown')
    """
    file.seek(0)
    start = file.read(2056)
    if start[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    return "hdf5" if any(start[at : at + 8] == SIGNATURE for at in (0, 512, 1024, 2048)) else "unknown"


def _need_file(path: str) -> None:
    if "\0" in path:
        raise ValueError(f"The name of a file can't hold a null character, got {path!r}.")
    _need_regular(os.stat(path).st_mode, path)  # before opening: to open a pipe may wait for ever


def _need_regular(mode: int, path: str) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(f"{path!r} is a folder, expected a file.{_advice(path)}")
    if not stat.S_ISREG(mode):
        raise OSError(f"{path!r} is a device, pipe or socket, expected a file. Nothing was read from it.")


def _advice(path: str) -> str:
    """What to do with the folders of TensorFlow."""
    if os.path.exists(os.path.join(path, "saved_model.pb")):
        return (
            " It is a SavedModel of TensorFlow, which holds a program for TensorFlow rather than a model. Where TensorFlow is: "
            "tf.keras.models.load_model(folder).save('model.h5'); that file opens here. Of what model.export() wrote only "
            "the code that made the model can make a model again."
        )
    if os.path.exists(os.path.join(path, "checkpoint")):
        return f" {CHECKPOINT}"
    return ""


def advice_on(file: BinaryIO, name: str) -> str:
    """What to do with a file of another kind, told by its end or by its name; "" where that says nothing.

    >>> import io; advice_on(io.BytesIO(b"?"), "'a.bin'"), advice_on(io.BytesIO(b"?"), "'model.onnx'")[:20]
    ('', ' It is an ONNX model')
    """
    file.seek(max(0, file.seek(0, os.SEEK_END) - len(TABLE)))
    ending = name.rstrip("'\"").rpartition(".")[2].lower()
    if file.read(len(TABLE)) == TABLE or ending.startswith("data-") and "-of-" in ending:
        return f" {CHECKPOINT}"
    return f" It is {FOREIGN[ending]}" if ending in FOREIGN else ""


def _need_substance(told: os.stat_result, path: str) -> None:
    """Refuse large files that are nearly all holes: a few kB on the disk that would fill the memory."""
    stored = getattr(told, "st_blocks", 0) * 512  # 0 where a file system does not tell
    if stored and told.st_size > SMALL and told.st_size > BEST_RATIO * stored:
        raise ValueError(f"{path!r} is refused: of its {told.st_size} bytes only {stored} are on the disk, the rest are holes.")


def _checked_stream(file: Any) -> tuple[BinaryIO, str]:
    name = getattr(file, "name", None)
    name = repr(name) if isinstance(name, str) else "the file"
    if not (hasattr(file, "seekable") and file.seekable()):
        raise OSError(f"{name} can't be read at any place (not seekable). Read it into io.BytesIO first.")
    if not isinstance(file.read(0), bytes):
        raise ValueError(f"{name} is open as text, open it in binary mode: open(path, 'rb').")
    return _Stream(file, name), name


class _Stream:
    """A file object of unknown make, held to what it promises."""

    def __init__(self, file: Any, name: str):
        self.file, self.name = file, name

    def seek(self, at: int, whence: int = 0) -> int:
        found = self.file.seek(at, whence)
        if not isinstance(found, int) or found < 0:
            raise OSError(f"{self.name} is no file that can be read at any place: its seek() returned {found!r}.")
        return found

    def read(self, count: int = -1) -> bytes:
        data = self.file.read(count)
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise ValueError(f"{self.name} should be open in binary mode, but its read() returned {type(data).__name__}.")
        return bytes(data)

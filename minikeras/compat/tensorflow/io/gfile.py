"""`tf.io.gfile`: files and folders of this machine.

>>> exists("/nowhere/at/all"), join("a", "b")
(False, 'a/b')
"""

from __future__ import annotations

import glob as globbing
import os
import shutil
from collections.abc import Iterator
from typing import Any, NamedTuple

from minikeras._core.text import to_str
from minikeras.compat.tensorflow._tools import absent, exported


def _path(path: Any) -> str:
    path = to_str(path.numpy()) if hasattr(path, "numpy") else os.fsdecode(path)
    if path.startswith(("gs://", "s3://", "hdfs://")):
        raise ValueError(f"tf.io.gfile reads and writes files of this machine, got {path!r}.")
    return path


def exists(path: Any) -> bool:
    """Whether there is a file or folder."""
    return os.path.exists(_path(path))


def isdir(path: Any) -> bool:
    """Whether there is a folder."""
    return os.path.isdir(_path(path))


def glob(pattern: Any) -> list[str]:
    """The paths that match a pattern, or several."""
    patterns = pattern if isinstance(pattern, (list, tuple)) else [pattern]
    return [path for p in patterns for path in sorted(globbing.glob(_path(p)))]


def listdir(path: Any) -> list[str]:
    """The names in a folder."""
    return sorted(os.listdir(_path(path)))


def makedirs(path: Any) -> None:
    """Make a folder, and those above it."""
    os.makedirs(_path(path), exist_ok=True)


def mkdir(path: Any) -> None:
    """Make a folder."""
    os.mkdir(_path(path))


def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Copy a file."""
    if not overwrite and exists(dst):
        raise FileExistsError(f"tf.io.gfile.copy: {_path(dst)!r} exists already; pass overwrite=True.")
    shutil.copyfile(_path(src), _path(dst))


def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Give a file another name."""
    if not overwrite and exists(dst):
        raise FileExistsError(f"tf.io.gfile.rename: {_path(dst)!r} exists already; pass overwrite=True.")
    os.replace(_path(src), _path(dst))


def remove(path: Any) -> None:
    """Delete a file."""
    os.remove(_path(path))


def rmtree(path: Any) -> None:
    """Delete a folder with all that is in it."""
    shutil.rmtree(_path(path))


def walk(top: Any, topdown: bool = True, onerror: Any = None) -> Iterator:
    """Folders, and what is in each."""
    return os.walk(_path(top), topdown, onerror)


def join(path: Any, *paths: Any) -> str:
    """Parts of a path as one."""
    return os.path.join(_path(path), *map(_path, paths))


class FileStatistics(NamedTuple):
    """How long a file is, and when it was changed."""

    length: int
    mtime_nsec: int
    is_directory: bool


def stat(path: Any) -> FileStatistics:
    """How long a file is, and when it was changed."""
    found = os.stat(_path(path))
    return FileStatistics(found.st_size, found.st_mtime_ns, isdir(path))


class GFile:
    """A file: text, or bytes with a mode such as "rb"."""

    def __init__(self, name: Any, mode: str = "r"):
        self.name, self.mode = _path(name), mode
        self._file = open(self.name, mode, **({} if "b" in mode else {"encoding": "utf-8"}))

    def size(self) -> int:
        """How many bytes it has."""
        return os.path.getsize(self.name)

    def __del__(self):
        if "_file" in self.__dict__:
            self._file.close()

    def __iter__(self):
        yield from self._file

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._file.close()


def _passed_on(name: str) -> Any:
    def method(self, *args):
        return getattr(self._file, name)(*args)

    method.__name__, method.__doc__ = name, f"As of Python's files: {name}."
    return method


for _name in "close flush read readline readlines seek tell write".split():
    setattr(GFile, _name, _passed_on(_name))

FastGFile = Open = GFile
Exists, IsDirectory, Glob, ListDirectory, MakeDirs, MkDir = exists, isdir, glob, listdir, makedirs, mkdir
Copy, Rename, Remove, DeleteRecursively, Walk, Stat = copy, rename, remove, rmtree, walk, stat

_OLD = "FastGFile Exists IsDirectory Glob ListDirectory MakeDirs MkDir Copy Rename Remove DeleteRecursively Walk Stat Open"
__all__ = exported(globals(), _OLD)
__getattr__ = absent("tf.io.gfile", globals())

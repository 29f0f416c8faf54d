"""Files that are whole or not there at all: write beside, flush to the disk, rename."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import time
from collections.abc import Iterator
from typing import IO, Any

_TEMPORARY = re.compile(r"\.(?P<name>.+)\.(?P<pid>\d+)\.[0-9a-f]{16}\.tmp~")
_STALE = 24 * 3600.0  # seconds without a write after which no writer is believed to live, whoever has its pid now
_open: set[str] = set()  # temporaries that this process is writing


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[str]:
    """Give the name of an empty temporary file beside ``path``; when the block ends well, it becomes ``path``.

    Whoever reads ``path`` finds the old file or the new one, whole, also after a kill or a power cut in the middle.
    When the block raises, the temporary is removed and ``path`` is as it was. A link is followed, the permissions
    of an existing file are kept.

    Args:
        path: the file to make or replace; its folder must exist.

    Raises:
        IsADirectoryError, FileNotFoundError, PermissionError: ``path`` is a folder, its folder is missing, or it is
            read-only.
        OSError: ``path`` is neither a file nor new (a device, a pipe), or the disk is full.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "notes.txt")
    ...     with replacing(path) as temporary:
    ...         n = pathlib.Path(temporary).write_text("all")
    ...         print(path.exists())
    ...     print(path.read_text(), os.listdir(folder))
    False
    all ['notes.txt']
    """
    target = os.path.realpath(os.fspath(path))
    mode = _check(target)
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{_stem(name)}.{os.getpid()}.{os.urandom(8).hex()}.tmp~")
    _open.add(temporary)
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))  # the umask takes its share
        yield temporary
        if mode is not None:
            os.chmod(temporary, mode | stat.S_IWUSR)
        _sync(temporary, os.O_RDWR | getattr(os, "O_BINARY", 0))
        if mode is not None:
            os.chmod(temporary, mode)
        _rename(temporary, target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError) and error.errno and error.filename in (temporary, None):
            error.filename = os.fspath(path)  # the file that the user knows of; a full disk does not say which
        raise
    finally:
        _open.discard(temporary)
    if os.name == "posix":
        with contextlib.suppress(OSError):  # some file systems can't flush a folder
            _sync(folder, os.O_RDONLY)


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike, mode: str = "wb", **options: Any) -> Iterator[IO]:
    """Open ``path`` for writing such that the new content is there whole, or the old one stays: see `replacing`.

    Args:
        path: the file to make or replace.
        mode: ``"wb"``, ``"w"``, or the same with ``"+"``.
        options: what `open` takes besides: ``encoding``, ``newline``, ...

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "notes.txt")
    ...     with atomic_write(path, "w") as file:
    ...         n = file.write("old")
    ...     with contextlib.suppress(RuntimeError), atomic_write(path, "w") as file:
    ...         n = file.write("ne"); raise RuntimeError
    ...     print(path.read_text(), os.listdir(folder))
    old ['notes.txt']
    """
    if "w" not in mode:
        raise ValueError(f"atomic_write makes a file anew: mode must be 'w' or 'wb', got {mode!r}.")
    with replacing(path) as temporary, open(temporary, mode, **options) as file:
        yield file


def sweep(folder: str | os.PathLike, name: str | None = None) -> list[str]:
    """Remove temporaries that killed writers left in ``folder``, and return their names.

    Those of living processes stay.

    Args:
        folder: where to look; it need not exist.
        name: the file that they were to become; all files of the folder by default.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder: sweep(folder, "model.keras")
    []
    """
    removed = []
    for entry in os.listdir(folder) if os.path.isdir(folder) else ():
        match = _TEMPORARY.fullmatch(entry)
        path = os.path.join(os.path.realpath(folder), entry)
        if match and (name is None or match["name"] == _stem(name)) and not _is_alive(path, int(match["pid"])):
            with contextlib.suppress(OSError):
                os.unlink(path)
                removed.append(entry)
    return sorted(removed)


def _stem(name: str) -> str:
    """What a temporary shows of the file's name: file systems end at 255 bytes."""
    return name if len(name.encode(errors="ignore")) <= 200 else name.encode(errors="ignore")[:200].decode(errors="ignore")


def _check(target: str) -> int | None:
    """Raise where ``target`` can't be written; return the permissions that it has, None for a new file."""
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        folder = os.path.dirname(target)
        if not os.path.isdir(folder):
            raise FileNotFoundError(errno.ENOENT, "The folder does not exist", folder) from None
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "Expected the name of a file, but this is a folder", target)
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "Expected the name of a file, but this is a device or pipe", target)
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "The file is read-only", target)
    return stat.S_IMODE(mode)


def _sync(path: str, flags: int) -> None:
    """Wait until a file or folder has reached the disk."""
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _rename(temporary: str, target: str, tries: int = 20) -> None:
    """``os.replace``, patient with Windows, where a virus scanner or indexer may hold the old file for a moment."""
    for left in range(tries if os.name == "nt" else 1, 0, -1):
        try:
            return os.replace(temporary, target)
        except PermissionError:
            if left == 1:
                raise
            time.sleep(0.05)


def _is_alive(path: str, pid: int) -> bool:
    """Whether the writer of a temporary may still be at work."""
    if path in _open:
        return True
    try:
        if pid == os.getpid() or time.time() - os.stat(path).st_mtime > _STALE:
            return False  # an earlier process had our pid, as in containers; or the pid went to another since
        if os.name == "nt":  # os.kill would end the process there
            import ctypes

            kernel = ctypes.windll.kernel32
            handle = kernel.OpenProcess(0x100000, False, pid)  # SYNCHRONIZE
            alive = bool(handle) and kernel.WaitForSingleObject(handle, 0) == 0x102  # WAIT_TIMEOUT: it has not ended
            kernel.CloseHandle(handle)
            return alive
        os.kill(pid, 0)
    except (ProcessLookupError, FileNotFoundError, OverflowError):
        return False
    except OSError:
        return True  # it lives and belongs to somebody else
    return True

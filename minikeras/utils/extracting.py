"""Unpack archives that nobody vouches for: nothing outside of the folder, no devices, no bombs; all or nothing.

Files and folders are written first, by names that lead nowhere else. Links come last, so that no file is written through
one; they may point to what is inside only: upwards first, then downwards, never up again behind another link.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import posixpath
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

BEST_RATIO, FREE = 200, 64 << 20  # data pack a few times, seldom a hundred times; a bomb packs a thousand times
_BLOCK = 1 << 20
_OPENERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open, b"\x5d\x00\x00": lzma.open}
_DAMAGED = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError)


class Entry(NamedTuple):
    """A member of an archive."""

    name: str
    kind: str  # "file", "folder", "symlink", "hardlink"
    mode: int
    target: str  # of a link
    content: Any  # opens what a file holds


def extract_archive(path: str, folder: str, archive_format: Any = "auto") -> bool:
    """Unpack the archive ``path`` into ``folder``, which need not exist; on an error nothing has changed there.

    Args:
        path: a tar, also packed by gzip, bzip2 or xz, or a zip.
        folder: where to.
        archive_format: ``"tar"``, ``"zip"``, a list of these, ``"auto"``: both, or None: none.

    Returns:
        Whether the file is such an archive.

    Raises:
        ValueError: the archive is damaged, or means ill.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as where:
    ...     archive, folder = os.path.join(where, "a.zip"), os.path.join(where, "a")
    ...     with zipfile.ZipFile(archive, "w") as file: file.writestr("within/b.txt", "hello")
    ...     extract_archive(archive, folder); pathlib.Path(folder, "within", "b.txt").read_text()
    True
    'hello'
    """
    for kind in _formats(archive_format):
        if kind not in ("tar", "zip"):
            raise NotImplementedError(f"archive_format must be 'auto', 'tar', 'zip', a list of these or None, got {kind!r}.")
        if (_is_tar if kind == "tar" else zipfile.is_zipfile)(path):
            _unpack(path, folder, _tar_entries if kind == "tar" else _zip_entries)
            return True
    return False


def _formats(archive_format: Any) -> list[str]:
    """
    >>> _formats("auto"), _formats(None), _formats("zip")
    (['tar', 'zip'], [], ['zip'])
    """
    if archive_format is None:
        return []
    if isinstance(archive_format, str):
        return ["tar", "zip"] if archive_format == "auto" else [archive_format]
    return list(archive_format)


def _is_tar(path: str) -> bool:
    try:
        with _opened(path) as file, tarfile.open(fileobj=file, mode="r|") as archive:
            return archive.next() is not None
    except EOFError:  # something packed, and cut off: let it be found damaged
        return True
    except (*_DAMAGED, OSError, ValueError):
        return False


def _unpack(path: str, folder: str, entries: Any) -> None:
    """Unpack beside ``folder``, then move."""
    folder = os.path.realpath(folder)
    where, name = os.path.split(folder)
    temporary = os.path.join(where, f".{name}.{os.urandom(8).hex()}.tmp~")
    os.mkdir(temporary)
    try:
        _write(entries(path), temporary, _most(path), os.path.basename(path))
        if not os.path.lexists(folder):
            try:
                return os.rename(temporary, folder)
            except OSError:  # somebody else made it meanwhile
                pass
        _move_into(temporary, folder)
    except _DAMAGED as error:
        raise ValueError(f"The archive {os.path.basename(path)!r} is damaged: {error}") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _most(path: str) -> int:
    """How many bytes may come out of an archive."""
    return os.path.getsize(path) * BEST_RATIO + FREE


def _move_into(source: str, folder: str) -> None:
    for here, _, files in os.walk(source):
        there = os.path.join(folder, os.path.relpath(here, source))
        os.makedirs(there, exist_ok=True)
        links = [name for name in os.listdir(here) if os.path.islink(os.path.join(here, name))]
        for name in {*files, *links}:
            os.replace(os.path.join(here, name), os.path.join(there, name))


def _write(entries: Iterator[Entry], folder: str, left: int, archive: str) -> None:
    """Write files and folders, then links."""
    links = []
    for entry in entries:
        name = _safe(entry.name, archive)
        path = os.path.join(folder, *name.split("/")) if name else folder
        if entry.kind == "folder":
            os.makedirs(path, exist_ok=True)
        elif not name:
            raise ValueError(f"The archive {archive!r} has a file without a name.")
        elif entry.kind == "file":
            os.makedirs(os.path.dirname(path), exist_ok=True)
            left = _copy(entry, path, left, archive)
        else:
            links.append((name, path, entry))
    for name, path, entry in links:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.lexists(path) or os.path.realpath(os.path.dirname(path)) != os.path.dirname(path):
            raise ValueError(f"The archive {archive!r} has {name!r} twice, once as a link, or behind a link.")
        if entry.kind == "hardlink":
            target = os.path.join(folder, *_safe(entry.target, archive).split("/"))
            if os.path.islink(target) or not os.path.isfile(target):
                raise ValueError(f"The archive {archive!r} has a link {name!r} to {entry.target!r}, which is no file in it.")
            os.link(target, path)
        else:
            _check_target(name, entry.target, archive)
            os.symlink(entry.target, path)


def _too_much(archive: str) -> ValueError:
    return ValueError(f"The archive {archive!r} holds more than {BEST_RATIO} times its size: it isn't unpacked.")


def _copy(entry: Entry, path: str, left: int, archive: str) -> int:
    with entry.content() as source, open(path, "wb") as file:
        while block := source.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise _too_much(archive)
            file.write(block)
    if entry.mode & 0o100:  # a program: who may read it, may run it
        mode = os.stat(path).st_mode
        os.chmod(path, mode | (mode & 0o444) >> 2)
    return left


def _safe(name: str, archive: str) -> str:
    """A name without "." and double "/"; raises where it leads out of the folder.

    >>> _safe("./a//b.txt", "x.zip")
    'a/b.txt'
    >>> _safe("a/../../b.txt", "x.zip")
    Traceback (most recent call last):
    ValueError: The archive 'x.zip' has a member 'a/../../b.txt', which leads out of its folder. ...
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    strange = os.name == "nt" and any(letter in name for letter in '\\:*?"<>|')
    if name.startswith("/") or ".." in parts or "\\" in name or "\0" in name or strange:
        raise ValueError(f"The archive {archive!r} has a member {name!r}, which leads out of its folder. It isn't unpacked.")
    return "/".join(parts)


def _check_target(name: str, target: str, archive: str) -> None:
    """Raise where a symbolic link may lead out of the folder.

    >>> _check_target("a/link", "../b/c.txt", "x.tar")
    >>> _check_target("a/link", "../../c.txt", "x.tar")
    Traceback (most recent call last):
    ValueError: The archive 'x.tar' has a link 'a/link' to '../../c.txt', which leads out of its folder. ...
    """
    parts = [part for part in target.split("/") if part not in ("", ".")]
    ups = 0
    while ups < len(parts) and parts[ups] == "..":
        ups += 1
    depth = len(posixpath.dirname(name).split("/")) if "/" in name else 0
    if target.startswith("/") or "\\" in target or ups > depth or ".." in parts[ups:] or not target:
        raise ValueError(f"The archive {archive!r} has a link {name!r} to {target!r}, which leads out of its folder.")


# -- tar -----------------------------------------------------------------------------------------------------------------


class _Bounded(io.RawIOBase):
    """A file that refuses to give more than so many bytes."""

    def __init__(self, file: BinaryIO, most: int, archive: str):
        self.file, self.left, self.archive = file, most, archive

    def readable(self) -> bool:
        return True

    def read(self, n: int = -1) -> bytes:
        data = self.file.read(min(n if n >= 0 else self.left + 1, self.left + 1))
        self.left -= len(data)
        if self.left < 0:
            raise _too_much(self.archive)
        return data

    def close(self) -> None:
        self.file.close()
        super().close()


def _opened(path: str) -> _Bounded:
    """What is inside of a packed file."""
    with open(path, "rb") as file:
        head = file.read(6)
    opener: Any = next((opener for magic, opener in _OPENERS.items() if head.startswith(magic)), open)
    return _Bounded(opener(path, "rb"), _most(path), os.path.basename(path))


def _tar_entries(path: str) -> Iterator[Entry]:
    try:
        with _opened(path) as file, tarfile.open(fileobj=file, mode="r|") as archive:
            for member in archive:
                kinds = {tarfile.DIRTYPE: "folder", tarfile.SYMTYPE: "symlink", tarfile.LNKTYPE: "hardlink"}
                kind = "file" if member.isreg() else kinds.get(member.type)
                if kind is None:
                    raise ValueError(
                        f"The archive {os.path.basename(path)!r} has {member.name!r}, which is a device or a pipe. "
                        "It isn't unpacked."
                    )
                yield Entry(member.name, kind, member.mode, member.linkname, lambda m=member: archive.extractfile(m))
    except OSError as error:
        if error.errno is not None:  # the disk, not the archive
            raise
        raise ValueError(f"The archive {os.path.basename(path)!r} is damaged: {error}") from None


# -- zip -----------------------------------------------------------------------------------------------------------------


def _zip_entries(path: str) -> Iterator[Entry]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            kind = "folder" if member.is_dir() else "file"
            yield Entry(member.filename, kind, member.external_attr >> 16, "", lambda m=member: archive.open(m))

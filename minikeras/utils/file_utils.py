"""Files from the network, kept in a folder."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from typing import Any

from minikeras.callbacks.progress import print_msg
from minikeras.utils.downloading import DownloadError, download
from minikeras.utils.extracting import extract_archive


def get_file(
    fname: str | os.PathLike | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: str | os.PathLike | None = None,
    force_download: bool = False,
) -> str:
    """Fetch a file once, and return where it is: by default ``~/.keras/datasets/FNAME``.

    A download that is cut off goes on where it stopped; a file takes its place only when it is whole and its hash is
    right. An archive is unpacked once; one that would write outside of its folder, or fill the disk, is refused.

    Args:
        fname: name of the file; by default the last part of ``origin``. With ``extract``: of the folder, if it has no ".".
        origin: the URL.
        untar: older word for ``extract``, tar only.
        md5_hash: older word for ``file_hash``.
        file_hash: what the file's sha256 or md5 must be, in hexadecimal digits.
        cache_subdir: folder within the cache; or an absolute path.
        hash_algorithm: ``"sha256"``, ``"md5"`` or ``"auto"``: told from the length.
        extract: unpack a tar or zip archive.
        archive_format: ``"tar"``, ``"zip"``, a list of these, ``"auto"``: both, or None.
        cache_dir: the cache; by default the environment's ``KERAS_HOME``, or ``~/.keras``.
        force_download: fetch it even if it is there.

    Returns:
        The path of the file; with ``extract`` that of the folder, which is ``FNAME``, or ``STEM_extracted`` where the
        name given has a ".".

    Raises:
        OSError: there is no network; the message says where to put the file.
        ValueError: the file isn't what its hash says, or its archive is damaged.

    >>> import pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source = pathlib.Path(folder, "numbers.txt"); n = source.write_text("1 2 3")
    ...     path = get_file(origin=source.as_uri(), cache_dir=folder)
    ...     os.path.relpath(path, folder).replace(os.sep, "/")
    Downloading data from file:...numbers.txt
    5/5 ...
    'datasets/numbers.txt'
    """
    if origin is None:
        raise ValueError('get_file needs the argument "origin": the URL of the file.')
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    algorithm = _algorithm(hash_algorithm, file_hash)
    name = _name(fname, origin)
    target, folder = _places(name, bool(fname)) if extract or untar else (name, None)
    datadir = _folder(cache_dir, cache_subdir, target)
    target = os.path.join(datadir, target)
    if force_download or not _is_there(target, file_hash, algorithm):
        _download(origin, target, file_hash, algorithm)
    if folder is None:
        return target
    folder = os.path.join(datadir, folder)
    if force_download or not _is_unpacked(target, folder):
        if not extract_archive(target, folder, "tar" if untar else archive_format):
            raise ValueError(
                f"{target!r} can't be unpacked: it is no archive of archive_format={'tar' if untar else archive_format!r}."
            )
        _remember(target, folder)
    return folder


def keras_home() -> str:
    """The folder of files that are kept: ``KERAS_HOME`` of the environment, or ``~/.keras``.

    >>> os.path.isabs(keras_home())
    True
    """
    return os.path.abspath(os.path.expanduser(os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")))


# -- names ---------------------------------------------------------------------------------------------------------------


def _name(fname: Any, origin: str) -> str:
    from urllib.parse import urlsplit  # here, for start-up time

    name = os.fspath(fname) if fname else os.path.basename(urlsplit(origin).path)
    if not name or name in (".", ".."):
        raise ValueError(f"The URL {origin!r} ends in no file name: pass one as `fname`.")
    if os.sep in name or "/" in name:
        raise ValueError(
            f"Paths are no longer accepted as the `fname` argument, got {name!r}. Pass the folder as `cache_dir` (or, as "
            "an absolute path, `cache_subdir`) and the name of the file alone as `fname`."
        )
    return name


def _places(name: str, given: bool) -> tuple[str, str]:
    """The names of an archive and of the folder that it is unpacked into, as Keras 3 has them.

    >>> _places("flowers.tgz", False), _places("flowers.tgz", True), _places("flowers", True)
    (('flowers.tgz_archive', 'flowers.tgz'), ('flowers.tgz', 'flowers_extracted'), ('flowers_archive', 'flowers'))
    """
    if given and "." in name:
        return name, f"{name[: name.find('.')]}_extracted"
    return f"{name}_archive", name


def _folder(cache_dir: Any, cache_subdir: str, name: str) -> str:
    """The folder of the file: in the cache, or, where that can't be written to, in that of temporary files."""
    home = keras_home() if cache_dir is None else os.path.abspath(os.path.expanduser(os.fspath(cache_dir)))
    folder = os.path.join(home, cache_subdir)
    if os.path.exists(os.path.join(folder, name)) or _writable(folder):
        return folder
    spare = "/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir()
    folder = os.path.join(spare, ".keras", cache_subdir)
    os.makedirs(folder, exist_ok=True)
    if hasattr(os, "getuid") and os.stat(folder).st_uid != os.getuid():
        raise PermissionError(
            f"The cache {home!r} can't be written to, and {folder!r} belongs to somebody else: set cache_dir or KERAS_HOME."
        )
    return folder


def _writable(folder: str) -> bool:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


# -- hashes --------------------------------------------------------------------------------------------------------------


def hash_file(path: str | os.PathLike, algorithm: str = "sha256") -> str:
    """Return the hash of a file, in hexadecimal digits.

    Args:
        path: the file.
        algorithm: ``"sha256"`` or ``"md5"``.

    >>> with tempfile.NamedTemporaryFile() as file: hash_file(file.name, "md5")
    'd41d8cd98f00b204e9800998ecf8427e'
    """
    hasher = hashlib.sha256() if algorithm == "sha256" else hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            hasher.update(block)
    return hasher.hexdigest()


def _algorithm(algorithm: str, file_hash: str | None) -> str:
    """
    >>> _algorithm("auto", "0" * 64), _algorithm("auto", "0" * 32)
    ('sha256', 'md5')
    """
    if algorithm not in ("auto", "sha256", "md5"):
        raise ValueError(f"hash_algorithm must be 'auto', 'sha256' or 'md5', got {algorithm!r}.")
    if file_hash is None:
        return algorithm
    digits = len(file_hash) if re.fullmatch("[0-9a-fA-F]+", file_hash) else 0
    lengths = {"sha256": 64, "md5": 32}
    found = next((name for name, length in lengths.items() if length == digits and algorithm in ("auto", name)), None)
    if found is None:
        raise ValueError(f"file_hash must be 64 hexadecimal digits for sha256, or 32 for md5, got {file_hash!r}.")
    return found


def _fits(path: str, file_hash: str | None, algorithm: str) -> bool:
    return file_hash is None or hash_file(path, algorithm) == file_hash.lower()


def _is_there(path: str, file_hash: str | None, algorithm: str) -> bool:
    if not os.path.exists(path):
        return False
    if _fits(path, file_hash, algorithm):
        return True
    print_msg(
        f"The file {path} is incomplete or outdated: its {algorithm} hash isn't {file_hash}. It will be downloaded again."
    )
    return False


def _download(origin: str, path: str, file_hash: str | None, algorithm: str) -> None:
    def check(came: str) -> None:
        if not _fits(came, file_hash, algorithm):
            raise ValueError(
                f"Incomplete or corrupted file detected: the {algorithm} hash of what came from {origin} is "
                f"{hash_file(came, algorithm)}, not {file_hash}."
            )

    print_msg(f"Downloading data from {origin}")
    try:
        download(origin, path, check)
    except DownloadError as error:
        hashed = f" ({algorithm} {file_hash})" if file_hash else ""
        raise DownloadError(
            f"{error}. Without a network, get the file elsewhere{hashed} and put it there as {path}, or set the "
            "environment variable KERAS_HOME to a folder that has it."
        ) from None


# -- what is unpacked ----------------------------------------------------------------------------------------------------


def _note_of(folder: str) -> str:
    where, name = os.path.split(folder)
    return os.path.join(where, f".{name}.extracted")


def _state(archive: str, folder: str) -> dict:
    stat = os.stat(archive)
    sizes = {
        os.path.relpath(os.path.join(here, name), folder): os.lstat(os.path.join(here, name)).st_size
        for here, _, files in os.walk(folder)
        for name in files
    }
    return {"archive": [stat.st_size, stat.st_mtime_ns], "files": sizes}


def _remember(archive: str, folder: str) -> None:
    """Note what was unpacked, beside the folder."""
    with open(_note_of(folder), "w", encoding="utf-8") as file:
        json.dump(_state(archive, folder), file)


def _is_unpacked(archive: str, folder: str) -> bool:
    """Whether all that was unpacked from this archive is still there."""
    try:
        with open(_note_of(folder), encoding="utf-8") as file:
            noted = json.load(file)
        now = _state(archive, folder)
        return noted["archive"] == now["archive"] and noted["files"].items() <= now["files"].items()
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return False

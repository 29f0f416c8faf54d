"""Fetch a file from a server: beside its place first, checked, then renamed; an interrupted download goes on later."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Any

from minikeras._core.files import replacing
from minikeras.callbacks.progress import Progbar

_BLOCK = 1 << 16
_PATIENCE = 60.0  # seconds without a byte


class DownloadError(OSError):
    """A file can't be had from its server."""


def download(url: str, path: str, check: Callable[[str], None] | None = None) -> None:
    """Fetch ``url`` into the file ``path``, which is there whole, or not at all.

    What an interrupted download has got stays as ``.NAME.KEY.part`` beside it; the next one asks for the rest, if the
    server says by its ETag or date that the file is still the same.

    Args:
        url: what to fetch: http, https, ftp or file.
        path: where to; its folder must exist.
        check: raises if the file, whose path it gets, isn't what it should be.

    Raises:
        DownloadError: the server can't be reached, refuses, or hangs up.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source = pathlib.Path(folder, "source.txt"); n = source.write_text("all")
    ...     download(source.as_uri(), str(pathlib.Path(folder, "copy.txt"))); pathlib.Path(folder, "copy.txt").read_text()
    3/3 ...
    'all'
    """
    try:
        _fetch(url, path, check, _parts(path))
    except _Unfit:
        _fetch(url, path, check, {})


class _Unfit(Exception):
    """What came now doesn't fit to what came before."""


def _fetch(url: str, path: str, check: Callable | None, parts: dict[str, str]) -> None:
    with replacing(path) as temporary:
        key, done = "", 0
        try:
            answer, key, done = _ask(url, parts)
            with answer:
                if done:
                    os.replace(parts[key], temporary)
                _copy(answer, temporary, done, url)
        except BaseException:
            _keep(temporary, path, key)
            raise
        for part in parts.values():
            _remove(part)
        try:
            if check is not None:
                check(temporary)
        except ValueError:
            if done:
                raise _Unfit from None
            raise


def _ask(url: str, parts: dict[str, str]) -> tuple[Any, str, int]:
    """Return the server's answer, the key of what it has, and how many bytes of that there are already."""
    for key, part in parts.items():
        size = os.path.getsize(part)
        answer = _open(url, {"Range": f"bytes={size}-"}) if size else None
        if answer is None:
            continue
        begins = str(answer.headers.get("Content-Range", "")).startswith(f"bytes {size}-")
        if answer.status == 206 and begins and _key(url, answer, size) == key:
            return answer, key, size
        if answer.status == 200:
            return answer, _key(url, answer, 0), 0
        answer.close()
    answer = _open(url, {})
    return answer, _key(url, answer, 0), 0


def _open(url: str, headers: dict) -> Any:
    """The answer of a server; None where it has no such range."""
    import urllib.error
    import urllib.request
    from http.client import HTTPException

    request = urllib.request.Request(url, headers={"User-Agent": "minikeras", "Accept-Encoding": "identity", **headers})
    try:
        return urllib.request.urlopen(request, timeout=_PATIENCE)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:
            return None
        raise DownloadError(f"URL fetch failure on {url}: {error.code} -- {error.reason}") from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise DownloadError(f"URL fetch failure on {url}: {reason}") from None


def _length(answer: Any) -> int | None:
    text = answer.headers.get("Content-Length")
    return int(text) if text and text.isdigit() else None


def _key(url: str, answer: Any, done: int) -> str:
    """A name for this state of the file on the server; empty where the server doesn't tell states apart."""
    state = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
    length = _length(answer)
    if not state or length is None or not url.startswith("http"):
        return ""
    return hashlib.sha256(f"{url}\n{state}\n{length + done}".encode()).hexdigest()[:16]


def _copy(answer: Any, path: str, done: int, url: str) -> None:
    from http.client import HTTPException

    length = _length(answer)
    total = None if length is None else length + done
    bar = Progbar(total)
    with open(path, "ab") as file:
        while True:
            try:
                block = answer.read(_BLOCK)
            except (OSError, HTTPException) as error:
                raise DownloadError(f"URL fetch failure on {url}: {error} after {done} bytes.") from None
            if not block:
                break
            file.write(block)
            done += len(block)
            if total is None or done <= total:
                bar.update(done)
    if total is not None and done != total:
        raise DownloadError(f"URL fetch failure on {url}: it has {total} bytes, but {done} came.")


# -- parts ---------------------------------------------------------------------------------------------------------------


def _parts(path: str) -> dict[str, str]:
    """The parts that lie beside a file, by their keys."""
    folder, name = os.path.split(os.path.realpath(path))
    before, after = f".{name}.", ".part"
    found = [one for one in os.listdir(folder) if one.startswith(before) and one.endswith(after)]
    keys = {one[len(before) : -len(after)]: os.path.join(folder, one) for one in found}
    return {key: one for key, one in keys.items() if len(key) == 16 and not os.path.islink(one)}


def _keep(temporary: str, path: str, key: str) -> None:
    """Let what came so far lie beside the file, under the key of its state."""
    folder, name = os.path.split(os.path.realpath(path))
    if key and os.path.exists(temporary) and os.path.getsize(temporary):
        os.replace(temporary, os.path.join(folder, f".{name}.{key}.part"))


def _remove(path: str) -> None:
    if os.path.exists(path):
        os.unlink(path)

import hashlib
import io
import json
import os
import tarfile
import zipfile

import pytest

from minikeras.utils import get_file
from minikeras.utils.file_utils import keras_home
from tests.utils.serving import serving

CONTENT = b"1 2 3\n" * 1000
SHA, MD5 = hashlib.sha256(CONTENT).hexdigest(), hashlib.md5(CONTENT).hexdigest()


def archive():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        info = tarfile.TarInfo("within/a.txt")
        info.size = len(CONTENT)
        tar.addfile(info, io.BytesIO(CONTENT))
    return file.getvalue()


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    with serving(**{"a.txt": CONTENT, "x.tar.gz": archive(), "x": archive()}) as server:
        yield server


def test_home(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert keras_home() == str(tmp_path)
    monkeypatch.delenv("KERAS_HOME")
    assert keras_home() == os.path.join(os.path.expanduser("~"), ".keras")


def test_once(server, tmp_path, capsys):
    path = get_file(origin=server.root + "/a.txt?version=2")
    assert path == str(tmp_path / "home" / "datasets" / "a.txt") and open_(path) == CONTENT
    assert get_file("a.txt", server.root + "/a.txt", file_hash=SHA) == path and len(server.asked) == 1
    assert get_file("a.txt", server.root + "/a.txt", force_download=True) == path and len(server.asked) == 2
    assert capsys.readouterr().out.count("Downloading data from") == 2


def open_(path):
    with open(path, "rb") as file:
        return file.read()


def test_places(server, tmp_path):
    url = server.root + "/a.txt"
    assert get_file("b", url, cache_dir=tmp_path / "c", cache_subdir="d") == str(tmp_path / "c" / "d" / "b")
    assert get_file("b", url, cache_subdir=str(tmp_path / "e")) == str(tmp_path / "e" / "b")


@pytest.mark.parametrize("hashed", [{"file_hash": SHA}, {"file_hash": SHA.upper()}, {"file_hash": MD5}, {"md5_hash": MD5}])
def test_hashes(server, hashed):
    path = get_file(origin=server.root + "/a.txt", **hashed)
    assert len(server.asked) == 1
    with open(path, "ab") as file:
        file.write(b"spoilt")
    get_file(origin=server.root + "/a.txt", **hashed)
    assert open_(path) == CONTENT and len(server.asked) == 2


def test_a_wrong_hash(server, tmp_path):
    with pytest.raises(ValueError, match=f"sha256 hash of what came from .* is {SHA}, not 000"):
        get_file(origin=server.root + "/a.txt", file_hash="0" * 64)
    assert os.listdir(tmp_path / "home" / "datasets") == []


def test_without_a_network(server, tmp_path):
    url = "http://127.0.0.1:9/a.txt"
    with pytest.raises(OSError) as error:
        get_file(origin=url, file_hash=SHA)
    path = tmp_path / "home" / "datasets" / "a.txt"
    for part in (url, "Without a network", f"(sha256 {SHA})", str(path), "KERAS_HOME"):
        assert part in str(error.value)
    path.write_bytes(CONTENT)
    assert get_file(origin=url, file_hash=SHA) == str(path)


@pytest.mark.parametrize(
    ("given", "file", "folder"),
    [
        ({}, "x.tar.gz_archive", "x.tar.gz"),
        ({"fname": "y"}, "y_archive", "y"),
        ({"fname": "y.tar.gz"}, "y.tar.gz", "y_extracted"),
        ({"fname": "y.tar.gz", "extract": False, "untar": True}, "y.tar.gz", "y_extracted"),
    ],
)
def test_archives(server, tmp_path, given, file, folder):
    arguments = {"extract": True, **given}
    path = get_file(origin=server.root + "/x.tar.gz", **arguments)
    home = tmp_path / "home" / "datasets"
    assert path == str(home / folder) and (home / folder / "within" / "a.txt").read_bytes() == CONTENT
    assert (home / file).read_bytes() == server.files["/x.tar.gz"]
    before = os.stat(home / folder / "within" / "a.txt").st_mtime_ns
    assert get_file(origin=server.root + "/x.tar.gz", **arguments) == path and len(server.asked) == 1
    assert os.stat(home / folder / "within" / "a.txt").st_mtime_ns == before  # not unpacked again


def test_what_is_lost_is_unpacked_again(server, tmp_path):
    path = get_file(origin=server.root + "/x.tar.gz", extract=True)
    inner = os.path.join(path, "within", "a.txt")
    for spoil in (lambda: os.unlink(inner), lambda: open(inner, "wb").close()):
        spoil()
        assert get_file(origin=server.root + "/x.tar.gz", extract=True) == path and open_(inner) == CONTENT
    assert len(server.asked) == 1


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"archive": 1, "files": 2}', json.dumps({"archive": None, "files": {}})])
def test_a_spoilt_note_only_costs_time(server, tmp_path, note):
    path = get_file("y", server.root + "/x.tar.gz", extract=True)
    (tmp_path / "home" / "datasets" / ".y.extracted").write_text(note)
    os.unlink(os.path.join(path, "within", "a.txt"))
    get_file("y", server.root + "/x.tar.gz", extract=True)
    assert open_(os.path.join(path, "within", "a.txt")) == CONTENT


def test_a_hostile_archive_leaves_nothing_but_itself(server, tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../evil.txt", "evil")
    server.files["/bad.zip"] = file.getvalue()
    with pytest.raises(ValueError, match="leads out of its folder"):
        get_file("bad.zip", server.root + "/bad.zip", extract=True)
    assert os.listdir(tmp_path / "home" / "datasets") == ["bad.zip"] and not (tmp_path / "evil.txt").exists()


def test_no_archive(server):
    with pytest.raises(ValueError, match="can't be unpacked"):
        get_file(origin=server.root + "/a.txt", extract=True)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="modes of Unix")
def test_a_cache_that_may_only_be_read(server, tmp_path, monkeypatch):
    home = tmp_path / "home" / "datasets"
    home.mkdir(parents=True)
    (home / "a.txt").write_bytes(CONTENT)
    monkeypatch.setattr("minikeras.utils.file_utils._writable", lambda folder: False)  # root may write anywhere
    assert get_file(origin=server.root + "/a.txt") == str(home / "a.txt") and not server.asked


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "origin"),
        ({"origin": "http://127.0.0.1:9/"}, "ends in no file name"),
        ({"origin": "http://127.0.0.1:9/.."}, "ends in no file name"),
        ({"fname": "a/b", "origin": "http://127.0.0.1:9/a"}, "Paths are no longer accepted"),
        ({"origin": "http://127.0.0.1:9/a", "file_hash": "0" * 40}, "64 hexadecimal digits"),
        ({"origin": "http://127.0.0.1:9/a", "file_hash": SHA, "hash_algorithm": "md5"}, "64 hexadecimal digits"),
        ({"origin": "http://127.0.0.1:9/a", "hash_algorithm": "sha1"}, "hash_algorithm must be"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        get_file(**arguments)

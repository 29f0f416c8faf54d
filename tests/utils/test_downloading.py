import os

import numpy as np
import pytest

from minikeras.utils.downloading import DownloadError, download
from tests.utils.serving import serving

CONTENT = np.random.default_rng(0).bytes(200_000)


@pytest.fixture
def server():
    with serving(a=CONTENT, empty=b"") as server:
        yield server


def names(folder):
    return sorted(os.listdir(folder))


def cut_off(server, path, after=70_000):
    """Have a download cut off; returns the part that stays."""
    server.hang_up = after
    with pytest.raises(DownloadError, match=f"has 200000 bytes, but {after} came|after {after} bytes"):
        download(server.root + "/a", str(path))
    server.hang_up = None
    return [path.parent / name for name in names(path.parent) if name.endswith(".part")]


def test_a_file_comes_whole(server, tmp_path, capsys):
    download(server.root + "/a", str(tmp_path / "a"))
    assert (tmp_path / "a").read_bytes() == CONTENT and names(tmp_path) == ["a"]
    assert capsys.readouterr().out.startswith("200000/200000 ")
    download(server.root + "/empty", str(tmp_path / "a"))
    assert (tmp_path / "a").read_bytes() == b""


def test_a_length_unknown(server, tmp_path):
    server.length = False
    download(server.root + "/a", str(tmp_path / "a"))
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_what_was_cut_off_goes_on(server, tmp_path):
    path = tmp_path / "a"
    (part,) = cut_off(server, path)
    assert part.read_bytes() == CONTENT[:70_000] and not path.exists()
    download(server.root + "/a", str(path))
    assert path.read_bytes() == CONTENT and names(tmp_path) == ["a"]
    assert server.asked[-1] == ("/a", "bytes=70000-")


def test_cut_off_twice(server, tmp_path):
    path = tmp_path / "a"
    cut_off(server, path)
    server.hang_up = 50_000
    with pytest.raises(DownloadError, match="120000"):
        download(server.root + "/a", str(path))
    server.hang_up = None
    download(server.root + "/a", str(path))
    assert path.read_bytes() == CONTENT and server.asked[-1] == ("/a", "bytes=120000-")


@pytest.mark.parametrize("change", ["state", "length", "ranges", "shorter"])
def test_what_changed_on_the_server_comes_anew(server, tmp_path, change):
    path = tmp_path / "a"
    cut_off(server, path)
    new = CONTENT[::-1]
    if change == "state":
        server.state = "two"
    elif change == "length":
        new = new + b"more"
    elif change == "shorter":
        new, server.state = new[:100], "two"
    else:
        server.ranges = False
    server.files["/a"] = new
    download(server.root + "/a", str(path))
    assert path.read_bytes() == new and names(tmp_path) == ["a"]


def test_a_server_that_tells_no_states_is_not_trusted_with_parts(server, tmp_path):
    server.state = None
    assert cut_off(server, tmp_path / "a") == []
    assert names(tmp_path) == []


def test_parts_that_do_not_fit_are_fetched_anew(server, tmp_path):
    path = tmp_path / "a"
    (part,) = cut_off(server, path)
    part.write_bytes(bytes(70_000))  # same state, other content

    def check(came):
        with open(came, "rb") as file:
            if file.read() != CONTENT:
                raise ValueError("wrong")

    download(server.root + "/a", str(path), check)
    assert path.read_bytes() == CONTENT and server.asked[-1] == ("/a", None) and names(tmp_path) == ["a"]


def test_what_is_wrong_takes_no_place(server, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def check(came):
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        download(server.root + "/a", str(path), check)
    assert path.read_bytes() == b"old" and names(tmp_path) == ["a"]


def test_what_the_user_stops_is_kept(server, tmp_path, monkeypatch):
    class Bar:
        def __init__(self, total): ...

        def update(self, done):
            raise KeyboardInterrupt

    monkeypatch.setattr("minikeras.utils.downloading.Progbar", Bar)
    with pytest.raises(KeyboardInterrupt):
        download(server.root + "/a", str(tmp_path / "a"))
    (part,) = names(tmp_path)
    assert part.startswith(".a.") and part.endswith(".part") and os.path.getsize(tmp_path / part) == 65_536


def test_no_server_and_no_file(server, tmp_path):
    with pytest.raises(DownloadError, match="URL fetch failure on .*/b: 404"):
        download(server.root + "/b", str(tmp_path / "b"))
    with pytest.raises(DownloadError, match="URL fetch failure"):
        download("http://127.0.0.1:9/a", str(tmp_path / "b"))
    with pytest.raises(DownloadError, match="URL fetch failure"):
        download((tmp_path / "missing").as_uri(), str(tmp_path / "b"))
    assert names(tmp_path) == []

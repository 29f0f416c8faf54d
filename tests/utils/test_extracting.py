import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile

import pytest

from minikeras.utils.extracting import extract_archive


def member(name, kind=tarfile.REGTYPE, target="", size=0, mode=0o644):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size, info.mode = kind, target, size, mode
    return info


def make_tar(path, members, mode="w"):
    with tarfile.open(path, mode) as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return str(path)


def make_zip(path, **files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return str(path)


def refuse(path, folder, message):
    with pytest.raises(ValueError, match=message):
        extract_archive(path, str(folder))
    left = [name for name in os.listdir(folder.parent) if name not in (os.path.basename(path), "outside")]
    assert left == []


FILES = [(member("a/b.txt"), b"one"), (member("c.txt"), b"two"), (member("empty", tarfile.DIRTYPE), b"")]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar(tmp_path, mode):
    assert extract_archive(make_tar(tmp_path / "x", FILES, mode), str(tmp_path / "out"))
    assert (tmp_path / "out" / "a" / "b.txt").read_bytes() == b"one" and (tmp_path / "out" / "empty").is_dir()
    assert sorted(os.listdir(tmp_path)) == ["out", "x"]


def test_zip(tmp_path):
    path = make_zip(tmp_path / "x.zip", **{"a/b.txt": "one", "empty/": ""})
    assert extract_archive(path, str(tmp_path / "out"))
    assert (tmp_path / "out" / "a" / "b.txt").read_text() == "one" and (tmp_path / "out" / "empty").is_dir()


def test_formats(tmp_path):
    tar, packed = make_tar(tmp_path / "x.tar", FILES), make_zip(tmp_path / "x.zip", a="1")
    (tmp_path / "text").write_text("no archive")
    assert not extract_archive(tar, str(tmp_path / "out"), "zip") and not extract_archive(packed, str(tmp_path / "out"), "tar")
    assert not extract_archive(tar, str(tmp_path / "out"), None) and not extract_archive(str(tmp_path / "text"), "out")
    assert not (tmp_path / "out").exists()
    assert extract_archive(packed, str(tmp_path / "out"), ["tar", "zip"])
    with pytest.raises(NotImplementedError, match="'rar'"):
        extract_archive(tar, str(tmp_path / "out"), "rar")


def test_a_folder_that_is_there_keeps_what_is_its_own(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "own.txt").write_text("own")
    (out / "c.txt").write_text("old")
    assert extract_archive(make_tar(tmp_path / "x", FILES), str(out))
    assert (out / "own.txt").read_text() == "own" and (out / "c.txt").read_text() == "two"
    assert (out / "a" / "b.txt").exists() and sorted(os.listdir(tmp_path)) == ["out", "x"]


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out.txt", "a/../../out.txt", "..\\out.txt", "a/.."])
def test_names_that_lead_out(tmp_path, name):
    refuse(make_tar(tmp_path / "x", [*FILES, (member(name), b"evil")]), tmp_path / "out", "leads out of its folder")
    refuse(make_zip(tmp_path / "x", **{"a.txt": "fine", name: "evil"}), tmp_path / "out", "leads out of its folder")


def test_links_within(tmp_path):
    links = [
        (member("a/up", tarfile.SYMTYPE, "../c.txt"), b""),
        (member("folder", tarfile.SYMTYPE, "a"), b""),
        (member("hard", tarfile.LNKTYPE, "a/b.txt"), b""),
    ]
    assert extract_archive(make_tar(tmp_path / "x", links + FILES), str(tmp_path / "out"))
    out = tmp_path / "out"
    assert (out / "a" / "up").read_bytes() == b"two" and (out / "folder" / "b.txt").read_bytes() == b"one"
    assert (out / "hard").read_bytes() == b"one"
    assert extract_archive(str(tmp_path / "x"), str(out))  # once more, over what is there


@pytest.mark.parametrize(
    "links",
    [
        [("l", tarfile.SYMTYPE, "/etc/passwd")],
        [("l", tarfile.SYMTYPE, "../outside")],
        [("a/l", tarfile.SYMTYPE, "../../outside")],
        [("a/l", tarfile.SYMTYPE, "b/../../../outside")],
        [("l", tarfile.SYMTYPE, "")],
        [("x/y/b", tarfile.SYMTYPE, "../.."), ("l", tarfile.SYMTYPE, "x/y/b/../outside")],  # up again behind a link
        [("b", tarfile.SYMTYPE, "."), ("b/l", tarfile.SYMTYPE, "../outside")],  # a link behind a link
        [("h", tarfile.LNKTYPE, "../outside")],
        [("h", tarfile.LNKTYPE, "missing")],
        [("b", tarfile.SYMTYPE, "c.txt"), ("h", tarfile.LNKTYPE, "b")],
        [("c.txt", tarfile.SYMTYPE, "a")],  # a file and a link of one name
    ],
)
def test_links_that_lead_out(tmp_path, links):
    (tmp_path / "outside").write_text("secret")
    links = [(member(name, kind, target), b"") for name, kind, target in links]
    refuse(make_tar(tmp_path / "x", FILES + links), tmp_path / "out", "link|leads out")


def test_nothing_is_written_through_a_link(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    members = [(member("l", tarfile.SYMTYPE, "../outside"), b""), (member("l/evil.txt"), b"evil")]
    with pytest.raises(ValueError):
        extract_archive(make_tar(tmp_path / "x", members), str(tmp_path / "out"))
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_devices(tmp_path, kind):
    refuse(make_tar(tmp_path / "x", [(member("d", kind), b"")]), tmp_path / "out", "device or a pipe")


@pytest.fixture
def small(monkeypatch):
    """Bombs of some kilobytes."""
    monkeypatch.setattr("minikeras.utils.extracting.FREE", 10_000)
    monkeypatch.setattr("minikeras.utils.extracting.BEST_RATIO", 20)


def test_bombs(tmp_path, small):
    bomb = bytes(1_000_000)
    refuse(make_tar(tmp_path / "x", [(member("a"), bomb)], "w:gz"), tmp_path / "out", "more than 20 times its size")
    refuse(make_zip(tmp_path / "x", a=bomb), tmp_path / "out", "more than 20 times")
    many = [(member(f"{i}" * 50), b"") for i in range(500)]
    refuse(make_tar(tmp_path / "x", many, "w:gz"), tmp_path / "out", "more than 20 times")
    assert extract_archive(make_tar(tmp_path / "x", [(member("a"), bomb)]), str(tmp_path / "out"))  # not packed: no bomb


def test_headers_that_are_bombs(tmp_path, small):
    path = tmp_path / "x"
    info = member("a")
    info.pax_headers = {"comment": "x" * 2_000_000}
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(member("first"))
        archive.addfile(info)
    refuse(str(path), tmp_path / "out", "more than 20 times")


def test_a_zip_that_lies_about_sizes(tmp_path, small):
    path = make_zip(tmp_path / "x", a=bytes(1_000_000))
    data = bytearray((tmp_path / "x").read_bytes())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.index(signature) + offset
        data[at : at + 4] = struct.pack("<I", 100)
    (tmp_path / "x").write_bytes(data)
    refuse(path, tmp_path / "out", "damaged")


@pytest.mark.parametrize("cut", [600, 1100, 1600])
def test_cut_archives(tmp_path, cut):
    make_tar(tmp_path / "y", [(member("a"), os.urandom(3000)), (member("b"), os.urandom(3000))], "w:gz")
    data = (tmp_path / "y").read_bytes()
    (tmp_path / "y").unlink()
    (tmp_path / "x").write_bytes(data[: len(data) - cut])
    refuse(str(tmp_path / "x"), tmp_path / "out", "damaged")


def test_damaged_zip(tmp_path):
    path = make_zip(tmp_path / "x", a=os.urandom(1000))
    data = bytearray((tmp_path / "x").read_bytes())
    data[500] ^= 1
    (tmp_path / "x").write_bytes(data)
    refuse(path, tmp_path / "out", "damaged")


@pytest.mark.parametrize("opener", [gzip.open, bz2.open, lzma.open])
def test_packed_but_no_archive(tmp_path, opener):
    with opener(tmp_path / "x", "wb") as file:
        file.write(b"text" * 1000)
    assert not extract_archive(str(tmp_path / "x"), str(tmp_path / "out"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_programs_stay_programs_and_nothing_more(tmp_path):
    extract_archive(make_tar(tmp_path / "x", [(member("run", mode=0o4777), b""), (member("text"), b"")]), str(tmp_path / "out"))
    assert os.stat(tmp_path / "out" / "run").st_mode & stat.S_IXUSR
    assert not os.stat(tmp_path / "out" / "run").st_mode & (stat.S_ISUID | stat.S_IWOTH)
    assert not os.stat(tmp_path / "out" / "text").st_mode & stat.S_IXUSR

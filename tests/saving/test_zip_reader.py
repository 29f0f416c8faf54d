import io
import struct
import zipfile

import pytest

from minikeras.saving.zip_reader import Zip


def archive(members=(("a", b"hello"), ("b", b"x" * 1000)), method=zipfile.ZIP_STORED, mode=0o100644):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as file:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr = method, mode << 16
            file.writestr(info, data)
    return made


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_read(method):
    file = Zip(archive(method=method), "x.keras")
    assert file.read("a", 10) == b"hello" and file.read("b", 1000) == b"x" * 1000 and "c" not in file


def test_a_stored_member_is_read_in_place():
    made = archive()
    start, size = Zip(made, "x.keras").stretch("b")
    assert made.getvalue()[start : start + size] == b"x" * 1000


def test_large_archives_have_their_sizes_elsewhere():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file, file.open("a", "w", force_zip64=True) as member:
        member.write(b"hello")
    assert Zip(made, "x.keras").read("a", 10) == b"hello"


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "a\\b", "C:a"])
def test_names_that_lead_out_are_refused(name):
    with pytest.raises(ValueError, match="leads out"):
        Zip(archive([(name, b"")]), "x.keras")


def test_links_and_other_methods_are_refused():
    with pytest.raises(ValueError, match="link or device"):
        Zip(archive(mode=0o120777), "x.keras")
    with pytest.raises(ValueError, match="packed by method"):
        Zip(archive(method=zipfile.ZIP_BZIP2), "x.keras")


def test_a_name_twice_is_refused():
    made = archive([("aa", b"1"), ("ab", b"2")]).getvalue().replace(b"ab", b"aa")
    with pytest.raises(ValueError, match="twice"):
        Zip(io.BytesIO(made), "x.keras")


def test_bombs_are_refused_and_lies_are_found_out():
    zeros = bytes(64 << 20)
    data = archive([("a", zeros)], zipfile.ZIP_DEFLATED).getvalue()
    with pytest.raises(ValueError, match="zip bomb"):
        Zip(io.BytesIO(data), "x.keras").read("a", 1 << 40)
    with pytest.raises(ValueError, match="the most allowed"):
        Zip(io.BytesIO(data), "x.keras").read("a", 1000)
    lying = data.replace(struct.pack("<I", len(zeros)), struct.pack("<I", 1000))
    with pytest.raises(ValueError, match="should unpack to 1000 bytes"):
        Zip(io.BytesIO(lying), "x.keras").read("a", 1 << 40)


def test_damage_is_noticed():
    data = archive().getvalue()
    for size in range(0, len(data), 40):
        with pytest.raises(ValueError, match="x.keras"):
            Zip(io.BytesIO(data[:size]), "x.keras")
    changed = data.replace(b"hello", b"hullo")
    with pytest.raises(ValueError, match="checksum of 'a'"):
        Zip(io.BytesIO(changed), "x.keras").read("a", 10)
    with pytest.raises(ValueError, match="has no 'c'"):
        Zip(io.BytesIO(data), "x.keras").read("c", 10)

"""Archives with names that lead out, links, names twice, lying fields."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile

from tests.hostile_files.files import parts_of, zipped


def spoil_zip(made, base):
    members = parts_of(base["model.keras"])
    for name in members:
        made.add_both(f"without-{name}.keras", zipped({n: d for n, d in members.items() if n != name}))
        made.add_both(f"empty-{name}.keras", zipped({**members, name: b""}))
    for name in (
        "../evil",
        "/etc/evil",
        "..\\evil",
        "C:\\evil",
        "assets/../../evil",
        "a\0b",
        "model.weights.h5/x",
        "x" * 60000,
    ):
        made.add_both("member.keras", zipped({**members, name: b"evil"}))
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive:
        for name, data in [*members.items(), *members.items()]:
            info = zipfile.ZipInfo(name)
            archive.filelist = [i for i in archive.filelist]
            archive.NameToInfo.pop(name, None)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                archive.writestr(info, data)
    made.add_both("twice.keras", twice.getvalue())
    for mode, name in (
        (0o120777, "config.json"),
        (0o010644, "config.json"),
        (0o060644, "model.weights.h5"),
        (0o120777, "assets"),
    ):
        linked = io.BytesIO()
        with zipfile.ZipFile(linked, "w") as archive:
            for member, data in {**members, **({} if name in members else {name: b"/etc"})}.items():
                info = zipfile.ZipInfo(member)
                info.external_attr = (mode if member == name else 0o100644) << 16
                archive.writestr(info, b"/etc/passwd" if member == name else data)
        made.add_both("symlink.keras", linked.getvalue())
    data = base["model.keras"]
    end = data.rfind(b"PK\x05\x06")
    entry = data.find(b"PK\x01\x02")
    for at, fmt, values in (
        (end + 10, "<H", (0, 1, 2, 4, 0xFFFE, 0xFFFF)), (end + 12, "<I", (0, 1, 2**31, 2**32 - 1)),
        (end + 16, "<I", (0, 1, 2**31, 2**32 - 1)),
        (entry + 8, "<H", (1, 0x40, 0x2000, 8, 0x800)), (entry + 10, "<H", (8, 9, 12, 14, 99)), (entry + 16, "<I", (0,)),
        (entry + 20, "<I", (0, 1, 2**31, 2**32 - 1)), (entry + 24, "<I", (0, 1, 2**31, 2**32 - 1)),
        (entry + 28, "<H", (0, 1, 0xFFFF)),
        (entry + 30, "<H", (1, 0xFFFF)), (entry + 32, "<H", (1, 0xFFFF)), (entry + 42, "<I", (1, 2**31, 2**32 - 1)),
        (26, "<H", (0, 0xFFFF)), (28, "<H", (1, 0xFFFF)), (8, "<H", (8, 99)),
    ):  # fmt: skip
        for value in values:
            changed = bytearray(data)
            struct.pack_into(fmt, changed, at, value)
            made.add_both("field.keras", bytes(changed))
    made.add_both("comment.keras", data[:-2] + b"\xff\xff" + b"x" * 0xFFFF)
    made.add_both("prefix.keras", b"x" * 100 + data)
    made.add_both("suffix.keras", data + b"x" * 100)
    made.add_both("packed.keras", zipped(members, zipfile.ZIP_DEFLATED))
    made.add_both("bzip2.keras", zipped(members, zipfile.ZIP_BZIP2))
    made.add_both("lzma.keras", zipped(members, zipfile.ZIP_LZMA))

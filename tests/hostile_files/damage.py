"""Files that are cut off, flipped, wiped, crossed, or no files at all."""

from __future__ import annotations

import io
import json
import os
import struct

import h5py

from minikeras.saving.hdf5.source import lookup3
from tests.hostile_files.files import find_all, parts_of, zipped
from tests.hostile_files.hdf5 import KERNEL


def damage(made, base, rng, flips=90, cuts=25):
    members = parts_of(base["model.keras"])
    old = {name: _rewritten(base[name], "earliest") for name in KERNEL}
    new = {name: _rewritten(base[name], "v108") for name in KERNEL}
    sources = [("model.keras", base["model.keras"])] + [(n, d) for group in (old, new) for n, d in group.items()]
    for name, data in sources:
        call = "weights" if "weights" in name else "model"
        for i in range(cuts):
            made.add(f"cut-{name}", data[: len(data) * i // cuts], call)
        for _ in range(flips):
            changed = bytearray(data)
            for _ in range(rng.choice((1, 1, 2, 8))):
                at = rng.randrange(len(data)) if rng.random() < 0.5 else rng.randrange(min(len(data), 3000))
                changed[at] ^= 1 << rng.randrange(8)
            made.add(f"flip-{name}", bytes(changed), call)
        for value in (b"\0", b"\xff"):
            for i in range(12):
                at = len(data) * i // 12
                made.add(f"wiped-{name}", data[:at] + value * 64 + data[at + 64 :], call)
    for _ in range(flips):
        which = rng.choice(("config.json", "model.weights.h5"))
        changed = bytearray(members[which])
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        made.add("flip-inside.keras", zipped({**members, which: bytes(changed)}))
    for _ in range(flips):
        data = bytearray(new["model.weights.h5"])
        at = rng.choice(list(find_all(data, b"OHDR")))
        changed = _resealed(data, at, rng)
        made.add("flip-sealed.weights.h5", bytes(changed), "weights")
    _new_chunks(made, base, rng, flips)
    for name, data in old.items():
        for changed in _crossed(data):
            made.add(f"crossed-{name}", changed, "weights" if "weights" in name else "model")
    for name in base:
        made.add(f"empty-{name}", b"")
        made.add(f"noise-{name}", rng.randbytes(5000))
        made.add(f"pickle-{name}", b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x0btouch pwned\x85R.")


SEALED = {b"FAHD": 28, b"EAHD": 72, b"BTHD": 38}  # headers of chunk indexes, and their sizes
GROWING = {"fixed": (), "extensible": (0,), "tree": (0, 1)}  # the axes without a limit that lead to each index


def _new_chunks(made, base, rng, flips):
    """Chunks as HDF5 1.10 and later keep them: flipped, cut off, and with headers that lie under a right checksum."""
    name = "model.weights.h5"
    for kind, axes in GROWING.items():
        for compression in (None, "lzf", "gzip"):
            data = _in_chunks(base[name], axes, compression)
            made.add(f"whole-{kind}-{compression}.{name[6:]}", data, "weights")
            for _ in range(flips // 9):
                changed = bytearray(data)
                changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
                made.add(f"flip-{kind}-{compression}.{name[6:]}", bytes(changed), "weights")
            for i in range(6):
                made.add(f"cut-{kind}-{compression}.{name[6:]}", data[: len(data) * i // 6], "weights")
            for signature, size in SEALED.items():
                for at in list(find_all(data, signature))[:2]:
                    for _ in range(flips // 9):
                        changed = bytearray(data)
                        for _ in range(rng.choice((1, 1, 3))):
                            changed[rng.randrange(at + 4, at + size - 4)] = rng.choice((0, 1, 63, 255, rng.randrange(256)))
                        changed[at + size - 4 : at + size] = struct.pack("<I", lookup3(bytes(changed[at : at + size - 4])))
                        made.add(f"sealed-{kind}-{compression}.{name[6:]}", bytes(changed), "weights")
            for at in list(find_all(data, b"OHDR"))[:12]:
                made.add(f"sealed-layout-{kind}-{compression}.{name[6:]}", bytes(_resealed(data, at, rng)), "weights")


def _in_chunks(data, axes, compression):
    """The same weights, each dataset in chunks."""
    made = io.BytesIO()
    with h5py.File(io.BytesIO(data)) as old, h5py.File(made, "w", libver="latest") as new:

        def copy(path, found):
            if isinstance(found, h5py.Dataset) and found.ndim:
                limits = tuple(None if i in axes else n for i, n in enumerate(found.shape))
                chunks = tuple(max(1, n // 2) for n in found.shape)
                new.create_dataset(path, data=found[()], chunks=chunks, maxshape=limits, compression=compression)
            elif isinstance(found, h5py.Dataset):
                new[path] = found[()]
            else:
                new.require_group(path)
            for key, value in found.attrs.items():
                new[path].attrs[key] = value

        old.visititems(copy)
        for key, value in old.attrs.items():
            new.attrs[key] = value
    return made.getvalue()


def _crossed(data):
    """Tables of the old HDF5 format whose addresses lead in circles or nowhere."""
    for signature, fields in ((b"TREE", (5, 6, 24 + 8, 24)), (b"SNOD", (6, 8, 16)), (b"HEAP", (8, 24)), (b"GCOL", (8, 16, 24))):
        for at in list(find_all(data, signature))[:4]:
            for field in fields:
                for value in (at, 0, 96, len(data) - 1, 2**40, 2**63, 2**64 - 1):
                    changed = bytearray(data)
                    size = 8 if field >= 8 else 1 if field == 5 else 2
                    changed[at + field : at + field + size] = (value % 256**size).to_bytes(size, "little")
                    yield bytes(changed)


def _resealed(data, at, rng):
    """Spoil an object header and make its checksum right again."""
    changed = bytearray(data)
    flags = changed[at + 5]
    start = at + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    first = start + (1 << (flags & 3))
    end = first + int.from_bytes(changed[start:first], "little")
    for _ in range(3):
        changed[rng.randrange(first, end)] = rng.randrange(256)
    changed[end : end + 4] = struct.pack("<I", lookup3(bytes(changed[at:end])))
    return changed


def _rewritten(data, libver):
    """The same content in another generation of the HDF5 format."""
    made = io.BytesIO()
    with (
        h5py.File(io.BytesIO(data)) as old,
        h5py.File(made, "w", libver=(libver, "v108" if libver == "earliest" else libver)) as new,
    ):
        for name in old:
            old.copy(name, new)
        for name, value in old.attrs.items():
            new.attrs[name] = value
    return made.getvalue()


def holes(made, base, folder):
    """A file of a few kB that claims, and by its size seems to hold, 3 GB of weights."""
    path = folder / "holes.h5"
    path.write_bytes(base["model.h5"])
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"][1]["config"]["units"] = 10**8
        file.attrs["model_config"] = json.dumps(config)
        group = file["model_weights/dense/sequential/dense"]
        for name, shape in (("kernel", (4, 10**8)), ("bias", (10**8,))):
            del group[name]
            how = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            how.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
            how.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
            h5py.h5d.create(group.id, name.encode(), h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple(shape), how)
    made.list += [("model", str(path)), ("weights", str(path))]


def odd_paths(made, folder):
    for name in ("pipe.keras", "pipe.h5", "pipe.weights.h5"):
        os.mkfifo(folder / name)
        made.list.append(("weights" if "weights" in name else "model", str(folder / name)))
    (folder / "folder.keras").mkdir()
    os.symlink(folder / "loop.keras", folder / "loop.keras")
    os.symlink("/dev/zero", folder / "zero.keras")
    os.symlink(folder / "nowhere", folder / "dangling.h5")
    odd = ("folder.keras", "loop.keras", "zero.keras", "dangling.h5", "missing.keras", "x" * 300 + ".keras", "nul\0.keras")
    made.list += [(call, str(folder / name)) for name in odd for call in ("model", "weights")]
    made.list += [("model", "/dev/zero"), ("model", "/dev/null"), ("weights", "/dev/full"), ("model", "")]

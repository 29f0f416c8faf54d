"""HDF5 files with links, virtual and external data, odd types, wrong shapes, tampered lists, bombs."""

from __future__ import annotations

import io
import json
import struct
import zipfile

import h5py
import numpy as np

from tests.hostile_files.files import SECRET, changed_hdf5, find_all, parts_of, zipped

KERNEL = {"model.weights.h5": "layers/dense/vars/0", "model.h5": "model_weights/dense/sequential/dense/kernel"}


def hdf5_attacks(folder, kernel):
    """(name, change of an open file): what an HDF5 file may hold that it should not."""
    parent, secret = kernel.rsplit("/", 1)[0], str(folder / SECRET)

    def replace(make):
        def change(file):
            del file[kernel]
            make(file)

        return change

    def store(**options):
        return replace(lambda f: f.create_dataset(kernel, **options))

    def link(path, made):
        def change(file):
            del file[path]
            file[path] = made

        return change

    def virtual(name, shape=(4, 6)):
        def make(file):
            layout = h5py.VirtualLayout(shape, "f4")
            layout[...] = h5py.VirtualSource(name, kernel, shape)
            file.create_virtual_dataset(kernel, layout)

        return replace(make)

    for path in (kernel, parent, kernel.split("/")[0]):
        yield "external-link", link(path, h5py.ExternalLink(secret, "/"))
        yield "external-link-missing", link(path, h5py.ExternalLink("/nowhere.h5", kernel))
        yield "external-link-self", link(path, h5py.ExternalLink("model.h5", kernel))
        for target in ("/", f"/{kernel}", "/nowhere", f"/{parent}", "x"):
            yield "soft-link", link(path, h5py.SoftLink(target))
        yield "missing", lambda f, p=path: f.__delitem__(p)
        yield "group", link(path, None) if False else lambda f, p=path: (f.__delitem__(p), f.create_group(p))
        yield "number", lambda f, p=path: (f.__delitem__(p), f.create_dataset(p, data=1.0))
    for name in (secret, "/etc/hostname", "/dev/zero", "secret.bin", "nowhere"):
        yield "external-storage", replace(lambda f, n=name: f.create_dataset(kernel, (4, 6), "f4", external=[(n, 0, 96)]))
        yield "virtual", virtual(name)
    yield "virtual-self", virtual(".")
    yield "virtual-huge", virtual(".", (10**6, 10**6))
    for shape in ((6, 4), (24,), (4, 6, 1), (), (0,), (4, 7), (10**9,), (10**5, 10**5), (2**31, 2**31)):
        yield "shape", store(shape=shape, dtype="f4")
        yield "shape-chunked", store(shape=shape, dtype="f4", chunks=tuple(min(n, 64) or 1 for n in shape) or None)
        chunks = tuple(min(n, 64) or 1 for n in shape) or None
        yield "shape-lzf", store(shape=shape, dtype="f4", chunks=chunks, compression="lzf")
        yield (
            "shape-gzip",
            store(shape=shape, dtype="f4", chunks=tuple(min(n, 64) or 1 for n in shape) or None, compression="gzip"),
        )
    yield "late", store(shape=(4, 6), dtype="f4")
    yield "resizable", store(shape=(4, 6), dtype="f4", maxshape=(None, None), chunks=(2, 2))
    yield "filter-lzf", store(data=np.zeros((4, 6), "f4"), chunks=(4, 6), compression="lzf")
    yield "filter-scale", store(data=np.zeros((4, 6), "f4"), chunks=(4, 6), scaleoffset=2)
    yield "filter-all", store(data=np.zeros((4, 6), "f4"), chunks=(4, 6), compression="gzip", shuffle=True, fletcher32=True)
    for dtype in (
        "S8",
        "i4",
        "u1",
        "c8",
        "f8",
        "f2",
        ">f4",
        "V2",
        "V9",
        "bool",
        [("a", "f4")],
        h5py.string_dtype(),
        h5py.vlen_dtype("f4"),
        h5py.ref_dtype,
        h5py.regionref_dtype,
        np.dtype(("f4", (3,))),
        h5py.enum_dtype({"A": 1}, "i1"),
    ):
        yield "type", store(shape=(4, 6), dtype=dtype)
        yield (
            "type-written",
            replace(
                lambda f, d=dtype: f.create_dataset(kernel, (4, 6), d).__setitem__(
                    (0, 0), f[parent].ref if d in (h5py.ref_dtype,) else b"1"
                )
            ),
        )
    yield "committed", replace(lambda f: (f.__setitem__("t", np.dtype("f4")), f.create_dataset(kernel, (4, 6), f["t"])))
    yield "extra", lambda f: f.create_dataset(f"{parent}/9", data=np.zeros(3))
    yield "extra-next", lambda f: f.create_dataset(f"{parent}/2", data=np.zeros(3))
    yield "extra-layer", lambda f: f.create_dataset("layers/lstm/vars/0", data=np.zeros(3))
    yield "cycle", lambda f: f[parent].__setitem__("loop", f["/"])
    yield (
        "cycle-up",
        lambda f: (f[parent].__delitem__(kernel.rsplit("/", 1)[1]), f[parent].__setitem__(kernel.rsplit("/", 1)[1], f["/"])),
    )
    yield "ladder", lambda f: _ladder(f, parent, 40)
    yield "many", lambda f: [f.create_group(f"{parent}/{n}") for n in range(3000)]
    yield "deep", lambda f: f.create_dataset("layers/" + "a/" * 3000 + "b", data=1.0)
    yield "attribute", lambda f: f["/"].attrs.__setitem__("big", np.zeros(8000, "u1"))
    yield "attribute-reference", lambda f: f["/"].attrs.__setitem__("layer_names", f["/"].ref)
    yield "bfloat16", replace(lambda f: f.create_dataset(kernel, (4, 6), "V2").attrs.__setitem__("dtype", "bfloat16"))
    for names in (
        [],
        ["../../x"],
        ["/"],
        ["dense"] * 3,
        ["a" * 60000],
        [""],
        ["x\0y"],
        [b"\xff\xfe"],
        np.arange(4),
        5,
        "dense",
        np.zeros((2, 2)),
        [["a"]],
    ):
        for group, attribute in (
            ("model_weights", "layer_names"),
            ("model_weights/dense", "weight_names"),
            ("optimizer_weights", "weight_names"),
            ("/", "layer_names"),
            ("/", "layer_names0"),
        ):
            yield f"names-{attribute}", lambda f, g=group, a=attribute, n=names: f[g].attrs.__setitem__(a, n)
    for path in (
        "optimizer/vars/0",
        "optimizer/vars/3",
        "optimizer_weights/adam/iteration",
        "optimizer_weights/adam/learning_rate",
    ):
        yield "optimizer-missing", lambda f, p=path: f.__delitem__(p)
        yield "optimizer-shape", lambda f, p=path: (f.__delitem__(p), f.create_dataset(p, (10**9,), "f4", chunks=(64,)))
        yield "optimizer-type", lambda f, p=path: (f.__delitem__(p), f.create_dataset(p, data=b"x"))
        yield "optimizer-count", lambda f, p=path: (f.__delitem__(p), f.create_dataset(p, data=2**62))
        yield "optimizer-link", link(path, h5py.ExternalLink(secret, "/"))


def _ladder(file, path, steps):
    """Each group has two links to the next: 2**steps ways down."""
    group = file[path]
    for i in range(steps):
        below = file.create_group(f"ladder{i}")
        group["left"], group["right"] = below, below
        group = below
        del file[f"ladder{i}"]


def spoil_hdf5(made, base, folder):
    members = parts_of(base["model.keras"])
    for name, kernel in KERNEL.items():
        for attack, change in hdf5_attacks(folder, kernel):
            if made.full(f"{attack}.h5" if name == "model.h5" else f"{attack}.weights.h5"):
                continue
            data = changed_hdf5(base[name], change)
            if data is None:
                continue
            made.add(
                f"{attack}.h5" if name == "model.h5" else f"{attack}.weights.h5",
                data,
                "model" if name == "model.h5" else "weights",
            )
            if name != "model.h5":
                made.add(f"{attack}.keras", zipped({**members, "model.weights.h5": data}))
    _bombs(made, members)


def _bombs(made, members):
    """Files that would grow a thousand times; of kinds, some of them: they take long to make."""
    big = io.BytesIO()
    with h5py.File(big, "w") as file:
        data = file.create_dataset("layers/dense/vars/0", (4, 40_000_000), "f4", chunks=(4, 2_000_000), compression="gzip")
        for i in range(2):
            data[:, i * 2_000_000 : (i + 1) * 2_000_000] = 0
        file.create_dataset("layers/dense/vars/1", (40_000_000,), "f4", chunks=(2_000_000,), compression="gzip")
    config = json.loads(members["config.json"])
    config["config"]["layers"] = config["config"]["layers"][:2]
    config["config"]["layers"][1]["config"]["units"] = 40_000_000
    made.add("bomb-chunks.keras", zipped({**members, "model.weights.h5": big.getvalue(), "config.json": json.dumps(config)}))
    made.add("bomb-chunks.weights.h5", big.getvalue(), "weights")
    for compression in ("lzf", "gzip")[: 1 if made.kinds else 2]:
        new = io.BytesIO()
        with h5py.File(new, "w", libver="latest") as file:
            for i, (shape, chunks) in enumerate((((4, 6_000_000), (4, 10**6)), ((6_000_000,), (10**6,)))):
                zeros = np.zeros(shape, "f4")
                file.create_dataset(f"layers/dense/vars/{i}", data=zeros, chunks=chunks, compression=compression)
        made.add(f"bomb-{compression}.weights.h5", new.getvalue(), "weights")
        config["config"]["layers"][1]["config"]["units"] = 6_000_000
        spoilt = {**members, "model.weights.h5": new.getvalue(), "config.json": json.dumps(config)}
        made.add(f"bomb-{compression}.keras", zipped(spoilt))
    if not made.kinds:
        _padded_bombs(made, members, config)
    zeros = bytes((160 if made.kinds else 300) << 20)  # the judge allows 128
    for name in ("config.json", "metadata.json", "model.weights.h5", "assets/x")[:: 2 if made.kinds else 1]:
        made.add_both(f"bomb-{name.split('/')[0]}.keras", zipped({**members, name: zeros}, zipfile.ZIP_DEFLATED, 1))
        lying = bytearray(zipped({**members, name: zeros[: 64 << 20]}, zipfile.ZIP_DEFLATED, 1))
        for at in find_all(lying, struct.pack("<I", 64 << 20)):
            lying[at : at + 4] = struct.pack("<I", 1000)
        made.add_both(f"bomb-lying-{name.split('/')[0]}.keras", bytes(lying))


def _padded_bombs(made, members, config):
    padded = io.BytesIO()
    with h5py.File(padded, "w") as file:
        file.create_dataset("layers/dense/vars/0", data=np.zeros((4, 6_000_000), "f4"), chunks=(4, 10**6), compression="gzip")
        file.create_dataset("layers/dense/vars/1", data=np.zeros(6_000_000, "f4"), chunks=(10**6,), compression="gzip")
        file["padding"] = np.zeros(8 << 20, "u1")
    config["config"]["layers"][1]["config"]["units"] = 6_000_000
    spoilt = {**members, "model.weights.h5": padded.getvalue(), "config.json": json.dumps(config)}
    made.add("bomb-padded.keras", zipped(spoilt))
    made.add("bomb-in-a-bomb.keras", zipped(spoilt, zipfile.ZIP_DEFLATED))

"""Small files in the formats of the data sets, made anew from a seed."""

import gzip
import io
import json
import tarfile

import numpy as np


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def texts(rng, n):
    """An object array of lists of ranks of words, 1 to 29."""
    array = np.empty(n, object)
    array[:] = [rng.integers(1, 30, rng.integers(1, 12)).tolist() for _ in range(n)]
    return array


def idx(array):
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return gzip.compress(head + array.tobytes())


def python2(value):
    """The opcodes by which Python 2 pickled a value: its strings are bytes for Python 3."""
    if isinstance(value, np.ndarray):
        kind = b"cnumpy\ndtype\n" + python2(("u1", 0, 1)) + b"R" + python2((3, "|", None, None, None, -1, -1, 0)) + b"b"
        start = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n" + python2((0,)) + python2("b") + b"tR"
        return start + b"(" + python2(1) + python2(value.shape) + kind + python2(False) + python2(value.tobytes()) + b"tb"
    if isinstance(value, dict):
        return b"}(" + b"".join(python2(key) + python2(one) for key, one in value.items()) + b"u"
    if isinstance(value, (list, tuple)):
        ends = (b"](", b"e") if isinstance(value, list) else (b"(", b"t")
        return ends[0] + b"".join(map(python2, value)) + ends[1]
    if isinstance(value, (str, bytes)):
        value = value.encode() if isinstance(value, str) else value
        return b"T" + len(value).to_bytes(4, "little") + value
    return b"N" if value is None else b"\x89" if value is False else b"I%d\n" % value


def cifar(folder, batches):
    """A packed folder of batches, as Python 2 pickled them."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, batch in batches.items():
            content = b"\x80\x02" + python2(batch) + b"."
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def make_all():
    """{name on the server: content}"""
    rng = np.random.default_rng(7)

    def images(n):
        return rng.integers(0, 256, (n, 28, 28), "uint8")

    def labels(n, kinds=10):
        return rng.integers(0, kinds, n, "uint8")

    def batch(n, *names):
        return {"data": rng.integers(0, 256, (n, 3072), "uint8"), **{name: labels(n).tolist() for name in names}}

    return {
        "mnist.npz": npz(x_train=images(6), y_train=labels(6), x_test=images(2), y_test=labels(2)),
        "train-images-idx3-ubyte.gz": idx(images(5)),
        "train-labels-idx1-ubyte.gz": idx(labels(5)),
        "t10k-images-idx3-ubyte.gz": idx(images(3)),
        "t10k-labels-idx1-ubyte.gz": idx(labels(3)),
        "boston_housing.npz": npz(x=rng.normal(size=(11, 13)), y=rng.normal(size=11)),
        "california_housing.npz": npz(x=rng.normal(size=(700, 8)).astype("float32"), y=rng.normal(size=700).astype("float32")),
        "imdb.npz": npz(
            x_train=texts(rng, 9),
            y_train=labels(9, 2).astype("int64"),
            x_test=texts(rng, 5),
            y_test=np.arange(5, dtype="int64"),
        ),
        "imdb_word_index.json": json.dumps({"the": 1, "and": 2}).encode(),
        "reuters.npz": npz(x=texts(rng, 20), y=labels(20, 46).astype("int64")),
        "reuters_word_index.json": json.dumps({"mdbl": 10996, "café": 1}).encode(),
        "cifar-10-python.tar.gz": cifar(
            "cifar-10-batches-py",
            {**{f"data_batch_{i}": batch(4, "labels") for i in range(1, 6)}, "test_batch": batch(3, "labels")},
        ),
        "cifar-100-python.tar.gz": cifar(
            "cifar-100-python",
            {"train": batch(4, "fine_labels", "coarse_labels"), "test": batch(3, "fine_labels", "coarse_labels")},
        ),
    }

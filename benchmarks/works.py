"""The works: which nets, on how much data, and what is asked of them. Nothing here needs more than NumPy."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Net:
    """A net as words: ``hidden 32`` is a Dense layer with relu, ``dense 10`` the last one, with softmax (sigmoid for 1)."""

    shape: tuple  # of one row
    layers: str
    batch: int = 32
    optimizer: str = "adam"
    integers: int = 0  # the rows hold whole numbers below this; 0: floats

    def parts(self) -> list:
        """``"conv 32, pool"`` as [("conv", 32), ("pool", 0)]."""
        pairs = (part.partition(" ") for part in self.layers.split(", "))
        return [(word, float(number) if "." in number else int(number or 0)) for word, _, number in pairs]

    @property
    def outputs(self) -> int:
        return self.parts()[-1][1]

    @property
    def sizes(self) -> tuple | None:
        """(10, 32, 32, 1) for a chain of dense layers, else None."""
        dense = len(self.shape) == 1 and not self.integers and {word for word, _ in self.parts()} <= {"hidden", "dense"}
        return (*self.shape, *(n for _, n in self.parts())) if dense else None


@dataclass(frozen=True)
class Work:
    """What is asked of the contestants: ``kind`` is a function of measures.py."""

    name: str
    title: str
    kind: str
    net: Net
    rows: int = 1
    epochs: int = 1
    unit: str = "s"  # of the answer: seconds, B for bytes, x for a multiple

    def at(self, scale: str) -> Work:
        """The same with less data: ``quick`` for a glance, ``tiny`` for the tests."""
        if scale == "full":
            return self
        batches = max(1, self.rows // self.net.batch)
        rows = self.net.batch * min(batches, 2) if scale == "tiny" else self.net.batch * max(1, min(batches, 4), batches // 4)
        return replace(self, rows=min(rows, self.rows), epochs=max(1, self.epochs // 10))

    @property
    def steps(self) -> int:
        return -(-self.rows // self.net.batch)

    def told(self) -> dict:
        return asdict(self)

    @classmethod
    def heard(cls, told: dict) -> Work:
        net = told["net"]
        return cls(**{**told, "net": Net(**{**net, "shape": tuple(net["shape"])})})


def dense(*sizes, **options) -> Net:
    """``dense(10, 32, 1)``: a chain of dense layers."""
    words = [*(f"hidden {n}" for n in sizes[1:-1]), f"dense {sizes[-1]}"]
    return Net((sizes[0],), ", ".join(words), **options)


def data(work: Work) -> tuple:
    """Random rows, and labels that can be learnt."""
    net, rng = work.net, np.random.default_rng(0)
    shape = (work.rows, *net.shape)
    x = rng.integers(0, net.integers, shape) if net.integers else rng.standard_normal(shape, dtype=np.float32)
    flat = x.reshape(work.rows, -1)[:, :64].astype("float32")
    scores = (flat - flat.mean(0)) @ rng.standard_normal((flat.shape[1], net.outputs), dtype=np.float32)
    return x, (scores[:, 0] > 0).astype("float32") if net.outputs == 1 else scores.argmax(1)


LECTURE = dense(10, 32, 32, 1, optimizer="sgd")
DIGITS = dense(784, 128, 10, batch=128)
BANK = dense(32, 128, 128, 10, batch=1000)
CNN = "conv 32, pool, conv 64, pool, flatten, dropout 0.5, dense 10"
CIFAR = "same 32, same 32, pool, same 64, same 64, pool, flatten, hidden 128, dropout 0.5, dense 10"
NORM = "plain 256, norm, relu, plain 128, norm, relu, dense 10"
RESIDUAL = "hidden 64, residual 64, residual 64, residual 64, dense 10"

WORKS = [
    Work("playground", "playground 2-4-2-1, batch 10, sgd", "train", dense(2, 4, 2, 1, batch=10, optimizer="sgd"), 2000, 5),
    Work("lecture-sgd", "lecture 10-32-32-1, batch 32, sgd", "train", LECTURE, 6400, 3),
    Work("lecture-adam", "lecture 10-32-32-1, batch 32, adam", "train", dense(10, 32, 32, 1), 6400, 3),
    Work("digits", "784-128-10, batch 128, adam", "train", DIGITS, 6400, 1),
    Work("wide", "784-512-512-10, batch 128, adam", "train", dense(784, 512, 512, 10, batch=128), 2560, 1),
    Work("cnn", "CNN on 28x28x1, batch 64", "train", Net((28, 28, 1), CNN, batch=64), 640),
    Work("cifar", "CNN on 32x32x3, padding same, batch 32", "train", Net((32, 32, 3), CIFAR), 128),
    Work("lstm", "LSTM(64), 50 steps of 16, batch 32", "train", Net((50, 16), "lstm 64, dense 10"), 320),
    Work("gru", "GRU(64), 50 steps of 16, batch 32", "train", Net((50, 16), "gru 64, dense 10"), 320),
    Work("embedding", "Embedding(10000, 32), mean, 200 words", "train",
         Net((200,), "embedding 32, mean, dense 2", integers=10000), 1280),
    Work("norm", "BatchNormalization MLP 784-256-128-10, batch 64", "train", Net((784,), NORM, batch=64), 1280),
    Work("residual", "functional, three residual blocks of 64", "train", Net((64,), RESIDUAL), 3200),
    Work("generator", "lecture net fed by a generator of arrays, a row", "generator", LECTURE, 6400),
    Work("predict-one", "predict of one row, lecture net", "predict_one", LECTURE),
    Work("call-one", "model(x) of one row, lecture net", "call_one", LECTURE),
    Work("predict-many", "predict of 1e6 rows, 32-128-128-10, a row", "predict_many", BANK, 1_000_000),
    Work("predict-memory", "peak memory of predicting 1e6 rows, over input and output",
         "predict_memory", BANK, 1_000_000, unit="x"),
    Work("save", "save 784-128-10", "save", DIGITS, 128),
    Work("load", "load 784-128-10", "load", DIGITS, 128),
    Work("models", "memory of one more trained lecture net", "models", LECTURE, 32, 100, unit="B"),
]  # fmt: skip
GLANCE = ("playground", "lecture-sgd", "digits", "wide", "cnn", "lstm", "predict-one", "predict-many", "save", "load")

"""What it saves to take batches together where nobody can tell: `predict` of a few rows, `evaluate`, validation.

Run: python -m benchmarks.bench_joined [--rounds 5]
"""

from __future__ import annotations

import argparse
import timeit
from unittest import mock

import numpy as np

import minikeras as keras
from benchmarks.works import DIGITS, LECTURE
from minikeras.models import prediction
from minikeras.models.evaluation import Evaluation


def net(sizes):
    *hidden, last = sizes[1:]
    ends = ("sigmoid", "binary_crossentropy") if last == 1 else ("softmax", "sparse_categorical_crossentropy")
    dense = [keras.layers.Dense(n, "relu") for n in hidden]
    model = keras.Sequential([keras.Input(sizes[:1]), *dense, keras.layers.Dense(last, ends[0])])
    model.compile("adam", ends[1], metrics=["accuracy"])
    return model


def ratio(function, rounds, seconds=0.4):
    """The time of a call with batches of 32 joined to that with one after the other, in turns; and the former, in ms."""
    number, found = max(1, int(seconds / 10 / timeit.timeit(function, number=2) * 2)), []
    for _ in range(rounds):
        joined = timeit.timeit(function, number=number)
        with mock.patch.object(prediction, "SOME", 0), mock.patch.object(Evaluation, "_wide", lambda *_: None):
            found.append((joined / timeit.timeit(function, number=number), joined / number * 1e3))
    return np.median(found, axis=0)


def main():
    parser = argparse.ArgumentParser("python -m benchmarks.bench_joined", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args().rounds
    print(f"{'':12} {'rows':>6}    joined / one by one, and joined")
    for title, sizes in (("lecture", LECTURE.sizes), ("784-128-10", DIGITS.sizes)):
        model, rng = net(sizes), np.random.default_rng(0)
        for rows in (64, 1000, 10_000):
            x, y = rng.standard_normal((rows, sizes[0]), np.float32), rng.integers(0, max(2, sizes[-1]), rows)
            if rows <= prediction.SOME:
                share, ms = ratio(lambda: model.predict(x, verbose=0), given)  # noqa: B023  (called at once)
                print(f"{title:12} {rows:6}    predict  {share:5.2f}, {ms:7.3f} ms")
            share, ms = ratio(lambda: model.evaluate(x, y, verbose=0), given)  # noqa: B023
            print(f"{title:12} {rows:6}    evaluate {share:5.2f}, {ms:7.3f} ms")


if __name__ == "__main__":
    main()

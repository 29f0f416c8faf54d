"""Large work shared among our threads, against one thread and against BLAS' own threads, on an idle and on a busy machine.

    python benchmarks/bench_threads.py [--rounds 7] [--busy 4]

Epochs of small data in turns, in one process; ratios to one thread, medians, below 1 is faster. With ``--busy`` so many
processes compute beside it: there BLAS' threads wait for each other by spinning, and ours don't.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

import numpy as np

import minikeras as keras
from minikeras import layers

NETS = {
    "MNIST CNN, batch 64": ((640, 28, 28, 1), 64, ["conv 32", "pool", "conv 64", "pool", "flatten", "dense 10"]),
    "convolution 64 to 128": ((128, 32, 32, 64), 32, ["conv 128", "flatten", "dense 10"]),
    "784-512-512-10, batch 128": ((1280, 784), 128, ["dense 512", "dense 512", "dense 10"]),
    "LSTM(128) on 80 x 128": ((160, 80, 128), 32, ["lstm 128", "dense 10"]),
}
KINDS = {
    "conv": lambda n: layers.Conv2D(n, 3, activation="relu"), "pool": lambda n: layers.MaxPooling2D(), "lstm": layers.LSTM,
    "flatten": lambda n: layers.Flatten(), "dense": lambda n: layers.Dense(n, activation="softmax" if n == 10 else "relu"),
}  # fmt: skip


def contest(title, shape, batch, parts, rounds):
    """Time an epoch with each setting in turns."""
    model = keras.Sequential([keras.Input(shape[1:]), *(KINDS[p.split()[0]](int((p + " 0").split()[1])) for p in parts)])
    model.compile("adam", "sparse_categorical_crossentropy")
    x, y = np.random.default_rng(0).random(shape, dtype=np.float32), np.arange(shape[0]) % 10
    times = {1: [], "auto": [], None: []}
    for _ in range(rounds + 1):
        for threads, seconds in times.items():
            keras.config.set_blas_threads(threads)
            start = time.perf_counter()
            model.fit(x, y, batch_size=batch, verbose=0)
            seconds.append(time.perf_counter() - start)
    one = np.array(times[1][1:])
    shared, blas = (np.median(np.array(times[threads][1:]) / one) for threads in ("auto", None))
    print(f"  {title:28s} one thread {np.median(one) * 1e3:8.1f} ms   shared {shared:5.2f}   BLAS' own {blas:5.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--busy", type=int, default=0, help="processes that compute beside it")
    options = parser.parse_args()
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(options.busy)]
    try:
        print(f"epochs with {options.busy} other processes; ratios to one thread")
        for title, case in NETS.items():
            contest(title, *case, options.rounds)
    finally:
        keras.config.set_blas_threads("auto")
        for other in others:
            other.kill()

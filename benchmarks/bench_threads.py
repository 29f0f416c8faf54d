"""Large work shared among our threads, against one thread and against BLAS' own threads, on an idle and on a busy machine.

    python -m benchmarks.bench_threads [--rounds 7] [--busy 4]

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
from benchmarks.contestants.keras_like import Contestant
from benchmarks.works import CNN, Net, Work, data, dense

NETS = {
    "MNIST CNN, batch 64": (Net((28, 28, 1), CNN, batch=64), 640),
    "convolution 64 to 128": (Net((32, 32, 64), "conv 128, flatten, dense 10"), 128),
    "784-512-512-10, batch 128": (dense(784, 512, 512, 10, batch=128), 1280),
    "LSTM(128) on 80 x 128": (Net((80, 128), "lstm 128, dense 10"), 160),
}


def contest(title, net, rows, rounds):
    """Time an epoch with each setting in turns."""
    model = Contestant("minikeras").build(net)
    x, y = data(Work("", "", "train", net, rows))
    times = {1: [], "auto": [], None: []}
    for _ in range(rounds + 1):
        for threads, seconds in times.items():
            keras.config.set_blas_threads(threads)
            start = time.perf_counter()
            model.fit(x, y, batch_size=net.batch, verbose=0)
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

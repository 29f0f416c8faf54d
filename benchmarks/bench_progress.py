"""What the progress bar costs: fit(verbose=1) in a terminal against fit(verbose=0), in turns, by processor time.

    python -m benchmarks.bench_progress [--rounds 15]

To reach: below 2 % for epochs of a second, as drawings are at most 10 a second. Each epoch of a net that needs a
millisecond for it still gets its own finished line, which is what a user of Keras expects to see; the second row shows it.
"""

from __future__ import annotations

import argparse
import io
import sys
import time

import numpy as np

import minikeras as keras


class Terminal(io.StringIO):
    """Takes text as a terminal does, and throws it away."""

    encoding = "utf-8"

    def isatty(self):
        return True

    def write(self, text):
        return len(text)


def seconds(model, x, y, epochs, verbose):
    """Processor time of one fit."""
    stdout, sys.stdout = sys.stdout, Terminal()
    try:
        start = time.process_time()
        model.fit(x, y, batch_size=32, epochs=epochs, verbose=verbose)
        return time.process_time() - start
    finally:
        sys.stdout = stdout


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    rng = np.random.default_rng(0)
    for rows, epochs, what in ((512_000, 1, "one epoch of 16,000 batches"), (512, 100, "100 epochs of 16 batches")):
        x = rng.standard_normal((rows, 10), dtype=np.float32)
        y = (x[:, 0] > 0).astype("float32")
        hidden = [keras.layers.Dense(32, "relu") for _ in range(2)]
        model = keras.Sequential([keras.Input((10,)), *hidden, keras.layers.Dense(1, "sigmoid")])
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
        seconds(model, x, y, epochs, 1)
        pairs = [(seconds(model, x, y, epochs, 1), seconds(model, x, y, epochs, 0)) for _ in range(rounds)]
        ratios = sorted(shown / silent for shown, silent in pairs)
        print(f"{what}: {(ratios[rounds // 2] - 1) * 100:+.1f} % (median of {rounds})")

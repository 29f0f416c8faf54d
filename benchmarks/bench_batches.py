"""What a shuffled epoch costs per batch over plain slices: all rows gathered at once, or batch by batch.

Run: python -m benchmarks.bench_batches
"""

from __future__ import annotations

import timeit

import numpy as np

from minikeras import data
from minikeras.data import array_batches


def best(function, seconds=0.2):
    """Minimum time of a call, in µs."""
    number = max(1, int(seconds / 5 / max(timeit.timeit(function, number=1), 1e-7)))
    return min(timeit.repeat(function, number=number, repeat=5)) / number * 1e6


def epoch(n, columns, batch_size, small, shuffle=True):
    """µs of an epoch whose batches are read once by a product, with `small` as the limit between the two ways."""
    array_batches.SMALL = small
    x, y, w = np.ones((n, columns), "float32"), np.ones(n, "float32"), np.ones((columns, 16), "float32")
    batches = data.open(x, y, batch_size=batch_size, shuffle=shuffle, dtype="float32")

    def run():
        for bx, _, _ in batches.epoch():
            bx @ w

    return best(run), batches.steps


def main():
    row = np.ones((1, 10), "float32")
    print(f"open one row: {best(lambda: data.open(row, dtype='float32')):.1f} µs; ", end="")
    print(f"and read it: {best(lambda: next(data.open(row, dtype='float32').epoch())):.1f} µs")
    print(f"{'rows':>8} {'columns':>8} {'batch':>6} | µs a batch over no shuffle: {'at once':>9} {'by batch':>9} {'chosen':>8}")
    chosen = array_batches.SMALL
    for n, columns, size in ((569, 30, 32), (10000, 10, 32), (5000, 100, 32), (10000, 784, 128), (200000, 10, 128)):
        plain, steps = epoch(n, columns, size, 0, shuffle=False)
        at_once, by_batch, ours = ((epoch(n, columns, size, s)[0] - plain) / steps for s in (2**60, 0, chosen))
        print(f"{n:8} {columns:8} {size:6} | {'':28} {at_once:8.2f} {by_batch:9.2f} {ours:8.2f}")


if __name__ == "__main__":
    main()

"""Forward and backward of recurrent layers on 50 steps of 16 features, batch 32, against what no loop can go below.

    python -m benchmarks.bench_recurrent [--rounds 200]

The floor is the products alone, and one exponential or tanh for each gate: no sums, no masks, no Python. PyTorch stands
beside it where it is installed. By processor time, one BLAS thread each, the best of all rounds.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np

from minikeras.layers import GRU, LSTM, SimpleRNN

BATCH, STEPS, FEATURES, UNITS = 32, 50, 16, 64
RNG = np.random.default_rng(0)


def best(f, rounds):
    """Milliseconds of processor time."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        f()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def arrays(*shape):
    return RNG.standard_normal(shape).astype("float32")


def floor(gates):
    """The products and the exponentials of a forward and a backward pass."""
    x, h = arrays(STEPS * BATCH, FEATURES), arrays(BATCH, UNITS)
    w, u = arrays(FEATURES, gates * UNITS), arrays(UNITS, gates * UNITS)
    z, back, all_h = arrays(BATCH, gates * UNITS), np.ascontiguousarray(u.T), arrays(STEPS * BATCH, UNITS)
    delta, out, e, du = arrays(STEPS * BATCH, gates * UNITS), arrays(BATCH, gates * UNITS), np.empty_like(z), np.empty_like(u)

    def run():
        np.dot(x, w)
        for _ in range(STEPS):
            np.dot(h, u, out=out)
            np.exp(z, out=e)
        for _ in range(STEPS):
            np.dot(z, back, out=h)
        np.dot(all_h.T, delta, out=du)
        np.dot(x.T, delta)

    return run


def ours(cls):
    layer, x, dy = cls(UNITS, return_sequences=True), arrays(BATCH, STEPS, FEATURES), arrays(BATCH, STEPS, UNITS)
    layer(x)
    return lambda: layer.backward(dy, layer.forward(x, True)[1], need_dx=False)


def pytorch(name):
    import torch

    torch.set_num_threads(1)
    layer = getattr(torch.nn, {"SimpleRNN": "RNN"}.get(name, name))(FEATURES, UNITS, batch_first=True)
    x, dy = torch.from_numpy(arrays(BATCH, STEPS, FEATURES)), torch.from_numpy(arrays(BATCH, STEPS, UNITS))
    return lambda: layer(x)[0].backward(dy)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    np.empty(31 << 20, np.uint8)  # taken and given back: from here on the allocator keeps freed memory at hand
    print(f"{'':10} {'ours':>8} {'floor':>8} {'ratio':>6} {'PyTorch':>8}   ms")
    for cls, gates in ((SimpleRNN, 1), (LSTM, 4), (GRU, 3)):
        mine, least = best(ours(cls), rounds), best(floor(gates), rounds)
        try:
            theirs = f"{best(pytorch(cls.__name__), rounds):8.2f}"
        except ImportError:
            theirs = f"{'-':>8}"
        print(f"{cls.__name__:10} {mine:8.2f} {least:8.2f} {mine / least:6.2f} {theirs}")


if __name__ == "__main__":
    main()

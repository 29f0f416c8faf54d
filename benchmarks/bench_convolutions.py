"""Single convolutions with relu, forward and backward, against PyTorch where it is installed.

    python -m benchmarks.bench_convolutions [--rounds 15] [--only depthwise]

Both run in one process, in turns; a ratio is the median over the rounds. PyTorch gets as many threads as there are cores, and
its own order of axes. With OPENBLAS_NUM_THREADS=1 in front both have one, and processor time counts: for a busy machine. To
reach: at most 1.5 times PyTorch. Peak memory is that of a pass, in multiples of input and output.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import time
import tracemalloc

import numpy as np

from minikeras import layers

THREADS = int(os.environ.get("OPENBLAS_NUM_THREADS") or os.cpu_count())

# name: class, arguments, input shape with the batch, whether ∂L/∂x is asked for
CONVOLUTIONS = {
    "MNIST conv 1: 28x28x1, 32 of 3x3": ("Conv2D", {"filters": 32, "kernel_size": 3}, (64, 28, 28, 1), False),
    "MNIST conv 2: 13x13x32, 64 of 3x3": ("Conv2D", {"filters": 64, "kernel_size": 3}, (64, 13, 13, 32), True),
    "32x32x64, 64 of 3x3, same": ("Conv2D", {"filters": 64, "kernel_size": 3, "padding": "same"}, (16, 32, 32, 64), True),
    "32x32x32, 64 of 3x3, strides 2": ("Conv2D", {"filters": 64, "kernel_size": 3, "strides": 2}, (32, 32, 32, 32), True),
    "16x16x256, 64 of 1x1": ("Conv2D", {"filters": 64, "kernel_size": 1}, (16, 16, 16, 256), True),
    "28x28x64, 1 of 3x3, same": ("Conv2D", {"filters": 1, "kernel_size": 3, "padding": "same"}, (32, 28, 28, 64), True),
    "series 500x16, 32 of 7": ("Conv1D", {"filters": 32, "kernel_size": 7}, (32, 500, 16), True),
    "depthwise 28x28x64, 3x3": ("DepthwiseConv2D", {"kernel_size": 3}, (32, 28, 28, 64), True),
    "transposed 7x7x64, 32 of 3x3": ("Conv2DTranspose", {"filters": 32, "kernel_size": 3, "strides": 2}, (32, 7, 7, 64), True),
}


def ours(kind, arguments, shape, need_dx):
    """A forward and backward pass through our layer, relu included."""
    rng = np.random.default_rng(0)
    layer, x = getattr(layers, kind)(**arguments, activation="relu"), rng.standard_normal(shape, dtype=np.float32)
    dy = rng.standard_normal(layer(x).shape, dtype=np.float32)

    def run():
        _, kept = layer.forward(x, True)
        layer.backward(dy, kept, need_dx)

    return run


def torchs(kind, arguments, shape, need_dx):
    """The same in PyTorch."""
    import torch

    rank, channels = len(shape) - 2, shape[-1]
    k, same = arguments["kernel_size"], arguments.get("padding") == "same"
    options = {"stride": arguments.get("strides", 1), "padding": k // 2 if same else 0}
    if kind.startswith("Depthwise"):
        options["groups"] = channels
    make = getattr(torch.nn, f"ConvTranspose{rank}d" if "Transpose" in kind else f"Conv{rank}d")
    layer = make(channels, arguments.get("filters", channels), k, **options)
    x = torch.randn(shape[0], channels, *shape[1:-1], requires_grad=need_dx)
    dy = torch.randn_like(layer(x))

    def run():
        x.grad = None
        layer.zero_grad(set_to_none=True)
        torch.relu(layer(x)).backward(dy)

    return run


def clock():
    """Seconds: of the wall clock, or where all have one thread, of the processor."""
    return time.process_time() if THREADS == 1 else time.perf_counter()


def in_turns(runners, rounds):
    """Seconds that each takes, round by round."""
    times = {name: [] for name in runners}
    for turn in range(rounds + 3):
        for name, run in runners.items():
            start = clock()
            run()
            if turn > 2:
                times[name].append(clock() - start)
    return times


def ratio(times, name):
    """How long ours takes, in multiples of another; the median over the rounds."""
    return np.median(np.array(times["minikeras"]) / np.array(times[name]))


def contest(cases, rounds):
    """Time each case in turns; print medians and ratios."""
    for title, case in cases.items():
        runners = {"minikeras": ours(*case)}
        if importlib.util.find_spec("torch"):
            runners["pytorch"] = torchs(*case)
        times = in_turns(runners, rounds)
        told = [f"{name} {min(seconds) * 1e3:7.2f} ms" for name, seconds in times.items()]
        if "pytorch" in times:
            told.append(f"ratio {ratio(times, 'pytorch'):5.2f}")
        print(f"  {title:38s} {'   '.join(told)}   peak memory {peak(runners['minikeras'], case):4.1f} x input and output")


def peak(run, case):
    """The most memory that a pass takes at one time, in multiples of its input and output."""
    kind, arguments, shape, _ = case
    layer = getattr(layers, kind)(**arguments)
    numbers = np.prod(shape) + np.prod(layer.compute_output_shape(shape))
    return traced(run) / (4 * numbers)


def traced(run):
    """The most bytes that it takes at one time."""
    tracemalloc.start()
    run()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="the cases that have this in their title")
    options = parser.parse_args()
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(THREADS)
    contest({title: case for title, case in CONVOLUTIONS.items() if options.only in title}, options.rounds)

"""Training steps of small nets, and single layers forward and backward, against PyTorch and Keras where they are installed.

    python benchmarks/bench_layers.py [--rounds 15] [--only conv]

Everything runs side by side in one process, in turns, so that the ratios hold on a noisy machine; a ratio is the median over
the rounds. PyTorch gets as many threads as there are cores, and its own order of axes; Keras the backend that KERAS_BACKEND
names. With OPENBLAS_NUM_THREADS=1 in front all but Keras have one, and processor time counts: for a busy machine.

A step of a net is `train_on_batch` with Adam, loss included. To reach: the MNIST net and its convolutions at most 1.5 times
PyTorch, LSTM and Embedding below it, the net with batch normalization within 1.2 times. Peak memory is that of a step, also in
multiples of what the layers put out (recurrent ones at each of their steps); the MNIST net is to stay below 3.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import time
import tracemalloc

import numpy as np

import minikeras
from minikeras import layers

THREADS = int(os.environ.get("OPENBLAS_NUM_THREADS") or os.cpu_count())

# name: the shape of a batch, its integers below (0 for floats), classes, the layers in short
NETS = {
    "(a) MNIST CNN": ((64, 28, 28, 1), 0, 10, "conv 32, pool, conv 64, pool, flatten, dropout 0.5, dense 10"),
    "(b) LSTM(64), 50 steps of 16": ((32, 50, 16), 0, 10, "lstm 64, dense 10"),
    "(c) GRU(64), 50 steps of 16": ((32, 50, 16), 0, 10, "gru 64, dense 10"),
    "(d) Embedding(10000, 32), mean, 200": ((32, 200), 10000, 2, "embedding 32, mean, dense 2"),
    "(e) BatchNormalization MLP": ((64, 784), 0, 10, "plain 256, norm, relu, plain 128, norm, relu, dense 10"),
    "(f) CIFAR net, padding same": (
        (32, 32, 32, 3), 0, 10, "same 32, same 32, pool, same 64, same 64, pool, flatten, hidden 128, dropout 0.5, dense 10",
    ),
}  # fmt: skip
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


def batch(shape, integers, classes):
    """Random inputs and labels."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, integers, shape) if integers else rng.standard_normal(shape, dtype=np.float32)
    return x, rng.integers(0, classes, shape[0])


def parts(text):
    """``"conv 32, pool"`` as [("conv", 32), ("pool", 0)]."""
    for part in text.split(", "):
        word, _, number = part.partition(" ")
        yield word, float(number) if "." in number else int(number or 0)


def keras_step(keras, shape, integers, classes, text):
    """A step of Keras or of ours; and how many numbers the layers put out."""
    layers = keras.layers
    kinds = {
        "conv": lambda n: layers.Conv2D(n, 3, activation="relu"),
        "same": lambda n: layers.Conv2D(n, 3, activation="relu", padding="same"),
        "pool": lambda n: layers.MaxPooling2D(), "flatten": lambda n: layers.Flatten(), "dropout": layers.Dropout,
        "lstm": layers.LSTM, "gru": layers.GRU, "embedding": lambda n: layers.Embedding(integers, n),
        "mean": lambda n: layers.GlobalAveragePooling1D(), "plain": layers.Dense, "norm": lambda n: layers.BatchNormalization(),
        "relu": lambda n: layers.ReLU(), "hidden": lambda n: layers.Dense(n, activation="relu"),
        "dense": lambda n: layers.Dense(n, activation="softmax"),
    }  # fmt: skip
    model = keras.Sequential([keras.Input(shape[1:]), *(kinds[word](n) for word, n in parts(text))])
    model.compile("adam", "sparse_categorical_crossentropy")
    x, y = batch(shape, integers, classes)
    steps = [shape[1] if isinstance(layer, (layers.LSTM, layers.GRU)) else 1 for layer in model.layers]
    numbers = shape[0] * sum(int(np.prod(layer.output.shape[1:])) * n for layer, n in zip(model.layers, steps))
    return (lambda: model.train_on_batch(x, y)), numbers


def torch_step(shape, integers, classes, text):
    """The same in PyTorch."""
    import torch
    from torch import nn

    class Last(nn.Module):
        def forward(self, x):
            return x[0][:, -1] if isinstance(x, tuple) else x.mean(1)

    kinds = {
        "conv": lambda n: [nn.LazyConv2d(n, 3), nn.ReLU()], "same": lambda n: [nn.LazyConv2d(n, 3, padding=1), nn.ReLU()],
        "pool": lambda n: [nn.MaxPool2d(2)], "flatten": lambda n: [nn.Flatten()], "dropout": lambda n: [nn.Dropout(n)],
        "lstm": lambda n: [nn.LSTM(shape[-1], n, batch_first=True), Last()],
        "gru": lambda n: [nn.GRU(shape[-1], n, batch_first=True), Last()], "embedding": lambda n: [nn.Embedding(integers, n)],
        "mean": lambda n: [Last()], "plain": lambda n: [nn.LazyLinear(n)], "norm": lambda n: [nn.LazyBatchNorm1d()],
        "relu": lambda n: [nn.ReLU()], "hidden": lambda n: [nn.LazyLinear(n), nn.ReLU()], "dense": lambda n: [nn.LazyLinear(n)],
    }  # fmt: skip
    net = nn.Sequential(*(module for word, n in parts(text) for module in kinds[word](n)))
    x, y = (torch.from_numpy(array) for array in batch(shape, integers, classes))
    x = x.permute(0, 3, 1, 2).contiguous() if x.ndim == 4 else x
    net(x)  # finds the shapes
    optimizer, loss = torch.optim.Adam(net.parameters()), nn.CrossEntropyLoss()

    def run():
        optimizer.zero_grad()
        value = loss(net(x), y)
        value.backward()
        optimizer.step()
        return value.item()

    return run


def nets(cases, rounds):
    """Time a training step of each net in turns; print medians and ratios."""
    for title, case in cases.items():
        mine, numbers = keras_step(minikeras, *case)
        runners = {"minikeras": mine}
        if importlib.util.find_spec("torch"):
            runners["pytorch"] = torch_step(*case)
        if importlib.util.find_spec("keras"):
            import keras

            runners["keras"] = keras_step(keras, *case)[0]
        times = in_turns(runners, rounds)
        told = [f"{name} {np.median(seconds) * 1e3:7.2f} ms" for name, seconds in times.items()]
        told += [f"to {name} {ratio(times, name):5.2f}" for name in times if name != "minikeras"]
        memory = traced(mine)
        told.append(f"peak memory {memory / 1e6:5.1f} MB, {memory / (4 * numbers):.1f} x outputs")
        print(f"  {title:38s} {'   '.join(told)}")


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
    print("training steps, float32")
    nets({title: case for title, case in NETS.items() if options.only in title}, options.rounds)
    print("convolutions with relu, forward and backward, float32")
    contest({title: case for title, case in CONVOLUTIONS.items() if options.only in title}, options.rounds)

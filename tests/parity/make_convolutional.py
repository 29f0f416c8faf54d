"""Make convolutional.npz and convolutional.json with real Keras 3: python -m tests.parity.make_convolutional. Not a test.

Each case is one layer with inputs and start weights by a formula; what is kept is its output, shapes and config, and its output
and weights after three steps of gradient descent on the mean square of the output.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
SIZES = {1: (9,), 2: (7, 6), 3: (5, 4, 6)}


def wave(shape: tuple, step: float) -> np.ndarray:
    """Numbers between -1 and 1 that do not repeat soon."""
    return np.sin(step * np.arange(np.prod(shape))).reshape(shape).astype("float32")


def table():
    """(class, arguments, input shape without the batch) of each case."""
    for rank, padding, step in itertools.product((1, 2, 3), ("valid", "same"), ({}, {"strides": 2}, {"dilation_rate": 2})):
        size = {"filters": 3, "kernel_size": 3 if rank < 3 else 2, "padding": padding, **step}
        yield f"Conv{rank}D", size, (*SIZES[rank], 2)
        yield f"Conv{rank}DTranspose", size, (*SIZES[rank], 2)
        if rank < 3:
            yield f"DepthwiseConv{rank}D", {k: v for k, v in size.items() if k != "filters"}, (*SIZES[rank], 3)
            yield f"SeparableConv{rank}D", {**size, "depth_multiplier": 2}, (*SIZES[rank], 2)
    yield "Conv1D", {"filters": 3, "kernel_size": 3, "padding": "causal", "dilation_rate": 2, "activation": "relu"}, (9, 2)
    yield "Conv1D", {"filters": 3, "kernel_size": 4, "padding": "causal", "strides": 3}, (9, 2)
    yield "Conv2D", {"filters": 6, "kernel_size": (3, 2), "strides": (1, 2), "groups": 2, "activation": "tanh"}, (7, 6, 4)
    yield "Conv2D", {"filters": 4, "kernel_size": 3, "groups": 4, "padding": "same", "use_bias": False}, (7, 6, 4)
    yield "Conv2D", {"filters": 1, "kernel_size": 3, "padding": "same"}, (7, 6, 16)
    yield "Conv2D", {"filters": 5, "kernel_size": 1, "kernel_regularizer": "l2", "kernel_constraint": "non_neg"}, (7, 6, 4)
    yield "DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 2, "activation": "relu"}, (7, 6, 3)
    for kernel, stride, more, padding in itertools.product((1, 2, 3, 5), (1, 2, 3), (None, 0, 1), ("valid", "same")):
        if (more or 0) < stride:
            arguments = {"filters": 2, "kernel_size": kernel, "strides": stride, "output_padding": more, "padding": padding}
            yield "Conv1DTranspose", arguments, (5, 2)


def main():
    """Run all cases in real Keras."""
    import keras

    told, numbers = [], []
    for name, arguments, shape in table():
        layer = getattr(keras.layers, name)(**arguments)
        model = keras.Sequential([keras.Input(shape), layer])
        model.set_weights([0.4 * wave(w.shape, 0.7) for w in model.get_weights()])
        x = wave((2, *shape), 1.3)
        y = model.predict(x, verbose=0)
        model.compile(keras.optimizers.SGD(0.1), "mse")
        model.fit(x, np.zeros_like(y), batch_size=2, epochs=3, verbose=0)
        config = {k: v for k, v in layer.get_config().items() if k in arguments and "kernel_" not in k}
        weights = {w.name: w.shape for w in layer.weights}
        told.append([name, arguments, shape, {"config": config, "output": y.shape[1:], "weights": weights}])
        numbers += [y[0], model.predict(x, verbose=0)[1], *model.get_weights()]
    np.savez_compressed(HERE / "convolutional.npz", numbers=np.concatenate([array.ravel() for array in numbers]))
    lines = ",\n".join(json.dumps(case) for case in told)
    (HERE / "convolutional.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()

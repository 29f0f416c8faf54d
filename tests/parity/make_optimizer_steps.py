"""Makes optimizer_steps.npz: own training loops with real Keras' optimizers. Run by hand with Keras 3.15 on JAX; no test.

``KERAS_BACKEND=jax python tests/parity/make_optimizer_steps.py``, from the root of the repository.
"""

from __future__ import annotations

import pathlib

import numpy as np

from tests.parity.optimizer_cases import CASES, run


def main():
    """Run all cases and write the weights after each step."""
    import keras

    found = {}
    for name in CASES:
        for step, weights in enumerate(run(keras, name)):
            for i, weight in enumerate(weights):
                found[f"{name}/{step}/{i}"] = np.asarray(weight, "float32")
    np.savez_compressed(pathlib.Path(__file__).with_name("optimizer_steps.npz"), **found)


if __name__ == "__main__":
    main()

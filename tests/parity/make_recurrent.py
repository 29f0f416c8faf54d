"""Write recurrent.npz by real Keras on JAX: run by hand, ``KERAS_BACKEND=jax python -m tests.parity.make_recurrent``.

For each model of `recurrent_cases` it holds the start weights, the outputs before and after three steps of SGD, and the
weights after.
"""

from pathlib import Path

import keras
import numpy as np

from tests.parity.recurrent_cases import CASES, steps

found = {}
for name in CASES:
    keras.utils.set_random_seed(3)
    for part, arrays in zip(("start", "before", "after", "end"), steps(keras, name)):
        found.update({f"{name}/{part}/{i:02}": array for i, array in enumerate(arrays)})
np.savez_compressed(Path(__file__).with_name("recurrent.npz"), **found)

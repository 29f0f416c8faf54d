"""Writes own_steps.npz: what Keras 2.15 on TensorFlow makes of own_steps_cases.py. Run by hand where TensorFlow is:

python -m tests.parity.make_own_steps
"""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import tensorflow as tf

from tests.parity.own_steps_cases import CASES

OPS = SimpleNamespace(
    exp=tf.exp, square=tf.square, sqrt=tf.sqrt, matmul=tf.matmul, transpose=tf.transpose, softmax=tf.nn.softmax,
    concatenate=lambda parts: tf.concat(parts, axis=0), mean=tf.reduce_mean, sum=tf.reduce_sum,
)  # fmt: skip

if __name__ == "__main__":
    found = {}
    for name, case in CASES.items():
        found.update({f"{name}/{key}": value for key, value in case(tf.keras, OPS, tf.GradientTape).items()})
    np.savez_compressed(Path(__file__).with_name("own_steps.npz"), **found)

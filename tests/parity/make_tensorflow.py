"""Write tensorflow.json: what TensorFlow itself gives for the expressions of tensorflow.txt. Run by hand with TensorFlow."""

import json
from pathlib import Path

NAMES = """import numpy as np
r = np.random.RandomState(0)
A = tf.constant(r.randn(3, 4).astype('float32')); B = tf.constant(r.randn(2, 2, 3).astype('float32'))
P = tf.nn.softmax(tf.constant(r.randn(3, 4).astype('float32'))); S = tf.constant([[2.0, 0.5], [0.5, 3.0]])
I = tf.constant(r.randn(1, 5, 4, 3).astype('float32')); K = tf.constant(r.randn(3, 3, 3, 2).astype('float32'))
J = tf.constant(r.rand(1, 5, 4, 3).astype('float32'))
K2 = tf.constant(r.randn(3, 3, 3, 3).astype('float32')); D = tf.constant(r.randn(1, 2, 2, 4).astype('float32'))
U = tf.constant(r.randint(0, 256, (4, 6, 3)).astype('uint8'))
def grad(f):
    x = tf.identity(A)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tf.convert_to_tensor(tape.gradient(y, x))
"""


def cases():
    """The expressions."""
    return Path(__file__).with_name("tensorflow.txt").read_text("utf-8").splitlines()


def plain(y):
    """A result as lists, with its type and its shape."""
    import numpy as np

    if isinstance(y, (list, tuple)) and not hasattr(y, "numpy"):
        return [plain(part) for part in y]
    x = np.asarray(y.numpy() if hasattr(y, "numpy") else y)
    if x.dtype.kind in "OSU":
        words = [w.decode() if isinstance(w, bytes) else str(w) for w in x.reshape(-1)]
        return {"dtype": "string", "shape": list(x.shape), "values": words}
    if x.dtype.kind == "c":
        return {"dtype": x.dtype.name, "shape": list(x.shape), "values": [[z.real, z.imag] for z in x.reshape(-1).tolist()]}
    values = x.reshape(-1).tolist()
    values = [float(f"{v:.8g}") for v in values] if x.dtype.kind == "f" else values
    return {"dtype": x.dtype.name, "shape": list(x.shape), "values": values}


if __name__ == "__main__":
    import tensorflow as tf

    space = {"tf": tf}
    exec(NAMES, space)
    found = {}
    for case in cases():
        try:
            found[case] = plain(eval(case, space))
        except Exception as error:
            print(case, "->", type(error).__name__, str(error)[:200])
    Path(__file__).with_name("tensorflow.json").write_text(json.dumps(found, separators=(",", ":"), allow_nan=True), "utf-8")
    print(len(found), "results")

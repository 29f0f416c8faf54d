# Variables by hand: assign_sub, reduce_mean, a loop over epochs.
# ruff: noqa: UP004
import numpy as np
import tensorflow as tf

x = tf.constant(np.linspace(-1, 1, 50), dtype=tf.float32)
y = 3.0 * x + 2.0


class Model:
    def __init__(self):
        self.W = tf.Variable(5.0, name="W")
        self.b = tf.Variable(0.0)

    def __call__(self, x):
        return self.W * x + self.b


model = Model()
for _ in range(100):
    with tf.GradientTape() as t:
        current_loss = tf.reduce_mean(tf.square(y - model(x)))
    dW, db = t.gradient(current_loss, [model.W, model.b])
    model.W.assign_sub(0.1 * dW)
    model.b.assign_sub(0.1 * db)
assert current_loss.shape == () and isinstance(current_loss, tf.Tensor)
RESULT = [model.W.numpy(), model.b.numpy(), float(current_loss), model.W.numpy().dtype.name, int(tf.size(x))]

# Second derivatives, persistent tapes, jacobians, custom gradients, stop_gradient.
import tensorflow as tf

x = tf.constant(3.0)
with tf.GradientTape() as outer:
    outer.watch(x)
    with tf.GradientTape() as inner:
        inner.watch(x)
        y = x * x * x
    dy = inner.gradient(y, x)
second = outer.gradient(dy, x)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    z = tf.math.log(x) + tf.stop_gradient(x) * x
    u = tf.exp(-x)
first = [tape.gradient(z, x), tape.gradient(u, x)]
del tape


@tf.custom_gradient
def log1pexp(x):
    e = tf.exp(x)

    def grad(upstream):
        return upstream * (1 - 1 / (1 + e))

    return tf.math.log(1 + e), grad


v = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    total = tf.reduce_sum(log1pexp(v * 1.0))
custom = tape.gradient(total, v)
with tf.GradientTape() as tape:
    w = tf.stack([v[0] * v[1], v[0] ** 2])
jacobian = tape.jacobian(w, v)
with tf.GradientTape() as tape:
    unused = tf.reduce_sum(v)
missing = tape.gradient(unused, tf.Variable(1.0))
assert missing is None
RESULT = [second.numpy(), first[0].numpy(), first[1].numpy(), custom.numpy().tolist(), jacobian.numpy().tolist()]

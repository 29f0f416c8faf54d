# Reinforcement learning by hand: sampled actions, discounted rewards, TensorArray, a loss of chosen log-probabilities.
import numpy as np
import tensorflow as tf

tf.random.set_seed(1)
model = tf.keras.Sequential(
    [
        tf.keras.Input((4,)),
        tf.keras.layers.Dense(8, activation="relu", kernel_initializer="ones"),
        tf.keras.layers.Dense(2, kernel_initializer="ones"),
    ]
)
states = np.random.RandomState(0).randn(10, 4).astype("float32")
actions = tf.random.categorical(model(states), 1)[:, 0]
assert actions.dtype == tf.int64 and set(actions.numpy()) <= {0, 1}
rewards = tf.range(10, dtype=tf.float32)


def expected_returns(rewards, gamma=0.9):
    n = tf.shape(rewards)[0]
    returns = tf.TensorArray(dtype=tf.float32, size=n)
    rewards = tf.cast(rewards[::-1], dtype=tf.float32)
    total = tf.constant(0.0)
    for i in tf.range(n):
        total = rewards[i] + gamma * total
        returns = returns.write(i, total)
    returns = returns.stack()[::-1]
    return (returns - tf.math.reduce_mean(returns)) / (tf.math.reduce_std(returns) + 1e-7)


returns = expected_returns(rewards)
actions = tf.constant([0, 1] * 5)
with tf.GradientTape() as tape:
    logits = model(states)
    chosen = tf.gather_nd(tf.nn.log_softmax(logits), tf.stack([tf.range(10), actions], axis=1))
    entropy = -tf.reduce_sum(tf.nn.softmax(logits) * tf.nn.log_softmax(logits), axis=1)
    loss = -tf.reduce_mean(chosen * returns) - 0.01 * tf.reduce_mean(entropy)
grads = tape.gradient(loss, model.trainable_variables)
clipped, norm = tf.clip_by_global_norm(grads, 0.5)
tf.keras.optimizers.SGD(0.1).apply_gradients(zip(clipped, model.trainable_variables))
RESULT = [float(loss), float(norm), returns.numpy().tolist(), model.get_weights()[1].tolist()]

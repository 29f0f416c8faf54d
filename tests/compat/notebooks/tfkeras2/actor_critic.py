"""Actor and critic share a body; parts are called as they are in papers: logits, activation, advantage, penalty."""
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class ActorCritic(keras.Model):
    def __init__(self, actions, hidden, penalty=0.01):
        super().__init__(name="policy")
        self.penalty = penalty
        self.common = layers.Dense(hidden)
        self.activation = layers.Activation("tanh")
        self.logits = layers.Dense(actions, name="policy_logits")
        self.value = layers.Dense(1)

    def call(self, inputs):
        x = self.activation(self.common(inputs))
        return self.logits(x), self.value(x)

    def infer(self, state):
        logits, value = self(state[None])
        return int(tf.argmax(logits, axis=-1)[0]), float(value[0, 0])


class Policy(layers.Layer):
    def __init__(self, actions, **kwargs):
        super().__init__(**kwargs)
        self.logits = layers.Dense(actions)
        self.activation = tf.nn.softmax

    def call(self, x):
        return self.activation(self.logits(x))


def seeded(model):
    model.set_weights([0.5 * np.cos(np.arange(w.size)).reshape(w.shape) for w in model.get_weights()])
    return model


def expected_return(rewards, gamma):
    n = tf.shape(rewards)[0]
    returns = tf.TensorArray(dtype=tf.float32, size=n)
    rewards = tf.cast(rewards[::-1], dtype=tf.float32)
    discounted_sum = tf.constant(0.0)
    for i in tf.range(n):
        discounted_sum = rewards[i] + gamma * discounted_sum
        returns = returns.write(i, discounted_sum)
    returns = returns.stack()[::-1]
    return (returns - tf.math.reduce_mean(returns)) / (tf.math.reduce_std(returns) + 1e-7)


states = np.sin(np.arange(24)).reshape(6, 4).astype("float32")
actions = np.array([0, 1, 1, 0, 1, 0])
model = ActorCritic(2, 8)
model(states)
seeded(model)
optimizer = keras.optimizers.Adam(learning_rate=0.01)
huber = keras.losses.Huber(reduction="sum")


@tf.function
def train_step(states, actions, rewards):
    with tf.GradientTape() as tape:
        logits, values = model(states, training=True)
        chosen = tf.gather(tf.nn.softmax(logits), actions, batch_dims=1)[:, None]
        returns = tf.expand_dims(expected_return(rewards, 0.9), 1)
        advantage = tf.stop_gradient(returns - values)
        entropy = -tf.reduce_sum(tf.nn.softmax(logits) * tf.nn.log_softmax(logits))
        loss = -tf.reduce_sum(tf.math.log(chosen) * advantage) + huber(values, returns) - model.penalty * entropy
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss


losses = [float(train_step(states, actions, tf.constant([1.0, 0, 0, 2.0, 0, 1.0]))) for _ in range(4)]
action, value = model.infer(states[0])

clone = seeded(keras.Sequential([keras.Input((4,)), layers.Dense(6, activation="relu"), Policy(2)]))
clone.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = clone.fit(states, actions, epochs=3, batch_size=3, shuffle=False, verbose=0).history

RESULT = [*losses, action, value, *history["loss"], *clone.predict(states[:2], verbose=0).ravel()]
EXPECTED = [0.352493, -0.213025, -0.76625, -1.30532, 0, 0.563642, 0.622053, 0.619034, 0.616035, 0.705507, 0.294493, 0.554264,
            0.445736]
np.testing.assert_allclose(RESULT, EXPECTED, rtol=1e-3, atol=1e-5)
assert len(model.trainable_variables) == 6 and model.penalty == 0.01

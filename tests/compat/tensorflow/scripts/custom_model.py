# Subclassed layers and models, written with tf.* functions, add_weight, a train_step of its own.
# ruff: noqa: UP008
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class Linear(layers.Layer):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer=tf.keras.initializers.Constant(0.1), trainable=True
        )
        self.b = tf.Variable(initial_value=tf.zeros_initializer()(shape=(self.units,), dtype="float32"), trainable=True)

    def call(self, inputs):
        batch = tf.shape(inputs)[0]
        flat = tf.reshape(inputs, [batch, -1])
        return tf.nn.bias_add(tf.matmul(flat, self.w), self.b)


class CustomModel(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = Linear(4)
        self.out = layers.Dense(1, kernel_initializer="ones")

    def call(self, x):
        return self.out(tf.nn.tanh(self.hidden(x)))

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = tf.reduce_mean(tf.keras.losses.mean_squared_error(y, y_pred))
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        return {"loss": loss}


rng = np.random.RandomState(1)
x = rng.randn(32, 3).astype("float32")
y = tf.reduce_sum(x, axis=1, keepdims=True)
model = CustomModel()
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse")
history = model.fit(x, y.numpy(), epochs=3, batch_size=8, shuffle=False, verbose=0)
assert len(model.trainable_variables) == 4
RESULT = [float(v) for v in history.history["loss"]]

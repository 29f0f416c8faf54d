"""Layers with build, call and get_config, in a residual net, saved and opened again."""
import os
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow import keras


class Scaled(keras.layers.Layer):
    def __init__(self, units, activation=None, **kwargs):
        super(Scaled, self).__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, batch_input_shape):
        n = batch_input_shape[-1]
        self.kernel = self.add_weight(name="kernel", shape=[n, self.units], initializer=keras.initializers.Constant(0.1))
        self.gain = self.add_weight(name="gain", shape=(self.units,), initializer="ones", trainable=True)
        super(Scaled, self).build(batch_input_shape)

    def call(self, inputs):
        return self.activation(tf.matmul(inputs, self.kernel) * self.gain)

    def get_config(self):
        config = super(Scaled, self).get_config()
        config.update({"units": self.units, "activation": keras.activations.serialize(self.activation)})
        return config


class Residual(keras.layers.Layer):
    def __init__(self, n_layers, units, **kwargs):
        super().__init__(**kwargs)
        self.n_layers, self.units = n_layers, units
        self.hidden = [Scaled(units, activation="tanh") for _ in range(n_layers)]

    def call(self, inputs, training=None):
        z = inputs
        for layer in self.hidden:
            z = layer(z)
        if training:
            self.add_loss(0.01 * tf.reduce_mean(tf.square(z)))
        return inputs + z

    def get_config(self):
        return {**super().get_config(), "n_layers": self.n_layers, "units": self.units}


inputs = keras.layers.Input(shape=(4,), name="rows")
outputs = Scaled(1)(Residual(2, 6)(Scaled(6, activation="relu")(inputs)))
model = keras.models.Model(inputs=[inputs], outputs=[outputs])
model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.1, decay=0.0) if tf.__version__ < "2.11" else "sgd", loss="mse")

x = np.sin(np.arange(80)).reshape(20, 4).astype("float32")
y = x.sum(axis=1, keepdims=True)
history = model.fit(x, y, batch_size=5, epochs=2, shuffle=False, verbose=0)
path = os.path.join(tempfile.mkdtemp(), "residual.keras")
model.save(path)
again = keras.models.load_model(path, custom_objects={"Scaled": Scaled, "Residual": Residual})
p = model.predict(x, verbose=0)

RESULT = [*history.history["loss"], *p[:3, 0], *model.layers[1].gain.numpy()[:2]]
EXPECTED = [1.74136, 1.71683, 0.206902, 0, 0, 1.00222, 1.00222]
np.testing.assert_allclose(RESULT, EXPECTED, rtol=2e-4)
assert p.shape == (20, 1) and np.array_equal(again.predict(x, verbose=0), p)
assert len(model.trainable_weights) == 8 and model.count_params() == sum(w.size for w in model.get_weights())

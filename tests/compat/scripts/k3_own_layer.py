# Keras 3: a layer and a model of one's own with keras.ops; numbers of Keras 3.15 on JAX
# Keras says: 0.0935642 0.432583 4.20164
import keras
import numpy as np
from keras import layers, ops


class Gate(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], input_shape[-1]), initializer="zeros", name="w")

    def call(self, x):
        return ops.sigmoid(ops.matmul(x, self.w)) * x


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.gate, self.last = layers.Dense(6, activation="gelu"), Gate(), layers.Dense(1)

    def call(self, x):
        return self.last(self.gate(self.first(x)))


X = np.sin(np.arange(48 * 4) * 0.9).reshape(48, 4).astype("float32")
y = X[:, :1] * X[:, 1:2]
net = Net()
net(X[:1])
net.set_weights([np.cos(np.arange(w.size) * 1.3 + i).reshape(w.shape) * 0.4 for i, w in enumerate(net.get_weights())])
net.compile(optimizer=keras.optimizers.AdamW(0.01), loss=keras.losses.Huber(), metrics=[keras.metrics.RootMeanSquaredError()])
h = net.fit(X, y, epochs=5, batch_size=12, verbose=0, shuffle=False).history
print("RESULT", h["loss"][-1], h["root_mean_squared_error"][-1], float(np.sum(net.predict(X, verbose=0))))

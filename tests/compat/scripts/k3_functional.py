# Keras 3: two inputs, two outputs, a shared layer; numbers of Keras 3.15 on JAX
# Keras says: 2.36869 1.77141 1.19456 1.16502 0.3
import keras
import numpy as np
from keras import layers

a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
shared = layers.Dense(5, activation="tanh", name="shared")
joint = layers.concatenate([shared(a), shared(b)])
first = layers.Dense(1, name="first")(joint)
second = layers.Dense(3, activation="softmax", name="second")(layers.LayerNormalization()(joint))
model = keras.Model([a, b], [first, second])
model.set_weights([np.cos(np.arange(w.size) * 1.3 + i).reshape(w.shape) * 0.4 for i, w in enumerate(model.get_weights())])
model.compile(
    optimizer="adam", loss=["mse", "sparse_categorical_crossentropy"], loss_weights=[1.0, 0.5], metrics=[["mae"], ["accuracy"]]
)
x = [np.sin(np.arange(120) * k).reshape(30, 4).astype("float32") for k in (0.5, 0.8)]
y = [x[0][:, :1], np.arange(30) % 3]
h = model.fit(x, y, epochs=4, batch_size=10, verbose=0, shuffle=False).history
print("RESULT", h["loss"][-1], h["first_loss"][-1], h["second_loss"][-1], h["first_mae"][-1], h["second_accuracy"][-1])

# Keras 2: gradients of an output by the input, as maps of what a net looks at
import numpy as np
from keras import backend as K
from keras.layers import Conv2D, Dense, Flatten
from keras.models import Sequential

model = Sequential([Conv2D(3, (3, 3), activation="tanh", input_shape=(6, 6, 1), name="conv"), Flatten(), Dense(2)])
x = np.sin(np.arange(36)).reshape(1, 6, 6, 1)
loss = K.mean(model.output[:, 1])
grads = K.gradients(loss, model.input)[0]
grads /= K.sqrt(K.mean(K.square(grads))) + 1e-5
iterate = K.function([model.input], [loss, grads])
start, _ = iterate([x])
for _ in range(10):
    value, g = iterate([x])
    x += g * 0.1
assert value > start
conv = model.get_layer("conv")
weights = K.function([model.input], [K.mean(K.gradients(model.output[0, 1], conv.output)[0], axis=(0, 1, 2)), conv.output])
pooled, maps = weights([x])
assert pooled.shape == (3,) and maps.shape == (1, 4, 4, 3)
heat = np.maximum((maps[0] * pooled).sum(-1), 0)
assert np.isfinite(heat).all()

"""A net of keras.applications as a frozen trunk: features first, then training with the last layers thawed."""
import numpy as np

import keras
from keras import layers

keras.utils.set_random_seed(3)
x = (np.indices((8, 32, 32, 3)).sum(axis=0) % 255).astype("float32")
y = np.arange(8) % 2

base = keras.applications.MobileNetV2(input_shape=(32, 32, 3), include_top=False, weights=None, alpha=0.35)
base.trainable = False
inputs = keras.Input(shape=(32, 32, 3))
h = keras.applications.mobilenet_v2.preprocess_input(inputs)
h = base(h, training=False)
h = layers.GlobalAveragePooling2D()(h)
outputs = layers.Dense(1, activation="sigmoid", kernel_initializer="zeros")(h)
model = keras.Model(inputs, outputs)
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy", metrics=["accuracy"])
frozen = len(model.trainable_weights)
before = [w.copy() for w in base.get_weights()]
start = model.evaluate(x, y, verbose=0)
model.fit(x, y, epochs=1, batch_size=4, verbose=0)
unchanged = all(np.array_equal(a, b) for a, b in zip(before, base.get_weights()))

base.trainable = True
for layer in base.layers[:-4]:
    layer.trainable = False
model.compile(optimizer=keras.optimizers.Adam(1e-5), loss="binary_crossentropy")
thawed = len(model.trainable_weights)
features = keras.Model(base.input, base.get_layer("block_3_expand_relu").output).predict(x, verbose=0)

np.testing.assert_allclose(start, [np.log(2), 0.5], rtol=1e-5)
assert unchanged and frozen == 2 and (len(base.layers), base.count_params()) == (154, 410208)
assert thawed == 2 + len([w for layer in base.layers[-4:] for w in layer.trainable_weights])
assert base.output_shape == (None, 1, 1, 1280) and features.shape == (8, 8, 8, 48)

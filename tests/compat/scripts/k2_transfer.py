# Keras 2: a trained net, its last layers cut off, the rest frozen, a new head
import numpy as np
from keras.layers import Conv2D, Dense, Flatten, GlobalAveragePooling2D, MaxPooling2D
from keras.models import Model, Sequential
from keras.preprocessing.image import ImageDataGenerator

np.random.seed(2)
X = np.random.rand(40, 12, 12, 3).astype("float32")
y = np.arange(40) % 2
X[y == 1, :6] += 0.7
base = Sequential([
    Conv2D(4, (3, 3), activation="relu", input_shape=(12, 12, 3)), MaxPooling2D((2, 2)), Conv2D(4, (3, 3), activation="relu"),
    Flatten(), Dense(5, activation="softmax"),
])
base.compile("adam", "sparse_categorical_crossentropy")
base.fit(X, np.arange(40) % 5, epochs=1, verbose=0)
for layer in base.layers:
    layer.trainable = False
x = GlobalAveragePooling2D()(base.layers[2].output)
x = Dense(8, activation="relu")(x)
model = Model(inputs=base.input, outputs=Dense(1, activation="sigmoid")(x))
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
frozen = base.layers[0].get_weights()[0].copy()
data = ImageDataGenerator(rescale=1.0, horizontal_flip=True, width_shift_range=0.1)
history = model.fit_generator(data.flow(X, y, batch_size=8), steps_per_epoch=5, epochs=25, verbose=0, workers=1)
assert (frozen == base.layers[0].get_weights()[0]).all() and len(model.trainable_weights) == 4
assert history.history["loss"][-1] < history.history["loss"][0]
base.layers[0].trainable = True
model.compile(optimizer="sgd", loss="binary_crossentropy")
model.fit(X, y, epochs=1, verbose=0)
assert (frozen != base.layers[0].get_weights()[0]).any()

"""A small convolutional net over changed pictures, with separable convolutions and residuals."""
import numpy as np

import keras
from keras import layers, ops

keras.utils.set_random_seed(1)
x = np.linspace(0, 255, 24 * 16 * 16 * 3).reshape(24, 16, 16, 3).astype("float32")
y = keras.utils.to_categorical(np.arange(24) % 3, 3)

augment = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1), layers.RandomContrast(0.1)], name="augment")
changed = augment(x[:4], training=True)
same = augment(x[:4], training=False)


def make_model(input_shape, num_classes):
    inputs = keras.Input(shape=input_shape)
    x = layers.Rescaling(1.0 / 255)(inputs)
    x = layers.Conv2D(8, 3, strides=2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    previous = x
    for size in [12]:
        x = layers.SeparableConv2D(size, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        residual = layers.Conv2D(size, 1, strides=2, padding="same")(previous)
        x = layers.add([x, residual])
        previous = x
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.25)(x)
    outputs = layers.Dense(num_classes, activation=None)(x)
    return keras.Model(inputs, outputs)


model = make_model((16, 16, 3), 3)
model.compile(
    optimizer=keras.optimizers.Adam(3e-4), loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
    metrics=[keras.metrics.CategoricalAccuracy(name="acc"), keras.metrics.TopKCategoricalAccuracy(k=2)],
)
history = model.fit(x, y, batch_size=8, epochs=2, validation_split=0.25, verbose=0)
probabilities = ops.softmax(model.predict(x, verbose=0))

assert ops.shape(changed) == (4, 16, 16, 3) and np.array_equal(ops.convert_to_numpy(same), x[:4])
assert not np.array_equal(ops.convert_to_numpy(changed), x[:4])
assert sorted(history.history) == [
    "acc", "loss", "top_k_categorical_accuracy", "val_acc", "val_loss", "val_top_k_categorical_accuracy"]
np.testing.assert_allclose(np.sum(probabilities, axis=-1), np.ones(24), rtol=1e-5)
assert model.count_params() == 631 and model.layers[-1].kernel.shape == (12, 3)

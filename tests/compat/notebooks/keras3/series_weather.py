"""Hours of weather in windows; stacked recurrent layers, and a bidirectional one that reads both ways."""
import numpy as np

import keras
from keras import layers

hours = np.arange(300)
data = np.stack([np.sin(hours / 4), np.cos(hours / 9), (hours % 24) / 24], axis=1).astype("float32")
temperature = data[:, 0]
mean = data[:200].mean(axis=0)
data = (data - mean) / data[:200].std(axis=0)

sequence_length, delay = 12, 12 + 6 - 1
settings = dict(sampling_rate=2, sequence_length=sequence_length // 2, shuffle=False, batch_size=32)
train = keras.utils.timeseries_dataset_from_array(data[:-delay], temperature[delay:], end_index=200, **settings)
val = keras.utils.timeseries_dataset_from_array(data[:-delay], targets=temperature[delay:], start_index=200, **settings)
for samples, targets in train:
    print("samples", samples.shape, "targets", targets.shape)
    break


def naive(dataset):
    total, seen = 0.0, 0
    for samples, targets in dataset:
        predicted = np.array(samples)[:, -1, 0] * 0.7 + mean[0]
        total += np.sum(np.abs(predicted - np.array(targets)))
        seen += samples.shape[0]
    return total / seen


inputs = keras.Input(shape=(sequence_length // 2, data.shape[-1]))
x = layers.GRU(6, return_sequences=True)(inputs)
x = layers.Bidirectional(layers.LSTM(4), merge_mode="concat")(x)
outputs = layers.Dense(1)(x)
model = keras.Model(inputs, outputs)
for i, v in enumerate(model.trainable_variables):
    v.assign(0.3 * np.sin(np.arange(np.prod(v.shape)) * 0.8 + i).reshape(v.shape))
callbacks = [keras.callbacks.ModelCheckpoint("weather.keras", save_best_only=True), keras.callbacks.TerminateOnNaN()]
model.compile(optimizer=keras.optimizers.RMSprop(learning_rate=0.01), loss="mse", metrics=["mae"])
history = model.fit(train, epochs=2, validation_data=val, callbacks=callbacks, verbose=0)
best = keras.models.load_model("weather.keras").evaluate(val, verbose=0)

RESULT = [*history.history["loss"], *history.history["val_mae"], *best, naive(val)]
EXPECTED = [0.300753, 0.0369265, 0.352727, 0.139007, 0.026784, 0.139007, 0.958916]
np.testing.assert_allclose(RESULT, EXPECTED, rtol=1e-3)
assert model.output_shape == (None, 1) and len(train) == 6

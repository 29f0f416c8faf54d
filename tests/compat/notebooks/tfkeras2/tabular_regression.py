"""Fuel for a car: a number out of a table, with the scaling inside the model."""
import os
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers
from tensorflow.keras.callbacks import ModelCheckpoint, ReduceLROnPlateau

rng = np.random.RandomState(0)
features = np.c_[rng.uniform(60, 200, 96), rng.uniform(700, 2000, 96), rng.randint(1, 9, 96)].astype(np.float32)
target = features @ np.array([0.03, 0.004, 0.2], "float32") + 1.0

normalizer = layers.Normalization(axis=-1)
normalizer.adapt(features)
print(normalizer.mean.numpy(), normalizer(features[:2]).numpy())


def build_and_compile_model(norm):
    model = tf.keras.Sequential([norm, layers.Dense(6, activation="tanh"), layers.Dense(units=1)])
    model.compile(loss="mean_absolute_error", optimizer=tf.keras.optimizers.Adam(0.1), metrics=["mse"])
    return model


model = build_and_compile_model(normalizer)
model.build((None, 3))
model.layers[1].set_weights([np.full((3, 6), 0.3) * np.cos(np.arange(6)), np.zeros(6)])
model.layers[2].set_weights([np.linspace(-1, 1, 6)[:, None], np.array([8.0])])

path = os.path.join(tempfile.mkdtemp(), "best.keras")
history = model.fit(
    features, target, epochs=4, batch_size=16, shuffle=False, verbose=0, validation_split=0.2,
    callbacks=[ModelCheckpoint(path, save_best_only=True), ReduceLROnPlateau(patience=1, factor=0.5)],
)
best = tf.keras.models.load_model(path)
results = best.evaluate(features, target, verbose=0, return_dict=True)
predictions = best.predict(features[:4], verbose=0).flatten()
error = predictions - target[:4]

RESULT = [*history.history["val_loss"], results["loss"], results["mse"], *predictions]
EXPECTED = [1.1613, 0.703242, 0.931078, 0.805279, 0.817918, 0.838326, 13.2545, 10.6865, 13.7865, 8.85296]
np.testing.assert_allclose(RESULT, EXPECTED, rtol=2e-4)
assert results["loss"] < 1.5 * min(history.history["val_loss"]) + 1
assert normalizer.mean.numpy().shape == (1, 3)

"""A loss as a class, a schedule as a class and a callback that notes the rate: each with its config."""
import numpy as np

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="mine")
class Pinball(keras.losses.Loss):
    def __init__(self, tau=0.9, name="pinball", **kwargs):
        super().__init__(name=name, **kwargs)
        self.tau = tau

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        return ops.mean(ops.maximum(self.tau * error, (self.tau - 1) * error), axis=-1)

    def get_config(self):
        return {**super().get_config(), "tau": self.tau}


@keras.saving.register_keras_serializable(package="mine")
class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, peak, warmup_steps):
        super().__init__()
        self.peak = peak
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        step = ops.cast(step, "float32")
        return self.peak * ops.minimum((step + 1) / self.warmup_steps, ops.rsqrt((step + 1) / self.warmup_steps))

    def get_config(self):
        return {"peak": self.peak, "warmup_steps": self.warmup_steps}


class Rates(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.rates = []

    def on_train_batch_end(self, batch, logs=None):
        self.rates.append(float(self.model.optimizer.learning_rate))


x = np.sin(np.arange(120)).reshape(40, 3).astype("float32")
y = (x.sum(axis=1, keepdims=True) ** 2).astype("float32")
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(5, activation="softplus"), keras.layers.Dense(1)])
model.set_weights([0.5 * np.cos(np.arange(w.size)).reshape(w.shape) for w in model.get_weights()])
model.compile(optimizer=keras.optimizers.SGD(WarmUp(0.2, 4), momentum=0.9, nesterov=True), loss=Pinball(tau=0.7))
rates = Rates()
history = model.fit(x, y, epochs=2, batch_size=10, shuffle=False, callbacks=[rates], verbose=0)
model.save("quantile.keras")
again = keras.models.load_model("quantile.keras")
again.fit(x, y, epochs=1, batch_size=10, shuffle=False, verbose=0)

RESULT = [*history.history["loss"], *rates.rates[:3], again.evaluate(x, y, verbose=0)]
EXPECTED = [0.908035, 0.596791, 0.1, 0.15, 0.2, 0.580886]
np.testing.assert_allclose(RESULT, EXPECTED, rtol=5e-4)
assert again.loss.tau == 0.7 and len(rates.rates) == 8

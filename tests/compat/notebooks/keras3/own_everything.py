"""A layer, an activation, a loss, a metric, a schedule, an optimizer, a regularizer and a constraint of one's own, saved and loaded."""
import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable(package="Mine")
class Scale(layers.Layer):
    def __init__(self, start=1.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        constant = keras.initializers.Constant(self.start)
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer=constant, regularizer="l2", constraint="non_neg")

    def call(self, x):
        return x * self.factor

    def get_config(self):
        return {**super().get_config(), "start": self.start}


@keras.saving.register_keras_serializable(package="Mine")
def swishy(x, beta=1.5):
    return x * ops.sigmoid(beta * x)


@keras.saving.register_keras_serializable(package="Mine")
class Quantile(keras.losses.Loss):
    def __init__(self, q=0.9, name="quantile", reduction="sum_over_batch_size", dtype=None):
        super().__init__(name=name, reduction=reduction)
        self.q = q

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        return ops.mean(ops.maximum(self.q * error, (self.q - 1) * error), axis=-1)

    def get_config(self):
        return {**super().get_config(), "q": self.q}


@keras.saving.register_keras_serializable(package="Mine")
class Within(keras.metrics.Metric):
    def __init__(self, tolerance=0.5, name="within", **kwargs):
        super().__init__(name=name, **kwargs)
        self.tolerance = tolerance
        self.hits = self.add_weight(name="hits", initializer="zeros")
        self.seen = self.add_weight(name="seen", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.hits.assign(self.hits + ops.sum(ops.cast(ops.abs(y_true - y_pred) < self.tolerance, "float32")))
        self.seen.assign_add(ops.cast(ops.size(y_true), "float32"))

    def result(self):
        return self.hits / self.seen

    def get_config(self):
        return {**super().get_config(), "tolerance": self.tolerance}


@keras.saving.register_keras_serializable(package="Mine")
class Warm(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, peak, steps):
        self.peak, self.steps = peak, steps

    def __call__(self, step):
        return self.peak * ops.minimum(1.0, (ops.cast(step, "float32") + 1) / self.steps)

    def get_config(self):
        return {"peak": self.peak, "steps": self.steps}


@keras.saving.register_keras_serializable(package="Mine")
class SignSGD(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.01, momentum=0.5, name="signsgd", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.means = [self.add_variable_from_reference(v, "mean") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        mean = self.means[self._get_variable_index(variable)]
        self.assign(mean, mean * self.momentum + (1 - self.momentum) * gradient)
        self.assign_sub(variable, ops.cast(learning_rate, variable.dtype) * ops.sign(mean))

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}


@keras.saving.register_keras_serializable(package="Mine")
class NearOne(keras.regularizers.Regularizer):
    def __init__(self, strength=1e-3):
        self.strength = strength

    def __call__(self, weights):
        return self.strength * ops.sum(ops.abs(weights - 1.0))

    def get_config(self):
        return {"strength": self.strength}


@keras.saving.register_keras_serializable(package="Mine")
class Cap(keras.constraints.Constraint):
    def __init__(self, cap):
        self.cap = cap

    def __call__(self, weights):
        return ops.clip(weights, -self.cap, self.cap)

    def get_config(self):
        return {"cap": self.cap}


x = np.sin(np.arange(160) * 1.7).reshape(40, 4).astype("float32")
y = x.sum(axis=1, keepdims=True)
results = []
for optimizer in (SignSGD(Warm(0.02, 4)), keras.optimizers.Lion(1e-2), keras.optimizers.AdamW(Warm(0.05, 3), weight_decay=0.01)):
    inputs = keras.Input((4,))
    h = layers.Dense(6, activation=swishy, kernel_regularizer=NearOne(), kernel_constraint=Cap(0.8))(inputs)
    model = keras.Model(inputs, layers.Dense(1)(Scale(1.2)(h)))
    model.set_weights([0.5 * np.cos(np.arange(w.size)).reshape(w.shape) if w.ndim > 1 else w for w in model.get_weights()])
    model.compile(optimizer, Quantile(0.7), metrics=[Within(0.1), "mae"])
    history = model.fit(x, y, epochs=3, batch_size=10, shuffle=False, verbose=0).history
    results += [*history["loss"], *history["within"], float(model.optimizer.learning_rate)]
    assert np.abs(model.layers[1].get_weights()[0]).max() <= 0.8

    model.save("model.keras")
    again = keras.models.load_model("model.keras")
    assert (again.loss.q, again.layers[2].start, again.layers[1].kernel_constraint.cap) == (0.7, 1.2, 0.8)
    results += again.evaluate(x, y, verbose=0)[:2]
    results += again.fit(x, y, epochs=1, batch_size=10, shuffle=False, verbose=0).history["loss"]

EXPECTED = [0.180043, 0.119545, 0.111168, 0.25, 0.825, 0.825, 0.02, 0.0912212, 1, 0.0927649, 0.176442, 0.128776, 0.10556,
            0.275, 0.675, 1, 0.01, 0.103074, 1, 0.100427, 0.162754, 0.114571, 0.0969282, 0.325, 0.575, 0.55, 0.05, 0.0764835,
            0.65, 0.0664791]
RESULT = results
np.testing.assert_allclose(RESULT, EXPECTED, rtol=1e-3, atol=1e-5)

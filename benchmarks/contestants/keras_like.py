"""minikeras and Keras: one way of writing for both."""

from __future__ import annotations

import importlib

from benchmarks.contestants.contestant import Base


class Contestant(Base):
    """`best`: ``steps_per_execution`` as long as an epoch; `jit`: ``compile(jit_compile=True)``."""

    suffix = ".keras"

    def __init__(self, library, best=False, jit=None):
        self.keras, self.best, self.jit = importlib.import_module(library), best, jit

    def build(self, net, steps=1):
        y = x = self.keras.Input(net.shape)
        layers = [self.layer(net, word, n) for word, n in net.parts()]
        if any(word == "residual" for word, _ in net.parts()):
            for (word, _), layer in zip(net.parts(), layers):
                y = y + layer(y) if word == "residual" else layer(y)
            model = self.keras.Model(x, y)
        else:
            model = self.keras.Sequential([x, *layers])
        options = {"steps_per_execution": steps} if self.best else {}
        options |= {} if self.jit is None else {"jit_compile": self.jit}
        loss = "binary_crossentropy" if net.outputs == 1 else "sparse_categorical_crossentropy"
        model.compile(net.optimizer, loss, metrics=["accuracy"], **options)
        return model

    def layer(self, net, word, n):
        """The layer that a word means."""
        layers = self.keras.layers
        makers = {
            "hidden": lambda: layers.Dense(n, activation="relu"), "residual": lambda: layers.Dense(n, activation="relu"),
            "dense": lambda: layers.Dense(n, activation="sigmoid" if n == 1 else "softmax"), "plain": lambda: layers.Dense(n),
            "norm": layers.BatchNormalization, "relu": layers.ReLU, "dropout": lambda: layers.Dropout(n),
            "conv": lambda: layers.Conv2D(n, 3, activation="relu"), "pool": layers.MaxPooling2D, "flatten": layers.Flatten,
            "same": lambda: layers.Conv2D(n, 3, activation="relu", padding="same"),
            "lstm": lambda: layers.LSTM(n), "gru": lambda: layers.GRU(n), "mean": layers.GlobalAveragePooling1D,
            "embedding": lambda: layers.Embedding(net.integers, n),
        }  # fmt: skip
        return makers[word]()

    def trainer(self, model, net, x, y, epochs):
        def run():
            return model.fit(x, y, batch_size=net.batch, epochs=epochs, verbose=0).history["loss"][-1]

        return run

    def streamer(self, model, batches, steps):
        return lambda: model.fit(batches(), steps_per_epoch=steps, verbose=0).history["loss"][-1]

    def predictor(self, model, net, x):
        return lambda: model.predict(x, batch_size=net.batch, verbose=0)

    def caller(self, model, x):
        return lambda: model(x)

    def save(self, model, path):
        model.save(path)

    def load(self, path, net):
        return self.keras.models.load_model(path)

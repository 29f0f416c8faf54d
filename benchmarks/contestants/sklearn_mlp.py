"""scikit-learn's MLPClassifier, an epoch a call of partial_fit."""

from __future__ import annotations

import pickle

import numpy as np
from sklearn.neural_network import MLPClassifier

from benchmarks.contestants.contestant import Absent, Base


class Contestant(Base):
    def build(self, net, steps=1):
        if not net.sizes:
            raise Absent("dense nets only")
        rates = {"solver": "sgd", "momentum": 0, "learning_rate_init": 0.01} if net.optimizer == "sgd" else {}
        model = MLPClassifier(net.sizes[1:-1], alpha=0, batch_size=net.batch, **rates)
        classes = np.arange(max(net.outputs, 2))
        rows = np.zeros((net.batch, *net.shape), np.float32)
        return model.partial_fit(rows, np.arange(net.batch) % len(classes), classes=classes)

    def trainer(self, model, net, x, y, epochs):
        return lambda: float([model.partial_fit(x, y) for _ in range(epochs)][-1].loss_)

    def predictor(self, model, net, x):
        def run():
            return np.concatenate([model.predict_proba(x[i : i + net.batch]) for i in range(0, len(x), net.batch)])

        return run

    def save(self, model, path):
        with open(path, "wb") as file:
            pickle.dump(model, file)

    def load(self, path, net):
        with open(path, "rb") as file:
            return pickle.load(file)

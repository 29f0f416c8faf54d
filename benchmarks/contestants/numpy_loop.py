"""The hand-written NumPy loop: the measure for the others on chains of dense layers."""

from __future__ import annotations

import numpy as np

from benchmarks.contestants.contestant import Absent, Base
from benchmarks.contestants.loops import Binary, Classes
from benchmarks.contestants.threads import faster, of_blas


class Contestant(Base):
    suffix = ".npz"

    def build(self, net, steps=1):
        if not net.sizes:
            raise Absent("dense nets only")
        return (Binary if net.outputs == 1 else Classes)(net.sizes, net.batch, net.optimizer)

    def trainer(self, model, net, x, y, epochs):
        return faster(lambda: [model.epoch(x, y)[0] for _ in range(epochs)][-1], of_blas)

    def predictor(self, model, net, x):
        result = np.empty((len(x), net.outputs), np.float32)

        def run():
            for i in range(0, len(x), net.batch):
                result[i : i + net.batch] = self.forward(model, x[i : i + net.batch])
            return result

        return faster(run, of_blas) if len(x) > 1 else run

    def caller(self, model, x):
        return lambda: self.forward(model, x)

    @staticmethod
    def forward(model, a):
        """The outputs of a few rows."""
        for w, b in zip(model.w[:-1], model.b):
            a = np.dot(a, w)
            a += b
            np.maximum(a, 0, out=a)
        a = np.dot(a, model.w[-1])
        a += model.b[-1]
        if a.shape[1] == 1:
            return 1 / (1 + np.exp(-a))
        a -= a.max(1, keepdims=True)
        np.exp(a, out=a)
        a /= a.sum(1, keepdims=True)
        return a

    def save(self, model, path):
        np.savez(path, p=model.p, m=model.m, v=model.v, t=model.t)

    def load(self, path, net):
        model = self.build(net)
        with np.load(path) as kept:
            model.p[...], model.m[...], model.v[...], model.t = kept["p"], kept["m"], kept["v"], int(kept["t"])
        return model

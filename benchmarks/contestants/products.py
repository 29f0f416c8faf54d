"""The matrix products of a net and nothing else: below their time no NumPy comes."""

from __future__ import annotations

import numpy as np

from benchmarks.contestants.contestant import Absent, Base
from benchmarks.contestants.threads import faster, of_blas


class Contestant(Base):
    def build(self, net, steps=1):
        if not net.sizes:
            raise Absent("dense nets only")
        rng = np.random.default_rng(1)
        return [rng.standard_normal(pair, dtype=np.float32) for pair in zip(net.sizes, net.sizes[1:])]

    def trainer(self, model, net, x, y, epochs):
        z = [np.zeros((net.batch, o), np.float32) for o in net.sizes[1:]]
        d, dw = [np.zeros_like(a) for a in z], [np.empty_like(w) for w in model]

        def run():
            for i in range(0, len(x) * epochs, net.batch):
                a = inputs = x[i % len(x) : i % len(x) + net.batch]
                for w, out in zip(model, z):  # forward: Z = A W
                    a = np.dot(a, w, out=out)
                for k in range(len(model) - 1, -1, -1):
                    np.dot((z[k - 1] if k else inputs).T, d[k], out=dw[k])  # ∂L/∂W = Aᵀ Δ
                    if k:
                        np.dot(d[k], model[k].T, out=d[k - 1])  # ∂L/∂A = Δ Wᵀ

        return faster(run, of_blas)

    def predictor(self, model, net, x):
        n = min(net.batch, len(x))
        z = [np.empty((n, o), np.float32) for o in net.sizes[1:]]

        def run():
            for i in range(0, len(x), n):
                a = x[i : i + n]
                for w, out in zip(model, z):
                    a = np.dot(a, w, out=out)
            return a

        return faster(run, of_blas) if len(x) > 1 else run

    def caller(self, model, x):
        net_like = type("Rows", (), {"batch": len(x), "sizes": (len(model[0]), *(w.shape[1] for w in model))})
        return self.predictor(model, net_like, x)

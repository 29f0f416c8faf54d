"""Hand-written NumPy loops: what one would write without a library, and does not want to write twice.

Buffers are made once, `out=` stands wherever NumPy takes it, and the bookkeeping is that of fit(): loss and accuracy.
"""

from __future__ import annotations

import numpy as np


class Weights:
    """All weights in one vector, all gradients in another; each layer sees its part."""

    def __init__(self, sizes, optimizer):
        pairs, rng = list(zip(sizes, sizes[1:])), np.random.default_rng(1)
        total = sum(i * o + o for i, o in pairs)
        self.p, self.g = np.zeros(total, np.float32), np.zeros(total, np.float32)
        self.m, self.v, self.r, self.q = (np.zeros(total if optimizer == "adam" else 0, np.float32) for _ in range(4))
        (self.w, self.b), (self.dw, self.db) = self.cut(self.p, pairs), self.cut(self.g, pairs)
        for w in self.w:
            w[...] = rng.standard_normal(w.shape) * np.sqrt(2 / sum(w.shape))
        self.t, self.update = 0, self.adam if optimizer == "adam" else self.sgd

    @staticmethod
    def cut(flat, pairs):
        """Matrices and biases that lie in one vector."""
        w, b, at = [], [], 0
        for i, o in pairs:
            w.append(flat[at : at + i * o].reshape(i, o))
            b.append(flat[at + i * o : at + i * o + o])
            at += i * o + o
        return w, b

    def sgd(self, rate=0.01):
        for p, g in zip(self.w + self.b, self.dw + self.db):
            g *= rate
            p -= g

    def adam(self, rate=0.001):
        p, g, m, v, r, q = self.p, self.g, self.m, self.v, self.r, self.q
        self.t += 1
        rate *= (1 - 0.999**self.t) ** 0.5 / (1 - 0.9**self.t)
        for j in range(0, len(p), 32768):
            k = slice(j, j + 32768)
            np.subtract(g[k], m[k], out=r[k]); r[k] *= 0.1; m[k] += r[k]  # noqa: E702
            np.square(g[k], out=r[k]); r[k] -= v[k]; r[k] *= 0.001; v[k] += r[k]  # noqa: E702
            np.sqrt(v[k], out=r[k]); r[k] += 1e-7  # noqa: E702
            np.multiply(m[k], rate, out=q[k]); q[k] /= r[k]; p[k] -= q[k]  # noqa: E702


class Binary(Weights):
    """Two hidden layers with relu and one output with sigmoid: small, so nothing is left to a loop over the layers."""

    def __init__(self, sizes, batch, optimizer):
        super().__init__(sizes, optimizer)
        self.z = [np.empty((batch, o), np.float32) for o in sizes[1:]]
        self.d = [np.empty((batch, o), np.float32) for o in sizes[1:]]
        self.on = [np.empty((batch, o), bool) for o in sizes[1:]]
        self.s, self.ones, self.batch = np.empty((batch, 1), np.float32), np.ones(batch, np.float32), batch

    def epoch(self, x, y):
        w, b, z, d, dw, db, s, on = self.w, self.b, self.z, self.d, self.dw, self.db, self.s, self.on
        n, ones, update = self.batch, self.ones, self.update
        order = np.random.permutation(len(x))
        x, y = x[order], y[order].reshape(-1, 1)
        loss = hits = 0.0
        for i in range(0, len(x), n):
            a, t = x[i : i + n], y[i : i + n]
            np.dot(a, w[0], out=z[0]); z[0] += b[0]; np.maximum(z[0], 0, out=z[0])  # noqa: E702
            np.dot(z[0], w[1], out=z[1]); z[1] += b[1]; np.maximum(z[1], 0, out=z[1])  # noqa: E702
            np.dot(z[1], w[2], out=z[2]); z[2] += b[2]  # noqa: E702
            out = z[2]
            np.abs(out, out=s); np.negative(s, out=s); np.exp(s, out=s); np.log1p(s, out=s)  # noqa: E702
            loss += float(s.sum() + np.maximum(out, 0).sum() - np.dot(t.ravel(), out.ravel()))
            hits += np.count_nonzero((out > 0) == (t > 0.5))
            np.multiply(out, 0.5, out=s); np.tanh(s, out=s); s += 1; s *= 0.5  # noqa: E702 sigmoid
            np.subtract(s, t, out=d[2]); d[2] *= 1 / n  # noqa: E702
            np.dot(z[1].T, d[2], out=dw[2]); np.dot(ones, d[2], out=db[2])  # noqa: E702
            np.dot(d[2], w[2].T, out=d[1]); np.greater(z[1], 0, out=on[1]); d[1] *= on[1]  # noqa: E702
            np.dot(z[0].T, d[1], out=dw[1]); np.dot(ones, d[1], out=db[1])  # noqa: E702
            np.dot(d[1], w[1].T, out=d[0]); np.greater(z[0], 0, out=on[0]); d[0] *= on[0]  # noqa: E702
            np.dot(a.T, d[0], out=dw[0]); np.dot(ones, d[0], out=db[0])  # noqa: E702
            update()
        return loss / len(x), hits / len(x)


class Classes(Weights):
    """Hidden layers with relu, softmax at the end: large, so a loop over the layers costs nothing."""

    def __init__(self, sizes, batch, optimizer):
        super().__init__(sizes, optimizer)
        self.z = [np.empty((batch, o), np.float32) for o in sizes[1:]]
        self.d = [np.empty((batch, o), np.float32) for o in sizes[1:-1]]
        self.on = [np.empty((batch, o), bool) for o in sizes[1:-1]]
        self.ones, self.rows, self.batch = np.ones(batch, np.float32), np.arange(batch), batch

    def epoch(self, x, y):
        w, b, z, d, dw, db, on, n = self.w, self.b, self.z, self.d, self.dw, self.db, self.on, self.batch
        order = np.random.permutation(len(x))
        x, y = x[order], y[order]
        loss, hits, last = 0.0, 0, len(w) - 1
        for i in range(0, len(x), n):
            a, t = x[i : i + n], y[i : i + n]
            for k in range(last):
                np.dot(z[k - 1] if k else a, w[k], out=z[k]); z[k] += b[k]; np.maximum(z[k], 0, out=z[k])  # noqa: E702
            out = z[last]
            np.dot(z[last - 1], w[last], out=out); out += b[last]  # noqa: E702
            hits += np.count_nonzero(out.argmax(1) == t)
            out -= out.max(1, keepdims=True)
            picked = out[self.rows, t].sum()
            np.exp(out, out=out)
            s = out.sum(1, keepdims=True)
            loss += float(np.log(s).sum() - picked)
            out /= s
            out[self.rows, t] -= 1
            out *= 1 / n
            for k in range(last, -1, -1):
                delta = d[k] if k < last else out
                np.dot((z[k - 1] if k else a).T, delta, out=dw[k]); np.dot(self.ones, delta, out=db[k])  # noqa: E702
                if k:
                    np.dot(delta, w[k].T, out=d[k - 1]); np.greater(z[k - 1], 0, out=on[k - 1]); d[k - 1] *= on[k - 1]  # noqa: E702
            self.update()
        return loss / len(x), hits / len(x)

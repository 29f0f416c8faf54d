"""Training and predicting against a hand-written NumPy loop, and against Keras, scikit-learn and PyTorch where installed.

    python benchmarks/bench_step.py [--rounds 7]

Everything runs side by side in one process, in turns, so that the ratios hold on a noisy machine. The hand-written
loop has preallocated buffers, `out=` wherever NumPy takes it, and the same bookkeeping: loss and accuracy per epoch.
To reach: at most 1.15 times the loop on the lecture net, 1.05 on the larger one.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc

import numpy as np

import minikeras as keras

os.environ.setdefault("KERAS_BACKEND", "jax")


def data(inputs: int, classes: int, rows: int = 6400):
    """Random inputs and labels that can be learnt."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, inputs), dtype=np.float32)
    scores = x @ rng.standard_normal((inputs, classes), dtype=np.float32)
    return x, (scores[:, 0] > 0).astype("float32") if classes == 1 else scores.argmax(1)


class HandLecture:
    """10-32-32-1, relu, sigmoid, binary cross-entropy, plain gradient descent: what one would write without a library."""

    def __init__(self, batch=32, rate=0.01):
        rng = np.random.default_rng(1)
        sizes = (10, 32, 32, 1)
        pairs = list(zip(sizes, sizes[1:]))
        self.w = [rng.standard_normal(pair, dtype=np.float32) * np.float32(np.sqrt(2 / sum(pair))) for pair in pairs]
        self.b = [np.zeros(o, np.float32) for o in sizes[1:]]
        self.z = [np.empty((batch, o), np.float32) for o in sizes[1:]]
        self.d = [np.empty((batch, o), np.float32) for o in sizes[1:]]
        self.dw, self.db = [np.empty_like(w) for w in self.w], [np.empty_like(b) for b in self.b]
        self.s = np.empty((batch, 1), np.float32)
        self.on = [np.empty((batch, o), bool) for o in sizes[1:]]
        self.ones, self.batch, self.rate = np.ones(batch, np.float32), batch, rate

    def epoch(self, x, y):
        w, b, z, d, dw, db, s, on = self.w, self.b, self.z, self.d, self.dw, self.db, self.s, self.on
        n, ones, rate = self.batch, self.ones, self.rate
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
            for p, g in zip(w + b, dw + db):
                g *= rate
                p -= g
        return loss / len(x), hits / len(x)


class HandDigits:
    """784-128-10, relu, softmax, cross-entropy, Adam over one flat vector."""

    def __init__(self, batch=128, rate=0.001):
        rng = np.random.default_rng(1)
        total = 784 * 128 + 128 + 128 * 10 + 10
        self.p, self.g = np.zeros(total, np.float32), np.zeros(total, np.float32)
        self.m, self.v, self.r, self.q = (np.zeros(total, np.float32) for _ in range(4))

        def cut(flat):
            ends = np.cumsum([784 * 128, 128, 128 * 10])
            w1, b1, w2, b2 = np.split(flat, ends)
            return w1.reshape(784, 128), b1, w2.reshape(128, 10), b2

        self.w, self.dw = cut(self.p), cut(self.g)
        self.w[0][...] = rng.standard_normal((784, 128)) * np.sqrt(2 / 912)
        self.w[2][...] = rng.standard_normal((128, 10)) * np.sqrt(2 / 138)
        self.z1, self.d1 = np.empty((batch, 128), np.float32), np.empty((batch, 128), np.float32)
        self.z2, self.on = np.empty((batch, 10), np.float32), np.empty((batch, 128), bool)
        self.ones, self.rows = np.ones(batch, np.float32), np.arange(batch)
        self.batch, self.rate, self.t = batch, rate, 0

    def epoch(self, x, y):
        (w1, b1, w2, b2), (dw1, db1, dw2, db2) = self.w, self.dw
        z1, z2, d1, on, n = self.z1, self.z2, self.d1, self.on, self.batch
        p, g, m, v, r, q = self.p, self.g, self.m, self.v, self.r, self.q
        order = np.random.permutation(len(x))
        x, y = x[order], y[order]
        loss = hits = 0.0
        for i in range(0, len(x), n):
            a, t = x[i : i + n], y[i : i + n]
            np.dot(a, w1, out=z1); z1 += b1; np.maximum(z1, 0, out=z1)  # noqa: E702
            np.dot(z1, w2, out=z2); z2 += b2  # noqa: E702
            hits += np.count_nonzero(z2.argmax(1) == t)
            z2 -= z2.max(1, keepdims=True)
            picked = z2[self.rows, t].sum()
            np.exp(z2, out=z2)
            s = z2.sum(1, keepdims=True)
            loss += float(np.log(s).sum() - picked)
            z2 /= s
            z2[self.rows, t] -= 1
            z2 *= 1 / n
            np.dot(z1.T, z2, out=dw2); np.dot(self.ones, z2, out=db2)  # noqa: E702
            np.dot(z2, w2.T, out=d1); np.greater(z1, 0, out=on); d1 *= on  # noqa: E702
            np.dot(a.T, d1, out=dw1); np.dot(self.ones, d1, out=db1)  # noqa: E702
            self.t += 1
            rate = self.rate * (1 - 0.999**self.t) ** 0.5 / (1 - 0.9**self.t)
            for j in range(0, len(p), 32768):
                k = slice(j, j + 32768)
                np.subtract(g[k], m[k], out=r[k]); r[k] *= 0.1; m[k] += r[k]  # noqa: E702
                np.square(g[k], out=r[k]); r[k] -= v[k]; r[k] *= 0.001; v[k] += r[k]  # noqa: E702
                np.sqrt(v[k], out=r[k]); r[k] += 1e-7  # noqa: E702
                np.multiply(m[k], rate, out=q[k]); q[k] /= r[k]; p[k] -= q[k]  # noqa: E702
        return loss / len(x), hits / len(x)


def sequential(lib, sizes, last, optimizer, loss):
    """The same net in minikeras or in Keras."""
    layers = [lib.Input((sizes[0],)), *(lib.layers.Dense(n, "relu") for n in sizes[1:-1]), lib.layers.Dense(sizes[-1], last)]
    model = lib.Sequential(layers)
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model


def torch_epoch(sizes, batch, adam):
    """A closure that trains the net in PyTorch for one epoch."""
    import torch

    torch.set_num_threads(1)
    parts = []
    for i, o in zip(sizes, sizes[1:]):
        parts += [torch.nn.Linear(i, o), torch.nn.ReLU()]
    net = torch.nn.Sequential(*parts[:-1])
    optimizer = torch.optim.Adam(net.parameters()) if adam else torch.optim.SGD(net.parameters(), 0.01)
    loss_fn = torch.nn.CrossEntropyLoss() if sizes[-1] > 1 else torch.nn.BCEWithLogitsLoss()

    def epoch(x, y):
        order = np.random.permutation(len(x))
        x, y = torch.from_numpy(x[order]), torch.from_numpy(y[order])
        total = hits = 0.0
        for i in range(0, len(x), batch):
            a, t = x[i : i + batch], y[i : i + batch]
            z = net(a)
            loss = loss_fn(z if sizes[-1] > 1 else z[:, 0], t)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(a)
            hits += int(((z.argmax(1) == t) if sizes[-1] > 1 else ((z[:, 0] > 0) == (t > 0.5))).sum())
        return total / len(x), hits / len(x)

    return epoch


def has(package):
    return importlib.util.find_spec(package) is not None


def contest(title, sizes, batch, optimizer, loss, hand, rounds, epochs):
    """Time one epoch of each in turns; print medians and ratios to the hand-written loop."""
    x, y = data(sizes[0], sizes[-1])
    last = "softmax" if sizes[-1] > 1 else "sigmoid"
    runners = {"hand-written loop": hand.epoch}
    ours = sequential(keras, sizes, last, optimizer, loss)
    runners["minikeras"] = lambda x, y: ours.fit(x, y, batch_size=batch, verbose=0, epochs=epochs)
    if has("keras"):
        import keras as real

        theirs = sequential(real, sizes, last, optimizer, loss)
        runners[f"keras ({real.backend.backend()})"] = lambda x, y: theirs.fit(x, y, batch_size=batch, verbose=0, epochs=epochs)
    if has("sklearn"):
        from sklearn.neural_network import MLPClassifier

        solver = dict(solver="adam") if optimizer == "adam" else dict(solver="sgd", momentum=0, learning_rate_init=0.01)
        mlp = MLPClassifier(sizes[1:-1], alpha=0, batch_size=batch, **solver)
        classes = np.unique(y)
        runners["scikit-learn"] = lambda x, y: [mlp.partial_fit(x, y, classes=classes) for _ in range(epochs)]
    if has("torch"):
        train = torch_epoch(sizes, batch, optimizer == "adam")
        runners["pytorch"] = lambda x, y: [train(x, y) for _ in range(epochs)]
    single = runners["hand-written loop"]
    runners["hand-written loop"] = lambda x, y: [single(x, y) for _ in range(epochs)]
    times = {name: [] for name in runners}
    for turn in range(rounds + 1):
        for name, run in runners.items():
            start = time.perf_counter()
            run(x, y)
            if turn:  # the first is warm-up, compilation included
                times[name].append(time.perf_counter() - start)
    steps = epochs * -(-len(x) // batch)
    print(f"\n{title}: batch {batch}, {optimizer}, {steps} steps a turn, {rounds} turns")
    floor = np.array(times["hand-written loop"])
    for name, seconds in times.items():
        ratio = np.median(np.array(seconds) / floor)
        print(f"  {name:20s} {min(seconds) / steps * 1e6:9.1f} us a step   {ratio:6.2f} x the hand-written loop")


def predict_one():
    """One row through predict(), the lecture net."""
    model = sequential(keras, (10, 32, 32, 1), "sigmoid", "sgd", "binary_crossentropy")
    x = np.zeros((1, 10), np.float32)
    model.predict(x)
    best = min(timed(lambda: model.predict(x), 200) for _ in range(50))
    print(f"\npredict(x[:1]): {best * 1e6:.1f} us (to reach: below 60)")


def timed(call, times):
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def start_up(rounds=9):
    """`import minikeras` over `import numpy`, each in a new process, from compiled files as after an installation."""
    took = {}
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        for turn in range(rounds + 1):
            for code in ("import numpy", "import minikeras"):
                start = time.perf_counter()
                subprocess.run([sys.executable, "-c", code], check=True, env=env)
                if turn:  # the first compiles
                    took.setdefault(code, []).append(time.perf_counter() - start)
    bare, ours = (min(seconds) for seconds in took.values())
    print(f"import minikeras: {(ours - bare) * 1e3:.0f} ms over import numpy's {bare * 1e3:.0f} (to reach: at most 40)")


def memory(models=1000):
    """Make, train one step and drop many models."""
    x, y = data(10, 1, 32)

    def one():
        sequential(keras, (10, 32, 32, 1), "sigmoid", "sgd", "binary_crossentropy").train_on_batch(x, y)

    for _ in range(20):
        one()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(models):
        one()
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    print(f"{models} models made, trained one step and dropped: {grown / 2**20:.2f} MB more (to reach: below 5)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    contest("lecture net 10-32-32-1", (10, 32, 32, 1), 32, "sgd", "binary_crossentropy", HandLecture(), rounds, 5)
    contest("784-128-10", (784, 128, 10), 128, "adam", "sparse_categorical_crossentropy", HandDigits(), rounds, 1)
    predict_one()
    start_up()
    memory()

"""PyTorch with a loop of one's own, in its own order of axes, on one thread or all, whichever is faster."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from benchmarks.contestants.contestant import Base
from benchmarks.contestants.threads import faster, of_torch


class Last(nn.Module):
    """The last step of a recurrent layer, or the mean over the words."""

    def forward(self, x):
        return x[0][:, -1] if isinstance(x, tuple) else x.mean(1)


class Residual(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.inner = nn.LazyLinear(n)

    def forward(self, x):
        return x + torch.relu(self.inner(x))


class Contestant(Base):
    suffix = ".pt"

    def build(self, net, steps=1):
        model = nn.Sequential(*(module for word, n in net.parts() for module in self.modules(net, word, n)))
        with torch.no_grad():
            model(self.inputs(np.zeros((2, *net.shape), "int64" if net.integers else "float32")))  # finds the shapes
        model.optimizer = (torch.optim.Adam if net.optimizer == "adam" else torch.optim.SGD)(
            model.parameters(), 0.001 if net.optimizer == "adam" else 0.01
        )
        return model

    def modules(self, net, word, n):
        """What a word means."""
        makers = {
            "hidden": lambda: [nn.LazyLinear(n), nn.ReLU()], "dense": lambda: [nn.LazyLinear(n)],
            "plain": lambda: [nn.LazyLinear(n)], "residual": lambda: [Residual(n)], "norm": lambda: [nn.LazyBatchNorm1d()],
            "relu": lambda: [nn.ReLU()], "dropout": lambda: [nn.Dropout(n)], "pool": lambda: [nn.MaxPool2d(2)],
            "conv": lambda: [nn.LazyConv2d(n, 3), nn.ReLU()], "flatten": lambda: [nn.Flatten()],
            "same": lambda: [nn.LazyConv2d(n, 3, padding=1), nn.ReLU()],
            "lstm": lambda: [nn.LSTM(net.shape[-1], n, batch_first=True), Last()],
            "gru": lambda: [nn.GRU(net.shape[-1], n, batch_first=True), Last()],
            "embedding": lambda: [nn.Embedding(net.integers, n)], "mean": lambda: [Last()],
        }  # fmt: skip
        return makers[word]()

    @staticmethod
    def inputs(x):
        """A tensor; images with their channels in front."""
        x = torch.from_numpy(x)
        return x.permute(0, 3, 1, 2).contiguous() if x.ndim == 4 else x

    def trainer(self, model, net, x, y, epochs):
        x, y, binary = self.inputs(x), torch.from_numpy(y), net.outputs == 1
        small = x.nbytes < 2**26  # else all rows in a new order would be a second copy
        loss_fn = nn.BCEWithLogitsLoss() if binary else nn.CrossEntropyLoss()

        def run():
            for _ in range(epochs):
                total, hits, order = 0.0, 0, torch.randperm(len(x))
                mixed, labels = (x[order], y[order]) if small else (None, None)
                for i in range(0, len(x), net.batch):
                    part = slice(i, i + net.batch)
                    a, t = (mixed[part], labels[part]) if small else (x[order[part]], y[order[part]])
                    z = model(a)
                    loss = loss_fn(z[:, 0] if binary else z, t)
                    model.optimizer.zero_grad()
                    loss.backward()
                    model.optimizer.step()
                    total += loss.item() * len(a)
                    hits += int(((z[:, 0] > 0) == (t > 0.5) if binary else z.argmax(1) == t).sum())
            return total / len(x)

        model.train()
        return faster(run, of_torch) if small else run

    def predictor(self, model, net, x):
        end = torch.sigmoid if net.outputs == 1 else lambda z: torch.softmax(z, 1)

        def run():
            with torch.inference_mode():
                parts = (x[i : i + net.batch] for i in range(0, len(x), net.batch))
                return torch.cat([end(model(self.inputs(part))) for part in parts]).numpy()

        model.eval()
        return faster(run, of_torch)

    def caller(self, model, x):
        model.eval()
        return lambda: model(torch.from_numpy(x))

    def save(self, model, path):
        torch.save({"net": model.state_dict(), "optimizer": model.optimizer.state_dict()}, path)

    def load(self, path, net):
        model, kept = self.build(net), torch.load(path)
        model.load_state_dict(kept["net"])
        model.optimizer.load_state_dict(kept["optimizer"])
        return model

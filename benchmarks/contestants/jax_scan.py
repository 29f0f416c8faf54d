"""JAX by hand: an epoch is one compiled `lax.scan` over the batches."""

from __future__ import annotations

import pickle
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.contestants.contestant import Absent, Base


def logits(params, a):
    for w, b in params[:-1]:
        a = jax.nn.relu(a @ w + b)
    w, b = params[-1]
    return a @ w + b


def loss_and_hits(params, a, t):
    """The loss of a batch, and how many rows are right."""
    z = logits(params, a)
    if z.shape[1] == 1:
        z = z[:, 0]
        return jnp.mean(jnp.maximum(z, 0) - z * t + jnp.log1p(jnp.exp(-jnp.abs(z)))), jnp.sum((z > 0) == (t > 0.5))
    return -jnp.mean(jax.nn.log_softmax(z)[jnp.arange(len(t)), t]), jnp.sum(z.argmax(1) == t)


def sgd(params, slots, grads):
    return jax.tree.map(lambda p, g: p - 0.01 * g, params, grads), slots


def adam(params, slots, grads):
    m, v, t = slots
    t = t + 1
    m = jax.tree.map(lambda m, g: m + 0.1 * (g - m), m, grads)
    v = jax.tree.map(lambda v, g: v + 0.001 * (g * g - v), v, grads)
    rate = 0.001 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-7), params, m, v), (m, v, t)


@partial(jax.jit, static_argnames=("batch", "optimizer"), donate_argnums=(0, 1))
def epoch(params, slots, x, y, key, batch, optimizer):
    """All batches in a new order."""
    order = jax.random.permutation(key, len(x))
    batches = x[order].reshape(-1, batch, x.shape[1]), y[order].reshape(-1, batch)
    update = adam if optimizer == "adam" else sgd

    def step(state, one):
        (loss, hits), grads = jax.value_and_grad(loss_and_hits, has_aux=True)(state[0], *one)
        return update(*state, grads), (loss, hits)

    (params, slots), (losses, hits) = lax.scan(step, (params, slots), batches)
    return params, slots, losses.mean(), hits.sum() / len(x)


@jax.jit
def forward(params, a):
    z = logits(params, a)
    return jax.nn.sigmoid(z) if z.shape[1] == 1 else jax.nn.softmax(z)


class Contestant(Base):
    def build(self, net, steps=1):
        if not net.sizes:
            raise Absent("dense nets only")
        rng = np.random.default_rng(1)
        pairs = list(zip(net.sizes, net.sizes[1:]))
        params = [(jnp.asarray(rng.standard_normal(p, dtype=np.float32) * np.float32(np.sqrt(2 / sum(p)))), jnp.zeros(p[1]))
                  for p in pairs]  # fmt: skip
        zeros = partial(jax.tree.map, jnp.zeros_like)
        slots = (zeros(params), zeros(params), jnp.zeros(())) if net.optimizer == "adam" else ()
        return {"params": params, "slots": slots, "key": jax.random.key(0)}

    def trainer(self, model, net, x, y, epochs):
        if len(x) % net.batch:
            raise Absent("full batches only")
        x, y = jnp.asarray(x), jnp.asarray(y)

        def run():
            for _ in range(epochs):
                model["key"], key = jax.random.split(model["key"])
                model["params"], model["slots"], loss, hits = epoch(
                    model["params"], model["slots"], x, y, key, net.batch, net.optimizer
                )
            float(hits)
            return float(loss)

        return run

    def predictor(self, model, net, x):
        def run():
            parts = [forward(model["params"], x[i : i + net.batch]) for i in range(0, len(x), net.batch)]
            return np.concatenate([np.asarray(part) for part in parts])

        return run

    def caller(self, model, x):
        return lambda: np.asarray(forward(model["params"], x))

    def save(self, model, path):
        with open(path, "wb") as file:
            pickle.dump(jax.device_get((model["params"], model["slots"])), file)

    def load(self, path, net):
        with open(path, "rb") as file:
            params, slots = jax.device_put(pickle.load(file))
        return {"params": params, "slots": slots, "key": jax.random.key(0)}

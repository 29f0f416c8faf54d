"""Optimizers whose step is a formula for each weight: one pass over memory; see `minikeras.optimizers` for the formulas."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minikeras import optimizers
from minikeras._core import threads
from minikeras._core.variable import Variable
from minikeras.fast.compiling import kernel
from minikeras.optimizers.blocks import stretches

SGD, ADAM, NADAM, ADAMAX, RMSPROP, ADAGRAD, ADADELTA, LION, FTRL = range(9)
RULES: dict[type, tuple[int, Callable]] = {  # class: code, the numbers of a step after `prepare`
    optimizers.SGD: (SGD, lambda o: (o.rate, o.momentum, o.nesterov)),
    optimizers.Adam: (ADAM, lambda o: (o.rate, 1 - o.beta_1, 1 - o.beta_2, o.epsilon, o.amsgrad)),
    optimizers.AdamW: (ADAM, lambda o: (o.rate, 1 - o.beta_1, 1 - o.beta_2, o.epsilon, o.amsgrad)),
    optimizers.Nadam: (NADAM, lambda o: (o.of_m, 1 - o.beta_1, 1 - o.beta_2, o.epsilon, o.of_g, o.of_v)),
    optimizers.Adamax: (ADAMAX, lambda o: (o.rate, 1 - o.beta_1, o.beta_2, o.epsilon)),
    optimizers.RMSprop: (RMSPROP, lambda o: (o.rate, o.rho, 1 - o.rho, o.epsilon, o.momentum, o.centered)),
    optimizers.Adagrad: (ADAGRAD, lambda o: (o.rate, o.epsilon)),
    optimizers.Adadelta: (ADADELTA, lambda o: (o.rate, o.rho, 1 - o.rho, o.epsilon)),
    optimizers.Lion: (LION, lambda o: (o.rate, o.beta_1, 1 - o.beta_1, o.beta_2, 1 - o.beta_2)),
    optimizers.Ftrl: (
        FTRL,
        lambda o: (
            o.rate, -o.learning_rate_power, o.l1_regularization_strength, 2 * o.l2_regularization_strength,
            2 * o.l2_shrinkage_regularization_strength, o.beta,
        ),
    ),
}  # fmt: skip
BY_TIME = (ADAM, NADAM, ADAMAX)  # whose numbers change from step to step
NUMBERS = 7  # of a step, the learning rate at their end
NOTHING = np.empty(0, np.float32)
FEW, MANY = 1 << 9, 1 << 16  # weights from which on a compiled step pays: with slots, and plain descent
WEIGHT = 30.0  # what the step of a weight costs, in multiply-adds


class Walk(NamedTuple):
    """What a step of an optimizer goes along, as arrays.

    Attributes:
        code: which rule.
        spans: rows (start, stop, start in the slots): weights side by side.
        decays: the weight decay of each.
        slots: three flat vectors, empty where the rule has fewer.
    """

    code: int
    spans: np.ndarray
    decays: np.ndarray
    slots: tuple[np.ndarray, np.ndarray, np.ndarray]


def walk_of(optimizer: Any, variables: list[Variable]) -> Walk | None:
    """The walk of an optimizer over these variables, None where its rule, its options or where the numbers lie forbid it."""
    o = optimizer
    options = (o.clipnorm, o.global_clipnorm, o.clipvalue, o.gradient_accumulation_steps, o.loss_scale_factor)
    if type(o) not in RULES or any(options) or o.use_ema or any(v.constraint is not None for v in variables):
        return None
    spans, decays, stores = [], [], None
    for decay, group in itertools.groupby(variables, key=o.decay_of):
        for run in stretches([o.row(v) for v in group]):
            (store, span), *slots = run
            stores = stores or [place for place, _ in run]
            starts = {part.start for _, part in slots}
            if [place for place, _ in run] != stores or len(starts) > 1 or store.values.dtype != np.float32:
                return None
            spans.append((span.start, span.stop, starts.pop() if starts else 0))
            decays.append(decay or 0.0)
    if not spans or len(stores) != 1 + sum(map(len, o.slots)):  # an option that wants a slot came after they were made
        return None
    slots = tuple([place.values for place in stores[1:]] + [NOTHING] * (4 - len(stores)))
    return Walk(RULES[type(o)][0], np.array(spans, np.int64), np.array(decays, np.float32), slots)


def numbers_of(optimizer: Any, steps: int) -> np.ndarray:
    """The numbers of the next steps; the count of steps goes on."""
    count, (code, read), rows = optimizer._iterations.value, RULES[type(optimizer)], []
    same = isinstance(optimizer._learning_rate, Variable)  # one rate for all of them
    if same and code not in BY_TIME:
        optimizer.prepare(rate := optimizer._rate(), count.item() + 1)
        rows, count[()] = [(*read(optimizer), rate)], count.item() + steps
    else:
        rate, t = optimizer._rate(), count.item()
        for i in range(steps):
            rate = rate if same or not i else optimizer._rate()
            optimizer.prepare(rate, t + i + 1)
            rows.append((*read(optimizer), rate))
            count[()] = t + i + 1
    table = np.zeros((steps, NUMBERS), np.float32)
    table[:, : len(rows[0]) - 1], table[:, -1] = [row[:-1] for row in rows], [row[-1] for row in rows]
    return table


def stepping(optimizer: Any, variables: list[Variable]) -> Callable | None:
    """A whole step of an optimizer, its pieces shared by the cores; None where `walk_of` finds no walk, or NumPy is faster."""
    walk = walk_of(optimizer, variables)
    if walk is None:
        return None
    slots, store, total = optimizer.slots, variables[0].store, int((walk.spans[:, 1] - walk.spans[:, 0]).sum())
    if total < (FEW if walk.slots[0].size else MANY):
        return None
    first, size = int(walk.spans[:, 0].min()), int(walk.spans[:, 1].max())
    parts = [(first + part.start, first + part.stop) for part in threads.cut(size - first, WEIGHT * total)]

    def step():
        if optimizer.slots != slots:
            return optimizer.step()
        (row,) = numbers_of(optimizer, 1)
        threads.share(parts, lambda part: update(*part, row, store.values, store.grads, *walk[:3], *walk.slots))

    return step


@kernel
def update(first, end, numbers, values, grads, code, spans, decays, a, b, c) -> None:
    """Do one step of those weights that stand from `first` to before `end`."""
    for k in range(len(spans)):
        start, stop, slot = spans[k]
        i, j = max(first - start, 0), min(end, stop) - start
        if i >= j:
            continue
        w, g = values[start + i : start + j], grads[start + i : start + j]
        if decays[k]:
            factor = decays[k] * numbers[-1]
            for n in range(len(w)):
                w[n] -= w[n] * factor  # w ← w − η λ w
        one = a[slot + i : slot + j]
        two = b[slot + i : slot + j]
        if code == SGD:
            sgd(numbers, w, g, one)
        elif code == ADAM:
            adam(numbers, w, g, one, two, c[slot + i : slot + j])
        elif code == NADAM:
            nadam(numbers, w, g, one, two)
        elif code == ADAMAX:
            adamax(numbers, w, g, one, two)
        elif code == RMSPROP:
            rmsprop(numbers, w, g, one, two, b if numbers[4] == 0 else c, slot + i)
        elif code == ADAGRAD:
            adagrad(numbers, w, g, one)
        elif code == ADADELTA:
            adadelta(numbers, w, g, one, two)
        elif code == LION:
            lion(numbers, w, g, one)
        elif code == FTRL:
            ftrl(numbers, w, g, one, two)


@kernel
def sgd(numbers, w, g, m):
    rate, momentum, nesterov = numbers[0], numbers[1], numbers[2]
    if momentum == 0:
        for i in range(len(w)):
            w[i] -= rate * g[i]  # w ← w − η g
    elif nesterov == 0:
        for i in range(len(w)):
            m[i] = momentum * m[i] - rate * g[i]  # m ← μ m − η g
            w[i] += m[i]  # w ← w + m
    else:
        for i in range(len(w)):
            m[i] = momentum * m[i] - rate * g[i]
            w[i] += momentum * m[i] - rate * g[i]  # w ← w + μ m − η g


@kernel
def adam(numbers, w, g, m, v, largest):
    rate, to_m, to_v, epsilon, amsgrad = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
    if amsgrad == 0:
        for i in range(len(w)):
            m[i] += (g[i] - m[i]) * to_m  # m ← m + (1 − β₁)(g − m)
            v[i] += (g[i] * g[i] - v[i]) * to_v  # v ← v + (1 − β₂)(g² − v)
            w[i] -= m[i] * rate / (np.sqrt(v[i]) + epsilon)  # w ← w − η̂ m / (√v + ε)
    else:
        for i in range(len(w)):
            m[i] += (g[i] - m[i]) * to_m
            v[i] += (g[i] * g[i] - v[i]) * to_v
            largest[i] = max(largest[i], v[i])  # v̂ ← max(v̂, v)
            w[i] -= m[i] * rate / (np.sqrt(largest[i]) + epsilon)


@kernel
def nadam(numbers, w, g, m, v):
    of_m, to_m, to_v, epsilon, of_g, of_v = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]
    for i in range(len(w)):
        m[i] += (g[i] - m[i]) * to_m
        v[i] += (g[i] * g[i] - v[i]) * to_v
        w[i] -= (m[i] * of_m + g[i] * of_g) / (np.sqrt(v[i] * of_v) + epsilon)  # w ← w − η m̂ / (√v̂ + ε)


@kernel
def adamax(numbers, w, g, m, u):
    rate, to_m, beta_2, epsilon = numbers[0], numbers[1], numbers[2], numbers[3]
    for i in range(len(w)):
        m[i] += (g[i] - m[i]) * to_m
        u[i] = max(beta_2 * u[i], abs(g[i]))  # u ← max(β₂ u, |g|)
        w[i] -= m[i] * rate / (u[i] + epsilon)  # w ← w − η̂ m / (u + ε)


@kernel
def rmsprop(numbers, w, g, v, m, means, at):
    rate, rho, to_v, epsilon, momentum, centered = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]
    for i in range(len(w)):
        v[i] = rho * v[i] + to_v * g[i] * g[i]  # v ← ρ v + (1 − ρ) g²
        under = v[i]
        if centered != 0:
            a = rho * means[at + i] + to_v * g[i]  # a ← ρ a + (1 − ρ) g
            means[at + i] = a
            under -= a * a
        step = rate * g[i] / np.sqrt(under + epsilon)
        if momentum > 0:
            m[i] = momentum * m[i] + step  # m ← μ m + η g / √(v + ε)
            step = m[i]
        w[i] -= step


@kernel
def adagrad(numbers, w, g, a):
    rate, epsilon = numbers[0], numbers[1]
    for i in range(len(w)):
        a[i] += g[i] * g[i]  # a ← a + g²
        w[i] -= rate * g[i] / np.sqrt(a[i] + epsilon)  # w ← w − η g / √(a + ε)


@kernel
def adadelta(numbers, w, g, a, b):
    rate, rho, rest, epsilon = numbers[0], numbers[1], numbers[2], numbers[3]
    for i in range(len(w)):
        a[i] = rho * a[i] + rest * g[i] * g[i]  # a ← ρ a + (1 − ρ) g²
        d = np.sqrt(b[i] + epsilon) * g[i] / np.sqrt(a[i] + epsilon)  # d = √(b + ε) g / √(a + ε)
        b[i] = rho * b[i] + rest * d * d  # b ← ρ b + (1 − ρ) d²
        w[i] -= rate * d  # w ← w − η d


@kernel
def lion(numbers, w, g, m):
    rate, beta_1, rest_1, beta_2, rest_2 = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
    for i in range(len(w)):
        w[i] -= rate * np.sign(beta_1 * m[i] + rest_1 * g[i])  # w ← w − η sign(β₁ m + (1 − β₁) g)
        m[i] = beta_2 * m[i] + rest_2 * g[i]  # m ← β₂ m + (1 − β₂) g


@kernel
def ftrl(numbers, w, g, n, z):
    rate, p, bound, decay, shrinkage, beta = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]
    for i in range(len(w)):
        before = n[i] ** p
        n[i] += g[i] * g[i]  # n′ = n + g²
        after = n[i] ** p
        z[i] += g[i] + shrinkage * w[i] - (after - before) / rate * w[i]  # z ← z + g + 2 λₛ w − (n′ᵖ − nᵖ) / η · w
        inside = min(max(z[i], -bound), bound)
        w[i] = (inside - z[i]) / ((after + beta) / rate + decay)  # w ← (clip(z, −λ₁, λ₁) − z) / ((n′ᵖ + β) / η + 2 λ₂)

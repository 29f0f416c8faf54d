"""Steps of training, compiled once for all nets of layers in a row or in a graph: what they are made of comes in tables.

A step has two halves, each of which several threads may share. First the rows of the batch go through the net and back, some
with each thread (`minikeras.fast.passes`); then come the weights, some with each thread:
    ∂C/∂W[l] = a[l-1]ᵀ δ[l];  ∂C/∂b[l] = Σ δ[l];  W ← W - α ∂C/∂W
"""

from __future__ import annotations

import numpy as np

from minikeras.fast.compiling import flipped_times, kernel
from minikeras.fast.crew import finish, take, wait
from minikeras.fast.optimizers import update
from minikeras.fast.passes import DELTA, FIRST, WIDTH, B, W, block, taken, through

LAYER, ROW, END = range(3)  # what an entry of the table of gradients holds: a layer, rows of its W, or none for its b


@kernel
def slopes(blas, layers, entries, grads, x, work, batch) -> None:
    """Write ∂C/∂W and ∂C/∂b of some layers, or of some rows of them, for the rows of x."""
    rows = len(x)
    for k in range(len(entries)):
        layer, first, end = layers[entries[k, LAYER]], entries[k, ROW], entries[k, END]
        width = layer[WIDTH]
        delta = block(work, layer[DELTA], batch, 0, rows, width)
        if first < end:
            a, at = taken(layers, layer[FIRST], x, work, batch, 0, rows), layer[W] + first * width
            flipped_times(blas, a, first, delta, grads[at : at + (end - first) * width].reshape(end - first, width))  # aᵀ δ
            continue
        total = grads[layer[B] : layer[B] + width]
        for j in range(width):
            total[j] = 0
        for i in range(rows):
            for j in range(width):
                total[j] += delta[i, j]  # ∂C/∂b = Σ δ


@kernel
def penalize(first, end, penalties, amounts, values, grads, learning) -> float:
    """λ₁ Σ |w| + λ₂ Σ w² of what stands from `first` to before `end`; its slopes are added to the gradients."""
    total = 0.0
    for k in range(len(penalties)):
        l1, l2 = amounts[k]
        for i in range(max(penalties[k, 0], first), min(penalties[k, 1], end)):
            w = values[i]
            total += l1 * abs(w) + l2 * w * w
            if learning:
                grads[i] += l1 * np.sign(w) + (l2 + l2) * w
    return total


@kernel
def run(
    crew, stop, offer, blas, layers, reals, fixed, values, grads, x, order, y, labels, weights, batch, first, loss, number,
    from_logits, masks, drawn, entries, parts, penalties, amounts, numbers, code, spans, decays, s1, s2, s3, outputs, work,
    rows, costs, more, learning,
):  # fmt: skip
    """Steps of training, or of testing, one batch after the other, from sample `first` on, up to the task `stop`; or what other
    threads leave of them.

    y, labels, weights and outputs hold these samples alone, in the order of the epoch; x holds all. `drawn` says how many
    rows of masks a step takes. A row of `costs` takes C of each share of the rows of a batch, one of `more` what penalties add
    for each part of the weights; a part is a row of `parts`: where it begins and ends, and which entries are of it. Without
    `numbers` the weights stay put.
    """
    shares = costs.shape[1]
    tasks = shares + len(parts)  # of a step
    while True:
        task = take(crew)
        if task >= stop:
            return
        step = task // tasks
        k = task - step * tasks
        at = step * batch
        n = min(batch, len(outputs) - at)
        if k < shares:
            i, j = n * k // shares, n * (k + 1) // shares
            here, part = rows[i:j], slice(at + i, at + j)
            wait(crew, step * tasks, offer)
            for row in range(j - i):
                source = order[first + at + i + row] if len(order) else first + at + i + row
                for column in range(x.shape[1]):
                    here[row, column] = x[source, column]
            costs[step, k] = through(
                blas, layers, reals, fixed, values, grads, here, y[part] if len(y) else y,
                labels[part] if len(labels) else labels, weights[part] if len(weights) else weights, n, loss, number,
                from_logits, outputs[part], work, batch, masks[step * drawn : (step + 1) * drawn], i, learning,
            )  # fmt: skip
        else:
            k -= shares
            start, end, entry, last = parts[k]
            wait(crew, step * tasks + shares, offer)
            if learning:
                slopes(blas, layers, entries[entry:last], grads, rows[:n], work, batch)
            more[step, k] = penalize(start, end, penalties, amounts, values, grads, learning)
            if len(numbers):
                update(start, end, numbers[step], values, grads, code, spans, decays, s1, s2, s3)
        finish(crew)

"""The passes of some rows of a batch through a net of layers in a row or in a graph: what it is made of comes in tables.

The lecture's backpropagation, as in `minikeras.models.compiled`:
    a[l] = g(a[l-1] W[l] + b[l]);  δ[L] = ∂C/∂a[L] · g′(z[L]);  δ[l] = δ[l+1] W[l+1]ᵀ · g′(z[l])
"""

from __future__ import annotations

import numpy as np

from minikeras.fast.activations import LINEAR, activate, slope
from minikeras.fast.compiling import kernel, times, times_flipped
from minikeras.fast.losses import cost

# what a row of the table of layers holds: the kind of layer, its width, where its W and b (or γ and β) stand among the
# weights (or what it scales by among the fixed numbers), its moving averages or the row of its mask, its activation, where z, a
# and ∂C/∂a stand in the work space, whether it is trained; the rows of what it takes, -1 for x, and whether ∂C/∂a of these has
# shares of others when its own come to it
KIND, WIDTH, W, B, MEAN, VARIANCE, PHI, Z, A, DELTA, TRAINED, FIRST, SECOND, MORE, MORE_2 = range(15)
DENSE, ACTIVATION, DROPOUT, NORMALIZATION, SCALING, SUM, DIFFERENCE, PRODUCT, SIDE_BY_SIDE = range(9)  # from SUM on of two
# what a row of the table of their numbers holds
ALPHA, KEEP, MOMENTUM, EPSILON = range(4)
ONE = np.float32(1)


@kernel
def block(work, at, batch, skip, rows, width):
    """Some rows of a width in the work space, behind the first `skip`: `at` numbers a sample behind its start."""
    start = at * batch + skip * width
    return work[start : start + rows * width].reshape(rows, width)


@kernel
def taken(layers, number, x, work, batch, skip, rows):
    """What a row of the table gives, or x."""
    return x if number < 0 else block(work, layers[number, A], batch, skip, rows, layers[number, WIDTH])


@kernel
def copy(a, out) -> None:
    """The same as ``out[...] = a``, of matrices of one shape; that takes seconds to compile."""
    for i in range(len(a)):
        for j in range(a.shape[1]):
            out[i, j] = a[i, j]


@kernel
def pass_on(delta, first, factor, out, more) -> None:
    """Some columns of δ · factor, or with `more` that much more."""
    rows, width = out.shape
    for i in range(rows):
        for j in range(width):
            out[i, j] = delta[i, first + j] * factor + (out[i, j] if more else np.float32(0))


@kernel
def merge(kind, keep, a, b, out) -> None:
    """(a + b) · keep, a - b, a · b, or both side by side."""
    rows, width = a.shape
    for i in range(rows):
        if kind == SUM:
            for j in range(width):
                out[i, j] = (a[i, j] + b[i, j]) * keep
        elif kind == DIFFERENCE:
            for j in range(width):
                out[i, j] = a[i, j] - b[i, j]
        elif kind == PRODUCT:
            for j in range(width):
                out[i, j] = a[i, j] * b[i, j]
        else:
            for j in range(width):
                out[i, j] = a[i, j]
            for j in range(b.shape[1]):
                out[i, width + j] = b[i, j]


@kernel
def merge_back(layers, l, keep, x, delta, work, batch, skip) -> None:
    """Pass δ on to both that were merged, but for x."""
    rows, layer = len(delta), layers[l]
    for k in range(2):
        number, kind = layer[FIRST + k], layer[KIND]
        if number < 0:
            continue
        out = block(work, layers[number, DELTA], batch, skip, rows, layers[number, WIDTH])
        if kind == PRODUCT:  # ∂(a · b)/∂a = b
            other = taken(layers, layer[SECOND - k], x, work, batch, skip, rows)
            for i in range(rows):
                for j in range(other.shape[1]):
                    out[i, j] = delta[i, j] * other[i, j] + (out[i, j] if layer[MORE + k] else np.float32(0))
            continue
        first = layer[WIDTH] - layers[number, WIDTH] if k else 0
        pass_on(delta, first, -keep if k and kind == DIFFERENCE else keep, out, layer[MORE + k])


@kernel
def drop(a, mask, skip, keep, out) -> None:
    """a · m / (1 - rate): so does δ pass."""
    rows, width = a.shape
    for i in range(rows):
        for j in range(width):
            out[i, j] = a[i, j] * (np.float32(mask[(skip + i) * width + j]) * keep)


@kernel
def scale(a, fixed, out) -> None:
    """(a - c) · s + o, with c, s and o for each column."""
    rows, width = a.shape
    c, s, o = fixed[:width], fixed[width : 2 * width], fixed[2 * width :]
    for i in range(rows):
        for j in range(width):
            out[i, j] = (a[i, j] - c[j]) * s[j] + o[j]


@kernel
def scale_back(delta, fixed, out, more) -> None:
    """δ · s, or with `more` that much more."""
    rows, width = delta.shape
    for i in range(rows):
        for j in range(width):
            out[i, j] = delta[i, j] * fixed[width + j] + (out[i, j] if more else np.float32(0))


@kernel
def forward(blas, layers, reals, fixed, values, x, work, batch, masks, skip, learning) -> None:
    """Pass the rows of `x` through all layers, as in training or as in prediction."""
    rows = len(x)
    for l in range(len(layers)):
        layer, real = layers[l], reals[l]
        width, a = layer[WIDTH], taken(layers, layer[FIRST], x, work, batch, skip, rows)
        z, out = block(work, layer[Z], batch, skip, rows, width), block(work, layer[A], batch, skip, rows, width)
        if layer[KIND] == DENSE:
            if layer[B] >= 0:
                bias = values[layer[B] : layer[B] + width]
                for i in range(rows):
                    for j in range(width):
                        z[i, j] = bias[j]
            weights = values[layer[W] : layer[W] + a.shape[1] * width].reshape(a.shape[1], width)
            times(blas, a, weights, z, layer[B] >= 0)  # z = a W + b
        elif layer[KIND] == DROPOUT:
            if learning:
                drop(a, masks[layer[MEAN]], skip, real[KEEP], out)
            else:
                copy(a, out)
        elif layer[KIND] == NORMALIZATION:
            inverse = block(work, layer[A] + width, batch, 0, 1, width)[0]
            normalize(layer, real, values, a, z, out, inverse, learning)
        elif layer[KIND] == SCALING:
            scale(a, fixed[layer[W] : layer[W] + 3 * width], out)
        elif layer[KIND] >= SUM:
            merge(layer[KIND], real[KEEP], a, taken(layers, layer[SECOND], x, work, batch, skip, rows), out)
        else:
            z = a
        if layer[PHI] != LINEAR or layer[KIND] == ACTIVATION:
            if layer[Z] != layer[A] or layer[KIND] == ACTIVATION:
                copy(z, out)
            activate(layer[PHI], real[ALPHA], out)  # a = g(z)


@kernel
def normalize(layer, real, values, x, centered, y, inverse, learning) -> None:
    """y = γ (x - μ) / √(σ² + ε) + β, by the batch, which the moving averages follow, or by those."""
    rows, width = x.shape
    mean, variance = values[layer[MEAN] : layer[MEAN] + width], values[layer[VARIANCE] : layer[VARIANCE] + width]
    share, step = ONE / np.float32(rows), ONE - real[MOMENTUM]
    sums, squares = np.zeros(width, np.float32), np.zeros(width, np.float32)
    for i in range(rows):
        for j in range(width):
            sums[j] += x[i, j]
    for j in range(width):
        sums[j] = sums[j] * share if learning else mean[j]  # μ = Σ x / n
    for i in range(rows):
        for j in range(width):
            e = x[i, j] - sums[j]
            centered[i, j] = e
            squares[j] += e * e
    for j in range(width):
        squares[j] = squares[j] * share if learning else variance[j]  # σ² = Σ (x - μ)² / n
        if learning:
            mean[j] += step * (sums[j] - mean[j])
            variance[j] += step * (squares[j] - variance[j])
        inverse[j] = ONE / np.sqrt(squares[j] + real[EPSILON])
        sums[j] = inverse[j] * values[layer[W] + j] if layer[W] >= 0 else inverse[j]
        squares[j] = values[layer[B] + j] if layer[B] >= 0 else np.float32(0)
    for i in range(rows):
        for j in range(width):
            y[i, j] = centered[i, j] * sums[j] + squares[j]


@kernel
def normalize_back(layer, values, grads, centered, inverse, delta) -> None:
    """∂L/∂x = γ / √(σ² + ε) · (δ - (Σ δ + x̂ Σ δ x̂) / n) in the place of δ; ∂L/∂γ = Σ δ x̂, ∂L/∂β = Σ δ."""
    rows, width = delta.shape
    total, along = np.zeros(width, np.float32), np.zeros(width, np.float32)
    for i in range(rows):
        for j in range(width):
            total[j] += delta[i, j]
            along[j] += delta[i, j] * centered[i, j]
    share = ONE / np.float32(rows)
    for j in range(width):
        along[j] *= inverse[j]
        if layer[W] >= 0:
            grads[layer[W] + j] = along[j]
        if layer[B] >= 0:
            grads[layer[B] + j] = total[j]
        along[j] *= inverse[j] * share
        total[j] *= share
    for i in range(rows):
        for j in range(width):
            gamma = values[layer[W] + j] if layer[W] >= 0 else ONE
            delta[i, j] = (delta[i, j] - total[j] - centered[i, j] * along[j]) * (gamma * inverse[j])


@kernel
def backward(blas, layers, reals, fixed, values, grads, x, work, batch, rows, masks, skip, from_logits) -> None:
    """Walk back from ∂C/∂a[L], or ∂C/∂z[L], to the δ of all layers; of normalizations the gradients, too."""
    for l in range(len(layers) - 1, -1, -1):
        layer, real, width = layers[l], reals[l], layers[l, WIDTH]
        source, before = layer[FIRST], taken(layers, layer[FIRST], x, work, batch, skip, rows)
        z, a = block(work, layer[Z], batch, skip, rows, width), block(work, layer[A], batch, skip, rows, width)
        delta = block(work, layer[DELTA], batch, skip, rows, width)
        if layer[PHI] != LINEAR and not (from_logits and l == len(layers) - 1):
            slope(layer[PHI], real[ALPHA], before if layer[KIND] == ACTIVATION else z, a, delta)  # δ = ∂C/∂a · g′(z)
        if layer[KIND] == DENSE:
            if source >= 0:
                inputs = before.shape[1]
                weights = values[layer[W] : layer[W] + inputs * width].reshape(inputs, width)
                down = block(work, layers[source, DELTA], batch, skip, rows, inputs)
                times_flipped(blas, delta, weights, down, layer[MORE] == 1)  # ∂C/∂a[l-1] = δ Wᵀ
            continue
        if layer[KIND] == SCALING:
            if source >= 0:
                down = block(work, layers[source, DELTA], batch, skip, rows, width)
                scale_back(delta, fixed[layer[W] : layer[W] + 3 * width], down, layer[MORE] == 1)
            continue
        if layer[KIND] >= SUM:
            merge_back(layers, l, real[KEEP], x, delta, work, batch, skip)
            continue
        if layer[KIND] == DROPOUT:
            drop(delta, masks[layer[MEAN]], skip, real[KEEP], delta)
        elif layer[KIND] == NORMALIZATION:
            normalize_back(layer, values, grads, z, block(work, layer[A] + width, batch, 0, 1, width)[0], delta)
        if source >= 0 and layers[source, DELTA] != layer[DELTA]:
            pass_on(delta, 0, ONE, block(work, layers[source, DELTA], batch, skip, rows, width), layer[MORE])


@kernel
def through(
    blas, layers, reals, fixed, values, grads, x, y, labels, weights, n, loss, number, from_logits, outputs, work, batch,
    masks, skip, learning,
):  # fmt: skip
    """Take the rows of x, some of a batch of n behind the first `skip`, to the outputs and back to all δ; return C.

    Without `learning` the outputs are those of prediction, and there is no way back.
    """
    rows, last = len(x), layers[-1]
    forward(blas, layers, reals, fixed, values, x, work, batch, masks, skip, learning)
    a = block(work, last[A], batch, skip, rows, last[WIDTH])
    z = block(work, last[Z], batch, skip, rows, last[WIDTH])
    copy(a, outputs)
    delta = block(work, last[DELTA], batch, skip, rows, last[WIDTH])
    value = cost(loss, number, z, a, y, labels, weights, n, delta)
    if learning:
        backward(blas, layers, reals, fixed, values, grads, x, work, batch, rows, masks, skip, from_logits)
    return value


@kernel
def predict(blas, layers, reals, fixed, values, x, work, batch, masks, outputs) -> None:
    """Write the outputs for the rows of x, a batch of them at a time: as many as stay in the cache."""
    last = layers[-1]
    for start in range(0, len(x), batch):
        here = x[start : min(start + batch, len(x))]
        rows = len(here)
        forward(blas, layers, reals, fixed, values, here, work, batch, masks, 0, False)
        copy(block(work, last[A], batch, 0, rows, last[WIDTH]), outputs[start : start + rows])

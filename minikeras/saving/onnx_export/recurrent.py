"""Recurrent layers: ONNX's own LSTM, GRU and RNN where they say the same, else a Scan with the equations of a step in it.

The operators know a few activations, float32, and masks only as lengths, which a mask made of the data need not be; a Scan
takes every activation, mask and number type, and convolutions in the loop.
"""

from __future__ import annotations

import numpy as np

from minikeras import activations, layers
from minikeras._core.nest import flatten
from minikeras.layers.rnn.states import pack
from minikeras.saving.onnx_export.graph import Tensor, any_of, cast, where
from minikeras.saving.onnx_export.rules import LAYERS, MASKS, activation, rule_of, translate
from minikeras.saving.onnx_export.shapes import (
    backwards,
    concat,
    expand_dims,
    full,
    matmul,
    moveaxis,
    reshape,
    size,
    sizes,
    split,
    squeeze,
    take,
    transpose,
)
from minikeras.saving.onnx_export.windows import convolve

NATIVE = {
    activations.relu: "Relu", activations.sigmoid: "Sigmoid", activations.softplus: "Softplus",
    activations.softsign: "Softsign", activations.tanh: "Tanh",
}  # fmt: skip
ORDER = {"LSTM": (0, 3, 1, 2), "GRU": (0, 1, 2), "RNN": (0,)}  # ONNX has i, o, f, g and z, r, g


# -- cells: project(cell, x) -> z of all steps; step(cell, z, states) -> new states, before them the output if it is another


def project(cell, x):
    """xW + b"""
    z, bias = matmul(x, x.graph.weight(cell.kernel, x.dtype)), cell.bias
    if bias is None:
        return z
    return z + x.graph.weight(bias, x.dtype, lambda v: v[0] if v.ndim == 2 else v, "of x")


def recurrent(cell, h):
    """h'U"""
    return matmul(h, h.graph.weight(cell.recurrent_kernel, h.dtype))


def simple_step(cell, z, states):
    """h = φ(xW + h'U + b)"""
    return [activation(cell, z + recurrent(cell, states[0]))]


def lstm_step(cell, z, states, recurrent=recurrent):
    """c = f · c' + i · g, h = o · φ(c)"""
    h, c = states
    i, f, g, o = split(z + recurrent(cell, h), [cell.units] * 4)
    i, f, o = (activation(cell, gate, cell.recurrent_activation) for gate in (i, f, o))
    c = f * c + i * activation(cell, g)
    return [o * activation(cell, c), c]


def gru_step(cell, z, states):
    """h = z · h' + (1 - z) · g"""
    (h,), u = states, cell.units
    xz, xr, xg = split(z, [u] * 3)
    if cell.reset_after:
        w = recurrent(cell, h)
        w = w if cell.bias is None else w + h.graph.weight(cell.bias, h.dtype, lambda v: v[1], "of h")
        hz, hr, hg = split(w, [u] * 3)
    else:
        two = h.graph.weight(cell.recurrent_kernel, h.dtype, lambda v: v[:, : 2 * u], "gates")
        hz, hr = split(matmul(h, two), [u] * 2)
    z, r = (activation(cell, gate, cell.recurrent_activation) for gate in (xz + hz, xr + hr))
    if cell.reset_after:
        inner = r * hg
    else:
        inner = matmul(r * h, h.graph.weight(cell.recurrent_kernel, h.dtype, lambda v: v[:, 2 * u :], "state"))
    return [z * h + (1.0 - z) * activation(cell, xg + inner)]


def conv_project(cell, x):
    """x ∗ W + b, the channels at the end"""
    x = x if cell.data_format == "channels_last" else moveaxis(x, 2, -1)
    rows = reshape(x, -1, *sizes(x)[2:])
    how = cell.strides, cell.padding, cell.dilation_rate
    z = convolve(rows, cell.kernel, cell.bias, "channels_last", 1, cell.kernel_size, None, *how)
    return reshape(z, size(x, 0), size(x, 1), *sizes(z)[1:])


def conv_step(cell, z, states):
    """The step of an LSTM with h' ∗ U in the place of h'U."""
    return lstm_step(cell, z, states, _conv_recurrent)


def _conv_recurrent(cell, h):
    return convolve(h, cell.recurrent_kernel, None, "channels_last", 1, cell.kernel_size, padding="same")


CELLS = {
    layers.SimpleRNNCell: (project, simple_step),
    layers.LSTMCell: (project, lstm_step),
    layers.GRUCell: (project, gru_step),
    layers.ConvLSTM1D.cell_class: (conv_project, conv_step),
}


# -- loops ----------------------------------------------------------------------------------------------------------------


def through(cell, x, states, seen):
    """Take a cell through x (steps, batch, ...): the outputs of all steps, and the last states."""
    if isinstance(cell, layers.StackedRNNCells):
        last, rest = [], iter(states)
        for one in cell.cells:
            x, new = through(one, x, [next(rest) for _ in flatten(one.state_size)], seen)
            last += new
        return x, last
    ahead, step = rule_of(cell, CELLS)
    x.graph.path = getattr(cell, "path", type(cell).__name__)
    kind = {simple_step: "RNN", lstm_step: "LSTM", gru_step: "GRU"}.get(step)
    if kind and seen is None and x.dtype == np.float32 and all(f in NATIVE for f in _activations(cell, kind)):
        return native(kind, cell, x, states)
    first = getattr(cell, "data_format", "channels_last") == "channels_first"
    states = [moveaxis(s, 1, -1) if first else s for s in states]
    ys, last = scan(cell, step, ahead(cell, x), states, seen)
    return (moveaxis(ys, -1, 2), [moveaxis(s, -1, 1) for s in last]) if first else (ys, last)


def scan(cell, step, z, states, seen):
    """The loop as a Scan: where the mask has a hole, states stay as they are."""
    graph, scanned = z.graph, [z] if seen is None else [z, seen]
    inner = [graph.input(f"{graph.path}/state", s.dtype, s.shape) for s in states]
    steps = [graph.input(f"{graph.path}/step", s.dtype, s.shape[1:]) for s in scanned]

    def body():
        y, *new = step(cell, steps[0], inner)
        new = new if len(new) == len(inner) else [y, *new]
        if seen is None:
            return [*new, y]
        if y.shape != inner[0].shape:
            raise ValueError("a mask over a cell whose output has not the shape of its first state")
        pairs = [(y, inner[0]), *zip(new, inner)]
        y, *new = [where(expand_dims(steps[1], *range(1, n.ndim)), n, old, n) for n, old in pairs]
        return [*new, y]

    proto, outputs = graph.body(f"{graph.path}/body", [*inner, *steps], body)
    shapes = [(s.dtype, s.shape) for s in states] + [(outputs[-1].dtype, (z.shape[0], *outputs[-1].shape))]
    *last, ys = graph.add("Scan", (*states, *scanned), shapes, body=proto, num_scan_inputs=len(scanned))
    return ys, last


def _activations(cell, kind):
    """The activations of a cell, in ONNX's order."""
    gates = [] if kind == "RNN" else [cell.recurrent_activation]
    return [*gates, cell.activation, *([cell.activation] if kind == "LSTM" else [])]


def native(kind, cell, x, states):
    """The loop as the operator LSTM, GRU or RNN."""
    units, order = cell.units, ORDER[kind]

    def by_gate(v):  # (..., gates · units) to (1, gates · units, ...), the gates in ONNX's order
        parts = np.split(v, len(order), axis=-1)
        return np.concatenate([parts[k] for k in order], axis=-1).T[None]

    def biases(v):
        two = v if v.ndim == 2 else np.stack([v, np.zeros_like(v)])  # of x and of h
        return np.concatenate([by_gate(b)[0] for b in two])[None]

    w, r = (x.graph.weight(v, x.dtype, by_gate, kind) for v in (cell.kernel, cell.recurrent_kernel))
    b = None if cell.bias is None else x.graph.weight(cell.bias, x.dtype, biases, kind)
    told = {"linear_before_reset": int(cell.reset_after)} if kind == "GRU" else {}
    inputs = (x, w, r, b, None, *(expand_dims(s, 0) for s in states))
    outputs = [(x.dtype, (x.shape[0], 1, x.shape[1], units))] + [(x.dtype, (1, x.shape[1], units))] * len(states)
    names = [NATIVE[f] for f in _activations(cell, kind)]
    ys, *last = x.graph.add(kind, inputs, outputs, hidden_size=units, activations=names, **told)
    return squeeze(ys, 1), [squeeze(s, 0) for s in last]


# -- layers ---------------------------------------------------------------------------------------------------------------


def rnn(layer, x, mask=None, initial_state=None):
    """y_t, states_t = cell(x_t, states_{t-1})"""
    if layer.stateful:
        raise ValueError("it is stateful: what it remembers between batches has no place in the file")
    x = cast(x, layer.inner_dtype)
    steps = transpose(x, (1, 0, *range(2, x.ndim)))
    states = _start(layer, x) if initial_state is None else [cast(s, x.dtype) for s in flatten(initial_state)]
    seen = None
    if mask is not None:
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        seen = transpose(any_of(mask, (-1,)) if mask.ndim == 3 else mask, (1, 0))
    if layer.go_backwards:
        steps, seen = backwards(steps, 0), None if seen is None else backwards(seen, 0)
    ys, last = through(layer.cell, steps, states, seen)
    if layer.return_sequences:
        y = transpose(ys, (1, 0, *range(2, ys.ndim)))
    else:
        y = take(ys, -1, 0)
    if layer.zero_output_for_mask and seen is not None:
        there = transpose(seen, (1, 0)) if layer.return_sequences else take(seen, -1, 0)
        y = where(expand_dims(there, *range(there.ndim, y.ndim)), y, 0.0, y)
    y, *last = (cast(t, layer.compute_dtype) for t in (y, *last))
    return (y, *pack(layer.state_size, last)) if layer.return_state else y


def _start(layer, x):
    """Zeros for all states."""
    spatial = getattr(layer.cell, "spatial", None)
    if spatial is not None:
        shapes = [layer.cell.state_shape(None)[1:]] * 2
    else:
        shapes = [(n,) for n in flatten(layer.cell.state_size)]
    return [full(x, (size(x, 0), *shape), 0.0, x.dtype) for shape in shapes]


def bidirectional(layer, x, mask=None, initial_state=None):
    """Both ways, and the outputs together"""
    given = [{} if mask is None else {"mask": mask} for _ in range(2)]
    if initial_state is not None:
        half = len(initial_state) // 2
        for more, states in zip(given, (initial_state[:half], initial_state[half:])):
            more["initial_state"] = list(states)
    one, two = translate(layer.forward_layer, x, **given[0]), translate(layer.backward_layer, x, **given[1])
    states = ()
    if layer.return_state:
        states, one, two = (*one[1:], *two[1:]), one[0], two[0]
    two = backwards(two, 1) if layer.return_sequences else two
    merge = {"concat": lambda: concat([one, two], -1), "sum": lambda: one + two, "ave": lambda: (one + two) * 0.5}
    merge |= {"mul": lambda: one * two, None: lambda: (one, two)}
    y = merge[layer.merge_mode]()
    if layer.merge_mode is None:
        return (*y, *states)
    return (y, *states) if states else y


def cell_alone(layer, x, states=None):
    """One step: the output and the list of new states"""
    given = flatten(states) if states is not None else None
    if given is None or not all(isinstance(s, Tensor) for s in given):
        raise ValueError("a cell by itself must be called with its states")
    ys, new = through(layer, expand_dims(x, 0), [cast(s, x.dtype) for s in given], None)
    return squeeze(ys, 0), pack(layer.state_size, new, listed=True)


def rnn_mask(layer, x, mask):
    """The mask of the steps, None of the states."""
    return layer.compute_mask(x, mask)


_RNNS = [layers.RNN, layers.SimpleRNN, layers.LSTM, layers.GRU, layers.ConvLSTM1D, layers.ConvLSTM2D, layers.ConvLSTM3D]
_CELLS = [layers.SimpleRNNCell, layers.LSTMCell, layers.GRUCell, layers.StackedRNNCells]
LAYERS.update({**dict.fromkeys(_RNNS, rnn), **dict.fromkeys(_CELLS, cell_alone), layers.Bidirectional: bidirectional})
MASKS.update(dict.fromkeys([layers.RNN.compute_mask, layers.Bidirectional.compute_mask], rnn_mask))

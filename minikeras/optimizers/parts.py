"""The parts of one step, as functions without arguments that are made once and called in order.

Each maker looks at the options and at the variables' arrays beforehand, so that a step meets no question that was
answered before it.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core import threads
from minikeras._core.variable import Variable, runs
from minikeras.optimizers import clipping
from minikeras.optimizers.blocks import cut, in_turns, with_scratch

Part = Callable[[], None]
PASSES = 20  # what the step of a weight costs, in multiply-adds: sharing pays from a million weights on


def plan(optimizer: Any, variables: list[Variable]) -> list[Part]:
    """What a step of the optimizer on these variables does, in order, and only what its options ask for.

    >>> from minikeras.optimizers import SGD
    >>> w = Variable([1.0]); optimizer = SGD(0.1, clipvalue=1.0); optimizer.build([w])
    >>> [part.__name__ for part in plan(optimizer, [w])]
    ['clip', 'walk']
    """
    o, grads = optimizer, [g for _, g in runs(variables)]
    parts: list[Part] = []
    if o.clipnorm and o.clipnorm > 0:
        parts.append(clipping.by_norm([v.grad for v in variables], float(o.clipnorm)))
    elif o.global_clipnorm and o.global_clipnorm > 0:
        parts.append(clipping.by_global_norm(grads, float(o.global_clipnorm)))
    elif o.clipvalue and o.clipvalue > 0:
        parts.append(clipping.by_value(grads, float(o.clipvalue)))
    parts.append(walking(o, variables))
    if o.gradient_accumulation_steps:
        parts = [accumulating(o, variables, parts)]
    if o.loss_scale_factor is not None:
        parts.insert(0, clipping.unscaling(grads, float(o.loss_scale_factor)))
    if o.use_ema:
        parts.append(averaging(o))
    if any(v.constraint is not None for v in variables):
        parts.append(constraining(variables))
    return parts


def walking(optimizer: Any, variables: list[Variable]) -> Part:
    """The part that changes the weights: the numbers of this step, then block after block.

    >>> from minikeras.optimizers import SGD
    >>> w = Variable([1.0]); optimizer = SGD(0.5); optimizer.build([w]); w.grad[...] = 1.0
    >>> walking(optimizer, [w])(); w.tolist()
    [0.5]
    """
    o, count, steps = optimizer, optimizer._iterations.value.item, optimizer.gradient_accumulation_steps or 1
    if o.by_variable:
        return walking_by_variable(o, variables)
    if (own := o.own_walk(variables)) is not None:
        return own
    update, prepare = o.update, o.prepare
    house = type(o).update.__module__.startswith("minikeras.")  # a user's own may not bear to be called twice at a time
    total = sum(v.size for v in variables)
    cost = PASSES * total if house and not o.whole else 0
    size = in_turns(total, len(threads.cut(total, cost)))
    pieces, decays = [], []
    for decay, group in itertools.groupby(variables, key=o.decay_of):
        pieces += cut([o.row(v) for v in group], o.whole, size)
        decays += [float(decay or 0.0)] * (len(pieces) - len(decays))
    groups = [(with_scratch(pieces[part]), decays[part]) for part in threads.cut(len(pieces), cost)]
    rate, some_decay, blocks = 0.0, any(decays), groups[0][0]

    def walk_some(group):
        for block, decay in zip(*group):
            if decay:
                w, s = block[0], block[-1]
                np.multiply(w, decay * rate, out=s)
                w -= s  # w ← w − η λ w
            update(*block)

    def walk():
        prepare(o._rate(), count() // steps + 1)
        for block in blocks:
            update(*block)

    def walk_all():
        nonlocal rate
        rate = o._rate()
        prepare(rate, count() // steps + 1)
        threads.share(groups, walk_some)

    return walk_all if some_decay or len(groups) > 1 else walk


def walking_by_variable(optimizer: Any, variables: list[Variable]) -> Part:
    """The same for an optimizer that overrides ``update_step``, as one does for Keras.

    >>> from minikeras.optimizers import SGD
    >>> class Twice(SGD):
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         super().update_step(2 * gradient, variable, learning_rate)
    >>> w = Variable([1.0]); optimizer = Twice(0.25); optimizer.build([w]); optimizer.apply([[1.0]]); w.tolist()
    [0.5]
    """
    o, decays = optimizer, [(v, optimizer.decay_of(v)) for v in variables]
    told = len(inspect.signature(o.update_step).parameters) > 2  # of the rate, which Keras 2 let it ask for itself

    def walk():
        rate = o.learning_rate
        for v, decay in decays:
            if decay:
                v.value[...] -= v.value * (decay * float(rate))
        for v in variables:
            o.update_step(v.grad, v, *((rate,) if told else ()))

    return walk


def accumulating(optimizer: Any, variables: list[Variable], parts: list[Part]) -> Part:
    """Gradients add up; only every n-th step goes on to the other parts, with their mean.

    >>> from minikeras.optimizers import SGD
    >>> w = Variable([1.0]); optimizer = SGD(0.5, gradient_accumulation_steps=2)
    >>> for g in 1.0, 3.0:
    ...     optimizer.apply([[g]], [w]); w.tolist()
    [1.0]
    [0.0]
    """
    o, count, steps = optimizer, optimizer._iterations.value.item, optimizer.gradient_accumulation_steps
    pieces = cut([o.row(v, ("gradient_accumulator",)) for v in variables])
    totals = [total for _, _, total in cut([o.row(v, ("gradient_accumulator",)) for v in o._trainable_variables])]

    def accumulate():
        if (count() + 1) % steps:
            for _, g, total in pieces:
                total += g
            return
        for _, g, total in pieces:
            g += total
            g /= steps  # g ← mean of the last n gradients
        for part in parts:
            part()
        for total in totals:
            total.fill(0)

    return accumulate


def averaging(optimizer: Any) -> Part:
    """The moving average of all weights that the optimizer was built with; in the first step it is the weights.

    >>> from minikeras.optimizers import SGD
    >>> w = Variable([1.0]); optimizer = SGD(0.5, use_ema=True, ema_momentum=0.9)
    >>> for _ in range(2): optimizer.apply([[1.0]], [w])
    >>> w.tolist(), optimizer.variables[2].tolist()
    ([0.0], [0.45])
    """
    o, count, steps = optimizer, optimizer._iterations.value.item, optimizer.gradient_accumulation_steps or 1
    blocks = with_scratch(cut([o.row(v, ("average",)) for v in o._trainable_variables]))
    every = o.ema_overwrite_frequency

    def average():
        t = count() // steps
        momentum = float(o.ema_momentum) if t else 0.0
        for w, _, a, s, _ in blocks:
            np.multiply(w, 1 - momentum, out=s)
            a *= momentum
            a += s  # a ← μ a + (1 − μ) w
            if every and (t + 1) % every == 0:
                w[...] = a

    return average


def constraining(variables: list[Variable]) -> Part:
    """The part that puts weights back to where their constraints want them.

    >>> w = Variable([-1.0, 2.0]); w.constraint = lambda w: np.maximum(w, 0); constraining([w])(); w.tolist()
    [0.0, 2.0]
    """
    constrained = [v for v in variables if v.constraint is not None]

    def constrain():
        for v in constrained:
            v.value[...] = v.constraint(v.value)

    return constrain

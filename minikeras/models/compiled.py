"""What compile() was told, resolved: optimizer, heads with losses and metrics, and one step of training with them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import activations, losses, metrics, optimizers, regularizers
from minikeras._core.serialize import nameless_allowed, serialize_keras_object
from minikeras._core.tape import traced
from minikeras._core.variable import adopt
from minikeras.callbacks.logs import as_number
from minikeras.losses.reduction import masked_weights
from minikeras.metrics.state import set_state, state_of
from minikeras.models.heads import BY_SHAPE, Head, check_metrics, flatten_given, is_config, make_heads
from minikeras.models.jit import update_of
from minikeras.models.ledger import Ledger, ledger_of


class Compiled:
    """The optimizer, and the heads of a model: what each of its outputs is held against.

    The heads are made when the outputs are known, their metrics when the shapes of targets are: "accuracy" means another
    thing for one-hot labels than for integers.
    """

    def __init__(self, optimizer, loss, loss_weights, metrics_given, weighted_metrics, extras):
        self.given = {
            "optimizer": optimizer, "loss": loss, "loss_weights": loss_weights,
            "metrics": metrics_given, "weighted_metrics": weighted_metrics, **extras,
        }  # fmt: skip
        self.optimizer = None if optimizer is None else optimizers.get(optimizer)
        self.extras = extras
        self.names: list[str] | None = None  # of the outputs
        self.heads: list[Head] = []
        self.groups: list = []  # losses over several outputs
        self.order: list[str] = []  # the names of the losses, as compile() got them
        self.loss_tracker = metrics.Mean(name="loss")
        self.total, self.count = 0.0, 0
        self.to_come: list = []  # states that heads which are not made yet go on from
        self.written_loss = loss
        self.ledger: Ledger | None = None  # what the step of training has still to count
        self.targets: list = []  # of losses that are part of the graph, see graph_losses
        self.freezing: list = []  # which layers were trainable when compile() was called
        self.trained: list | None = None  # the weights that the last step of training was made for
        self.training: Any = None  # the same as compiled code, see `jit`
        self.refused: Any = None  # what the model was made of when that could not be
        for identifier in flatten_given(loss):
            if identifier is not None and not (isinstance(identifier, str) and identifier in BY_SHAPE):
                losses.resolve(identifier)  # a misspelt name is said now, not after an hour
        check_metrics(metrics_given), check_metrics(weighted_metrics)
        if not isinstance(loss_weights, (list, tuple, dict)):
            make_heads([""], {**self.given, "loss": None, "metrics": None, "weighted_metrics": None})

    @property
    def has_loss(self) -> bool:
        """Whether any output has a loss."""
        return any(identifier is not None for identifier in flatten_given(self.given["loss"]))

    @property
    def starts_from_logits(self) -> bool:
        """Whether any loss is a cross-entropy of probabilities."""
        known = (activations.sigmoid, activations.softmax)
        return any(head.loss is not None and any(head.loss.fused(f) is not None for f in known) for head in self.heads)

    @property
    def resolved(self) -> bool:
        """Whether the metrics have met their data."""
        return bool(self.heads) and all(head.metrics is not None or head.loss is None for head in self.heads)

    def set_outputs(self, names: list[str], structure: Any = None, prefixes: list[str] | None = None) -> None:
        """Make the heads for outputs of these names, unless they are there; the other arguments are those of `make_heads`."""
        if self.names is None or self.names != names and len(names) > 1:
            self.names = list(names)
            self.heads, self.groups, self.order = make_heads(names, self.given, structure, prefixes)
            self._go_on(self.to_come)

    def config(self) -> dict:
        """What a file keeps of it."""
        with nameless_allowed():  # the file opens with compile=False, copies go on with the functions themselves
            return serialize_keras_object({**self.given, "loss": self.written_loss, "optimizer": self.optimizer})

    def prepare_targets(self, ys: list, outputs: list) -> list:
        """Check targets against the model's outputs; make the losses and metrics for their shapes."""
        for head, y in zip(self.heads, ys):
            if y is None and (head.identifier is not None or head.grouped or head.plain or head.weighted):
                where = f" for output {head.name!r}" if head.name else ""
                raise ValueError(
                    f"Training and evaluating need targets{where}: pass `y`, one for each sample in `x`, got None."
                )
        return [head.prepare(y, output) for head, y, output in zip(self.heads, ys, outputs)]

    def reset(self) -> None:
        """Start the loss and the metrics anew."""
        self.total, self.count, self.to_come = 0.0, 0, []
        if self.ledger is not None:
            self.ledger.close()
        self.loss_tracker.reset_state()
        for part in (*self.heads, *self.groups):
            part.reset()

    def tally(self, value: float, n: int) -> None:
        """Count a batch in: what was minimized, the sum over all heads and penalties."""
        self.total += value * n
        self.count += n

    def settle(self) -> None:
        """Count in what training has still to count; from now on each step counts itself."""
        ledger = self.ledger
        if ledger is not None:
            ledger.settle()
            ledger.close()

    def logs(self) -> dict[str, Any]:
        """The loss and the metrics so far, by name in alphabetical order, as Keras lists them; nothing before a first batch."""
        if not self.count:
            return {}
        logs: dict[str, Any] = {"loss": self.total / self.count}
        several = self._parts() > 1
        for head in self.heads:
            if several and head.loss is not None:
                logs[f"{head.name}_loss"] = head.total / head.count
            logs.update({unique(name, logs): value for name, value in head.logs().items()})
        if several:
            logs.update({f"{group.name}_loss": group.total / group.count for group in self.groups})
        return {name: as_number(logs[name]) for name in sorted(logs)}

    def _parts(self) -> int:
        """The number of losses."""
        return sum(head.identifier is not None for head in self.heads) + len(self.groups)

    def state(self) -> dict:
        """The sums of an epoch so far: what `set_state` goes on from."""
        states = [part.state() for part in (*self.heads, *self.groups)] or self.to_come
        return {"total": self.total, "count": self.count, "heads": states, "tracker": state_of(self.loss_tracker)}

    def set_state(self, state: dict) -> None:
        """Go on from the sums that `state` returned."""
        self.total, self.count, self.to_come = state["total"], state["count"], state["heads"]
        if "tracker" in state:  # backups of 0.4 have none
            set_state(self.loss_tracker, state["tracker"])
        self._go_on(self.to_come)

    def _go_on(self, states: list) -> None:
        for part, sums in zip((*self.heads, *self.groups), states):
            part.set_state(sums)

    def results(self) -> list[str]:
        """The names of what evaluate() returns, in its order."""
        if len(self.heads) == 1:
            return ["loss", *self.heads[0].logs()] if self.heads[0].metrics is not None else ["loss"]
        first = ["loss", *self.order] if self._parts() > 1 else ["loss"]
        return [*first, *sorted(name for name in self.logs() if name not in first)]

    def tracked(self) -> list:
        """The loss and the metrics as `Metric` objects."""
        if self.count:
            self.loss_tracker.reset_state()
            self.loss_tracker.update_state(self.total / self.count, self.count)
        return [self.loss_tracker, *(metric for part in (*self.heads, *self.groups) for metric in part.tracked())]


def unique(name: str, taken: dict) -> str:
    """A name that is not taken: with a number behind it if need be, as Keras has it for heads of one name.

    >>> unique("a_mae", {"a_mae": 1})
    'a_mae_1'
    """
    n = 1
    base = name
    while name in taken:
        name, n = f"{base}_{n}", n + 1
    return name


def make_train_step(model: Any) -> Callable:
    """Resolve all that a step of training needs, so that the step itself only computes.

    The lecture's backpropagation, for a batch of n samples:
        a[l] = g(a[l-1] W[l] + b[l]);  δ[L] = ∂C/∂a[L] · g′(z[L]);  δ[l] = δ[l+1] W[l+1]ᵀ · g′(z[l]);
        ∂C/∂W[l] = a[l-1]ᵀ δ[l];  ∂C/∂b[l] = Σ δ[l];  W ← W - α ∂C/∂W
    """
    compiled, optimizer, forward = model._compiled, model.optimizer, model.ways()[0]
    tally = compiled.tally
    compiled.settle()
    adopt(model.variables)
    trainable = model.trainable_variables
    optimizer.build(trainable)
    model.resolve_trainable()
    update, penalize, scale = update_of(model, trainable), _penalties(model, True), optimizer.scales_loss
    cost, back, compiled.ledger = _objective(model, counts_later=penalize is None)
    for head in compiled.heads:
        if head.loss is not None:
            head.loss.must_reach = len(compiled.heads) == 1 and penalize is None

    def step(x, y, w):
        p, kept = forward(x, True)
        value, delta = cost(y, p, kept, w)  # C, δ[L]
        back(delta, kept)  # ∂C/∂W, ∂C/∂b
        if penalize is not None:
            value += penalize(kept)  # C + R(W)
        if scale:
            factor = optimizer.scale_loss(1.0)  # the optimizer divides by it again
            for v in trainable:
                v.grad *= factor
        update()  # W ← W - α ∂C/∂W
        if value is not None:  # else the ledger counts it
            tally(value, _rows(p))

    return step


def make_test_step(model: Any) -> Callable:
    """The same without learning: forward, loss, penalties, metrics."""
    tally, forward = model._compiled.tally, model.ways()[0]
    cost, *_ = _objective(model)
    penalize = _penalties(model, False)
    for head in model._compiled.heads:
        if head.loss is not None:
            head.loss.must_reach = False

    def step(x, y, w):
        p, kept = forward(x, False)
        value = cost(y, p, kept, w)[0]
        if penalize is not None:
            value += penalize(kept)
        tally(value, _rows(p))

    return step


def _rows(p: Any) -> int:
    """The number of samples in a batch of outputs."""
    while not isinstance(p, np.ndarray):
        p = next(iter(p.values())) if isinstance(p, dict) else p[0]
    return len(p)


def _objective(model: Any, counts_later: bool = False) -> tuple[Callable, Callable, Ledger | None]:
    """The cost ``(y, p, kept, w) -> (C, slope)``, which counts the batch in, and how the slope goes back.

    With `counts_later` also a ledger, where the model is such that there is one: while it is open, C is None and counted later.
    """
    heads = model._compiled.heads
    if len(heads) == 1 and heads[0].loss is not None:
        return _single(model, heads[0], counts_later)
    return *_several(model, heads), None


def _single(model: Any, head: Head, counts_later: bool) -> tuple[Callable, Callable, Ledger | None]:
    output = model.output_specs()[0]
    rule, from_logits = head.cost(model.activation, output.dtype)
    tally, weight = head.tally, head.weight
    _, backward, backward_from_logits, logits = model.ways()
    back = functools.partial(backward_from_logits if from_logits else backward, need_dx=False)
    asks = from_logits
    if model.is_traced and output.dtype != "float16":  # a call() of its own: each pass tells what it ended in
        rule, logits, asks = _told_by_the_pass(head.loss, rule), _itself, True
    wrapped = not isinstance(model.output_structure(), type(output))
    masked, reduction = model.makes_mask, head.loss.reduction
    known = head.metrics is not None  # else the first batch says whether targets come in pairs
    plain = known and not (wrapped or masked or head.paired or weight != 1.0)
    ledger = ledger_of(model, head, rule, model._compiled.tally) if plain and counts_later and not model.is_traced else None

    def cost(y, p, kept, w):
        value, slope = rule(y, logits(kept) if asks else None, p, w)
        tally(value, y, p, w)
        return value, slope

    def cost_later(y, p, kept, w):
        if not ledger.open or w is not None:
            return cost(y, p, kept, w)
        ledger.note(y, logits(kept) if asks else None, p)
        return None, ledger.slope(y, p)  # δ[L]

    def full(y, p, kept, w):
        p = model.flat_outputs(p)[0] if wrapped else p
        mask = model.flat_mask_of(kept) if masked else None
        mask = None if mask is None else mask[0]
        given = w if mask is None else masked_weights(mask, w, reduction, p.dtype)
        value, slope = rule(y[0] if head.paired else y, logits(kept) if asks else None, p, given)
        tally(value, y, p, w, mask)
        if weight != 1.0:
            value, slope = value * weight, slope * weight
        return value, model.like_outputs([slope]) if wrapped and not from_logits else slope

    return (full if not plain else cost if ledger is None else cost_later), back, ledger


def _told_by_the_pass(loss: Any, rule: Callable) -> Callable:
    """The cost behind a call() of one's own: from the logits where the pass ended in a layer that the loss knows."""

    def cost(y, kept, p, w):
        run = kept[0]
        end = run.end()
        fused = None if end is None else loss.fused(end.layer.activation)
        if fused is None:
            found = run.begin(0, lambda kind: loss.fused(activations.get(kind)))
            return rule(y, None, p, w) if found is None else found[0](y, found[1], p, w)
        run.from_logits = True
        return fused(y, end.layer.logits(end.kept), p, w)  # C, δ[L] = ∂C/∂z[L]

    return cost


def _itself(kept: Any) -> Any:
    return kept


def _several(model: Any, heads: list[Head]) -> tuple[Callable, Callable]:
    """One cost over several outputs: C = Σ weight · loss."""
    course, specs = model._straight, model.output_specs()
    graph = course if course is not None and hasattr(course, "outputs") and len(heads) > 1 else None
    rules: list = []
    for k, (head, spec) in enumerate(zip(heads, specs)):
        rules.append(
            head.cost(graph.activation(k) if graph is not None else None, spec.dtype) if head.loss is not None else None
        )
    raw = tuple(k for k, rule in enumerate(rules) if rule is not None and rule[1])
    masked, groups = model.makes_mask, model._compiled.groups
    told = model.is_traced and all(spec.dtype != "float16" for spec in specs)  # each pass tells what it ended in

    def cost(y, p, kept, w):
        value, slopes = 0.0, []
        ps = model.flat_outputs(p)
        masks = model.flat_mask_of(kept) if masked else None
        ys = y if len(heads) > 1 else [y]
        ws = w if isinstance(w, (list, tuple)) else [w] * len(ps)
        for k, (head, rule) in enumerate(zip(heads, rules)):
            mask = None if masks is None else masks[k]
            if rule is None:
                slopes.append(None if graph is not None else np.zeros_like(ps[k]))  # ∂C/∂a[L] = 0: layers add to the loss
                if head.metrics:
                    head.tally(0.0, ys[k], ps[k], ws[k], mask)
                continue
            given = ws[k] if mask is None else masked_weights(mask, ws[k], head.loss.reduction, ps[k].dtype)
            target = ys[k][0] if head.paired else ys[k]
            found = kept[0].begin(k, lambda kind, head=head: head.loss.fused(activations.get(kind))) if told else None
            if found is not None:
                cost_k, slope = found[0](target, found[1], ps[k], given)
            else:
                cost_k, slope = rule[0](target, graph.logits(kept, k) if rule[1] else None, ps[k], given)
            head.tally(cost_k, ys[k], ps[k], ws[k], mask)
            value += head.weight * cost_k
            slopes.append(slope * head.weight if head.weight != 1.0 else slope)
        for group in groups:  # no head has a loss where a group has
            cost_k, slopes_k = group.value_and_slopes([y[0] if h.paired else y for h, y in zip(heads, ys)], ps, ws)
            value += group.weight * cost_k
            for k, slope in slopes_k.items():
                slopes[k] = slope * group.weight
        return value, slopes

    if graph is not None:
        return cost, lambda slopes, kept: graph.backward(slopes, kept, False, raw)
    return cost, lambda slopes, kept: model.backward(model.like_outputs(slopes), kept, False)


def _penalties(model: Any, learning: bool) -> Callable | None:
    """What adds up penalties on weights and in layers and, when learning, adds the slopes of the former; None without any."""
    penalized = [v for v in model.trainable_variables if v.regularizer is not None]
    layers, functions = model.is_penalized, [f for layer in [model, *model._inner_layers()] for f in layer._loss_functions]
    if not (penalized or layers or functions):
        return None

    def penalize(kept):
        value = model.penalty(kept) if layers else 0.0
        for v in penalized:
            value += float(v.regularizer(v.value))  # C + R(W)
            if learning:
                v.grad += regularizers.grad(v.regularizer, v.value)
        for f in functions:
            value += _added(f, learning)
        return value

    return penalize


def _added(function: Callable, learning: bool) -> float:
    """The value of a function of no arguments that was given to add_loss; its slope goes to the variables that it reads."""
    run = traced(lambda _: function(), ())
    if learning:
        read = [v for v in run.roll.variables() if v.grad is not None]
        before = [v.grad.copy() for v in read]  # layers in the function write theirs over it
        grads = run.back(1.0)[1]
        for v, grad in zip(read, before):
            v.grad[...] = grad + grads[id(v)] if id(v) in grads else grad
    return float(run.value())


def compile_arguments(config: dict) -> dict:
    """Turn the config of a compile state into arguments for compile()."""
    config = dict(config)

    def read(given, kind):
        if is_config(given):
            return kind.deserialize(given)
        if isinstance(given, (list, tuple)):
            return [read(i, kind) for i in given]
        return {key: read(value, kind) for key, value in given.items()} if isinstance(given, dict) else given

    kinds = {"optimizer": optimizers, "loss": losses, "metrics": metrics, "weighted_metrics": metrics}
    return {key: read(value, kinds[key]) if key in kinds else value for key, value in config.items()}

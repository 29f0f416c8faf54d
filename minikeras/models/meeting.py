"""Where data meets a model: it is built, its outputs and metrics are resolved; `inputs` has how arrays become what it takes."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras._core.nest import flatten, flatten_with_path, is_nested, map_leaves, pack_sequence_as
from minikeras._core.now import Trial
from minikeras._core.symbolic import KerasTensor
from minikeras._core.tape import paused
from minikeras._core.trace import Box
from minikeras._core.variable import Variable
from minikeras.callbacks.logs import as_number
from minikeras.layers.calling import mask_of
from minikeras.layers.described import open_batch
from minikeras.layers.layer import Layer
from minikeras.layers.merging.base_merge import Merge
from minikeras.models.heads import by_head
from minikeras.models.nested_outputs import is_deep
from minikeras.models.network import has_penalty


class Meeting:
    """The part of a model that knows how its inputs and outputs are passed."""

    _metrics_seen: tuple | None = None  # what `_own_metrics` found, and what it was found in
    _opened_outputs: Any = None  # those of a graph, with None for sizes that differ from batch to batch
    _traced_outputs: Any = None  # of a model with a call() of its own: what came out of it first, as symbolic tensors

    # -- outputs -----------------------------------------------------------------------------------------------------

    def output_structure(self) -> Any:
        """The outputs as symbolic tensors, in their structure."""
        if self._straight is None:
            return self._traced_outputs
        return self._outputs if self._opened_outputs is None else self._opened_outputs

    def output_specs(self) -> list[KerasTensor]:
        """The same, a flat list."""
        return flatten(self.output_structure())

    def head_names(self) -> list[str]:
        """What History calls the outputs: by their keys, else by the layers that they come from."""
        structure = self.output_structure()
        flat = not isinstance(structure, dict)
        if flat and not is_deep(structure):
            return self.output_names if self._straight is not None else _numbered(structure)
        paths = [path for path, _ in flatten_with_path(structure)]
        if self._straight is not None:  # a place in a list says less than the layer
            paths = [(*p[:-1], n) if isinstance(p[-1], int) else p for p, n in zip(paths, self.output_names)]
        elif flat:
            return _numbered(structure)
        return ["/".join(map(str, path)) for path in paths]

    def _name_heads(self) -> None:
        """Tell what compile() was given what the outputs are."""
        structure = self.output_structure()
        prefixes = self.output_names if self._straight is not None and is_deep(structure) else None
        self._compiled.set_outputs(self.head_names(), structure, prefixes)

    def flat_outputs(self, p: Any) -> list:
        """The outputs of a pass, a flat list."""
        return [p] if isinstance(p, np.ndarray) else flatten(p)

    def like_outputs(self, flat: list) -> Any:
        """A list of gradients in the structure of the outputs."""
        return pack_sequence_as(self.output_structure(), flat)

    def flat_mask_of(self, kept: Any) -> list | None:
        """The masks of the outputs of a pass, None where all counts."""
        if self._straight is None:
            y = kept[0].y
            if type(y) is Box:
                return None if y._keras_mask is None else [y._keras_mask]
            masks = [mask_of(part) for part in flatten(y)]
            return None if all(m is None for m in masks) else masks
        mask = getattr(kept, "mask", None)
        if mask is None:
            return None
        return list(mask) if isinstance(mask, (list, tuple)) else [mask]

    def ways(self) -> tuple:
        """What a step of training calls: forward, backward, backward from the logits, logits; of the course where it can."""
        plain = self._straight is not None and self._plain
        way = self._course if plain else self
        return way.forward, way.backward, way.backward_from_logits, way.logits

    def _know_outputs(self, y: Any) -> None:
        """Note what comes out of a call() of the user's own."""
        if self._straight is None:
            self._note_outputs(y)
        self._name_heads()

    def _by_head(self, value: Any, what: str) -> list:
        trained = [head.identifier is not None or head.grouped for head in self._compiled.heads]
        return by_head(value, self.head_names(), self.output_structure(), what, trained)

    def _weights_by_head(self, w: Any) -> list:
        n = len(self.output_specs())
        return [w] * n if not is_nested(w) else self._by_head(w, "sample_weight")

    # -- data --------------------------------------------------------------------------------------------------------

    def _kinds(self) -> dict:
        """How `data.open` shall read lists and dicts: as structures where the model has several inputs or outputs."""
        if self._own_steps() or self.is_traced:
            return {"inputs": "any", "outputs": "any", "text": True}
        if self._course is None:  # a Sequential that is not built yet
            first = next(iter(self.layers), None)
            several = isinstance(first, Merge) or first is not None and first.is_traced
            return {"inputs": "any" if several else None, "outputs": None, "text": True}
        inputs = None if isinstance(self._inputs, KerasTensor) else "any" if len(self.inputs) == 1 else "structure"
        outputs = None if isinstance(self._outputs, KerasTensor) else "any" if len(self.outputs) == 1 else "structure"
        if (
            isinstance(self._outputs, KerasTensor)
            and self._compiled is not None
            and isinstance(self._compiled.given["loss"], dict)
        ):
            outputs = "any"  # {"name": y} for the only output
        return {"inputs": inputs, "outputs": outputs, "text": True}

    def _meet(self, batch: tuple, with_targets: bool = True) -> None:
        """Build the model, and make the heads, by a first batch."""
        x = batch[0]
        if self._own_steps():
            return
        if self.is_traced:
            self._try_out(x)
        elif self._course is None:
            self.build_for(x if isinstance(x, dict) or is_nested(x) and len(x) > 1 else flatten(x)[0])
        if with_targets and self._compiled is not None:
            self._name_heads()

    def _try_out(self, x: Any) -> None:
        """Call a model of the user's on a few rows: builds the layers in it, and shows what comes out."""
        shapes = [np.shape(a)[1:] for a in flatten(x)]
        if shapes in self._tried_on and self.built and all(layer.built for layer in self._inner_layers()):
            return
        stateful = any(getattr(layer, "stateful", False) for layer in self._inner_layers())  # these know how many rows come
        rows = x if stateful else map_leaves(lambda a: a[:2], x)
        streams = [(g.state, g.state.numpy()) for g in self.seed_generators]
        with paused(), Trial(), np.errstate(all="ignore"):
            y = self(rows, training=False)
        for state, value in streams:
            state.assign(value)  # nothing was drawn
        self._penalties = []
        self._note_outputs(y)
        self._tried_on = [*self._tried_on[-100:], shapes]

    _tried_on: list = []  # the shapes of inputs that were tried out

    def _note_outputs(self, y: Any) -> None:
        """Note what comes out of a call() of the user's own; sizes that differ from time to time are left open."""
        known = None if self._traced_outputs is None else flatten(self._traced_outputs)
        flat = flatten(y)
        if known is not None and len(known) == len(flat):
            if all(t.shape[1:] == a.shape[1:] for t, a in zip(known, flat)):
                return
            shapes = [_open(t.shape, open_batch(a)) for t, a in zip(known, flat)]
            if shapes == [tuple(t.shape) for t in known]:
                return
        else:
            shapes = [open_batch(a) for a in flat]
        specs = [KerasTensor(shape, str(np.dtype(a.dtype))) for shape, a in zip(shapes, flat)]
        self._traced_outputs = pack_sequence_as(y, specs)

    def _prepare(self, batches: Any, with_targets: bool = True) -> None:
        """Say how checked arrays become what the model takes."""
        if self._own_steps():
            batches.prepare(
                lambda x: x if x is None else map_leaves(_floats, x), lambda y: None if y is None else map_leaves(_floats, y)
            )
            return
        if not with_targets or self._compiled is None:
            batches.prepare(self._prepare_x)
            return
        if any(spec is None for spec in self.output_specs()):
            raise ValueError(f"Model {self.name!r} ({type(self).__name__}) has no call(): write one, or a train_step().")
        heads = self._compiled.heads
        sparse = len(heads) == 1 and getattr(heads[0].loss, "sparse", False)
        classes = self.output_specs()[0].shape[-1] if len(heads) == 1 and self.output_specs()[0].shape else None
        classes = classes if classes and classes > 1 else None
        one_hot = False if sparse else None
        batches.prepare(self._prepare_x, self._prepare_y, self._prepare_weight, classes=classes, one_hot=one_hot)

    def _prepare_x(self, x: Any) -> Any:
        """Check inputs and turn them into what the first layers take."""
        if self._straight is None:
            if self._traced_outputs is not None and [np.shape(a)[1:] for a in flatten(x)] not in self._tried_on:
                self._try_out(x)
            return map_leaves(_floats, x) if self._course is None else self.convert_inputs(x)
        x = self.convert_inputs(x, by_hand=False)
        if any(len(t.shape) > 2 for t in flatten(self._outputs)):
            self._open_outputs(flatten(x))
        return x

    def _open_outputs(self, xs: list) -> None:
        """Leave open, in the shapes that targets must have, the sizes in which a batch is not as the model was built for."""
        pairs = list(zip(self.inputs, xs))
        if all(m in (None, n) for t, a in pairs for m, n in zip(t.shape[1:], np.shape(a)[1:])):
            return
        given = [KerasTensor((None, *np.shape(a)[1:]), t.dtype) for t, a in pairs]
        found = flatten(self.compute_output_spec(pack_sequence_as(self._inputs, given)))
        known = flatten(self.output_structure())
        specs = [KerasTensor(_open(t.shape, tuple(spec.shape)), t.dtype) for t, spec in zip(known, found)]
        self._opened_outputs = pack_sequence_as(self._outputs, specs)

    def _prepare_y(self, y: Any) -> Any:
        """Check targets and turn them into what the losses take."""
        ys = self._compiled.prepare_targets(self._by_head(y, "y"), self.output_specs())
        return ys[0] if len(ys) == 1 else tuple(ys)

    def _prepare_weight(self, w: Any) -> Any:
        ws = self._weights_by_head(w)
        return ws[0] if len(ws) == 1 else tuple(ws)

    def _predicting(self) -> Any:
        """What predict() calls on each batch."""
        if self._own_steps():
            return lambda x: self.predict_step((x,) if isinstance(x, tuple) else x)
        return self.infer

    # -- what else a model counts ------------------------------------------------------------------------------------

    def _own_metrics(self) -> list:
        """Metrics that stand in attributes of the model and of its layers."""
        key = Variable.changes, len(vars(self)), len(self.layers)  # a new metric has new variables, or a new place
        if self._metrics_seen is None or self._metrics_seen[0] != key:
            vars(self)["_metrics_seen"] = None  # counts as a place from now on
            key = key[0], len(vars(self)), key[2]
            self._metrics_seen = key, Layer.metrics.fget(self)
        return self._metrics_seen[1]

    def _results_of_own_metrics(self) -> dict:
        found: dict[str, Any] = {}
        for metric in self._own_metrics():
            result = metric.result()
            found.update(result if isinstance(result, dict) else {metric.name: result})
        return {name: as_number(value) for name, value in found.items()}

    def _adds_to_loss(self) -> bool:
        """Whether something is minimized without any loss in compile(): add_loss, penalties on weights or outputs."""
        not_met = self._straight is None and any(has_penalty(layer) for layer in self._inner_layers())  # a call() will tell
        own = bool(self._loss_functions) or any(v.regularizer for v in self.trainable_variables)
        return self.is_penalized or not_met or own


def _open(known: tuple, shape: tuple) -> tuple:
    """A shape with None where two shapes differ; the second one if they have not as many axes.

    >>> _open((None, 5, 2), (None, 8, 2))
    (None, None, 2)
    """
    return tuple(a if a == b else None for a, b in zip(known, shape)) if len(known) == len(shape) else tuple(shape)


def _floats(a: Any) -> Any:
    """Floats of the default type; integers and text as they are."""
    return a.astype(floatx(), copy=False) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a


def _numbered(structure: Any) -> list[str]:
    """The names of outputs that have none."""
    return [f"output_{i + 1}" for i in range(len(flatten(structure)))]

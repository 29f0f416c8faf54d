"""The weights of a layer: made, found, frozen, copied out and in."""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as np

from minikeras import constraints, initializers, regularizers
from minikeras._core import dtypes
from minikeras._core.arguments import unknown_arguments
from minikeras._core.random import SeedGenerator
from minikeras._core.variable import Variable


class Weighted:
    """The half of a layer that keeps weights; what computes is the other half's.

    A weight is whatever `add_weight` made or stands in an attribute; so are the weights of layers in attributes.
    """

    _weights: list[Variable]  # made by add_weight, in order
    _frozen_by_nature: list[Variable]  # of these, the ones no optimizer may ever change
    _trainable: bool
    _penalties: list

    def add_weight(
        self,
        *args,
        shape: tuple | None = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
        **unknown,
    ) -> Variable:
        """Make a weight of the layer.

        Args:
            shape: its shape, a tuple of integers.
            initializer: start values; "glorot_uniform" for floats, "zeros" for integers by default.
            dtype: the layer's own by default.
            trainable: False for statistics that an optimizer must leave alone.
            regularizer, constraint: a penalty added to the loss; a projection after each update.
            name: "kernel", "bias", ...
        """
        if unknown:
            known = "name shape initializer dtype trainable autocast regularizer constraint aggregation".split()
            unknown_arguments(f"add_weight() of layer {self.name!r}", unknown, known)
        for arg in args:  # Keras 2 wrote add_weight("name", shape), Keras 3 writes add_weight(shape)
            name, shape = (arg, shape) if isinstance(arg, str) else (name, arg)
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if None in shape:
            raise ValueError(f"Weight {name!r} of layer {self.name!r} needs a full shape, got {shape}.")
        dtype = dtypes.standardize_dtype(dtype or self.variable_dtype)
        if initializer is None:
            initializer = "glorot_uniform" if dtype.startswith("float") else "zeros"
        initializer = initializers.get(initializer)
        variable = Variable(initializer, shape, dtype, trainable and self._trainable, name=name)
        variable.path = f"{self.path}/{variable.name}"
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        self._weights.append(variable)
        if not trainable:
            self._frozen_by_nature.append(variable)
        return variable

    add_variable = add_weight

    def _replace_weight(self, name: str, old: Variable, new: Variable) -> None:
        """Let a variable stand for a weight from now on, that of another layer say: ``layer.kernel = other.kernel``."""
        if new.shape != old.shape:
            raise ValueError(
                f"The weight `{name}` of layer {self.name!r} ({type(self).__name__}) has shape {old.shape}: a variable of "
                f"shape {new.shape} can't stand for it."
            )
        if new is not old:
            self._weights = [new if v is old else v for v in self._weights]
            self._frozen_by_nature = [v for v in self._frozen_by_nature if v is not old]
            Variable.changes += 1

    def _parts(self, kind: Any) -> list:
        """What of a kind stands in this layer's attributes, in the order of the attributes, each once."""
        found: dict[int, Any] = {}

        open_ones: set[int] = set()  # containers that are being looked into: one may hold itself

        def look(value):
            if isinstance(value, kind):
                found.setdefault(id(value), value)
            elif type(value) in (list, tuple, dict) and id(value) not in open_ones:
                open_ones.add(id(value))
                for item in value.values() if type(value) is dict else value:
                    look(item)
                open_ones.discard(id(value))

        for name, value in list(vars(self).items()):  # a copy: another thread may note something meanwhile
            cls = type(value)
            if cls in _NO_PARTS:
                continue
            if cls in _NESTS:
                if value and name not in _NOT_LOOKED_INTO:
                    look(value)
            elif isinstance(value, kind):
                found.setdefault(id(value), value)
        return list(found.values())

    def known(self) -> Known:
        """The variables that passes ask for again and again, found anew when a variable has come or was frozen."""
        known = vars(self).get("_known")
        if known is None or known.at != Variable.changes:
            at = Variable.changes
            trained = [v for v in self.trainable_weights if v.grad is not None]
            weights = {id(v) for part in (self, *self._inner_layers()) for v in part._weights}
            weights -= {id(v) for part in (self, *self._inner_layers()) for v in part._frozen_by_nature}
            states = [v for v in self.variables if not v.trainable and id(v) not in weights]
            known = vars(self)["_known"] = Known(at, trained, states)
            known.quiet = self._is_quiet()
        return known

    def _is_quiet(self) -> bool:
        """Whether all that computes here is the house's, and no layer inside."""
        functions = [
            type(self),
            *(value for name, value in vars(self).items() if name.endswith("activation") and value is not None),
        ]
        return not self._parts(Weighted) and all(
            (getattr(f, "__module__", None) or "").startswith("minikeras.") for f in functions
        )

    @property
    def weights(self) -> list[Variable]:
        """All weights: the layer's trainable ones, then the others, then those of layers inside."""
        frozen = {id(v) for v in self._frozen_by_nature}
        both = self._parts((Variable, Weighted))
        own = [v for v in both if isinstance(v, Variable)]
        if frozen or len(own) > len(self._weights):
            frozen.update(id(v) for v in own if not v.trainable and not any(v is w for w in self._weights))
            own.sort(key=lambda v: id(v) in frozen)
        if len(own) == len(both):
            return own
        return _unique([*own, *(v for layer in both if isinstance(layer, Weighted) for v in layer.weights)])

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return [v for v in self.weights if v.trainable] if self._trainable else []

    @trainable_weights.setter
    def trainable_weights(self, weights: list) -> None:
        """As layers of Keras 1 say in their build() which variables are theirs."""
        known = {id(v) for v in self.weights}
        self._weights += [v for v in weights if id(v) not in known]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return [v for v in self.weights if not v.trainable] if self._trainable else self.weights

    @property
    def variables(self) -> list[Variable]:
        """All weights and the states of random generators."""
        return [*self.weights, *(g.state for g in self.seed_generators)]

    @property
    def seed_generators(self) -> list:
        """The random streams of this layer and of those inside."""
        return _unique([*self._parts(SeedGenerator), *(g for layer in self._parts(Weighted) for g in layer.seed_generators)])

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that training changes."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that training leaves alone."""
        return [v for v in self.variables if not v.trainable] if self._trainable else self.variables

    @property
    def trainable(self) -> bool:
        """Whether training may change the weights; setting it holds for all weights and layers inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        both = self._parts((Variable, Weighted))
        own = [v for v in both if isinstance(v, Variable)]
        if self._trainable:  # variables in attributes that were made not to be trained stay so
            made = {id(v) for v in self._weights}
            known = made | {id(v) for v in self._frozen_by_nature}
            self._frozen_by_nature += [v for v in own if not v.trainable and id(v) not in known]
        self._trainable = bool(value)
        frozen = {id(v) for v in self._frozen_by_nature}
        for v in own:
            v.trainable = self._trainable and id(v) not in frozen
        for layer in both:
            if isinstance(layer, Weighted):
                layer.trainable = value
        Variable.changes += 1

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of the weights."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: list) -> None:
        """Write new weights, given in the order of `get_weights`; nothing is written unless all fit."""
        if not isinstance(weights, (list, tuple, np.ndarray)):
            raise ValueError(f"Layer {self.name!r}: set_weights() takes a list of arrays, got {weights!r}.")
        mine, weights = self.weights, [np.asarray(w) for w in weights]
        if len(mine) != len(weights):
            raise ValueError(
                f"Layer {self.name!r} has {len(mine)} weights, got {len(weights)}. "
                f"Expected shapes: {[v.shape for v in mine]}." + ("" if self.built else " The layer is not built yet.")
            )
        for v, w in zip(mine, weights):
            if v.shape != w.shape:
                raise ValueError(f"Weight {v.path!r} of layer {self.name!r} has shape {v.shape}, got one of shape {w.shape}.")
            if w.dtype.kind not in "fiub" and v.dtype != "string" and w.dtype.name != "bfloat16":
                raise ValueError(f"Weight {v.path!r} of layer {self.name!r} takes numbers of type {v.dtype}, got {w.dtype}.")
        for v, w in zip(mine, weights):
            v.assign(w)

    def _own_variables(self) -> list[Variable]:
        """The weights without those of layers inside, trainable by nature first."""
        inner = {id(v) for layer in self._parts(Weighted) for v in layer.weights}
        return [v for v in self.weights if id(v) not in inner]

    def save_own_variables(self, store: Any) -> None:
        """Put the weights, without those of layers inside, into a mapping under "0", "1", ...: what a file has of this layer.

        A layer of your own may override it, and `load_own_variables`, to keep more.
        """
        for i, variable in enumerate(self._own_variables()):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take the weights from what `save_own_variables` has filled; nothing is written unless all fit."""
        mine, names = self._own_variables(), sorted(store.keys())
        if names != sorted(str(i) for i in range(len(mine))):
            hint = "" if self.built else " The layer is not built yet: build it, or call it on data, before loading."
            raise ValueError(f"Layer {self.name!r} has {len(mine)} variables of its own, got {len(names)}: {names}.{hint}")
        values = [np.asarray(store[str(i)]) for i in range(len(mine))]
        for variable, value in zip(mine, values):
            if value.shape != variable.shape:
                raise ValueError(
                    f"Weight {variable.path!r} of layer {self.name!r} has shape {variable.shape}, got shape {value.shape}."
                )
        for variable, value in zip(mine, values):
            variable.assign(value)

    def count_params(self) -> int:
        """Return the number of numbers in the weights."""
        if not self.built:
            raise ValueError(
                f"Layer {self.name!r} has no weights to count yet: build it, or give the model an input shape "
                "(keras.Input(shape=...) as its first layer)."
            )
        return sum(v.size for v in self.weights)

    def _inner_layers(self) -> list:
        """All layers inside, however deep, each once."""
        found: dict[int, Any] = {}

        def look(layer):
            for inner in layer._parts(Weighted):
                if id(inner) not in found and inner is not self:
                    found[id(inner)] = inner
                    look(inner)

        look(self)
        return list(found.values())

    def _flatten_layers(self, include_self: bool = True, recursive: bool = True) -> list:  # Keras' name, which libraries call
        return [*([self] if include_self else []), *(self._inner_layers() if recursive else self._parts(Weighted))]

    @property
    def losses(self) -> list:
        """The penalties as they stand: of outputs and `add_loss` in the last call by hand, then of the weights."""
        layers = [self, *self._inner_layers()]
        values = [value for layer in layers for value in layer._penalties]
        values += [f() for layer in layers for f in vars(layer).get("_added_losses", ())]
        trained = {id(v): v for layer in layers for v in layer._weights if v.regularizer is not None and v.trainable}
        return values + [v.regularizer(v._now()) for v in trained.values()]


class Known:
    """The variables of a layer as of a moment: those that are trained, and those that a pass itself may change.

    ``shape`` and ``dtype`` are those of an array that it took without ado; ``quiet`` says that no code of the user's runs in a
    pass, so that a tape may stay where it is.
    """

    __slots__ = ("at", "trained", "states", "grads", "shape", "dtype", "quiet")

    def __init__(self, at: int = -1, trained: list = (), states: list = ()):
        self.at, self.trained, self.states = at, trained, states
        self.grads = {id(v): v.grad for v in trained}
        self.shape = self.dtype = None
        self.quiet = False

    def gradients(self) -> dict[int, np.ndarray]:
        """``{id: grad}`` of the trained."""
        return self.grads if self.at == Variable.changes else {id(v): v.grad for v in self.trained}

    def __reduce__(self):  # a copy looks for itself
        return Known, ()


_NESTS = frozenset([list, tuple, dict])
_NOT_LOOKED_INTO = ("_frozen_by_nature", "_inbound_nodes", "_penalties", "_tried_on", "_build_shape", "_output_shape")
_NO_PARTS = frozenset([bool, int, float, str, type(None), Known, np.ndarray, np.dtype, FunctionType])  # most attributes by far


def _unique(parts) -> list:
    return list({id(part): part for part in parts}.values())

"""What becomes of a class of layers when it is defined: its `build` remembers; of `call` and `forward` it gets the other."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import numpy as np

from minikeras._core.naming import shorten
from minikeras._core.now import TAPE, TRIAL
from minikeras._core.registry import home
from minikeras._core.symbolic import InputSpec, is_shape
from minikeras._core.tensor import Shape
from minikeras._core.trace import Box
from minikeras.layers.calling import arrays_in, call_on_tape
from minikeras.layers.weights import Weighted


def remembering(build):
    """Wrap a class's build: it notes the shape, names the weights by their path, and puts given weights in."""

    def wrapped(self, *shapes, **named):
        outermost = not vars(self).get("_building", False)
        shape = next(iter((*shapes, *named.values())), None)
        if outermost and self.built and self._weights and home(self) is not None and _is_same(self, shape):
            return  # the layer that holds this one builds it once more, after a file has
        vars(self)["_building"] = True
        outer = TRIAL.set(None)  # what is assigned here stays
        try:
            if is_shape(shape):
                shape = Shape(n if n is None else int(n) for n in shape)
                if shapes:
                    shapes = (shape, *shapes[1:])
                else:
                    named[next(iter(named))] = shape
            for layer in self._parts(Weighted):
                if not layer.built:
                    layer._parent_path = self.path
            _checked_build(build, self, shape, shapes, named)
            if outermost:
                self.built = True
                if self._build_shape is None:
                    self._build_shape = shape
                if self.fixed_axes and is_shape(shape):
                    self.input_spec = InputSpec(ndim=len(shape), axes={axis: shape[axis] for axis in self.fixed_axes})
                if self._given_weights is not None:
                    weights, self._given_weights = self._given_weights, None
                    self.set_weights(weights)
        finally:
            TRIAL.reset(outer)
            if outermost:
                del vars(self)["_building"]

    wrapped.__doc__, wrapped.__name__, wrapped.__wrapped__ = build.__doc__, "build", build
    return wrapped


def _checked_build(build, layer, shape, shapes, named):
    try:
        build(layer, *shapes, **named)
    except (TypeError, ValueError) as error:
        if isinstance(error, ValueError) and "int()" not in str(error) or is_shape(shape) or home(layer) is None:
            raise
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}) can't be built for {shorten(shape)}: expected the shape of its "
            f"input, whole numbers and None, or one for each of several inputs ({error})."
        ) from None


def _is_same(layer, shape):
    """Whether a layer that has weights is built for a shape already; another one would add the same weights again."""
    before = layer._build_shape
    if before is None or not is_shape(shape) or not is_shape(before):
        return False
    if len(shape) == len(before) and all(m == n or None in (m, n) for m, n in zip(shape[1:], before[1:])):
        return True
    raise ValueError(
        f"Layer {layer.name!r} ({type(layer).__name__}) is built for inputs of shape {tuple(before)} and has weights, so it "
        f"can't be built for {tuple(shape)}. Make another layer."
    )


def first_half(cls):
    forward = cls.forward

    @functools.wraps(forward)
    def call(self, x, training=False, **arguments):
        if TAPE.get() is not None or not isinstance(x, np.ndarray) and any(isinstance(v, Box) for v in arrays_in(x)):
            return call_on_tape(self, x, training, arguments, cls)
        return forward(self, x, training, **arguments)[0]

    call.__doc__, call.__name__ = "Compute the output.", "call"
    return call


def of_this_class(cls, traced):
    """The call of a class with formulas as `super().call` of a user's class finds it: ``self.forward`` is this class's."""
    own, forward = cls.call, cls.forward

    @functools.wraps(own)
    def call(self, *args, **kwargs):
        if type(self).forward is traced and forward is not traced:
            self = As(self, cls)
        return own(self, *args, **kwargs)

    return call


class As:
    """A layer of a user's class as one of the house's class that it stands on."""

    def __init__(self, layer: Any, kind: type):
        self.layer, self.kind = layer, kind

    def __getattr__(self, name):
        return getattr(self.layer, name)

    def forward(self, x: Any, training: bool = False, *args, **kwargs) -> tuple[Any, None]:
        """What the class computes, on the tape if there is one."""
        names = list(inspect.signature(self.kind.forward).parameters)[3:]
        return call_on_tape(self.layer, x, bool(training), {**dict(zip(names, args)), **kwargs}, self.kind), None

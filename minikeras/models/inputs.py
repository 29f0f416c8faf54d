"""What comes into a model: arrays, however they are passed, become what its first layers take, or an error says why not."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.nest import flatten, pack_sequence_as
from minikeras._core.now import TAPE
from minikeras._core.symbolic import KerasTensor, is_shape
from minikeras._core.trace import Box
from minikeras._core.variable import Variable
from minikeras.layers.calling import is_structure
from minikeras.models.arguments import flat_shapes
from minikeras.models.graph import propagate


class Inputs:
    """The part of a model that knows how its inputs are passed."""

    _let_in: tuple = (None, None, None, None)  # of the last array that went through as it was: course, spec, row shape, type

    def convert_inputs(self, inputs: Any, by_hand: bool = True) -> Any:
        """Turn what a user passes into arrays of the inputs' types, in the structure of the inputs."""
        if self._course is None:
            return super().convert_inputs(inputs)
        flat = self._flat_inputs(inputs)
        arrays = [self._convert_one(a, t) for a, t in zip(flat, self.inputs)]
        if not by_hand:
            for a, t in zip(arrays, self.inputs):
                if a is not None:
                    self._check_one(a.shape, t)
            return arrays[0] if len(arrays) == 1 else arrays
        return pack_sequence_as(self._inputs, arrays)

    def _flat_inputs(self, inputs: Any) -> list:
        """Inputs as a flat list in the order of the model's, however they were passed."""
        tensors = self.inputs
        if isinstance(inputs, dict):
            names = list(self._inputs) if isinstance(self._inputs, dict) else self.input_names
            missing = [name for name in names if name not in inputs]
            if missing:
                raise ValueError(
                    f"Model {self.name!r} has the inputs {names}, but x has no key {missing[0]!r}: {list(inputs)}."
                )
            if isinstance(self._inputs, dict):
                return flatten({key: inputs[key] for key in self._inputs})
            return [inputs[name] for name in names]
        if len(tensors) == 1:
            one = inputs
            while (
                isinstance(one, (list, tuple))
                and len(one) == 1
                and (is_structure(one) or not isinstance(self._inputs, KerasTensor))
            ):
                if getattr(one[0], "ndim", 2) < 2 and isinstance(self._inputs, KerasTensor):
                    break
                one = one[0]
            return [one]
        flat = list(inputs) if isinstance(inputs, (list, tuple)) and len(inputs) == len(tensors) else flatten(inputs)
        if len(flat) != len(tensors):
            raise ValueError(
                f"Model {self.name!r} has {len(tensors)} inputs {self.input_names}, "
                f"got {len(flat)} array{'s' * (len(flat) != 1)}: "
                "pass a list with one for each, or a dict by their names."
            )
        return flat

    def _convert_one(self, value: Any, tensor: KerasTensor) -> Any:
        if value is None:
            if getattr(tensor.node.operation, "optional", False):
                return None
            name = tensor.node.operation.name
            raise ValueError(
                f"The input {name!r} of model {self.name!r} is not optional, got None. Pass an array of shape "
                f"{tuple(tensor.shape)}, or declare it by Input(..., optional=True)."
            )
        tape = TAPE.get()
        value = value._now() if isinstance(value, Variable) else value if tape is None else tape.boxed(value)
        if isinstance(value, Box):
            declared = self._input_type(tensor, value.dtype)
            return value.astype(declared) if value.dtype != declared and declared.kind == "f" else value
        try:
            array = np.asarray(value)
        except ValueError as error:
            name = tensor.node.operation.name
            raise ValueError(f"The input {name!r} of model {self.name!r} is not an array: {error}") from None
        if array.dtype.kind in "OSU" and tensor.dtype != "string":
            raise ValueError(
                f"The input {tensor.node.operation.name!r} of model {self.name!r} must be numbers, "
                f"got an array of {array.dtype}. "
                "Convert it first, for example by np.asarray(x, 'float32'), or give the Input dtype='string'."
            )
        array = self.adapt_rank(array, tensor)
        return array.astype(self._input_type(tensor, array.dtype), copy=False)

    def adapt_rank(self, x: np.ndarray, tensor: KerasTensor | None = None) -> np.ndarray:
        """Let samples that are single numbers be rows of one, and rows of one be numbers, where the model wants that."""
        shape = (self._inputs if tensor is None else tensor).shape
        if x.ndim == len(shape):
            return x
        if x.ndim == len(shape) - 1 and shape[-1] == 1:
            return x[..., None]
        if x.ndim == len(shape) + 1 and x.shape[-1] == 1:
            return x.reshape(x.shape[:-1])
        return x

    def check_input_shape(self, shape: Any) -> None:
        """Raise a ValueError if data of this shape can't go in: the message names the first layer."""
        super().check_input_shape(shape)  # against an input_spec of the user's
        if self._course is None or not isinstance(self._inputs, KerasTensor):
            return
        if isinstance(shape, dict) or not is_shape(shape):
            shape = flat_shapes(shape)[0]  # {"name": x} or [x] for the only input
        self._check_one(tuple(shape), self._inputs)

    def _goes_through(self, shape: tuple, tensor: KerasTensor) -> bool:
        """Whether an input of another size than the model was built for fits all layers, as a longer text fits an LSTM."""
        known = vars(self).setdefault("_sizes_seen", {})
        if (id(tensor), shape[1:]) not in known:
            tensors = {id(t): t for t in self.inputs}
            tensors[id(tensor)] = KerasTensor((None, *shape[1:]), tensor.dtype)
            try:
                propagate(self._nodes, tensors)
                known[id(tensor), shape[1:]] = True
            except ValueError:
                known[id(tensor), shape[1:]] = False
        return known[id(tensor), shape[1:]]

    def _check_one(self, shape: tuple, tensor: KerasTensor) -> None:
        expected = tuple(tensor.shape)
        fits = len(shape) == len(expected) and all(a is None or b is None or a == b for a, b in zip(shape[1:], expected[1:]))
        if fits or len(shape) == len(expected) and self._goes_through(shape, tensor):
            return
        first = next((n.operation for n in self._nodes if any(t is tensor for t in n.inputs)), tensor.node.operation)
        spec = getattr(first, "input_spec", None)
        problem = spec.problem(shape) if spec is not None and not isinstance(spec, (list, tuple, dict)) else None
        hint = "Check the number of features in your data against the model's input shape."
        if shape == expected[1:]:
            hint = "A single sample goes in as a batch of one: x[None]."
        which = (
            f", the first of model {self.name!r},"
            if len(self.inputs) == 1
            else f" behind input {tensor.name!r} of {self.name!r}"
        )
        raise ValueError(
            f"Layer {first.name!r} ({type(first).__name__}){which} takes input of shape "
            f"{expected}, got {shape}{': ' + problem if problem else ''}. {hint}"
        )

    def _input_type(self, tensor: KerasTensor, given: np.dtype) -> np.dtype:
        """The number type of an input for data of the given one: floats as declared; integers stay integers of any size."""
        if tensor.dtype == "string" or given.kind not in "fiub":
            return given
        declared = np.dtype(str(tensor.dtype))
        if declared.kind == "f":
            return declared
        return given if given.kind in "iu" and declared.kind in "iu" else declared

    # -- an array that goes through as it is ---------------------------------------------------------------------------

    def _knows(self, x: np.ndarray) -> bool:
        """Whether an array with such rows went through as it was before, with nothing changed since then."""
        course, spec, row, dtype = self._let_in
        return course is self._course and spec is self.input_spec and dtype is x.dtype and row == x.shape[1:]

    def _takes_as_it_is(self, x: np.ndarray) -> bool:
        """Whether an array can go through as it is: one input, one output, the right number type, no step of the user's own."""
        return (
            self._straight is not None
            and isinstance(self._inputs, KerasTensor)
            and isinstance(self._outputs, KerasTensor)
            and (x.dtype.kind in "fiub" or self._inputs.dtype == "string")
            and x.dtype == self._input_type(self._inputs, x.dtype)
            and not self._own_steps()
        )

    def _checked(self, x: np.ndarray) -> np.ndarray:
        """Check the shape of an array that can go through as it is, and remember that it can."""
        given, x = x, self.adapt_rank(x)
        self.check_input_shape(x.shape)
        if x is given and x.ndim:
            vars(self)["_let_in"] = self._course, self.input_spec, x.shape[1:], x.dtype
        return x

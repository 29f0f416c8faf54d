"""What a model of symbolic tensors begins and ends with: tensors, names, shapes."""

from __future__ import annotations

import itertools
from typing import Any

from minikeras._core.nest import flatten
from minikeras._core.symbolic import KerasTensor, shapes_of


class Ends:
    """The part of a model that tells its inputs and outputs."""

    _inputs: Any = None  # symbolic, in the structure that the user gave
    _outputs: Any = None

    @property
    def input(self) -> Any:
        """The symbolic inputs, in the structure that the user gave."""
        if self._inputs is None:
            raise AttributeError(
                f"Model {self.name!r} ({type(self).__name__}) has no defined input: its layers stand in a call() of its own. "
                "Build it of keras.Input() tensors to cut it open."
                if self.is_traced
                else f"Model {self.name!r} ({type(self).__name__}) has no defined input yet: it has not met any data."
            )
        return self._inputs

    @property
    def output(self) -> Any:
        """The symbolic outputs, in the structure that the user gave."""
        if self._outputs is None:
            yet = "" if self.is_traced else " shape yet"
            raise AttributeError(f"Model {self.name!r} ({type(self).__name__}) has no defined output{yet}: see `input`.")
        return self._outputs

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs, a flat list."""
        return flatten(self.input)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs, a flat list."""
        return flatten(self.output)

    @property
    def input_names(self) -> list[str]:
        """The names of the Input layers."""
        return [t.node.operation.name for t in self.inputs]

    @property
    def output_names(self) -> list[str]:
        """The names of the layers that the outputs come from, once each ("d", "d_1"): those of the heads in History."""
        names: list[str] = []
        for name in (t.node.operation.name for t in self.outputs):
            numbered = (f"{name}_{n}" for n in itertools.count(1))
            names.append(name if name not in names else next(one for one in numbered if one not in names))
        return names

    @property
    def input_shape(self) -> Any:
        """The shapes of the inputs, None for the batch, in a list; that of the only one by itself."""
        return shapes_of(alone(self.inputs))

    @property
    def output_shape(self) -> Any:
        """The shapes of the outputs, None for the batch, in a list; that of the only one by itself."""
        return shapes_of(alone(self.outputs))


def alone(outputs: Any) -> Any:
    """What is in a list or tuple of one; else the outputs as they are.

    >>> alone([3]), alone([1, 2])
    (3, [1, 2])
    """
    return outputs[0] if isinstance(outputs, (list, tuple)) and len(outputs) == 1 else outputs

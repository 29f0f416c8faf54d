"""The way of the data through the layers of a model, resolved once: `Chain` where each layer eats what the one before gives,
`Graph` for everything else.

    call(x, training) -> y                      prediction: no way back, no tape
    forward(x, training) -> y, trail            the trail holds what each layer's backward needs
    backward(dy, trail, need_dx) -> dx          from the outputs back to the first weight that is trained, or to the inputs

x and y are one array where the model has one input and one output, else lists of arrays in the order of the model's.
"""

from __future__ import annotations

from typing import Any

from minikeras._core.symbolic import KerasTensor, Node
from minikeras.models.chain import Chain
from minikeras.models.network import Graph, makes_mask


def course(
    inputs: list[KerasTensor],
    outputs: list[KerasTensor],
    nodes: list[Node],
    losses: list[KerasTensor] = (),
    watched: list[tuple] = (),
) -> Any:
    """The simplest course that goes through these nodes."""
    straight = len(inputs) == len(outputs) == 1 and not losses and not watched
    at = inputs[0] if straight else None
    for node in nodes if straight else ():
        tensors = node.inputs
        straight &= len(tensors) == 1 and tensors[0] is at and isinstance(node.outputs, KerasTensor)
        straight = straight and bool(node.args) and node.args[0] is at
        if not straight:
            break
        at = node.outputs
    straight = straight and at is outputs[0] and not any(makes_mask(node.operation) for node in nodes)
    return Chain(nodes) if straight else Graph(inputs, outputs, nodes, losses, watched)

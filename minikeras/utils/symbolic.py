"""Questions about symbolic tensors."""

from __future__ import annotations

from typing import Any

from minikeras._core.symbolic import KerasTensor, symbolic_leaves


def is_keras_tensor(x: Any) -> bool:
    """Whether something is a symbolic tensor: what `Input` makes, and what layers make of it.

    >>> import minikeras
    >>> is_keras_tensor(minikeras.Input((2,))), is_keras_tensor([1.0])
    (True, False)
    """
    return isinstance(x, KerasTensor)


def get_source_inputs(tensor: Any) -> list[KerasTensor]:
    """Return the inputs that a symbolic tensor is made of, in the order in which its graph reaches them.

    >>> import minikeras
    >>> a, b = minikeras.Input((2,)), minikeras.Input((2,))
    >>> y = minikeras.layers.add([minikeras.layers.Dense(2)(a), b])
    >>> [t is x for t, x in zip(get_source_inputs(y), [a, b])]
    [True, True]
    """
    sources: list[KerasTensor] = []
    seen: set[int] = set()
    stack = list(reversed(symbolic_leaves(tensor)))
    while stack:
        one = stack.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        parents = [] if one.node is None else one.node.inputs
        if parents:
            stack.extend(reversed(parents))
        else:
            sources.append(one)
    return sources

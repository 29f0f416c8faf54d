"""`GradientTape`: gradients of a user's own steps."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras._core.naming import shorten
from minikeras._core.nest import flatten, pack_sequence_as
from minikeras._core.tape import Recording, gradients, paused
from minikeras._core.tensor import Tensor, tensor
from minikeras._core.threads import limited
from minikeras._core.trace import Box
from minikeras._core.variable import Variable


class GradientTape(Recording):
    """Records what is computed in its block, so that gradients can be asked for: layers, `keras.ops`, NumPy on tensors.

    Args:
        persistent: whether `gradient` may be called more than once.
        watch_accessed_variables: whether every trainable variable that is read is watched; else those given to `watch`.

    Tapes may be nested: what the inner tape's `gradient` computes is recorded by the outer one, for second derivatives.

    >>> from minikeras import Variable
    >>> w = Variable(3.0)
    >>> with GradientTape() as tape:
    ...     loss = w * w
    >>> float(tape.gradient(loss, w))
    6.0
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True):
        super().__init__(False, watch_accessed_variables)
        self._persistent, self._used = persistent, False
        self._limits: list = []  # of BLAS' threads, one for each block that is open

    def __enter__(self):
        self._limits.append(limited())
        self._limits[-1].__enter__()
        super().__enter__()
        self.roll.persistent |= self._persistent
        return self

    def __exit__(self, *error):
        super().__exit__(*error)
        self._limits.pop().__exit__(*error)

    def watch(self, tensor: Any) -> None:
        """Have the gradient with respect to a tensor, a variable, or a structure of them at hand.

        >>> from minikeras import ops
        >>> x = ops.convert_to_tensor([2.0])
        >>> with GradientTape() as tape:
        ...     tape.watch(x); y = x * x * x
        >>> tape.gradient(y, x).tolist()
        [12.0]
        """
        if self.roll is None:
            raise ValueError("watch() is for inside the block: with GradientTape() as tape: tape.watch(x).")
        for x in flatten(tensor):
            if isinstance(x, Variable):
                self.roll.leaf(x, x.value.copy())
                self.roll.frozen |= not x.trainable
            elif type(x) is Tensor and x.dtype.kind == "f":
                self.roll.leaf(x, x.untraced)
            elif not isinstance(x, Box):
                kind = f"an array of {x.dtype}" if isinstance(x, np.ndarray) else type(x).__name__
                raise ValueError(
                    f"A tape watches tensors of floats and variables, got {kind}. Make it one by "
                    "keras.ops.convert_to_tensor(x, 'float32') before the block, and use that."
                )

    def gradient(self, target: Any, sources: Any, output_gradients: Any = None, unconnected_gradients: Any = "none") -> Any:
        """Return ∂target/∂source for each of the sources, in their structure; None where nothing flows.

        Args:
            target: what was computed under the tape; several, or an array of several numbers, are summed.
            sources: variables, watched tensors, or anything computed under the tape, alone, in lists or dicts.
            output_gradients: ∂L/∂target, 1 by default.
            unconnected_gradients: "none", or "zero" for zeros in the place of None.
        """
        if self._used and not self._persistent:
            raise RuntimeError(
                "A GradientTape that is not persistent gives gradients once: GradientTape(persistent=True) can be asked again."
            )
        if self.roll is None:
            raise RuntimeError("Nothing was recorded yet: compute inside `with GradientTape() as tape:`.")
        targets = flatten(target)
        if all(isinstance(t, (int, float, np.generic, type(None))) for t in targets):
            raise TypeError(
                f"A GradientTape has no gradient of {shorten(target)}, which is no tensor: float(x), x.item(), x.numpy() and "
                "np.array(x) take numbers out of the tape. Compute the target by keras.ops or NumPy's functions of tensors, "
                "and convert it when gradient() has been called."
            )
        self._used = True
        if output_gradients is None:
            given = [np.ones(t.shape, t.dtype) if isinstance(t, Box) else None for t in targets]
        else:
            given = [_plain(g) for g in flatten(output_gradients)]
            if len(given) != len(targets):
                raise ValueError(f"output_gradients takes one entry for each target, got {len(given)} for {len(targets)}.")
        xs = flatten(sources)
        with limited():
            found = self._gradients(targets, xs, given)
        if str(getattr(unconnected_gradients, "value", unconnected_gradients)) == "zero":
            found = [np.zeros(x.shape, str(np.dtype(x.dtype))) if g is None else g for g, x in zip(found, xs)]
        return pack_sequence_as(sources, [tensor(np.array(g)) if isinstance(g, (np.ndarray, np.generic)) else g for g in found])

    def _gradients(self, targets, xs, given):
        direct = [t for t in targets if isinstance(t, (Variable, Tensor)) and id(t) in self.roll.leaves]
        boxes = [Box(self.roll.leaves[id(t)][1], self.roll) if any(t is d for d in direct) else t for t in targets]
        given = [np.ones_like(b.value) if g is None and isinstance(b, Box) else g for b, g in zip(boxes, given)]
        return gradients(boxes, xs, given)

    def jacobian(self, target: Any, sources: Any, **kwargs) -> Any:
        """Return ∂target/∂source with the axes of the target before those of the source."""
        rows = [self._row(target, i, sources) for i in np.ndindex(*target.shape)]
        flat = [[np.zeros(x.shape) if g is None else np.asarray(g) for g, x in zip(row, flatten(sources))] for row in rows]
        joined = [np.stack(parts).reshape(*target.shape, *parts[0].shape) for parts in zip(*flat)]
        return pack_sequence_as(sources, [tensor(j) for j in joined])

    def batch_jacobian(self, target: Any, source: Any, **kwargs) -> Any:
        """Return ∂target[b]/∂source[b] for each sample b."""
        full = np.asarray(self.jacobian(target, source))
        n, rank = len(target), len(target.shape)
        return tensor(np.stack([full[(b, *[slice(None)] * (rank - 1), b)] for b in range(n)]))

    def _row(self, target, index, sources):
        g = np.zeros(target.shape, target.dtype)
        g[index] = 1
        return self._gradients([target], flatten(sources), [g])

    @contextlib.contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Let nothing be recorded in the block.

        >>> with GradientTape() as tape:
        ...     with tape.stop_recording():
        ...         pass
        """
        with paused():
            yield

    def reset(self) -> None:
        """Forget what was recorded."""
        if self.roll is not None:
            self.roll.entries.clear()
            self.roll.leaves.clear()

    def watched_variables(self) -> list[Variable]:
        """The variables that were read or watched."""
        return self.roll.variables() if self.roll is not None else []


def _plain(g: Any) -> Any:
    return g if g is None or isinstance(g, Box) else np.asarray(g)



"""The base of merging layers in Keras 2, which people made their own of."""

from __future__ import annotations

import functools
from typing import Any

from minikeras.layers.layer import Layer
from minikeras.layers.merging.base_merge import broadcast, shapes_of


class _Merge(Layer):
    """Base of one's own layers over a list of arrays: a subclass says what ``_merge_function`` makes of them.

    >>> class Difference(_Merge):
    ...     def _merge_function(self, inputs):
    ...         return inputs[0] - inputs[1]
    >>> import numpy as np
    >>> Difference()([np.ones((1, 2)), np.zeros((1, 2))]).tolist()
    [[1.0, 1.0]]
    """

    supports_masking = True

    def _merge_function(self, inputs: list) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a method `_merge_function(inputs)`.")

    def compute_output_shape(self, input_shape: list) -> tuple:
        """Return the common shape, as if the inputs were merged entry by entry; other layers say it themselves."""
        return functools.reduce(lambda one, two: broadcast(one, two) or one, shapes_of(self, input_shape))

    def call(self, inputs: list) -> Any:
        """Return what the subclass makes of the inputs."""
        if not isinstance(inputs, (list, tuple)):
            raise ValueError(f"Layer {self.name!r} ({type(self).__name__}) merges a list of at least 2 inputs, got one array.")
        return self._merge_function(list(inputs))

"""Numbers of categories as vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.categories import checked_mode, encode, encoded_shape
from minikeras.layers.preprocessing.hashing import TokenLayer, dense_only


@registry.register
class CategoryEncoding(TokenLayer):
    """Write category numbers from 0 to num_tokens - 1 as vectors.

    Args:
        num_tokens: number of categories.
        output_mode: "one_hot" gives each number a vector; "multi_hot" marks all numbers of a sample in one vector;
            "count" counts them.
        sparse: kept as in Keras; only False is possible.

    Input integers ``(batch, n)`` or ``(batch,)``, output ``(batch, num_tokens)``; numbers outside leave no mark.

    >>> CategoryEncoding(4, output_mode="count")([[0, 1, 1]], count_weights=[[1.0, 2.0, 0.5]]).tolist()
    [[1.0, 2.5, 0.0, 0.0]]
    """

    def __init__(self, num_tokens: int | None = None, output_mode: str = "multi_hot", sparse: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.output_mode = checked_mode("CategoryEncoding", output_mode, ("count", "one_hot", "multi_hot"))
        if num_tokens is None:
            raise ValueError("CategoryEncoding needs num_tokens. If it is not known beforehand, use IntegerLookup instead.")
        if isinstance(num_tokens, bool) or not isinstance(num_tokens, (int, np.integer)) or num_tokens < 1:
            raise ValueError(f"`num_tokens` of CategoryEncoding must be >= 1, got num_tokens={num_tokens!r}.")
        self.num_tokens = int(num_tokens)
        self.sparse = dense_only("CategoryEncoding", sparse)

    def call(self, inputs: Any, count_weights: Any = None) -> np.ndarray:
        """Encode the numbers.

        Args:
            inputs: integers.
            count_weights: what each of them counts, for output mode "count".
        """
        return self.forward(inputs, count_weights=count_weights)[0]

    def forward(self, x: np.ndarray, training: bool = False, *, count_weights: Any = None) -> tuple[np.ndarray, tuple]:
        """Encode the numbers."""
        if count_weights is not None and self.output_mode != "count":
            raise ValueError(f"`count_weights` of CategoryEncoding needs output_mode='count', not {self.output_mode!r}.")
        if x.size and not (0 <= x.min() and x.max() < self.num_tokens):
            raise ValueError(
                f"Layer {self.name!r} (CategoryEncoding) takes numbers from 0 to {self.num_tokens - 1} (num_tokens="
                f"{self.num_tokens}), got some from {x.min()} to {x.max()}. For other numbers there is IntegerLookup."
            )
        weights = None if count_weights is None else np.asarray(count_weights, self.compute_dtype)
        return encode(x, self.output_mode, self.num_tokens, self.compute_dtype, weights), (x.shape, x.dtype)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the vectors."""
        return encoded_shape(input_shape, self.output_mode, self.num_tokens)

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer."""
        return {key: value for key, value in super().get_config().items() if key != "sparse"}

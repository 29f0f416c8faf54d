"""Integers to numbers without gaps."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.naming import shorten
from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.index_lookup import IndexLookup


@registry.register
class IntegerLookup(IndexLookup):
    """Look integers up in a vocabulary: y is the number of the integer, or of "unknown".

    Args:
        max_tokens: largest size of the vocabulary, special tokens included; None is without limit.
        num_oov_indices: numbers for unknown integers; more than one are shared out by the remainder, 0 refuses them.
        mask_token: an integer that gets number 0.
        oov_token: what stands for unknown integers in the vocabulary, and what ``invert`` returns.
        vocabulary: a list of integers, or the path of a file with one in each line; else call `adapt`.
        vocabulary_dtype: "int64".
        idf_weights: one number for each integer, for "tf_idf" with a vocabulary.
        invert: look numbers up and return the integers.
        output_mode: as of `StringLookup`.
        sparse: kept as in Keras; only False is possible.
        pad_to_max_tokens: make vectors ``max_tokens`` wide, however large the vocabulary is.
        oov_method: "floormod", or "farmhash" to share unknown integers out by hashing.
        salt: key of the hash function.
        name: as of any layer.

    Input integers of any shape; output integers of the same shape, or vectors ``(batch, vocabulary)``.

    >>> layer = IntegerLookup(vocabulary=[12, 36])
    >>> layer([36, 7, 12]).tolist(), layer.get_vocabulary()
    ([2, 0, 1], [-1, 12, 36])
    """

    of_strings = False

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs,
    ):
        if vocabulary_dtype != "int64":
            raise ValueError(f"IntegerLookup supports vocabulary_dtype='int64' only, got {vocabulary_dtype!r}.")
        if salt is not None and oov_method != "farmhash":
            raise ValueError(f"`salt` of IntegerLookup needs oov_method='farmhash', got {oov_method!r}.")
        self.vocabulary_dtype = vocabulary_dtype
        super().__init__(
            max_tokens,
            num_oov_indices,
            None if mask_token is None else int(mask_token),
            None if oov_token is None else int(oov_token),
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            oov_method=oov_method,
            salt=salt,
            name=name,
            **kwargs,
        )

    def convert(self, inputs: Any) -> np.ndarray:
        """Turn what a user passes into an array of numbers."""
        return np.asarray(inputs)

    def token(self, value: Any) -> int:
        """One token as an integer."""
        if type(value) is int:
            return value
        try:
            return int(value)
        except (TypeError, ValueError, OverflowError):
            text = f"Layer {self.name!r} (IntegerLookup) knows whole numbers, also in its vocabulary, got {shorten(value)}"
            raise ValueError(f"{text}. Look text up by StringLookup.") from None

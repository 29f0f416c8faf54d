"""Strings to numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.categories import as_strings
from minikeras.layers.preprocessing.index_lookup import IndexLookup


@registry.register
class StringLookup(IndexLookup):
    """Look strings up in a vocabulary: y is the number of the string, or of "unknown".

    Args:
        max_tokens: largest size of the vocabulary, special tokens included; None is without limit.
        num_oov_indices: numbers for unknown strings; more than one are shared out by hashing, 0 refuses them.
        mask_token: a string that gets number 0.
        oov_token: what stands for unknown strings in the vocabulary, and what ``invert`` returns.
        vocabulary: a list of strings, or the path of a file with one in each line; else call `adapt`.
        idf_weights: one number for each string, for "tf_idf" with a vocabulary.
        invert: look numbers up and return strings.
        output_mode: "int" gives the numbers; "one_hot", "multi_hot" and "count" see `CategoryEncoding`; "tf_idf" counts
            and multiplies by log(1 + documents / (1 + documents with the string)).
        pad_to_max_tokens: make vectors ``max_tokens`` wide, however large the vocabulary is.
        sparse: kept as in Keras; only False is possible.
        encoding: of bytes.
        name: as of any layer.
        salt: key of the hash function that shares unknown strings out.

    Input strings of any shape; output integers of the same shape, or vectors ``(batch, vocabulary)``.

    >>> layer = StringLookup(vocabulary=["a", "b"])
    >>> layer(["b", "z", "a"]).tolist(), layer.get_vocabulary()
    ([2, 0, 1], ['[UNK]', 'a', 'b'])
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        **kwargs,
    ):
        self.encoding = encoding
        super().__init__(
            max_tokens,
            num_oov_indices,
            mask_token,
            oov_token,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            sparse=sparse,
            name=name,
            salt=salt,
            **kwargs,
        )

    def convert(self, inputs: Any) -> np.ndarray:
        """Turn what a user passes into an array of strings, or of integers if ``invert``."""
        return np.asarray(inputs) if self.invert else as_strings(inputs, self.encoding)

    def token(self, value: Any) -> str:
        """One token as a string."""
        return value if type(value) is str else value.decode(self.encoding) if isinstance(value, bytes) else str(value)

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer; a learned vocabulary is not among them."""
        config = {**super().get_config(), "encoding": self.encoding}
        del config["vocabulary_dtype"]
        return config

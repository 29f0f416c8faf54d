"""What the arguments and vocabularies of `StringLookup` and `IntegerLookup` have to be."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np


def check_arguments(
    kind: str,
    output_mode: str,
    max_tokens: Any,
    num_oov_indices: Any,
    pad_to_max_tokens: bool,
    invert: bool,
    idf_weights: Any,
    oov_method: str,
) -> None:
    """Raise a ValueError for arguments that can't be, or don't go together.

    >>> check_arguments("StringLookup", "int", 1, 1, False, False, None, "floormod")
    Traceback (most recent call last):
    ValueError: If set, `max_tokens` of StringLookup must be an integer greater than 1, got 1.
    """
    integers = int, np.integer
    if max_tokens is not None and (not isinstance(max_tokens, integers) or max_tokens <= 1):
        raise ValueError(f"If set, `max_tokens` of {kind} must be an integer greater than 1, got {max_tokens!r}.")
    if not isinstance(num_oov_indices, integers) or num_oov_indices < 0:
        raise ValueError(f"`num_oov_indices` of {kind} must be an integer >= 0, got {num_oov_indices!r}.")
    if pad_to_max_tokens and max_tokens is None:
        raise ValueError(f"`pad_to_max_tokens=True` of {kind} needs `max_tokens`.")
    if invert and output_mode != "int":
        raise ValueError(f"`output_mode` of {kind} must be 'int' when `invert` is true, got {output_mode!r}.")
    if idf_weights is not None and output_mode != "tf_idf":
        raise ValueError(f"`idf_weights` of {kind} only go with output_mode='tf_idf', got {output_mode!r}.")
    if oov_method not in ("floormod", "farmhash"):
        raise ValueError(f"`oov_method` of {kind} must be 'floormod' or 'farmhash', got {oov_method!r}.")


def check_tokens(layer: Any, tokens: list, special: list) -> None:
    """Raise a ValueError for a vocabulary that a layer can't have.

    Args:
        layer: the lookup layer.
        tokens: the vocabulary without the special tokens in front.
        special: the special tokens.

    >>> from minikeras.layers.preprocessing.string_lookup import StringLookup
    >>> check_tokens(StringLookup(name="words"), ["a", "a"], ["[UNK]"])
    Traceback (most recent call last):
    ValueError: The vocabulary of layer 'words' has repeated terms: ['a']. Each may come once.
    """
    repeated = [t for t, n in Counter(tokens).items() if n > 1]
    if repeated:
        raise ValueError(f"The vocabulary of layer {layer.name!r} has repeated terms: {repeated[:5]}. Each may come once.")
    for kind, token, matters in (("mask", layer.mask_token, True), ("OOV", layer.oov_token, layer.invert)):
        if matters and token is not None and token in tokens:
            raise ValueError(
                f"Layer {layer.name!r}: the vocabulary holds the {kind} token {token!r} at an unexpected place. Leave the "
                f"special tokens out, or put all of them at the start in this order: {special}."
            )
    size = len(special) + len(tokens)
    if layer.max_tokens is not None and size > layer.max_tokens:
        raise ValueError(
            f"Layer {layer.name!r}: the vocabulary is larger than allowed: {size} tokens, max_tokens={layer.max_tokens}."
        )

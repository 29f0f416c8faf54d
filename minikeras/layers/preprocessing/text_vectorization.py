"""Text to numbers."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.serialize import deserialize_keras_object, plain
from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.categories import as_strings, batches_of, checked_mode
from minikeras.layers.preprocessing.hashing import TokenLayer, dense_only
from minikeras.layers.preprocessing.index_lookup import MODES, rebuild_with_vocabulary
from minikeras.layers.preprocessing.string_lookup import StringLookup

STANDARDS = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
SPLITS = ("whitespace", "character")
_LOWER = {ord(a): ord(b) for a, b in zip(string.ascii_uppercase, string.ascii_lowercase)}  # TensorFlow's: ASCII alone
_BARE = dict.fromkeys(map(ord, string.punctuation))
_TABLES = {"lower": _LOWER, "strip_punctuation": _BARE, "lower_and_strip_punctuation": {**_LOWER, **_BARE}}
_WORD = re.compile(r"[^ \t\n\v\f\r]+")


@registry.register
class TextVectorization(TokenLayer):
    """Turn text into numbers: bring it into a standard form, split it into tokens, look these up in a vocabulary.

    Args:
        max_tokens: largest size of the vocabulary, special tokens included; None is without limit.
        standardize: "lower_and_strip_punctuation", "lower", "strip_punctuation", None, or a function of an array of strings.
        split: "whitespace", "character", None, or a function from an array of strings to lists of tokens.
        ngrams: a number n for sequences of 1 to n tokens, or a tuple of lengths.
        output_mode: "int" gives the numbers of the tokens; "multi_hot", "count" and "tf_idf" one vector for each text.
        output_sequence_length: cut or fill up with 0 to this length, for "int"; else all are as long as the longest.
        pad_to_max_tokens: make vectors ``max_tokens`` wide, however large the vocabulary is.
        vocabulary: a list of tokens, or the path of a file with one in each line; else call `adapt`.
        idf_weights: one number for each token, for "tf_idf" with a vocabulary.
        sparse, ragged: kept as in Keras; only False is possible.
        encoding: of bytes.
        name: as of any layer.

    Input strings ``(batch,)`` or ``(batch, 1)``, or one; output integers ``(batch, length)``, or ``(batch, vocabulary)``.
    Number 0 fills up, 1 stands for unknown tokens.

    >>> layer = TextVectorization(output_sequence_length=4)
    >>> layer.adapt(["The sun shines.", "The moon"])
    >>> layer(["the moon shines brightly!"]).tolist(), layer.get_vocabulary()
    ([[2, 5, 4, 1]], ['', '[UNK]', 'the', 'sun', 'shines', 'moon'])
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams: Any = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        vocabulary_size: int | None = None,
        has_input_vocabulary: bool | None = None,
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        self.standardize = _checked("standardize", standardize, STANDARDS)
        self.split = _checked("split", split, SPLITS)
        self.ngrams = ngrams
        self._lengths = _lengths(ngrams)
        self.output_mode = checked_mode("TextVectorization", output_mode, MODES)
        length = output_sequence_length
        if length is not None and (self.output_mode != "int" or isinstance(length, bool) or not isinstance(length, int)):
            raise ValueError(
                "`output_sequence_length` of TextVectorization must be None or an integer, and only goes with "
                f"output_mode='int'; got {length!r} and output_mode={output_mode!r}."
            )
        self.output_sequence_length = length
        self.sparse = dense_only("TextVectorization", sparse)
        if ragged:
            raise ValueError("`ragged=True` of TextVectorization needs ragged tensors, which NumPy has not. Leave it out.")
        self.ragged = False
        self.encoding = encoding
        self._lookup_layer = StringLookup(
            max_tokens,
            mask_token="",
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            output_mode=self.output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            encoding=encoding,
            vocabulary_size=vocabulary_size,
            has_input_vocabulary=has_input_vocabulary,
        )

    def convert(self, inputs: Any) -> np.ndarray:
        """Turn what a user passes into an array of strings."""
        return as_strings(inputs, self.encoding)

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the vocabulary, the most frequent token first.

        Args:
            data: an array or list of texts, or batches of them; of ``(x, y)`` x counts.
            batch_size: kept as in Keras.
            steps: how many batches to look at.
        """
        self.reset_state()
        for batch in batches_of(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the tokens of a batch of texts."""
        self._lookup_layer.update_state(self._tokens(np.atleast_1d(self.convert(data))))

    def finalize_state(self) -> None:
        """Make the vocabulary of what was counted."""
        self._lookup_layer.finalize_state()

    def reset_state(self) -> None:
        """Forget the counts; the vocabulary stays."""
        self._lookup_layer.reset_state()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """Return the tokens in the order of their numbers."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """Return the number of tokens, special ones included."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replace the vocabulary; see `StringLookup.set_vocabulary`."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Standardize, split and look up."""
        kept = np.shape(x), x.dtype
        rows = self._tokens(np.atleast_1d(x if x.dtype.kind in "UO" else as_strings(x)))
        numbers = self._lookup_layer.numbers_of_list([t for row in rows for t in row])
        length = self.output_sequence_length
        if length is None:
            length = max((len(row) for row in rows), default=0)
        y = np.full((len(rows), length), 0 if self.output_mode == "int" else -1, np.int64)
        at = 0
        for i, row in enumerate(rows):
            part = numbers[at : at + len(row)][:length]
            y[i, : len(part)] = part
            at += len(row)
        y = y if self.output_mode == "int" else self._lookup_layer.encoded(y)
        return y[0] if np.ndim(x) == 0 else y, kept

    def compute_output_dtype(self, input_dtype: str) -> str:
        """The number type of the output."""
        return self._lookup_layer.compute_output_dtype(input_dtype)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return ``(batch, length)``, or ``(batch, vocabulary)``."""
        batch = tuple(input_shape)[:1]
        if self.output_mode == "int":
            return (*batch, self.output_sequence_length)
        return self._lookup_layer.compute_output_shape((*batch, None))

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer; a learned vocabulary is not among them."""
        inner = self._lookup_layer.get_config()
        config = {"name": self.name, "trainable": self._trainable, "dtype": self.serialized_policy()}
        own = "standardize split ngrams output_mode output_sequence_length sparse ragged encoding"
        config.update({n: plain(getattr(self, n)) for n in own.split()})
        config.update({n: inner[n] for n in ("max_tokens", "pad_to_max_tokens", "vocabulary", "idf_weights")})
        return {**config, "vocabulary_size": self.vocabulary_size()}

    @classmethod
    def from_config(cls, config: dict) -> TextVectorization:
        """Build a layer from what `get_config` returned; a config may not name a file to read."""
        if isinstance(config.get("vocabulary"), str):
            raise ValueError("The config of TextVectorization names a vocabulary file. It is not read.")
        config = dict(config)
        for key in ("standardize", "split"):
            if isinstance(config.get(key), dict):
                config[key] = deserialize_keras_object(config[key])
        if isinstance(config.get("ngrams"), list):
            config["ngrams"] = tuple(config["ngrams"])
        return cls(**config)

    def get_build_config(self) -> dict:
        """Return an empty config: there is nothing to build."""
        return {}

    def build_from_config(self, config: dict) -> None:
        """Nothing to do."""

    def save_own_variables(self, store: Any) -> None:
        """Write the weights of "tf_idf" into a file's store."""
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store: Any) -> None:
        """Read the weights of "tf_idf" from a file's store."""
        self._lookup_layer.load_own_variables(store)

    def learned_arguments(self) -> dict:
        """Return the arguments that give a new layer what `adapt` told this one."""
        return self._lookup_layer.learned_arguments()

    def get_assets(self) -> dict[str, bytes]:
        """Return the files that keep what was learned."""
        return self._lookup_layer.get_assets()

    def set_assets(self, files: dict[str, bytes]) -> None:
        """Take over what `get_assets` returned."""
        self._lookup_layer.set_assets(files)

    def save_assets(self, dir_path: str) -> None:
        """Write a learned vocabulary to ``vocabulary.txt``."""
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path: str) -> None:
        """Read a learned vocabulary from ``vocabulary.txt``."""
        self._lookup_layer.load_assets(dir_path)

    def __reduce__(self):  # copy and pickle: the learned vocabulary comes along
        return rebuild_with_vocabulary, (type(self), self.get_config(), self._lookup_layer.__reduce__()[1][2])

    def _tokens(self, texts: np.ndarray) -> list[list[str]]:
        """The tokens of each text."""
        if callable(self.standardize):
            texts = as_strings(self.standardize(np.asarray(texts.tolist(), str)))
        if self.split is not None:
            if texts.ndim > 1 and texts.shape[-1] != 1 or texts.ndim > 2:
                raise ValueError(
                    f"Layer {self.name!r} (TextVectorization) splits texts of shape (batch,) or (batch, 1), got {texts.shape}. "
                    "For tokens that are split already, set split=None."
                )
            texts = texts.reshape(-1)
        elif texts.ndim == 1:
            texts = texts[:, None]
        table = _TABLES.get(self.standardize) if isinstance(self.standardize, str) else None
        rows = texts.tolist()
        if table is not None:
            rows = [r.translate(table) if isinstance(r, str) else [t.translate(table) for t in r] for r in rows]
        if self.split == "whitespace":
            rows = [_WORD.findall(r) for r in rows]
        elif self.split == "character":
            rows = [list(r) for r in rows]
        elif callable(self.split):
            rows = [as_strings(list(r)).tolist() for r in self.split(np.asarray(rows, str))]
        return rows if self._lengths is None else [_ngrams(r, self._lengths) for r in rows]


def _ngrams(tokens: list[str], lengths: tuple) -> list[str]:
    return [" ".join(tokens[i : i + n]) for n in lengths for i in range(len(tokens) - n + 1)]


def _lengths(ngrams: Any) -> tuple | None:
    if ngrams is None:
        return None
    if isinstance(ngrams, int) and not isinstance(ngrams, bool):
        return tuple(range(1, ngrams + 1))
    if isinstance(ngrams, tuple) and all(isinstance(n, int) for n in ngrams):
        return ngrams
    raise ValueError(f"`ngrams` of TextVectorization must be None, an integer, or a tuple of integers, got {ngrams!r}.")


def _checked(name: str, value: str | Callable | None, allowed: tuple) -> Any:
    if value is not None and not callable(value) and value not in allowed:
        raise ValueError(
            f"Unknown `{name}` {value!r} of TextVectorization. "
            f"Expected one of {allowed}, None, or a function of an array of strings."
        )
    return value

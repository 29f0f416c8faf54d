"""The base of `StringLookup` and `IntegerLookup`: a vocabulary, learned or given, and what is not in it."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras._core.text import shown
from minikeras.layers.preprocessing.categories import OUTPUT_MODES, batches_of, checked_mode, encode, encoded_shape
from minikeras.layers.preprocessing.fingerprints import hash_bins
from minikeras.layers.preprocessing.hashing import TokenLayer, checked_salt, dense_only
from minikeras.layers.preprocessing.lookup_checks import check_arguments, check_tokens

MODES = (*OUTPUT_MODES, "tf_idf")
FILE = "vocabulary.txt"
LARGEST = np.iinfo(np.int64).max  # the number of the mask where it must leave no mark


class IndexLookup(TokenLayer):
    """A layer from tokens to numbers by a vocabulary, or back.

    The numbers start with 0 for the mask token, if there is one, go on with those of unknown tokens, and then follow
    the vocabulary: learned by `adapt` in the order of frequency, or as given.
    """

    of_strings = True

    def __init__(
        self,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        vocabulary_size: int | None = None,
        has_input_vocabulary: bool | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        kind = type(self).__name__
        self.output_mode = checked_mode(kind, output_mode, MODES)
        check_arguments(kind, self.output_mode, max_tokens, num_oov_indices, pad_to_max_tokens, invert, idf_weights, oov_method)
        self.max_tokens, self.num_oov_indices = max_tokens, num_oov_indices
        self.mask_token, self.oov_token = mask_token, oov_token
        self.invert, self.pad_to_max_tokens = bool(invert), bool(pad_to_max_tokens)
        self.sparse = dense_only(kind, sparse)
        self.oov_method, self.salt = oov_method, checked_salt(kind, salt)
        self.input_vocabulary = None if isinstance(vocabulary, (str, os.PathLike)) else listed(vocabulary)
        self.input_idf_weights = listed(idf_weights)
        self.idf_weights: np.ndarray | None = None
        self._given = vocabulary is not None if has_input_vocabulary is None else has_input_vocabulary
        self._size_in_config = vocabulary_size
        self._tokens: list = []
        self._numbers: dict[Any, int] = {}
        self._counts: Counter = Counter()
        self._document_counts: Counter = Counter()
        self._documents = 0
        if vocabulary is not None:
            if self.output_mode == "tf_idf" and idf_weights is None:
                raise ValueError(f"{kind} with a `vocabulary` and output mode 'tf_idf' needs `idf_weights`, too.")
            self.set_vocabulary(vocabulary, idf_weights)

    # -- the vocabulary ----------------------------------------------------------------------------------------------

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replace the vocabulary.

        Args:
            vocabulary: tokens, with or without the mask token and the unknown tokens in front; or the path of a text
                file with one token in each line.
            idf_weights: one number for each token, for output mode "tf_idf".
        """
        if self.output_mode == "tf_idf" and idf_weights is None:
            raise ValueError(f"Layer {self.name!r}: `idf_weights` must be set if output_mode is 'tf_idf'.")
        if self.output_mode != "tf_idf" and idf_weights is not None:
            raise ValueError(f"Layer {self.name!r}: `idf_weights` only go with output mode 'tf_idf', not {self.output_mode!r}.")
        if isinstance(vocabulary, (str, os.PathLike)):
            vocabulary = self._read(vocabulary)
        tokens = [self.token(v) for v in np.asarray(vocabulary, object).ravel().tolist()]
        if not tokens:
            raise ValueError(f"Layer {self.name!r} can't have an empty vocabulary.")
        special = self._special()
        with_special = bool(special) and tokens[: len(special)] == special
        plain = tokens[len(special) :] if with_special else tokens
        check_tokens(self, plain, special)
        self._take(plain)
        if idf_weights is not None:
            self._take_idf(np.asarray(idf_weights, floatx()), len(tokens), with_special)

    def get_vocabulary(self, include_special_tokens: bool = True) -> list:
        """Return the tokens in the order of their numbers.

        Args:
            include_special_tokens: whether to start with the mask token and the unknown tokens.
        """
        return (self._special() if include_special_tokens else []) + self._tokens

    def get_idf_weights(self) -> np.ndarray | None:
        """Return the weight of each token, without the special ones, for "tf_idf"; None in other modes."""
        if self.idf_weights is None:
            return None
        return self.idf_weights[len(self._special()) : self.vocabulary_size()]

    def vocabulary_size(self) -> int:
        """Return the number of tokens, with the mask token and the unknown tokens."""
        return len(self._tokens) + len(self._special())

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary, the most frequent token first.

        Args:
            data: an array or list of tokens, or batches of them; of ``(x, y)`` x counts.
            steps: how many batches to look at.
        """
        self.reset_state()
        for batch in batches_of(data, steps):
            tokens = self.convert(batch)
            whole = batch is data and tokens.ndim == 1
            self.update_state(tokens[:, None] if whole else tokens)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the tokens of a batch; each row is a document."""
        if self._given:
            raise ValueError(f"Layer {self.name!r} was given its vocabulary; it can't be adapted.")
        if isinstance(data, np.ndarray) or not (isinstance(data, list) and data and isinstance(data[0], list)):
            array = np.atleast_2d(self.convert(data))
            data = array.reshape(len(array), -1).tolist()
        rows = [row if row and type(row[0]) is str and self.of_strings else [self.token(t) for t in row] for row in data]
        for tokens in rows:
            self._counts.update(tokens)
            if self.output_mode == "tf_idf":
                self._document_counts.update(set(tokens))
        self._documents += len(rows)

    def finalize_state(self) -> None:
        """Make the vocabulary of what was counted."""
        if self._given or not self._counts:
            return
        for token in (self.mask_token, self.oov_token):
            self._counts.pop(token, None)
        tokens = sorted(self._counts, key=lambda t: (self._counts[t], t), reverse=True)
        start = len(self._special())
        self._take(tokens[: self.max_tokens - start] if self.max_tokens else tokens)
        if self.output_mode == "tf_idf":
            seen = np.array([self._document_counts[t] for t in self._tokens])
            self._take_idf(np.log(1 + self._documents / (1 + seen)).astype(floatx()), len(self._tokens), False)
        self.reset_state()

    def reset_state(self) -> None:
        """Forget the counts; the vocabulary stays."""
        self._counts, self._document_counts, self._documents = Counter(), Counter(), 0

    # -- computing ---------------------------------------------------------------------------------------------------

    def __call__(self, *args, **kwargs) -> Any:
        """Look tokens up; rows of several lengths (``tf.RaggedTensor``) stay such rows."""
        if args and hasattr(args[0], "map_rows"):
            return args[0].map_rows(lambda row: self(row, *args[1:], **kwargs))
        return shown(super().__call__(*args, **kwargs)) if self.invert else super().__call__(*args, **kwargs)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Look tokens up, or numbers if ``invert``."""
        kept = np.shape(x), getattr(x, "dtype", np.dtype(object))
        if self.invert:
            return self._inverted(np.asarray(x)), kept
        y = self.numbers_of(x)
        if self.output_mode == "int":
            return y, kept
        return self.encoded(y), kept

    def numbers_of(self, x: np.ndarray) -> np.ndarray:
        """The number of each token of an array."""
        return self.numbers_of_list([self.token(t) for t in x.ravel().tolist()]).reshape(x.shape)

    def numbers_of_list(self, tokens: list) -> np.ndarray:
        """The number of each token of a list."""
        unknown = -1 if self.num_oov_indices != 1 else len(self._special()) - 1
        find = self._numbers.get
        y = np.fromiter([find(t, unknown) for t in tokens], np.int64, len(tokens))
        if self.num_oov_indices == 1:
            return y
        missing = y == -1
        if self.num_oov_indices == 0 and missing.any():
            names = sorted({t for t, m in zip(tokens, missing.tolist()) if m}, key=str)[:5]
            raise ValueError(
                f"Layer {self.name!r}: with num_oov_indices=0 all inputs should be in the vocabulary, got {names}. "
                "Consider num_oov_indices=1."
            )
        if missing.any():
            y[missing] = self._unknown(np.array(tokens, object)[missing]) + self._first_unknown()
        return y

    def encoded(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers as vectors, in the output mode."""
        depth = self.max_tokens if self.pad_to_max_tokens else self.vocabulary_size()
        if not self._tokens and not self.pad_to_max_tokens:
            raise RuntimeError(
                f"Layer {self.name!r} has no vocabulary yet, so it can't tell the width of its output "
                f"(output_mode={self.output_mode!r}): pass a `vocabulary` or call adapt(data) first."
            )
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        y = encode(numbers, mode, depth, np.int64)
        if self.output_mode != "tf_idf":
            return y
        if self.idf_weights is None:
            raise ValueError(f"Layer {self.name!r} needs `idf_weights` for output mode 'tf_idf': call adapt(data) first.")
        return y.astype(self.idf_weights.dtype) * self.idf_weights

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the input's shape, or that of the encoding."""
        depth = self.max_tokens if self.pad_to_max_tokens else self.vocabulary_size() if self._tokens else self._size_in_config
        return encoded_shape(input_shape, "multi_hot" if self.output_mode == "tf_idf" else self.output_mode, depth)

    def compute_output_dtype(self, input_dtype: str) -> str:
        """The number type of the output."""
        return floatx() if self.output_mode == "tf_idf" else "string" if self.invert and self.of_strings else "int64"

    # -- config and files --------------------------------------------------------------------------------------------

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer; a learned vocabulary is not among them."""
        names = "invert max_tokens num_oov_indices oov_token mask_token output_mode sparse pad_to_max_tokens oov_method salt"
        config = {"name": self.name, "trainable": self._trainable, "dtype": self.serialized_policy()}
        config.update({n: getattr(self, n) for n in names.split()})
        size = self.vocabulary_size() if self._tokens else self._size_in_config
        known = {"vocabulary": self.input_vocabulary, "idf_weights": self.input_idf_weights, "vocabulary_size": size}
        return {**config, "vocabulary_dtype": "string" if self.of_strings else "int64", **known}

    @classmethod
    def from_config(cls, config: dict) -> IndexLookup:
        """Build a layer from what `get_config` returned; a config may not name a file to read."""
        if isinstance(config.get("vocabulary"), str):
            raise ValueError(f"The config of {cls.__name__} names a file, {config['vocabulary']!r:.60}; it is not read.")
        return cls(**config)

    def get_build_config(self) -> dict:
        """Return an empty config: there is nothing to build."""
        return {}

    def build_from_config(self, config: dict) -> None:
        """Nothing to do."""

    def save_own_variables(self, store: Any) -> None:
        """Write the weights of "tf_idf" into a file's store."""
        if self.output_mode == "tf_idf" and self.idf_weights is not None:
            store["idf_weights"] = self.idf_weights

    def load_own_variables(self, store: Any) -> None:
        """Read the weights of "tf_idf" from a file's store."""
        if self.output_mode == "tf_idf":
            weights = np.asarray(store["0" if list(store) == ["0"] else "idf_weights"], floatx())  # "0": Keras 2
            if self.input_vocabulary is not None and weights.shape != np.shape(self.idf_weights):
                raise ValueError(
                    f"Layer {self.name!r}: the file has weights of shape {weights.shape} for {self.vocabulary_size()} tokens."
                )
            self.idf_weights = weights

    def learned_arguments(self) -> dict:
        """Return the arguments that give a new layer what `adapt` told this one, for files that have no assets."""
        if self.input_vocabulary is not None or not self._tokens:
            return {}
        return {"vocabulary": listed(self._tokens), "idf_weights": listed(self.get_idf_weights())}

    def get_assets(self) -> dict[str, bytes]:
        """Return the files that keep what was learned: ``vocabulary.txt``, one token in each line; none if it was given."""
        if self.input_vocabulary is not None:
            return {}
        return {FILE: "\n".join(str(t) for t in self.get_vocabulary()).encode()}

    def set_assets(self, files: dict[str, bytes]) -> None:
        """Take over what `get_assets` returned; after `load_own_variables`."""
        tokens = self._lines(files[FILE].decode()) if self.input_vocabulary is None and FILE in files else None
        if tokens:  # weights are filled up to max_tokens, where there is such an argument
            self.set_vocabulary(tokens, self.idf_weights[: len(tokens)] if self.output_mode == "tf_idf" else None)

    def save_assets(self, dir_path: str) -> None:
        """Write a learned vocabulary to ``vocabulary.txt`` in a folder."""
        for name, content in self.get_assets().items():
            with open(os.path.join(dir_path, name), "wb") as file:
                file.write(content)

    def load_assets(self, dir_path: str) -> None:
        """Read a learned vocabulary from ``vocabulary.txt`` in a folder."""
        if self.input_vocabulary is None:
            with open(os.path.join(dir_path, FILE), "rb") as file:
                self.set_assets({FILE: file.read()})

    def __reduce__(self):  # copy and pickle: the learned vocabulary comes along
        learned = None if self.input_vocabulary is not None or not self._tokens else (self._tokens, self.get_idf_weights())
        return rebuild_with_vocabulary, (type(self), self.get_config(), learned)

    # -- parts -------------------------------------------------------------------------------------------------------

    def token(self, value: Any) -> Any:
        """One token as the vocabulary has it."""
        return value

    def _special(self) -> list:
        return [self.mask_token] * self._first_unknown() + [self.oov_token] * self.num_oov_indices

    def _first_unknown(self) -> int:
        return 1 if self.mask_token is not None and self.output_mode == "int" else 0

    def _take(self, tokens: list) -> None:
        self._tokens = tokens
        self._numbers = {t: i for i, t in enumerate(tokens, len(self._special()))}
        if self.mask_token is not None:
            self._numbers[self.mask_token] = 0 if self.output_mode == "int" else LARGEST

    def _take_idf(self, weights: np.ndarray, count: int, with_special: bool) -> None:
        if weights.shape != (count,):
            raise ValueError(
                f"Layer {self.name!r}: `idf_weights` must be one number for each of {count} tokens, got shape {weights.shape}."
            )
        if not with_special:  # unknown tokens weigh as much as the average
            weights = np.concatenate([np.full(len(self._special()), weights.mean(), weights.dtype), weights])
        if self.pad_to_max_tokens and self.max_tokens is not None:
            weights = np.pad(weights, (0, max(self.max_tokens - len(weights), 0)))
        self.idf_weights = weights

    def _unknown(self, tokens: np.ndarray) -> np.ndarray:
        if not self.of_strings and self.oov_method != "farmhash":
            return tokens.astype(np.int64) % self.num_oov_indices
        return hash_bins(tokens, self.num_oov_indices, self.salt)

    def _inverted(self, x: np.ndarray) -> np.ndarray:
        names = dict(enumerate(self._tokens, len(self._special())))
        if self.mask_token is not None:
            names[0] = self.mask_token
        found = [names.get(int(i), self.oov_token) for i in x.ravel().tolist()]
        return np.array(found, str if self.of_strings else np.int64).reshape(x.shape)

    def _read(self, path: Any) -> list:
        if not os.path.exists(path):
            raise ValueError(f"Vocabulary file {str(path)!r} of layer {self.name!r} does not exist.")
        with open(path, encoding="utf-8") as file:
            return self._lines(file.read())

    def _lines(self, text: str) -> list:
        return [self.token(line) for line in text.rstrip("\n").replace("\r\n", "\n").split("\n")] if text.strip("\n") else []


def rebuild_with_vocabulary(cls: type, config: dict, learned: tuple | None) -> Any:
    """Rebuild a layer with a vocabulary from its config and what it learned.

    >>> rebuild_with_vocabulary(IndexLookup, {"max_tokens": None, "num_oov_indices": 1, "mask_token": None,
    ...     "oov_token": "?"}, (["a"], None)).get_vocabulary()
    ['?', 'a']
    """
    layer = cls.from_config(config)
    if learned is not None:
        layer.set_vocabulary(*learned)
    return layer


def listed(values: Any) -> Any:
    """Arrays as lists, ready for a config.

    >>> listed(np.array(["a", "b"])), listed(None)
    (['a', 'b'], None)
    """
    return values if values is None else np.asarray(values).tolist()

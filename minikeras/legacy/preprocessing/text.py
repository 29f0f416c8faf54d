"""Text to numbers, as Keras 2 did it; `TextVectorization` is today's way."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from minikeras._core.lazy import lazily
from minikeras._core.old_arguments import hint

__getattr__ = lazily(__name__)

__all__ = ["Tokenizer", "hashing_trick", "one_hot", "text_to_word_sequence", "tokenizer_from_json"]

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(input_text: str, filters: str = FILTERS, lower: bool = True, split: str = " ") -> list[str]:
    """Split a text into words.

    Args:
        input_text: the text.
        filters: characters that part words and are dropped.
        lower: whether to put all in lower case.
        split: what parts words.

    >>> text_to_word_sequence("Sample: a text, of words!")
    ['sample', 'a', 'text', 'of', 'words']
    """
    text = input_text.lower() if lower else input_text
    return [word for word in text.translate(dict.fromkeys(map(ord, filters), split)).split(split) if word]


def one_hot(
    input_text: str,
    n: int,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable | None = None,
) -> list[int]:
    """Number words by Python's ``hash``, from 1 to n - 1. The numbers differ from one run of Python to the next.

    >>> len(one_hot("one two one", 50))
    3
    """
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


def hashing_trick(
    text: str,
    n: int,
    hash_function: Any = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable | None = None,
) -> list[int]:
    """Number words by a hash function, from 1 to n - 1; several words may get one number.

    Args:
        text: the text.
        n: how many numbers there are, 0 included.
        hash_function: from a string to an integer; None for Python's ``hash``, "md5" for one that is stable.
        filters, lower, split: as of `text_to_word_sequence`.
        analyzer: a function from a text to words, instead.

    >>> hashing_trick("one two one", 50, "md5")
    [9, 19, 9]
    """
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":

        def hash_function(word):
            return int(hashlib.md5(word.encode()).hexdigest(), 16)

    words = text_to_word_sequence(text, filters, lower, split) if analyzer is None else analyzer(text)
    return [hash_function(w) % (n - 1) + 1 for w in words]


class Tokenizer:
    """Numbers words by how frequent they are, the most frequent with 1, and turns texts into numbers.

    Args:
        num_words: use the numbers 1 to num_words - 1 only.
        filters, lower, split: as of `text_to_word_sequence`.
        char_level: take each character for a word.
        oov_token: gets number 1 and stands for words that are not known.
        analyzer: a function from a text to words, instead of `text_to_word_sequence`.

    A text may also be a list of words.

    >>> tokenizer = Tokenizer()
    >>> tokenizer.fit_on_texts(["The cat sat.", "The dog"])
    >>> tokenizer.texts_to_sequences(["the dog sat down"]), tokenizer.word_index
    ([[1, 4, 3]], {'the': 1, 'cat': 2, 'sat': 3, 'dog': 4})
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Callable | None = None,
        **kwargs,
    ):
        if "nb_words" in kwargs:
            hint("renamed", "nb_words num_words", "The `nb_words` argument in `Tokenizer` has been renamed `num_words`.")
            num_words = kwargs.pop("nb_words")
        self.document_count = kwargs.pop("document_count", 0)
        if kwargs:
            raise TypeError(f"Unrecognized keyword arguments of Tokenizer: {', '.join(sorted(kwargs))}")
        self.num_words, self.filters, self.lower, self.split = num_words, filters, lower, split
        self.char_level, self.oov_token, self.analyzer = char_level, oov_token, analyzer
        self.word_counts: OrderedDict[str, int] = OrderedDict()
        self.word_docs: dict[str, int] = defaultdict(int)
        self.index_docs: dict[int, int] = defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def fit_on_texts(self, texts: Iterable) -> None:
        """Count the words of texts and number them anew."""
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for w in words:
                self.word_counts[w] = self.word_counts.get(w, 0) + 1
            for w in set(words):
                self.word_docs[w] += 1
        ordered = sorted(self.word_counts, key=self.word_counts.__getitem__, reverse=True)
        if self.oov_token is not None:
            ordered.insert(0, self.oov_token)
        self.word_index = {w: i for i, w in enumerate(ordered, 1)}
        self.index_word = {i: w for w, i in self.word_index.items()}
        for w, n in self.word_docs.items():
            self.index_docs[self.word_index[w]] = n

    def fit_on_sequences(self, sequences: list) -> None:
        """Count in how many sequences each number is, for "tfidf"; only needed where there were no texts."""
        self.document_count += len(sequences)
        for sequence in sequences:
            for i in set(sequence):
                self.index_docs[i] += 1

    def texts_to_sequences(self, texts: Iterable) -> list[list[int]]:
        """Turn each text into a list of numbers; words that are not known are left out, or become `oov_token`."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable) -> Iterator[list[int]]:
        """Do the same one text at a time."""
        unknown = self.word_index.get(self.oov_token)
        for text in texts:
            numbers = (self._known(self.word_index.get(w), unknown) for w in self._words(text))
            yield [i for i in numbers if i is not None]

    def sequences_to_texts(self, sequences: Iterable) -> list[str]:
        """Turn each list of numbers into a text, words parted by a space."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable) -> Iterator[str]:
        """Do the same one sequence at a time."""
        unknown = self.word_index.get(self.oov_token)
        for sequence in sequences:
            numbers = (self._known(i if i in self.index_word else None, unknown) for i in sequence)
            yield " ".join(self.index_word[i] for i in numbers if i is not None)

    def texts_to_matrix(self, texts: Iterable, mode: str = "binary") -> np.ndarray:
        """Turn each text into a vector; see `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences: list, mode: str = "binary") -> np.ndarray:
        """Turn each list of numbers into a vector with one entry for each word.

        Args:
            sequences: lists of numbers.
            mode: "binary" marks the words that are there; "count" counts them; "freq" divides the count by the length;
                "tfidf" is (1 + log count) · log(1 + documents / (1 + documents with the word)).
        """
        if mode not in ("binary", "count", "freq", "tfidf"):
            raise ValueError(f"Unknown vectorization mode {mode!r}: expected 'binary', 'count', 'freq' or 'tfidf'.")
        if not self.num_words and not self.word_index:
            raise ValueError("Specify a dimension (`num_words` argument), or fit on some text data first.")
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Fit the Tokenizer on some data before using tfidf mode.")
        size = self.num_words or len(self.word_index) + 1
        x = np.zeros((len(sequences), size))
        for row, sequence in zip(x, sequences):
            numbers = np.asarray(sequence, int)
            row += np.bincount(numbers[numbers < size], minlength=size)
            if mode == "freq" and len(sequence):
                row /= len(sequence)
        if mode == "binary":
            return (x > 0).astype(float)
        if mode == "tfidf":
            docs = np.array([self.index_docs.get(i, 0) for i in range(size)])
            tf = np.where(x > 0, 1 + np.log(np.maximum(x, 1)), 0.0)
            return tf * np.log(1 + self.document_count / (1 + docs))
        return x

    def get_config(self) -> dict:
        """Return the arguments, and what was learned as JSON."""
        names = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")
        learned = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        return {**{n: getattr(self, n) for n in names}, **{n: json.dumps(getattr(self, n)) for n in learned}}

    def to_json(self, **kwargs) -> str:
        """Return all of it as JSON; `tokenizer_from_json` reads it. ``kwargs`` go to ``json.dumps``."""
        return json.dumps({"class_name": "Tokenizer", "config": self.get_config()}, **kwargs)

    def _words(self, text: Any) -> Any:
        if self.char_level or isinstance(text, list):
            if not self.lower:
                return text
            return [w.lower() for w in text] if isinstance(text, list) else text.lower()
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def _known(self, number: int | None, unknown: int | None) -> int | None:
        return unknown if number is None or self.num_words and number >= self.num_words else number


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """Build a `Tokenizer` from what ``to_json()`` returned.

    >>> tokenizer = Tokenizer(); tokenizer.fit_on_texts(["a b a"])
    >>> tokenizer_from_json(tokenizer.to_json()).word_index
    {'a': 1, 'b': 2}
    """
    config = dict(json.loads(json_string)["config"])
    learned = {n: json.loads(config.pop(n)) for n in ("word_counts", "word_docs", "index_docs", "index_word", "word_index")}
    tokenizer = Tokenizer(**config)
    for name, value in learned.items():
        if name.startswith("index_"):  # JSON knows no keys but strings
            value = {int(k): v for k, v in value.items()}
        setattr(tokenizer, name, value)
    return tokenizer

"""IMDB: reviews of films, and whether they praise."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from minikeras.datasets import words
from minikeras.datasets.source import fetch
from minikeras.datasets.unpickling import load_npz


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    **kwargs: Any,
) -> tuple:
    """Return 25,000 reviews to train on and 25,000 to test on, as lists of numbers of words.

    A word's number is its rank among all words by frequency, plus ``index_from``; 0 is for padding.
    Maas et al.: Learning word vectors for sentiment analysis, 2011.

    Args:
        path: name of the file in ``~/.keras/datasets``.
        num_words: numbers from here on become ``oov_char``.
        skip_top: numbers below this become ``oov_char``.
        maxlen: leave out reviews that have as many words, or more.
        seed: of the shuffling.
        start_char: what each review begins with; None: nothing.
        oov_char: stands for words left out; None: they are missing.
        index_from: how far the numbers of words are moved up.
        kwargs: ``nb_words``, what ``num_words`` was called once.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: x arrays of lists, y 1 for praise, else 0.

    >>> (x_train, y_train), (x_test, y_test) = load_data(num_words=10000)  # doctest: +SKIP
    """
    num_words = words.old_num_words("imdb.load_data()", num_words, kwargs)
    path = fetch(path, "imdb.npz", "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f")
    data, rng, parts = load_npz(path), np.random.RandomState(seed), []
    for part in ("train", "test"):
        x, y = data[f"x_{part}"], data[f"y_{part}"]
        order = np.arange(len(x))
        rng.shuffle(order)
        parts.append(words.short(words.begin(x[order], start_char, index_from), y[order], maxlen))
    (x_train, y_train), (x_test, y_test) = parts
    texts = words.limit(x_train + x_test, num_words, skip_top, oov_char)
    cut = len(x_train)
    return (words.as_objects(texts[:cut]), np.array(y_train)), (words.as_objects(texts[cut:]), np.array(y_test))


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """Return the rank of each word. Its number in `load_data` is ``index_from`` (3) more.

    Args:
        path: name of the file in ``~/.keras/datasets``.

    >>> words = {rank + 3: word for word, rank in get_word_index().items()}  # doctest: +SKIP
    """
    path = fetch(path, "imdb_word_index.json", "bfafd718b763782e994055a2d397834f")
    with open(path, encoding="utf-8") as file:
        return json.load(file)

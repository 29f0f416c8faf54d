"""Reuters: news, and their topics."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from minikeras.datasets import words
from minikeras.datasets.source import fetch
from minikeras.datasets.unpickling import load_npz

_LABELS = """
    cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass crude
    nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi iron-steel rubber
    heat jobs lei bop zinc orange pet-chem dlr gas silver wpi hog lead
"""


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    **kwargs: Any,
) -> tuple:
    """Return 11,228 news of 46 topics, as lists of numbers of words.

    A word's number is its rank among all words by frequency, plus ``index_from``; 0 is for padding.

    Args:
        path: name of the file in ``~/.keras/datasets``.
        num_words: numbers from here on become ``oov_char``.
        skip_top: numbers below this become ``oov_char``.
        maxlen: leave out news that have as many words, or more.
        test_split: share of the data to test on.
        seed: of the shuffling.
        start_char: what each of the news begins with; None: nothing.
        oov_char: stands for words left out; None: they are missing.
        index_from: how far the numbers of words are moved up.
        kwargs: ``nb_words``, what ``num_words`` was called once.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: x arrays of lists, y 0 to 45, see `get_label_names`.

    >>> (x_train, y_train), (x_test, y_test) = load_data(num_words=10000)  # doctest: +SKIP
    """
    num_words = words.old_num_words("reuters.load_data()", num_words, kwargs)
    path = fetch(path, "reuters.npz", "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916")
    data = load_npz(path)
    order = np.arange(len(data["x"]))
    np.random.RandomState(seed).shuffle(order)
    texts, labels = words.short(words.begin(data["x"][order], start_char, index_from), data["y"][order], maxlen)
    x, y = words.as_objects(words.limit(texts, num_words, skip_top, oov_char)), np.array(labels)
    cut = int(len(x) * (1 - test_split))
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """Return the rank of each word. Its number in `load_data` is ``index_from`` (3) more.

    Args:
        path: name of the file in ``~/.keras/datasets``.

    >>> words = {rank + 3: word for word, rank in get_word_index().items()}  # doctest: +SKIP
    """
    path = fetch(path, "reuters_word_index.json", "4d44cc38712099c9e383dc6e5f11a921")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def get_label_names() -> tuple[str, ...]:
    """Return the names of the 46 topics.

    >>> get_label_names()[:3], len(get_label_names())
    (('cocoa', 'grain', 'veg-oil'), 46)
    """
    return tuple(_LABELS.split())

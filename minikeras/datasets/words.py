"""What IMDB and Reuters have in common: texts as lists of numbers, one for each word, frequent words first."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.arguments import unknown_arguments
from minikeras._core.old_arguments import hint

ARGUMENTS = "path", "num_words", "skip_top", "maxlen", "seed", "start_char", "oov_char", "index_from"


def old_num_words(owner: str, num_words: int | None, kwargs: dict) -> int | None:
    """``num_words``, which was ``nb_words`` in Keras 1; raises for any other further argument.

    >>> old_num_words("imdb.load_data()", 100, {})
    100
    """
    kwargs = dict(kwargs)
    if "nb_words" in kwargs:
        hint(owner, "nb_words", f"{owner}: `nb_words` still works; it is called `num_words` now.")
        num_words = kwargs.pop("nb_words")
    unknown_arguments(owner, kwargs, ARGUMENTS)
    return num_words


def begin(texts: Any, start_char: int | None, index_from: int) -> list[list[int]]:
    """Move the numbers of words up by ``index_from``, and put ``start_char`` in front.

    >>> begin([[1, 2]], start_char=1, index_from=3)
    [[1, 4, 5]]
    """
    start = [] if start_char is None else [start_char]
    return [start + [word + index_from for word in text] for text in texts] if start or index_from else [list(t) for t in texts]


def short(texts: list, labels: Any, maxlen: int | None) -> tuple[list, Any]:
    """The texts that have fewer than ``maxlen`` numbers, and their labels.

    >>> short([[1], [1, 2]], [0, 1], 2)
    ([[1]], [0])
    """
    if not maxlen:
        return texts, labels
    kept = [(text, label) for text, label in zip(texts, labels) if len(text) < maxlen]
    if not kept:
        raise ValueError(f"After filtering for sequences shorter than maxlen={maxlen}, no sequence was kept. Increase maxlen.")
    return [text for text, _ in kept], [label for _, label in kept]


def limit(texts: list, num_words: int | None, skip_top: int, oov_char: int | None) -> list[list[int]]:
    """Put ``oov_char`` for words that are too rare or too frequent; leave them out where it is None.

    Without ``num_words`` it is the greatest number that occurs, as in Keras; so the rarest word is out as well.

    >>> limit([[1, 9, 3]], num_words=5, skip_top=0, oov_char=2)
    [[1, 2, 3]]
    """
    num_words = num_words or max((max(text) for text in texts if text), default=0)
    if oov_char is None:
        return [[word for word in text if skip_top <= word < num_words] for text in texts]
    return [[word if skip_top <= word < num_words else oov_char for word in text] for text in texts]


def as_objects(texts: list) -> np.ndarray:
    """An array of lists, also where all are of one length.

    >>> as_objects([[1, 2], [3, 4]]).shape
    (2,)
    """
    array = np.empty(len(texts), object)
    array[:] = texts
    return array

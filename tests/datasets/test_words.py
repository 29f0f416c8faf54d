import pytest

from minikeras.datasets import words


def test_begin():
    assert words.begin([[1, 2], []], 1, 3) == [[1, 4, 5], [1]]
    assert words.begin([[1, 2]], None, 3) == [[4, 5]] and words.begin([(1, 2)], None, 0) == [[1, 2]]
    assert words.begin([[1, 2]], 0, 0) == [[0, 1, 2]]


def test_short_keeps_what_is_shorter():
    assert words.short([[1], [1, 2], [1, 2, 3]], [7, 8, 9], 3) == ([[1], [1, 2]], [7, 8])
    assert words.short([[1]], [7], None) == ([[1]], [7])
    with pytest.raises(ValueError, match="maxlen=1, no sequence was kept"):
        words.short([[1]], [7], 1)


def test_limit():
    assert words.limit([[1, 5, 9]], 9, 2, 2) == [[2, 5, 2]]
    assert words.limit([[1, 5, 9]], 9, 2, None) == [[5]]
    assert words.limit([[1, 5, 9]], None, 0, 2) == [[1, 5, 2]]  # as in Keras, the rarest is out, too
    assert words.limit([[], []], None, 0, 2) == [[], []]


def test_old_names():
    with pytest.raises(ValueError, match="Did you mean `num_words`"):
        words.old_num_words("imdb.load_data()", None, {"num_word": 3})

"""`tf.feature_column` under TensorFlow's names and arguments; what columns compute is tested with `DenseFeatures`."""

import pytest

from minikeras.compat.tensorflow import feature_column as fc


def test_arguments_are_those_of_tensorflow(tmp_path):
    (tmp_path / "words.txt").write_text("a\nb\nc\n", encoding="utf-8")
    few = fc.categorical_column_with_vocabulary_file(
        key="word", vocabulary_file=tmp_path / "words.txt", vocabulary_size=2, num_oov_buckets=1
    )
    assert (few.vocabulary_list, few.num_buckets, few.dtype) == (["a", "b"], 3, "string")
    column = fc.embedding_column(categorical_column=few, dimension=4, combiner="sum", trainable=False)
    assert (column.name, column.size, column.trainable) == ("word_embedding", 4, False)
    assert fc.crossed_column(["b", "a"], hash_bucket_size=5, hash_key=1).name == "a_X_b"


def test_what_is_not_there():
    column = fc.categorical_column_with_identity("n", 3)
    with pytest.raises(ValueError, match="neither `ckpt_to_load_from` nor `max_norm`"):
        fc.embedding_column(column, 2, max_norm=1.0)
    with pytest.raises(AttributeError, match=r"no 'make_parse_example_spec'.*tf.Example"):
        fc.make_parse_example_spec  # noqa: B018

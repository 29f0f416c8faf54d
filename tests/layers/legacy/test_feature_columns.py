"""`tf.feature_column` and `DenseFeatures`, against what TensorFlow 2.15 gave for the same columns."""

import numpy as np
import pytest

import minikeras
from minikeras import initializers, layers
from minikeras.compat.tensorflow import data
from minikeras.compat.tensorflow import feature_column as fc
from minikeras.layers.legacy.dense_features import DenseFeatures

FEATURES = {
    "age": np.array([10.0, 30.0, 70.0, 18.0], "float32"), "thal": np.array(["normal", "fixed", "weird", ""]),
    "n": np.array([0, 2, 1, 3]), "xy": np.arange(8).reshape(4, 2).astype("float32"),
    "words": np.array([["a", "b"], ["b", ""], ["", ""], ["c", "a"]]),
}  # fmt: skip
AGE = fc.numeric_column("age")
AGES = fc.bucketized_column(AGE, [18, 25, 65])
THAL = fc.categorical_column_with_vocabulary_list("thal", ["fixed", "normal", "reversible"])
OTHERS = fc.categorical_column_with_vocabulary_list("thal", ["fixed", "normal"], num_oov_buckets=3)
WORDS = fc.categorical_column_with_vocabulary_list("words", ["a", "b", "c"])


def hot(column):
    return fc.indicator_column(column)


def embedded(combiner):
    return fc.embedding_column(WORDS, 2, combiner=combiner, initializer=initializers.Ones())


@pytest.mark.parametrize(
    ("column", "size", "places"),
    [
        (AGES, 4, [[0, 0], [1, 2], [2, 3], [3, 1]]),
        (fc.bucketized_column(fc.numeric_column("xy", shape=(2,)), [2.0, 4.0]), 6,
         [[0, 0], [0, 3], [1, 1], [1, 4], [2, 2], [2, 5], [3, 2], [3, 5]]),
        (hot(THAL), 3, [[0, 1], [1, 0]]),
        (hot(OTHERS), 5, [[0, 1], [1, 0], [2, 2]]),
        (hot(fc.categorical_column_with_hash_bucket("thal", 7)), 7, [[0, 4], [1, 4], [2, 4]]),
        (hot(fc.categorical_column_with_hash_bucket("n", 5, dtype="int64")), 5, [[0, 0], [1, 4], [2, 4], [3, 1]]),
        (hot(fc.categorical_column_with_identity("n", 4)), 4, [[0, 0], [1, 2], [2, 1], [3, 3]]),
        (hot(fc.crossed_column([AGES, THAL], hash_bucket_size=50)), 50, [[0, 13], [1, 41], [2, 45]]),
        (hot(fc.crossed_column(["thal", "n"], hash_bucket_size=11)), 11, [[0, 5], [1, 3], [2, 3], [3, 9]]),
        (hot(WORDS), 3, [[0, 0], [0, 1], [1, 1], [3, 0], [3, 2]]),
    ],
)  # fmt: skip
def test_ones_stand_where_tensorflow_puts_them(column, size, places):
    y = DenseFeatures(column)(FEATURES)
    assert y.shape == (4, size) == (4, column.size) and np.argwhere(y).tolist() == places and set(np.unique(y)) <= {0.0, 1.0}


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (AGE, [10.0, 30.0, 70.0, 18.0]),
        (fc.numeric_column("xy", shape=(2,), normalizer_fn=lambda x: x / 2), [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]),
        (embedded("mean"), [1, 1, 1, 1, 0, 0, 1, 1]),
        (embedded("sum"), [2, 2, 1, 1, 0, 0, 2, 2]),
        (embedded("sqrtn"), [2**0.5, 2**0.5, 1, 1, 0, 0, 2**0.5, 2**0.5]),
    ],
)
def test_numbers_are_those_of_tensorflow(column, expected):
    np.testing.assert_allclose(np.ravel(DenseFeatures([column])(FEATURES)), expected, rtol=1e-6)


def model_of_a_table():
    columns = [AGES, AGE, fc.embedding_column(THAL, 2), hot(fc.crossed_column([AGES, THAL], 20))]
    model = minikeras.Sequential([layers.DenseFeatures(columns), layers.Dense(8, "relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    return model


def test_a_sequential_that_begins_with_it_trains_on_tables_and_is_saved(tmp_path):
    model = model_of_a_table()
    x, y = {name: FEATURES[name] for name in ("age", "thal")}, np.array([0.0, 1.0, 1.0, 0.0])
    assert model.built and [column.name for column in model.layers[0].feature_columns][:2] == ["age", "age_bucketized"]
    table = model.layers[0].tables["thal_embedding"]
    before = table.numpy()
    model.fit(data.Dataset.from_tensor_slices((x, y)).batch(2), epochs=3, verbose=0)
    assert (table.numpy()[:2] != before[:2]).all() and (table.numpy()[2] == before[2]).all()  # "reversible" never came
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"m.{ending}")
        again = minikeras.models.load_model(tmp_path / f"m.{ending}")
        np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


def test_a_functional_model_takes_it_too():
    inputs = {"age": minikeras.Input((1,), name="age"), "thal": minikeras.Input((1,), name="thal", dtype="string")}
    model = minikeras.Model(inputs, layers.DenseFeatures([AGE, hot(THAL)])(inputs))
    assert model.output_shape == (None, 4)
    assert model.predict({k: FEATURES[k] for k in inputs}, verbose=0)[1].tolist() == [30.0, 1.0, 0.0, 0.0]


def test_mistakes_are_told():
    with pytest.raises(ValueError, match="got 'thal': put a categorical column into indicator_column or embedding_column"):
        DenseFeatures([AGE, THAL])
    with pytest.raises(ValueError, match=r"Feature column 'age' needs a feature 'age' in a dict of them, got \['n'\]"):
        DenseFeatures([AGE])({"n": FEATURES["n"]})
    with pytest.raises(ValueError, match="must be sorted"):
        fc.bucketized_column(AGE, [2, 1])
    with pytest.raises(ValueError, match="should be from 0 to 2, got 3"):
        DenseFeatures(hot(fc.categorical_column_with_identity("n", 3)))(FEATURES)
    with pytest.raises(ValueError, match="'mean', 'sqrtn' or 'sum', got 'max'"):
        fc.embedding_column(WORDS, 2, combiner="max")

import numpy as np
import pytest

import minikeras as keras
from minikeras.utils import FeatureSpace

DATA = {
    "a": np.array([1.0, 2.0, 3.0, 10.0]),
    "b": np.array([3, 3, 1, 7]),
    "c": np.array(["x", "y", "x", "z"]),
    "d": np.array([0.1, 0.5, 0.9, 0.7]),
    "e": np.array(["u", "v", "w", "u"]),
    "f": np.array([1.0, 2.0, 3.0, 4.0]),
}


def space(**more):
    features = {
        "a": "float_normalized",
        "b": "integer_categorical",
        "c": "string_categorical",
        "d": FeatureSpace.float_discretized(3),
        "e": "string_hashed",
        "f": "float",
    }
    return FeatureSpace(features, crosses=[("b", "c")], crossing_dim=7, hashing_dim=5, **more)


def test_one_row_of_numbers_for_each_row_of_the_table():  # the first row as Keras 3.15 has it
    s = space()
    s.adapt(DATA)
    y = s(DATA)
    assert y.shape == (4, 25) and y.dtype == "float32"
    expected = [-0.8485, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    np.testing.assert_allclose(y[0], expected, atol=1e-4)
    np.testing.assert_array_equal(s({key: value[0] for key, value in DATA.items()}), y[0])


def test_learning_from_batches_and_the_parts_by_name():
    s, t = space(output_mode="dict"), space(output_mode="dict")
    s.adapt(DATA)
    t.adapt(keras.data.Dataset.from_tensor_slices(DATA).batch(3))
    parts = s(DATA)
    assert list(parts) == ["a", "b", "c", "d", "e", "f", "b_X_c"] and parts["b"].shape == (4, 4)
    for key, value in t(DATA).items():
        np.testing.assert_allclose(value, parts[key], rtol=1e-6)


def test_config():
    s = space()
    assert FeatureSpace.from_config(s.get_config()).get_config() == s.get_config()


def test_as_the_front_of_a_model():
    s = space()
    s.adapt(DATA)
    model = keras.Model(s.get_inputs(), keras.layers.Dense(1)(s.get_encoded_features()))
    assert model.predict(DATA, verbose=0).shape == (4, 1)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: FeatureSpace({}), "cannot be None or empty"),
        (lambda: FeatureSpace({"a": "number"}), "Invalid feature type 'number'"),
        (lambda: FeatureSpace({"a": "float"}, crosses=[("a", "z")]), "unknown: \\['z'\\]"),
        (lambda: FeatureSpace({"a": "float"}, output_mode="list"), "output_mode"),
        (lambda: FeatureSpace({"a": "float_normalized"})({"a": [1.0]}), "Call FeatureSpace.adapt"),
        (lambda: FeatureSpace({"a": "float"})([1.0]), "with a dict"),
        (lambda: FeatureSpace({"a": FeatureSpace.string_hashed(3, "int")})({"a": ["x"]}), "has not been encoded"),
    ],
)
def test_messages(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_as_many_bins_as_asked_for_whatever_the_data_fill():
    space = FeatureSpace({"x": FeatureSpace.float_discretized(num_bins=8)})
    space.adapt([{"x": value} for value in (1.0, 2.0, 3.0)])
    assert space({"x": np.array([1.0, 3.0])}).shape == (2, 8)


def test_words_that_were_given_need_not_be_learned():
    words = keras.layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=3)
    space = FeatureSpace({"t": FeatureSpace.feature("string", words, "int")}, output_mode="dict")
    assert space({"t": np.array(["a b", "b"])})["t"].tolist() == [[2, 3, 0], [3, 0, 0]]


def test_a_file_keeps_what_was_learned(tmp_path):
    kinds = {"a": "float_normalized", "c": "string_categorical", "b": "integer_categorical"}
    made = FeatureSpace({**kinds, "d": FeatureSpace.float_discretized(3)}, crosses=[("c", "b")], crossing_dim=8)
    with pytest.raises(ValueError, match="Call FeatureSpace.adapt"):
        made.save(tmp_path / "space.keras")
    made.adapt(DATA)
    made.save(tmp_path / "space.keras")
    again = keras.models.load_model(tmp_path / "space.keras")
    assert isinstance(again, FeatureSpace)
    np.testing.assert_array_equal(again(DATA), made(DATA))

"""The door: shapes made to agree as Keras does, everything else refused with the likely fix."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import losses
from minikeras.losses.targets import class_labels, convert, dense_targets, match, one_hot_targets, same_rank


@pytest.mark.parametrize(
    ("y", "output", "shape"),
    [
        ((4,), (None, 1), (4, 1)), ((4, 1), (None, 1), (4, 1)), ((4, 3), (None, 3), (4, 3)), ((4, 3), (None, 3, 1), (4, 3)),
        ((4, 3, 1), (None, 3), (4, 3)), ((4, 1), (None,), (4, 1)), ((4, 3, 2), (None, None, 2), (4, 3, 2)),
    ],
)  # fmt: skip
def test_targets_are_made_to_fit(y, output, shape):
    y = dense_targets(np.ones(y, int), output, "float32", "mse")
    assert y.shape == shape and y.dtype == "float32"


def test_prepared_targets_are_the_array_itself_where_nothing_is_to_do():
    y = np.ones((3, 2), "float32")
    assert losses.MeanSquaredError().prepare_targets(y, (None, 2), "float32") is y


@pytest.mark.parametrize("loss", ["mse", "binary_crossentropy", "hinge", "poisson", "kld", "huber"])
def test_one_number_for_two_outputs(loss):
    message = r"y_true of shape \(5,\) does not fit y_pred of shape \((None|5), 2\).*1 unit.*sparse_categorical_crossentropy"
    with pytest.raises(ValueError, match=message):
        losses.resolve(loss).prepare_targets(np.ones(5), (None, 2), "float32")
    with pytest.raises(ValueError, match=message):
        losses.resolve(loss)(np.ones(5), np.ones((5, 2)))
    with pytest.raises(ValueError, match=message):
        losses.get(loss)(np.ones(5), np.ones((5, 2)))


def test_never_a_silent_broadcast():
    for y, p in (((5, 1), (5, 2)), ((1, 2), (5, 2)), ((5, 2), (5, 3)), ((4, 1), (5, 1))):
        with pytest.raises(ValueError, match="does not fit"):
            losses.mean_squared_error(np.ones(y), np.ones(p))
    assert losses.mean_squared_error(np.ones(5), np.ones((5, 1))).shape == (5,)  # (n,) against (n, 1) is no (n, n)
    assert losses.mean_squared_error(1.0, np.zeros((5, 2))).tolist() == [1.0] * 5  # one number stands for all


def test_number_of_rows():
    with pytest.raises(ValueError, match="4 and 5 rows"):
        losses.MeanSquaredError()(np.ones((4, 2)), np.ones((5, 2)))


@pytest.mark.parametrize("y", [[0, 2, 1], [[0], [2], [1]], [0.0, 2.0, 1.0], np.array([0, 2, 1], "uint8")])
def test_labels(y):
    labels = losses.SparseCategoricalCrossentropy().prepare_targets(y, (None, 3), "float32")
    assert labels.tolist() == [0, 2, 1] and labels.dtype == np.intp


def test_boolean_labels():
    assert class_labels([True, False], (None, 2), "scce").tolist() == [1, 0]
    assert losses.BinaryCrossentropy().prepare_targets([True, False], (None, 1), "float32").tolist() == [[1.0], [0.0]]


def test_labels_of_sequences():
    assert class_labels(np.ones((2, 5, 1)), (None, 5, 3), "scce").shape == (2, 5)
    assert class_labels(np.ones((2, 5)), (None, 3, 5), "scce", axis=1).shape == (2, 5)


def test_label_out_of_range():
    loss = losses.SparseCategoricalCrossentropy()
    with pytest.raises(ValueError, match="got label 10, but y_pred has 10 classes: labels go from 0 to 9.*11 units"):
        loss.prepare_targets([1, 10, 3], (None, 10), "float32")
    with pytest.raises(ValueError, match=r"got label -1, but y_pred has 3 classes.*ignore_class=-1"):
        losses.sparse_categorical_crossentropy([1, -1], np.ones((2, 3)))
    ignoring = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    assert ignoring.prepare_targets([1, -1], (None, 3), "float32").tolist() == [1, -1]
    with pytest.raises(ValueError, match="got label 3"):
        ignoring.prepare_targets([3, -1], (None, 3), "float32")


def test_labels_that_are_no_integers():
    with pytest.raises(ValueError, match="wants integer labels, got 0.5"):
        class_labels([0.5, 1.0], (None, 3), "scce")
    with pytest.raises(ValueError, match="wants integer labels, got nan"):
        class_labels([np.nan, 1.0], (None, 3), "scce")
    with pytest.raises(ValueError, match="wants integer labels, got inf"):
        class_labels([np.inf, 1.0], (None, 3), "scce")


def test_one_hot_targets_of_a_sparse_loss():
    with pytest.raises(ValueError, match="one-hot targets: use categorical_crossentropy"):
        losses.SparseCategoricalCrossentropy().prepare_targets(np.eye(3), (None, 3), "float32")


@pytest.mark.parametrize("shape", [(5,), (5, 1)])
@pytest.mark.parametrize("cls", [losses.CategoricalCrossentropy, losses.CategoricalFocalCrossentropy])
def test_integer_targets_of_a_categorical_loss(cls, shape):
    with pytest.raises(ValueError, match=r"use sparse_categorical_crossentropy .*to_categorical\(y, num_classes=3\)"):
        cls().prepare_targets(np.ones(shape, int), (None, 3), "float32")


def test_one_hot_targets_of_another_number_of_classes():
    with pytest.raises(ValueError, match=r"y_true of shape \(5, 4\) does not fit y_pred of shape \(None, 3\)"):
        one_hot_targets(np.ones((5, 4)), (None, 3), "float32", "categorical_crossentropy")


def test_one_class_is_no_choice():
    with pytest.warns(SyntaxWarning, match="Consider using 'binary_crossentropy'"):
        losses.categorical_crossentropy(np.ones((2, 1)), np.ones((2, 1)))


def test_text_and_objects():
    for y in (["cat", "dog"], np.array(["cat", None], object)):
        with pytest.raises(ValueError, match="works on numbers"):
            losses.MeanSquaredError()(y, np.ones((2, 1)))
        with pytest.raises(ValueError, match="works on numbers"):
            losses.SparseCategoricalCrossentropy()(y, np.ones((2, 3)))
    assert convert(np.array([1, 2.5], object)).tolist() == [1.0, 2.5]


def test_tables():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3, 4]})
    assert dense_targets(frame, (None, 2), "float32", "mse").tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert one_hot_targets(frame, (None, 2), "float32", "cce").shape == (2, 2)
    assert class_labels(pd.Series([1, 0]), (None, 2), "scce").tolist() == [1, 0]


def test_match_keeps_the_type_of_the_predictions():
    y, p = match([1, 2], np.ones((2, 1), "float16"), "mse")
    assert y.dtype == p.dtype == "float16" and y.shape == (2, 1)
    assert match([1.0], [2.0], "mse")[0].dtype == "float32"


def test_same_rank():
    assert [a.shape for a in same_rank(np.ones((3, 1)), np.ones(3))] == [(3, 1), (3, 1)]
    assert [a.shape for a in same_rank(np.ones((3, 2, 1)), np.ones((3, 2)))] == [(3, 2), (3, 2)]
    assert [a.shape for a in same_rank(np.ones((3, 2)), np.ones(3))] == [(3, 2), (3,)]

"""From checked arrays to what the steps of training take."""

import numpy as np
import pytest

from minikeras.data.preparing import Preparation

X, Y, W = np.arange(3.0), np.array([0, 1, 1]), np.array([1, 2, 3])


def test_by_default_floats_become_floatx():
    x, y, w = Preparation()([X, Y], {"a": X, "b": Y}, {"a": W, "b": None})
    assert x[0].dtype == y["a"].dtype == w["a"].dtype == "float32" and x[1] is Y and y["b"] is Y and w["b"] is None
    assert Preparation("float64")(Y, None, None)[0].dtype == "float64"
    assert Preparation("float64")({"t": np.array(["a"])}, None, None)[0]["t"].dtype.kind == "U"


@pytest.mark.parametrize(
    ("x", "dtype"),
    [(X, "float64"), (Y, "float32"), ([Y, X.astype("float16")], "float16"), ([Y], "float32"), ([np.array("a")], "float32")],
    ids=str,
)
def test_weights_have_the_type_of_the_first_float_input(x, dtype):
    assert Preparation(prepare_x=lambda x: x)(x, Y, W)[2].dtype == dtype
    assert Preparation(prepare_x=lambda x: x, class_weight={0: 1})(x, Y, None)[2].dtype == dtype


def test_what_was_given_to_prepare_is_used():
    prepared = Preparation(
        prepare_x=lambda x: x + 1, prepare_y=lambda y: y if y is None else y + 2, prepare_weight=lambda w: w + 3
    )
    x, y, w = prepared(X, Y, W)
    assert x.tolist() == [1, 2, 3] and y.tolist() == [2, 3, 3] and w.tolist() == [4, 5, 6]
    assert prepared(X, None, None)[1:] == (None, None)


def test_class_weights_are_prepared_as_weights_are():
    more = {"prepare_weight": lambda w: [w], "classes": 2, "class_weight": {1: 3.0}}
    (w,) = Preparation(**more)(X, {"head": Y}, None)[2]
    assert w.tolist() == [1, 3, 3]
    with pytest.raises(ValueError, match="key 2, which no label can have"):
        Preparation(class_weight={2: 1.0}, classes=2)(X, Y, None)
    with pytest.raises(ValueError, match="no label can have"):
        Preparation(class_weight={5: 1.0}).targets(Y, None, X, whole=True)
    assert Preparation(class_weight={5: 1.0})(X, Y, None)[2].tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="y is None"):
        Preparation(class_weight={1: 1.0})(X, None, None)

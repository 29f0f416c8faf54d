import numpy as np
import pytest

import minikeras as keras
from minikeras import Input, InputSpec, Sequential, layers


def test_integers_stay_integers_where_that_is_declared():
    tokens = np.array([[1, 2**24 + 1]])
    whole = keras.Model(x := keras.Input((2,), dtype="int32"), x + 0)
    assert whole.predict(tokens)[0, 1] == 2**24 + 1
    assert Sequential([Input((4,)), layers.Dense(1)]).predict(np.ones((2, 4), "int64")).dtype == "float32"


def test_what_was_let_in_once_is_checked_as_long_as_nothing_changes():
    model = Sequential([Input((3,)), layers.Dense(2, kernel_initializer="ones")])
    x = np.ones((4, 3), "float32")
    assert model.predict(x).tolist() == model.predict(x).tolist() == [[3.0, 3.0]] * 4  # the second time without questions
    with pytest.raises(ValueError, match="got \\(4, 2\\)"):
        model.predict(x[:, :2])
    assert model.predict(x.astype("float64")).dtype == "float32"
    with pytest.raises(ValueError, match="no samples"):
        model.predict(x[:0])
    model.predict_step = lambda data: np.zeros((4, 1))
    assert model.predict(x).shape == (4, 1)
    del model.predict_step
    model.add(layers.Dense(1, kernel_initializer="ones"))
    assert model.predict(x).tolist() == [[6.0]] * 4
    model.predict(x)
    model.input_spec = InputSpec(shape=(None, 5))
    with pytest.raises(ValueError, match="incompatible"):
        model.predict(x)

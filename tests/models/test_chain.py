import numpy as np
import pytest

import minikeras as keras
from minikeras import Input, Sequential, callbacks, layers
from minikeras._core import threads
from minikeras.models.node_step import goes_by_rows


def test_small_batches_are_predicted_together_where_nobody_can_tell():
    sizes = []

    class Watching(layers.Dense):
        def forward(self, x, training=False):
            sizes.append(len(x))
            return super().forward(x, training)

    def predicted(kind, **arguments):
        sizes.clear()
        model = Sequential([Input((3,)), kind(2, kernel_initializer="ones"), layers.Dense(1, kernel_initializer="ones")])
        return model.predict(np.arange(300.0, dtype="float32").reshape(100, 3), **arguments)

    plain = predicted(layers.Dense, verbose=0)
    assert goes_by_rows(layers.Dense(1)) and not goes_by_rows(Watching(1)) and not goes_by_rows(layers.Dense(1, lambda z: z))
    np.testing.assert_allclose(predicted(Watching, verbose=0), plain, rtol=1e-6)
    assert sizes[-4:] == [32, 32, 32, 4]  # a class of the user's own
    seen = []
    watch = callbacks.LambdaCallback()
    watch.on_predict_batch_end = lambda batch, logs: seen.append((batch, len(logs["outputs"])))
    np.testing.assert_allclose(predicted(layers.Dense, verbose=0, callbacks=[watch]), plain, rtol=1e-6)
    assert seen == [(0, 32), (1, 32), (2, 32), (3, 4)]
    assert predicted(layers.Dense, verbose=0, batch_size=32, steps=2).tolist() == plain[:64].tolist()


def test_the_bar_counts_the_batches_that_were_asked_for(capsys):
    model = Sequential([Input((3,)), layers.Dense(2)])
    assert model._course.rows_at_once() == 2**18 // 2
    assert Sequential([Input((3, 2)), layers.LSTM(2)])._course.rows_at_once() == 0
    model.predict(np.zeros((100, 3)), verbose=1)
    assert "4/4" in "".join(capsys.readouterr())


def test_products_that_blas_does_not_share_need_no_limit(monkeypatch):
    told = [4]
    monkeypatch.setattr(threads, "_openblas", lambda: (lambda: told[-1], told.append))
    small = Sequential([Input((10,)), layers.Dense(32, "relu"), layers.Dense(1)])
    small.predict(np.zeros((16, 10)), verbose=0), small(np.zeros((16, 10), "float32"))
    told.clear(), told.append(4)
    small.predict(np.zeros((16, 10), "float32"), verbose=0), small(np.zeros((16, 10), "float32"))
    assert told == [4]
    small.predict(np.zeros((17, 10), "float32"), verbose=0)
    assert told == [4, 1, 4]
    for large in (
        Sequential([Input((100,)), layers.Dense(100)]),
        Sequential([Input((50, 10)), layers.Dense(10)]),
        Sequential([Input((10,)), layers.Dense(10, lambda z: z @ z.T)]),
        Sequential([Input((9, 9, 1)), layers.Conv2D(2, 3)]),
    ):
        x = np.zeros((1, *large.input_shape[1:]), "float32")
        large.predict(x, verbose=0), large(x), told.clear(), told.append(4), large.predict(x, verbose=0), large(x)
        assert told == [4, 1, 4, 1, 4]


def test_factors_for_each_row_need_their_batch():
    one, all_ = layers.Rescaling(np.ones((1, 3)), np.zeros(3)), layers.Rescaling(np.arange(4.0)[:, None])
    assert goes_by_rows(one) and not goes_by_rows(all_)
    x = np.ones((8, 3), "float32")
    assert Sequential([Input((3,)), all_]).predict(x, batch_size=4, verbose=0)[:, 0].tolist() == [0, 1, 2, 3] * 2


@pytest.mark.parametrize("graph", [False, True])
def test_what_is_inside_a_wrapper_that_was_made_frozen_is_trained(graph):
    """As in Keras 3, whose numbers these are; ``wrapper.trainable = False`` freezes what is inside, too."""
    ones = {"kernel_initializer": "ones"}
    rows = keras.layers.TimeDistributed(layers.Dense(2, **ones), trainable=False)
    parts = [rows, layers.Flatten(), layers.Dense(1, **ones)]
    x = keras.Input((3, 2))
    y = x
    for part in parts if graph else ():
        y = part(y)
    model = keras.Model(x, [y]) if graph else Sequential([x, *parts])
    model.compile("sgd", "mse")
    data = np.ones((4, 3, 2)), np.zeros((4, 1))
    assert len(model.trainable_weights) == 4 and not rows.trainable_weights
    model.fit(*data, verbose=0)
    np.testing.assert_allclose(rows.get_weights()[0], np.full((2, 2), 0.28), rtol=1e-6)
    rows.trainable = False
    model.compile("sgd", "mse")
    before = rows.get_weights()
    model.fit(*data, verbose=0)
    assert all(np.array_equal(*pair) for pair in zip(before, rows.get_weights())) and len(model.trainable_weights) == 2

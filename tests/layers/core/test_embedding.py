import numpy as np
import pytest

import minikeras as keras
from minikeras.layers import Embedding
from minikeras.layers.core.embedding import LIGHT, sum_rows

TABLE = np.arange(8.0).reshape(4, 2)


def added_at(ids, values, count):
    sums = np.zeros((count, values.shape[1]))
    np.add.at(sums, ids, values)
    return sums


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "float32", "float64", bool])
def test_takes_rows_by_integers_of_any_type(dtype):
    layer = Embedding(4, 2, weights=[TABLE])
    ids = np.array([[1, 0], [1, 1]]).astype(dtype)
    y = layer(ids)
    assert y.dtype == "float32"
    np.testing.assert_array_equal(y, TABLE[[[1, 0], [1, 1]]])


@pytest.mark.parametrize("shape", [(5,), (5, 3), (2, 3, 4)])
def test_any_shape_of_ids(shape):
    assert Embedding(4, 2)(np.zeros(shape, int)).shape == (*shape, 2)
    assert Embedding(4, 2)(keras.Input(shape[1:], dtype="int32")).dtype == "float32"


@pytest.mark.parametrize(
    "ids, wrong", [([[1, 4]], "4"), ([[-1, 0]], "-1"), (np.array([[-1]], "int8"), "-1"), ([[200, 9]], "200")]
)
def test_out_of_range_names_layer_index_and_range(ids, wrong):
    layer = Embedding(4, 2, name="words")
    with pytest.raises(ValueError, match=rf"'words' \(Embedding\) takes integers from 0 to 3 .*got {wrong}\. Make input_dim"):
        layer(np.asarray(ids))


def test_out_of_range_in_training_is_the_same_error():
    model = keras.Sequential([Embedding(4, 2), keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="from 0 to 3"):
        model.fit(np.array([[1, 7]]), np.zeros((1, 1)), verbose=0)


@pytest.mark.parametrize("count, n", [(5, 1), (5, 300), (300, 200), (70_000, 500), (3, 0), (1, 50), (2, LIGHT), (2, 3 * LIGHT)])
def test_sums_of_rows_are_those_of_add_at(count, n):
    rng = np.random.default_rng(n)
    ids, values, out = rng.integers(0, count, n), rng.standard_normal((n, 3)), np.full((count, 3), 7.0)
    sum_rows(ids, values, out)
    np.testing.assert_allclose(out, added_at(ids, values, count), atol=1e-12)


def test_sums_of_rows_where_some_are_rare_and_some_are_not():
    rng = np.random.default_rng(0)
    ids = np.concatenate([np.zeros(100, int), np.full(40, 7), np.repeat(np.arange(20), 3), np.full(LIGHT, 9), [25]])
    rng.shuffle(ids)
    values, out = rng.standard_normal((len(ids), 4)), np.full((30, 4), 7.0)
    sum_rows(ids, values, out)
    np.testing.assert_allclose(out, added_at(ids, values, 30), atol=1e-12)


def test_neighbours_may_share_a_row():
    rng = np.random.default_rng(0)
    ids, values, out = rng.integers(0, 9, 40), rng.standard_normal((8, 2)), np.empty((9, 2))
    sum_rows(ids, values, out, 5)
    np.testing.assert_allclose(out, added_at(ids, values.repeat(5, axis=0), 9), atol=1e-12)


@pytest.mark.parametrize("shape", [(4, 5), (2, 3, 5), (0, 5)])
def test_a_gradient_that_is_the_same_for_all_steps(shape):
    rng = np.random.default_rng(0)
    layer = Embedding(6, 2, dtype="float64")
    layer(ids := rng.integers(0, 6, shape))
    dy = np.broadcast_to(rng.standard_normal((*shape[:-1], 1, 2)), (*shape, 2))
    kept = layer.forward(ids)[1]
    layer.backward(dy, kept)
    once = layer.embeddings.grad.copy()
    layer.backward(dy.copy(), kept)
    np.testing.assert_allclose(once, layer.embeddings.grad, atol=1e-12)


def test_the_gradient_is_dense_and_overwrites():
    layer = Embedding(4, 2, weights=[TABLE], dtype="float64")
    layer.embeddings.grad[...] = 7.0
    kept = layer.forward(np.array([[1, 3, 1]]))[1]
    layer.backward(np.array([[[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]]]), kept)
    assert layer.embeddings.grad.tolist() == [[0.0, 0.0], [101.0, 202.0], [0.0, 0.0], [10.0, 20.0]]


def test_adam_moves_rows_without_gradient_through_their_moments():
    layer = Embedding(3, 1, weights=[[[1.0], [1.0], [1.0]]])
    optimizer = keras.optimizers.Adam(0.1)
    optimizer.build(layer.trainable_variables)
    for ids in ([[0]], [[1]]):
        layer.backward(np.ones((1, 1, 1), "float32"), layer.forward(np.array(ids))[1])
        optimizer.step()
    moved = 1 - layer.embeddings.value[:, 0]
    assert moved[0] > 0.15 and moved[1] > 0.05 and moved[2] == 0.0  # the first went on in the second step


def test_mask():
    layer = Embedding(4, 2, mask_zero=True)
    assert layer.compute_mask(np.array([[1, 0, 3]])).tolist() == [[True, False, True]]
    assert layer.supports_masking and layer.makes_mask
    plain = Embedding(4, 2)
    assert plain.compute_mask(np.array([[1, 0]])) is None and not plain.makes_mask


def test_a_mask_reaches_what_comes_later():
    model = keras.Sequential(
        [Embedding(3, 1, mask_zero=True, weights=[[[8.0], [1.0], [2.0]]]), keras.layers.GlobalAveragePooling1D()]
    )
    assert model.predict(np.array([[1, 2, 0, 0]]), verbose=0).tolist() == [[1.5]]


def test_start_values():
    layer = Embedding(200, 50)
    layer.build(None)
    values = layer.embeddings.value
    assert values.min() >= -0.05 and values.max() <= 0.05 and abs(values.mean()) < 1e-3
    assert Embedding(4, 2, weights=TABLE).get_weights()[0].tolist() == TABLE.tolist()
    with pytest.raises(ValueError, match=r"\(4, 2\)"):
        Embedding(4, 2, weights=[TABLE[:2]])


def test_regularizer_and_constraint_are_on_the_table():
    layer = Embedding(4, 2, embeddings_regularizer="l2", embeddings_constraint="non_neg", weights=[TABLE])
    assert [float(loss) for loss in layer.losses] == [pytest.approx(0.01 * (TABLE**2).sum())]
    assert layer.embeddings.constraint is layer.embeddings_constraint


def test_config_is_that_of_keras():
    assert list(sorted(Embedding(3, 4, mask_zero=True, weights=[np.zeros((3, 4))]).get_config())) == [
        "activity_regularizer", "dtype", "embeddings_constraint", "embeddings_initializer", "embeddings_regularizer",
        "input_dim", "mask_zero", "name", "output_dim", "quantization_config", "trainable",
    ]  # fmt: skip


def test_input_length_of_keras_2_still_tells_the_shape():
    with pytest.warns(UserWarning, match="input_length"):
        layer = Embedding(10, 4, input_length=5)
    assert keras.Sequential([layer]).output_shape == (None, 5, 4)


@pytest.mark.parametrize("arguments", [(0, 2), (2, 0), (2.5, 2), (True, 2), (2, None), ("3", 2)])
def test_bad_sizes(arguments):
    with pytest.raises(ValueError, match="_dim` of Embedding must be a positive integer"):
        Embedding(*arguments)


@pytest.mark.parametrize("name", ["lora_rank", "quantization_config"])
def test_lora_and_quantization_are_refused(name):
    with pytest.raises(ValueError, match=f"`{name}` of Embedding"):
        Embedding(2, 2, **{name: 4})

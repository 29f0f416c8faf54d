"""The table that is read in both directions. Losses of three steps are Keras 3.15's."""

import numpy as np
import pytest

import minikeras as keras
from minikeras.layers import Dense, ReversibleEmbedding

X, Y = np.array([[0, 1, 2, 3], [1, 1, 2, 4]]), np.array([[1, 2, 3, 0], [1, 2, 4, 0]])


def language_model(**how):
    tokens = keras.Input((4,), dtype="int32")
    table = ReversibleEmbedding(5, 3, embeddings_initializer="ones", name="e", **how)
    h = Dense(3, kernel_initializer="ones")(table(tokens))
    model = keras.Model(tokens, table(h, reverse=True))
    model.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@pytest.mark.parametrize(
    ("how", "losses", "weights"),
    [
        ({}, [1.6094379425048828, 1.5727779865264893, 1.5648064613342285], 3),
        ({"tie_weights": False}, [1.6094379425048828, 1.5721206665039062, 1.562903642654419], 4),
        ({"mask_zero": True}, [1.6094379425048828, 1.5727779865264893, 1.5648064613342285], 3),
    ],
)
def test_it_learns_as_in_keras(how, losses, weights):
    model = language_model(**how)
    assert len(model.weights) == weights and model.output_shape == (None, 4, 5)
    np.testing.assert_allclose(model.fit(X, Y, epochs=3, verbose=0).history["loss"], losses, rtol=1e-5)


def test_there_and_back():
    layer = ReversibleEmbedding(4, 2, logit_soft_cap=3.0)
    h = layer(X[:, :3])
    table = layer.embeddings.numpy()
    np.testing.assert_array_equal(h, table[X[:, :3]])
    big = np.array([[100.0, -50.0]])
    np.testing.assert_allclose(layer(big, reverse=True), 3 * np.tanh(big @ table.T / 3), rtol=1e-5)
    assert layer(big, reverse=True).dtype == "float32"
    assert ReversibleEmbedding(4, 2, reverse_dtype="float64")(big, reverse=True).dtype == "float64"


def test_masks_come_from_integers_only():
    layer = ReversibleEmbedding(5, 2, mask_zero=True)
    assert layer.compute_mask(X).tolist() == (X != 0).tolist() and layer.compute_mask(layer(X)) is None


def test_files(tmp_path):
    model = language_model(tie_weights=False)
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    config = again.get_layer("e").get_config()
    assert (config["tie_weights"], config["reverse_dtype"], config["logit_soft_cap"]) == (False, None, None)


def test_what_can_not_be():
    with pytest.raises(ValueError, match="takes integers from 0 to 4 .* got 9"):
        ReversibleEmbedding(5, 2)(np.array([[9]]))
    with pytest.raises(ValueError, match="`logit_soft_cap` of ReversibleEmbedding must be positive"):
        ReversibleEmbedding(5, 2, logit_soft_cap=0)

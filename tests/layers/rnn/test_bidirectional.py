import numpy as np
import pytest

import minikeras as keras
from minikeras.layers import GRU, LSTM, Bidirectional, Dense, SimpleRNN
from tests.layers.test_rnn import HOLES, RIGHT, RNG, X, check


@pytest.mark.parametrize("mask", [None, HOLES], ids=["full", "holes"])
@pytest.mark.parametrize("mode", ["concat", "sum", "mul", "ave", None])
def test_gradients_of_all_merge_modes(mode, mask):
    def both(layer):
        return Bidirectional(layer, mode, dtype="float64")

    check(both(SimpleRNN(2, dtype="float64")), X, mask)
    check(both(GRU(2, return_sequences=True, dtype="float64")), X, mask)
    states = [RNG.standard_normal((4, 2)) for _ in range(4)]
    check(both(LSTM(2, return_sequences=True, return_state=True, dtype="float64")), X, mask, states)


def test_it_is_the_two_layers_side_by_side():
    layer = Bidirectional(LSTM(2, return_sequences=True))
    y = np.asarray(layer(X))
    np.testing.assert_array_equal(y[..., :2], layer.forward_layer(X))
    np.testing.assert_allclose(y[..., 2:], np.asarray(layer.backward_layer(X))[:, ::-1], rtol=1e-6)
    assert layer.backward_layer.go_backwards and not layer.forward_layer.go_backwards


def test_masked_steps_of_sequences_are_zero_on_both_sides():
    y = np.asarray(Bidirectional(GRU(2, return_sequences=True))(X, mask=RIGHT))
    assert not y[~RIGHT].any() and y[RIGHT].all()


def test_shapes_masks_and_structure_of_states():
    layer = Bidirectional(LSTM(2, return_state=True), merge_mode=None)
    parts = layer(X)
    assert [p.shape for p in parts] == [(4, 2)] * 6 == list(layer.compute_output_shape((4, 5, 3)))
    assert layer.compute_mask(None, RIGHT) == [None] * 6
    assert Bidirectional(LSTM(2)).compute_mask(None, RIGHT) is None
    assert Bidirectional(LSTM(2, return_sequences=True)).compute_mask(None, RIGHT) is RIGHT


def test_names_weights_and_config():
    layer = Bidirectional(LSTM(2, name="l"), name="b")
    layer(X)
    assert [v.path for v in layer.weights][::3] == ["b/forward_l/lstm_cell/kernel", "b/backward_l/lstm_cell/kernel"]
    config = layer.get_config()
    assert set(config) == {"name", "trainable", "dtype", "merge_mode", "layer", "backward_layer"}
    again = Bidirectional.from_config(config)
    again.build((None, 5, 3))
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(X), layer(X))
    given = Bidirectional(LSTM(2), weights=layer.get_weights())
    np.testing.assert_array_equal(given(X), layer(X))


def test_stateful():
    layer = Bidirectional(SimpleRNN(2, stateful=True))
    first, second = np.asarray(layer(X)), np.asarray(layer(X))
    assert np.any(first != second) and len(layer.states) == 2
    layer.reset_state()
    np.testing.assert_array_equal(layer(X), first)


def test_saved_and_loaded(tmp_path):
    model = keras.Sequential([keras.Input((5, 3)), Bidirectional(GRU(2, return_sequences=True)), LSTM(2)])
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


def test_what_does_not_go_together():
    with pytest.raises(ValueError, match="`layer` of Bidirectional must be a layer, got 3"):
        Bidirectional(3)
    with pytest.raises(ValueError, match="`merge_mode` of Bidirectional must be one of 'sum', .*None, got 'add'"):
        Bidirectional(LSTM(2), "add")
    with pytest.raises(ValueError, match="must go opposite ways"):
        Bidirectional(LSTM(2), backward_layer=LSTM(2))
    with pytest.raises(ValueError, match="the same `return_sequences`"):
        Bidirectional(LSTM(2), backward_layer=LSTM(2, go_backwards=True, return_sequences=True))
    with pytest.raises(ValueError, match="`layer` of Bidirectional must be a recurrent layer"):
        Bidirectional(Dense(2))

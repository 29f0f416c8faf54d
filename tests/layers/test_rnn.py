"""What all recurrent layers keep: gradients by finite differences, masks, states, cells of your own."""

import numpy as np
import pytest

import minikeras as keras
from minikeras.layers import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    ConvLSTM1D,
    ConvLSTM2D,
    Dense,
    GRUCell,
    Layer,
    LSTMCell,
    SimpleRNN,
    SimpleRNNCell,
    StackedRNNCells,
)
from minikeras.layers.shares import Shares
from tests.gradcheck import check_gradient
from tests.pace import some_quick

RNG = np.random.default_rng(0)
X = RNG.standard_normal((4, 5, 3))
RIGHT = np.arange(5) < np.array([[5], [3], [1], [4]])
LEFT, HOLES = RIGHT[:, ::-1], np.array([[1, 0, 1, 1, 0], [1, 1, 1, 1, 1], [0, 0, 1, 0, 1], [0, 1, 1, 0, 1]], bool)
NOTHING = np.zeros((4, 5), bool)


class Leaky(Layer):
    """A cell of a user's: an output of another width than the state, and a layer inside."""

    state_size, output_size = [2, 3], 4

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.read = Dense(4, "tanh", dtype=self.dtype)

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], 2), name="w")

    def call(self, inputs, states):
        a, b = states
        a = np.tanh(a * 0.5 + inputs @ self.w)
        b = b * 0.9 + np.concatenate([a, a[:, :1]], axis=1)
        return self.read(b), [a, b]


def rewind(layer):
    for seeds in layer.seed_generators:
        seeds.state.value[1] = 0


def listed(y):
    return list(y) if isinstance(y, (list, tuple)) else [y]


def check(layer, x, mask=None, states=None, training=True):
    """All gradients of a layer by finite differences."""
    x = x.copy()
    given = {} if mask is None else {"mask": mask}
    if states is not None:
        given["initial_state"] = states
    layer(x)

    def run():
        rewind(layer)
        return layer.forward(x, training, **given)

    y, kept = run()
    weights = [RNG.standard_normal(part.shape) for part in listed(y)]
    dx = layer.backward(tuple(weights) if isinstance(y, tuple) else weights[0], kept)
    dx, shares = (dx.x, dx.arguments.get("initial_state")) if isinstance(dx, Shares) else (dx, None)

    def loss():
        return sum(np.sum(part * weight) for part, weight in zip(listed(run()[0]), weights))

    grads = [v.grad.copy() for v in layer.trainable_variables]
    check_gradient(loss, x, dx, probes=2)
    for state, share in zip(states or (), shares or ()):
        check_gradient(loss, state, share, probes=2)
    for v, grad in zip(layer.trainable_variables, grads):
        check_gradient(loss, v.value, grad, probes=2)


KINDS = {
    "simple": (SimpleRNN, {}, 1),
    "simple_dropping": (SimpleRNN, {"dropout": 0.3, "recurrent_dropout": 0.3, "seed": 1}, 1),
    "lstm": (LSTM, {}, 2),
    "lstm_back": (LSTM, {"go_backwards": True}, 2),
    "lstm_dropping": (LSTM, {"dropout": 0.3, "recurrent_dropout": 0.3, "seed": 1}, 2),
    "lstm_one_draw": (LSTM, {"dropout": 0.3, "seed": 1}, 2),
    "lstm_other": (LSTM, {"activation": "softplus", "recurrent_activation": "hard_sigmoid", "use_bias": False}, 2),
    "lstm_traced": (LSTM, {"activation": "softmax", "recurrent_dropout": 0.2, "seed": 1}, 2),
    "gru": (GRU, {}, 1),
    "gru_dropping": (GRU, {"dropout": 0.3, "recurrent_dropout": 0.3, "seed": 1}, 1),
    "gru_before": (GRU, {"reset_after": False}, 1),
    "gru_before_dropping": (GRU, {"reset_after": False, "recurrent_dropout": 0.3, "use_bias": False, "seed": 1}, 1),
    "gru_other": (GRU, {"activation": "elu", "recurrent_activation": "softsign", "go_backwards": True}, 1),
    "gru_traced": (GRU, {"activation": "softmax", "reset_after": False, "recurrent_dropout": 0.2, "seed": 1}, 1),
}
RETURNS = [
    {},
    {"return_sequences": True, "zero_output_for_mask": True},
    {"return_sequences": True, "return_state": True},
    {"return_state": True},
]


MASKS = {"full": None, "right": RIGHT, "left": LEFT, "holes": HOLES}
MASKED = [(kind, side) for kind in KINDS for side in MASKS]  # traced ones take long


@pytest.mark.parametrize("kind, side", some_quick(MASKED, lambda case: "traced" not in case[0] or case[1] == "right"))
def test_gradients(kind, side):
    mask = MASKS[side]
    cls, arguments, count = KINDS[kind]
    for returns in RETURNS if "traced" not in kind or mask is None or mask is HOLES else RETURNS[2:3]:  # traced ones take long
        check(cls(2, **arguments, **returns, dtype="float64"), X, mask)
    states = [RNG.standard_normal((4, 2)) for _ in range(count)]
    check(cls(2, **arguments, **RETURNS[2], dtype="float64"), X, mask, states)


@pytest.mark.parametrize("mask", [None, HOLES], ids=["full", "holes"])
def test_gradients_of_stacks_and_of_cells_of_your_own(mask):
    def cells():
        return [GRUCell(2, dtype="float64"), Leaky(dtype="float64"), LSTMCell(3, dtype="float64")]

    states = [RNG.standard_normal((4, n)) for n in (2, 2, 3, 3, 3)]
    check(RNN(cells(), return_sequences=True, dtype="float64"), X, mask, states)
    check(RNN(cells(), go_backwards=True, dtype="float64"), X, mask)
    check(RNN(Leaky(dtype="float64"), return_sequences=True, dtype="float64"), X, mask, states[1:3])
    check(RNN(Leaky(dtype="float64"), dtype="float64"), X, mask)


@pytest.mark.parametrize("kind", KINDS)
def test_the_loop_computes_what_the_step_says(kind):
    cls, arguments, count = KINDS[kind]
    layer = cls(3, **arguments, return_sequences=True, dtype="float64")
    y = layer(X)
    states, steps = layer.cell.get_initial_state(4), []
    for t in range(4, -1, -1) if layer.go_backwards else range(5):
        h, states = layer.cell.step(X[:, t], states)
        steps.append(h)
    np.testing.assert_allclose(y, np.stack(steps, axis=1), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
@pytest.mark.parametrize("side", ["right", "left"])
def test_padded_samples_give_the_gradients_of_the_short_ones(cls, side):
    layer = cls(2, dtype="float64")
    layer(X)
    mask, dy = RIGHT if side == "right" else LEFT, RNG.standard_normal((4, 2))
    y, kept = layer.forward(X, True, mask=mask)
    dx = layer.backward(dy, kept)
    padded, total = [v.grad.copy() for v in layer.weights], [np.zeros(v.shape) for v in layer.weights]
    for k, seen in enumerate(mask):
        one, kept = layer.forward(X[k : k + 1, seen], True)
        share = layer.backward(dy[k : k + 1], kept)
        np.testing.assert_allclose(one[0], y[k])
        np.testing.assert_allclose(dx[k, seen], share[0])
        assert not dx[k, ~seen].any()
        total = [t + v.grad for t, v in zip(total, layer.weights)]
    for a, b in zip(padded, total):
        np.testing.assert_allclose(a, b, atol=1e-12)


@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_masked_steps_repeat_the_output_or_give_zeros(cls):
    layer = cls(2, return_sequences=True)
    y = np.asarray(layer(X, mask=HOLES))
    np.testing.assert_array_equal(y[0, 1], y[0, 0])
    np.testing.assert_array_equal(y[0, 4], y[0, 3])
    assert not y[2, :2].any()  # nothing yet: the state of the start
    layer.zero_output_for_mask = True
    np.testing.assert_array_equal(layer(X, mask=HOLES), np.where(HOLES[..., None], y, 0.0))
    layer.return_sequences = False
    np.testing.assert_array_equal(layer(X, mask=NOTHING), np.zeros((4, 2)))


def test_mask_goes_on_with_the_sequence():
    mask = RIGHT
    assert LSTM(2, return_sequences=True).compute_mask(None, mask) is mask and LSTM(2).compute_mask(None, mask) is None
    assert LSTM(2, return_sequences=True, return_state=True).compute_mask(None, mask)[1:] == [None, None]
    x = np.where(RIGHT[..., None], X, 0.0)
    model = keras.Sequential([keras.Input((5, 3)), keras.layers.Masking(), LSTM(3, return_sequences=True), GRU(2)])
    by_hand = model.layers[2](model.layers[1](x, mask=RIGHT), mask=RIGHT)
    np.testing.assert_allclose(model.predict(x, verbose=0), by_hand, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cell", [SimpleRNNCell, LSTMCell, GRUCell])
def test_cells_by_themselves(cell):
    cell = cell(2, dtype="float64")
    given = [RNG.standard_normal((4, 2)) for _ in range(cell.outputs)]
    x, dy = X[:, 0].copy(), RNG.standard_normal((4, 2))
    y, states = cell(x, given)
    assert y.shape == (4, 2) and len(states) == cell.outputs and isinstance(states, list)
    np.testing.assert_array_equal(y, states[0])
    np.testing.assert_allclose(y, RNN(cell)(x[:, None], initial_state=given), rtol=1e-6)
    dnew = [RNG.standard_normal((4, 2)) for _ in states]
    shares = cell.backward((dy, dnew), cell.forward(x, states=given)[1])

    def loss():
        y, states = cell.forward(x, states=given)[0]
        return np.sum(y * dy) + sum(np.sum(s * d) for s, d in zip(states, dnew))

    check_gradient(loss, x, shares.x)
    for state, share in zip(given, shares.arguments["states"]):
        check_gradient(loss, state, share)
    check_gradient(loss, cell.kernel.value, cell.kernel.grad.copy())
    check_gradient(loss, cell.recurrent_kernel.value, cell.recurrent_kernel.grad.copy())


def test_a_bare_state_comes_back_bare():
    cell = GRUCell(2)
    y, state = cell(X[:, 0], np.zeros((4, 2)))
    np.testing.assert_array_equal(y, state)


def test_cell_of_the_house_inside_a_layer_of_yours():
    class Twice(Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.cell = LSTMCell(2, dtype=self.dtype)

        def call(self, x):
            h, states = self.cell(x, [np.zeros((4, 2)), np.ones((4, 2))])
            return self.cell(x * 0.5, states)[0] + h

    check(Twice(dtype="float64"), X[:, 0])


def test_subclass_with_a_call_of_its_own_is_traced():
    class Doubled(LSTMCell):
        def call(self, inputs, states, training=False):
            y, states = super().call(inputs, states, training)
            return y * 2.0, states

    check(RNN(Doubled(2, dtype="float64"), return_sequences=True, dtype="float64"), X, HOLES)

    class Louder(LSTM):
        def call(self, sequences, initial_state=None, mask=None, training=False):
            return super().call(sequences, initial_state, mask, training) * 3.0

    layer = Louder(2, dtype="float64")
    check(layer, X, HOLES)
    np.testing.assert_allclose(layer(X), 3.0 * LSTM.call(layer, X))


def test_list_of_input_and_states():
    layer, h, c = LSTM(2), np.ones((4, 2)), np.full((4, 2), 2.0)
    np.testing.assert_array_equal(layer([X, h, c]), layer(X, initial_state=[h, c]))
    inputs = [keras.Input((5, 3)), keras.Input((2,)), keras.Input((2,))]
    model = keras.Model(inputs, layer(inputs))
    np.testing.assert_allclose(model.predict([X, h, c], verbose=0), layer([X, h, c]), rtol=1e-5)


def test_initial_state_of_a_wrong_shape():
    with pytest.raises(ValueError, match=r"`initial_state` of layer 'a' \(GRU\) .* shapes \[\(4, 2\)\], got \[\(4, 3\)\]"):
        GRU(2, name="a")(X, initial_state=np.zeros((4, 3)))


@pytest.mark.parametrize("make", [lambda **k: LSTM(2, **k), lambda **k: RNN([GRUCell(2), SimpleRNNCell(2)], **k)])
def test_stateful_goes_on_where_the_last_batch_ended(make):
    layer = make(stateful=True, return_sequences=True)
    first, second = np.asarray(layer(X[:, :2])).copy(), np.asarray(layer(X[:, 2:])).copy()
    whole = make(return_sequences=True)
    whole(X)
    whole.set_weights(layer.get_weights())
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole(X), rtol=1e-5, atol=1e-6)
    layer.reset_states()
    np.testing.assert_array_equal(layer(X[:, :2]), first)
    assert len(layer.weights) == len(whole.weights)  # the states are not among them


def test_stateful_needs_a_batch_size_and_keeps_to_it():
    with pytest.raises(ValueError, match=r"'a' \(LSTM\) is stateful and needs to know the batch size: keras.Input\("):
        LSTM(2, stateful=True, name="a")(keras.Input((5, 3)))
    layer = LSTM(2, stateful=True, name="a")
    layer(keras.Input((5, 3), batch_size=4))
    assert [v.shape for v in layer.states] == [(4, 2), (4, 2)]
    with pytest.raises(ValueError, match=r"'a' \(LSTM\) .* built for batches of 4, got one of 2. Pass batch_size=4"):
        layer(X[:2])


def test_learning_through_fit():
    x = RNG.standard_normal((64, 6, 1))
    model = keras.Sequential([keras.Input((6, 1)), GRU(8, return_sequences=True), Bidirectional(LSTM(4)), Dense(1)])
    model.compile(keras.optimizers.Adam(0.02), "mse")
    history = model.fit(x, x.sum(axis=1), epochs=15, verbose=0).history["loss"]
    assert history[-1] < 0.2 * history[0]


def test_user_cell_in_a_model():
    model = keras.Sequential([keras.Input((5, 3)), RNN(Leaky()), Dense(1)])
    before = [w.copy() for w in model.get_weights()]
    assert len(before) == 5
    model.compile("sgd", "mse")
    model.fit(X, np.ones((4, 1)), epochs=1, verbose=0)
    assert all(np.any(a != b) for a, b in zip(before, model.get_weights()))


def test_user_cell_that_is_no_layer():
    class Sum:
        state_size = 3

        def call(self, inputs, states):
            return states[0] + inputs, [states[0] + inputs]

    np.testing.assert_allclose(RNN(Sum())(X), X.sum(axis=1), rtol=1e-5)


def test_what_is_no_cell():
    with pytest.raises(ValueError, match="`cell` of RNN must have `call` and `state_size`.*no `state_size`"):
        RNN(Dense(2))
    with pytest.raises(ValueError, match="`cells` of StackedRNNCells.*no `state_size`"):
        StackedRNNCells([LSTMCell(2), Dense(2)])


@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_arguments_are_checked_when_the_layer_is_made_or_built(cls):
    with pytest.raises(ValueError, match=f"`units` of {cls.__name__}Cell must be a positive integer, got 0"):
        cls(0)
    with pytest.raises(ValueError, match="unitz"):
        cls(2, unitz=3)
    with pytest.raises(ValueError, match=r"'a' .*needs to know the number of features, got shape \(None, 5, None\)"):
        cls(2, name="a")(keras.Input((5, None)))
    with pytest.raises(ValueError, match=r"'a' .*expected 3 axes.*got an input of shape \(None, 3\)"):
        cls(2, name="a")(X[:, 0])


def test_configs_are_flat_and_those_of_keras():
    loop = ["return_sequences", "return_state", "go_backwards", "stateful", "unroll", "zero_output_for_mask"]
    own = ["units", "activation", "use_bias", "dropout", "recurrent_dropout", "activity_regularizer"]
    for part in ("kernel", "recurrent", "bias"):
        own += [f"{part}_initializer", f"{part}_regularizer", f"{part}_constraint"]
    base = ["name", "trainable", "dtype", *loop, *own]
    assert set(SimpleRNN(2).get_config()) == {*base}
    assert set(LSTM(2).get_config()) == {*base, "recurrent_activation", "unit_forget_bias", "seed"}
    assert set(GRU(2).get_config()) == {*base, "recurrent_activation", "reset_after", "seed"}
    assert set(RNN(LSTMCell(2)).get_config()) == {"name", "trainable", "dtype", *loop, "cell"}


def test_attributes_of_the_cell_can_be_read_from_the_layer():
    layer = LSTM(3, activation="relu", dropout=0.1, seed=4)
    layer(X)
    assert layer.units == 3 and layer.activation is keras.activations.relu and layer.dropout == 0.1 and layer.cell.seed == 4
    assert [v.path for v in layer.weights] == [f"{layer.name}/lstm_cell/{n}" for n in ("kernel", "recurrent_kernel", "bias")]
    assert layer.cell.bias.numpy().tolist() == [0.0] * 3 + [1.0] * 3 + [0.0] * 6


def test_dropout_is_the_same_at_all_steps():
    weights = {"kernel_initializer": "identity", "recurrent_initializer": "zeros"}
    layer = SimpleRNN(3, None, **weights, dropout=0.5, seed=1, return_sequences=True)
    y = np.asarray(layer(np.ones((4, 5, 3)), training=True))
    np.testing.assert_array_equal(y, np.repeat(y[:, :1], 5, axis=1))
    assert set(np.unique(y)) == {0.0, 2.0}


@pytest.mark.parametrize("cls, shape", [(ConvLSTM1D, (2, 3, 6, 2)), (ConvLSTM2D, (2, 3, 4, 4, 2))])
def test_conv_lstm_gradients_with_masks_and_states(cls, shape):
    x = RNG.standard_normal(shape)
    mask = np.array([[1, 0, 1], [1, 1, 0]], bool)
    layer = cls(2, 3, padding="same", return_state=True, return_sequences=True, dtype="float64")
    shape = layer.compute_output_shape(x.shape)[1]
    check(layer, x, mask, [RNG.standard_normal(shape) for _ in range(2)])
    dropping = cls(2, 2, strides=2, dropout=0.3, recurrent_dropout=0.3, seed=1, data_format="channels_first", dtype="float64")
    check(dropping, np.moveaxis(x, -1, 2), mask)
    check(cls(2, 2, dilation_rate=2, activation="relu", go_backwards=True, use_bias=False, dtype="float64"), x)


@pytest.mark.parametrize("cell", [lambda: Leaky(), lambda: LSTMCell(2, activation="softmax")])
def test_masked_steps_of_traced_cells_repeat_the_output_too(cell):
    layer = RNN(cell(), return_sequences=True)
    y, again = np.asarray(layer(X, mask=HOLES)), layer.infer(X.astype("float32"), mask=HOLES)
    np.testing.assert_array_equal(y[0, 1], y[0, 0])
    assert not y[2, :2].any() and np.any(y[0, 2] != y[0, 1])
    np.testing.assert_allclose(again, y, rtol=1e-6)


@pytest.mark.parametrize("make", [
    lambda: SimpleRNN(2, dtype="float64"), lambda: LSTM(2, go_backwards=True, return_sequences=True, dtype="float64"),
    lambda: GRU(2, dtype="float64"), lambda: Bidirectional(GRU(2, dtype="float64"), dtype="float64"),
    lambda: RNN([LSTMCell(2, dtype="float64"), SimpleRNNCell(2, dtype="float64")], dtype="float64"),
])  # fmt: skip
def test_second_derivatives(make):
    layer, x = make(), keras.Variable(X, dtype="float64")
    layer(X)

    def slopes_of(x):
        with keras.GradientTape() as tape:
            y = np.sum(layer(x * 1.0) ** 2)
        return np.sum(tape.gradient(y, x) ** 2)

    with keras.GradientTape() as outer:
        z = slopes_of(x)
    check_gradient(lambda: slopes_of(x), x.value, outer.gradient(z, x), probes=2)


@pytest.mark.parametrize("shape", [(2, 4), (1, 3), (2, 2), (3,), (2, 4, 1)])
@pytest.mark.parametrize("make", [
    lambda: LSTM(2), lambda: GRU(2), lambda: SimpleRNN(2), lambda: RNN(Leaky()), lambda: Bidirectional(GRU(2)),
    lambda: ConvLSTM1D(2, 2),
])
def test_masks_of_a_wrong_shape(make, shape):
    layer = make()
    x = np.ones((2, 3, 4, 2) if isinstance(layer, ConvLSTM1D) else (2, 3, 2), "float32")
    mask = np.array([[True, False, True], [True, True, False]])
    np.testing.assert_array_equal(layer(x, mask=mask), layer(x, mask=mask[..., None, None]))  # as Masking of images gives it
    for mask in (np.ones(shape, bool), np.zeros(shape, bool)):
        with pytest.raises(ValueError, match=r"The mask of layer .* must have shape \(2, 3\), \(batch, steps\), .*, got \("):
            layer(x, mask=mask)


@pytest.mark.parametrize("make", [
    lambda **k: LSTM(2, **k), lambda **k: GRU(2, **k), lambda **k: SimpleRNN(2, **k),
    lambda **k: RNN([GRUCell(2), LSTMCell(3)], **k),
])
def test_sequences_of_another_width_or_of_no_steps(make):
    layer, message = make(name="a"), r"Layer 'a' \(\w+\) was built for inputs whose last axis is 2, got shape \(.*, 4, 3\)"
    layer(np.ones((1, 4, 2)))
    for x in (np.ones((1, 4, 3)), keras.Input((4, 3))):
        with pytest.raises(ValueError, match=message):
            layer(x)
    for one in (layer, make(name="a")):
        with pytest.raises(ValueError, match=r"'a' \(\w+\) needs sequences of at least 1 step, got shape \(2, 0, 2\)"):
            one(np.ones((2, 0, 2)))
    assert make(return_sequences=True)(np.ones((2, 0, 2))).shape[:2] == (2, 0)


def test_states_for_the_batch_itself_as_in_keras_2():
    assert [s.shape for s in keras.layers.GRU(3).get_initial_state(np.zeros((4, 5, 2)))] == [(4, 3)]


MIXED = [
    *(SimpleRNN, LSTM, GRU),
    lambda units, **kw: GRU(units, reset_after=False, **kw),
    lambda units, **kw: LSTM(units, "relu", **kw),
    lambda units, **kw: RNN(LSTMCell(units, **kw), **kw),
]


@pytest.mark.parametrize("make", MIXED)
def test_mixed_precision_trains_in_the_type_of_the_weights(make):
    x, y = X.astype("float32"), np.ones((4, 1), "float32")
    losses = []
    for policy in ("float32", "mixed_float16"):
        keras.utils.set_random_seed(0)
        layer = make(3, dtype=policy)
        assert layer(x).dtype == ("float16" if policy != "float32" else "float32")
        model = keras.Sequential([Dense(3, dtype=policy), layer, Dense(1)])  # the layer before has its gradient in its own type
        model.compile(keras.optimizers.SGD(0.1), "mse")
        losses.append(model.fit(x, y, epochs=3, verbose=0).history["loss"])
    np.testing.assert_allclose(*losses, rtol=1e-2)


@pytest.mark.parametrize("make", [SimpleRNNCell, LSTMCell, GRUCell])
def test_a_cell_of_mixed_precision_alone(make):
    cell, x = make(3, dtype="mixed_float16"), X[:, 0].astype("float32")
    with keras.GradientTape() as tape:
        y = keras.ops.sum(cell(x, cell.get_initial_state(4))[0])
    assert all(g.dtype == "float32" and np.isfinite(g).all() for g in tape.gradient(y, cell.trainable_variables))

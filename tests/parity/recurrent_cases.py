"""Models with recurrent layers, for Keras and for us: each is a function of the library."""

import numpy as np

BATCH, STEPS, FEATURES, UNITS = 4, 6, 3, 5
RNG = np.random.default_rng(11)
SERIES = RNG.standard_normal((BATCH, STEPS, FEATURES)).astype("float32")
PADDED = SERIES.copy()  # padded at the end, at the start, and with a hole
PADDED[0, 4:] = PADDED[1, :2] = PADDED[2, 3] = 0.0
IMAGES = RNG.standard_normal((2, 3, 5, 4, 2)).astype("float32")
STATE = RNG.standard_normal((BATCH, UNITS)).astype("float32")


def after(layer, data=SERIES, masked=False):
    def build(k):
        x = k.Input(data.shape[1:])
        h = k.layers.Masking()(x) if masked else x
        return k.Model(x, layer(k.layers)(h))

    return build, [data]


def started(layer, count):
    """With initial states, and all states among the outputs."""

    def build(k):
        x, states = k.Input((STEPS, FEATURES)), [k.Input((UNITS,)) for _ in range(count)]
        return k.Model([x, *states], list(layer(k.layers)(x, initial_state=states)))

    return build, [SERIES, *[STATE * (i + 1) for i in range(count)]]


CASES = {
    "simple": after(lambda la: la.SimpleRNN(UNITS)),
    "simple_all": after(lambda la: la.SimpleRNN(UNITS, activation="relu", return_sequences=True, go_backwards=True)),
    "lstm": after(lambda la: la.LSTM(UNITS)),
    "lstm_all": after(lambda la: la.LSTM(UNITS, return_sequences=True, unit_forget_bias=False)),
    "lstm_other": after(lambda la: la.LSTM(UNITS, activation="relu", recurrent_activation="hard_sigmoid", use_bias=False)),
    "lstm_back": after(lambda la: la.LSTM(UNITS, return_sequences=True, go_backwards=True)),
    "gru": after(lambda la: la.GRU(UNITS)),
    "gru_all": after(lambda la: la.GRU(UNITS, return_sequences=True)),
    "gru_before": after(lambda la: la.GRU(UNITS, reset_after=False, return_sequences=True)),
    "gru_other": after(lambda la: la.GRU(UNITS, activation="elu", recurrent_activation="hard_sigmoid", use_bias=False)),
    "masked_simple": after(lambda la: la.SimpleRNN(UNITS), PADDED, True),
    "masked_lstm": after(lambda la: la.LSTM(UNITS), PADDED, True),
    "masked_lstm_all": after(lambda la: la.LSTM(UNITS, return_sequences=True), PADDED, True),
    "masked_lstm_zeros": after(lambda la: la.LSTM(UNITS, return_sequences=True, zero_output_for_mask=True), PADDED, True),
    "masked_gru_back": after(lambda la: la.GRU(UNITS, return_sequences=True, go_backwards=True), PADDED, True),
    "masked_both": after(lambda la: la.Bidirectional(la.LSTM(UNITS, return_sequences=True)), PADDED, True),
    "masked_both_last": after(lambda la: la.Bidirectional(la.GRU(UNITS), merge_mode="ave"), PADDED, True),
    "started_simple": started(lambda la: la.SimpleRNN(UNITS, return_state=True), 1),
    "started_lstm": started(lambda la: la.LSTM(UNITS, return_sequences=True, return_state=True), 2),
    "started_gru": started(lambda la: la.GRU(UNITS, return_state=True), 1),
    "started_both": started(lambda la: la.Bidirectional(la.LSTM(UNITS, return_state=True), merge_mode=None), 4),
    "stack": after(lambda la: la.RNN([la.LSTMCell(UNITS), la.GRUCell(UNITS + 1)], return_sequences=True)),
    "masked_stack": after(lambda la: la.RNN([la.GRUCell(UNITS), la.LSTMCell(UNITS + 1)], return_sequences=True), PADDED, True),
    "cell": after(lambda la: la.RNN(la.SimpleRNNCell(UNITS))),
    "both_sum": after(lambda la: la.Bidirectional(la.GRU(UNITS, return_sequences=True), merge_mode="sum")),
    "both_mul": after(lambda la: la.Bidirectional(la.SimpleRNN(UNITS), merge_mode="mul")),
    "both_own": after(lambda la: la.Bidirectional(la.LSTM(UNITS), backward_layer=la.GRU(UNITS + 1, go_backwards=True))),
    "each_step": after(lambda la: la.TimeDistributed(la.Dense(UNITS, activation="tanh"))),
    "each_step_norm": after(lambda la: la.TimeDistributed(la.BatchNormalization())),
    "conv1d": after(lambda la: la.ConvLSTM1D(3, 3, padding="same", return_sequences=True), IMAGES[:, :, :, 0]),
    "conv2d": after(lambda la: la.ConvLSTM2D(3, (3, 2)), IMAGES),
    "conv2d_strided": after(lambda la: la.ConvLSTM2D(2, 2, strides=2, return_sequences=True, use_bias=False), IMAGES),
    "conv3d": after(lambda la: la.ConvLSTM3D(2, 2), IMAGES[..., None]),
}


def steps(k, name, weights=None):
    """Predict, take three steps of SGD towards fixed targets, predict again.

    Returns:
        the start weights, the outputs before and after, and the weights after.
    """
    build, data = CASES[name]
    model = build(k)
    if weights is not None:
        model.set_weights(weights)
    start = [np.asarray(w) for w in model.get_weights()]
    listed = lambda y: [np.asarray(p) for p in (y if isinstance(y, (list, tuple)) else [y])]  # noqa: E731
    inputs = data if len(data) > 1 else data[0]
    before = listed(model.predict_on_batch(inputs))
    rng = np.random.default_rng(5)
    targets = [rng.uniform(-1, 1, y.shape).astype("float32") for y in before]
    model.compile(k.optimizers.SGD(0.2), "mse")
    for _ in range(3):
        model.train_on_batch(inputs, targets if len(targets) > 1 else targets[0])
    return start, before, listed(model.predict_on_batch(inputs)), [np.asarray(w) for w in model.get_weights()]

import inspect
import warnings

import numpy as np
import pytest

from minikeras import Sequential, config, layers
from minikeras._core.old_arguments import forget
from minikeras.layers import old_arguments
from minikeras.layers.activation import LeakyReLU
from minikeras.saving.legacy_config import translate


def test_alpha_of_keras_2_with_one_hint(monkeypatch):
    forget()
    with pytest.warns(UserWarning, match="`alpha` of LeakyReLU still works; it is called `negative_slope` now") as hints:
        layer = LeakyReLU(alpha=0.1)
    assert hints[0].filename == __file__
    assert layer(np.array([[-2.0]])).tolist() == [[np.float32(-0.2)]]
    assert layer.get_config()["negative_slope"] == 0.1 and "alpha" not in layer.get_config()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert LeakyReLU.from_config({"name": "old", "alpha": np.array(0.25)}).negative_slope == 0.25


def test_arguments_that_ask_for_nothing_are_dropped():
    old = old_arguments.OLD["BatchNormalization"]
    given = {"fused": False, "virtual_batch_size": None, "units": 3}
    assert old.translate("BatchNormalization", (), given) == ((), {"units": 3})
    with pytest.raises(ValueError, match="`adjustment` of BatchNormalization is no more: it can only be None, got 'sine'"):
        layers.BatchNormalization(adjustment="sine")


@pytest.fixture
def no_hints():
    config.disable_hints()
    yield
    config.enable_hints()


L = layers
# what Keras 1 and 2 wrote, and the same of today
PAIRS = [
    (lambda: L.Dense(output_dim=3, init="uniform", bias=False, W_regularizer="l2", input_dim=4),
     lambda: L.Dense(3, kernel_initializer="uniform", use_bias=False, kernel_regularizer="l2")),
    (lambda: L.Dense(3, b_constraint="nonneg", W_constraint="max_norm", b_regularizer="l1"),
     lambda: L.Dense(3, bias_constraint="nonneg", kernel_constraint="max_norm", bias_regularizer="l1")),
    (lambda: L.Convolution2D(8, 3, 5, border_mode="same", subsample=(2, 2), dim_ordering="th", init="he_normal"),
     lambda: L.Conv2D(8, (3, 5), padding="same", strides=(2, 2), data_format="channels_first", kernel_initializer="he_normal")),
    (lambda: L.Convolution2D(8, 3, 5, "he_normal", "relu"),
     lambda: L.Conv2D(8, (3, 5), kernel_initializer="he_normal", activation="relu")),
    (lambda: L.Convolution2D(nb_filter=8, nb_row=3, nb_col=5), lambda: L.Conv2D(8, (3, 5))),
    (lambda: L.Conv2D(8, 3, 5, border_mode="same"), lambda: L.Conv2D(8, (3, 5), padding="same")),
    (lambda: L.Conv2D(8, 3, nb_col=5), lambda: L.Conv2D(8, (3, 5))),
    (lambda: L.Convolution1D(8, 3, subsample_length=2), lambda: L.Conv1D(8, 3, strides=2)),
    (lambda: L.Convolution1D(nb_filter=8, filter_length=3, input_dim=2, input_length=9), lambda: L.Conv1D(8, 3)),
    (lambda: L.Convolution3D(8, 3, 2, 1, border_mode="same"), lambda: L.Conv3D(8, (3, 2, 1), padding="same")),
    (lambda: L.Convolution3D(8, kernel_dim1=3, kernel_dim2=2, kernel_dim3=1), lambda: L.Conv3D(8, (3, 2, 1))),
    (lambda: L.AtrousConvolution2D(8, 3, 3, atrous_rate=(2, 2)), lambda: L.Conv2D(8, (3, 3), dilation_rate=(2, 2))),
    (lambda: L.Deconvolution2D(8, 3, 3, (None, 4, 4, 8), subsample=(2, 2)),
     lambda: L.Conv2DTranspose(8, (3, 3), strides=(2, 2))),
    (lambda: L.SeparableConvolution2D(8, 3, 3, depthwise_init="ones"),
     lambda: L.SeparableConv2D(8, (3, 3), depthwise_initializer="ones")),
    (lambda: L.MaxPooling1D(pool_length=3, stride=2, border_mode="same"), lambda: L.MaxPooling1D(3, 2, "same")),
    (lambda: L.MaxPooling2D((2, 2), border_mode="same", dim_ordering="tf"),
     lambda: L.MaxPooling2D((2, 2), padding="same", data_format="channels_last")),
    (lambda: L.AveragePooling2D(dim_ordering="default"), lambda: L.AveragePooling2D()),
    (lambda: L.GlobalAveragePooling2D(dim_ordering="th"), lambda: L.GlobalAveragePooling2D("channels_first")),
    (lambda: L.LSTM(output_dim=4, inner_activation="hard_sigmoid", inner_init="ones", forget_bias_init="one", dropout_W=0.25,
                    dropout_U=0.5, consume_less="gpu", U_regularizer="l2", init="zeros"),
     lambda: L.LSTM(4, recurrent_activation="hard_sigmoid", recurrent_initializer="ones", unit_forget_bias=True, dropout=0.25,
                    recurrent_dropout=0.5, recurrent_regularizer="l2", kernel_initializer="zeros")),
    (lambda: L.GRU(output_dim=4, W_constraint="nonneg", implementation=2),
     lambda: L.GRU(4, kernel_constraint="nonneg")),
    (lambda: L.SimpleRNN(output_dim=4, inner_init="identity"), lambda: L.SimpleRNN(4, recurrent_initializer="identity")),
    (lambda: L.CuDNNLSTM(4, return_sequences=True), lambda: L.LSTM(4, return_sequences=True)),
    (lambda: L.CuDNNGRU(4), lambda: L.GRU(4)),
    (lambda: L.TimeDistributedDense(4, "uniform", "relu"), lambda: L.Dense(4, kernel_initializer="uniform", activation="relu")),
    (lambda: L.Embedding(5, 3, init="ones", W_constraint="nonneg", dropout=0.2),
     lambda: L.Embedding(5, 3, "ones", embeddings_constraint="nonneg")),
    (lambda: L.Dropout(p=0.25), lambda: L.Dropout(0.25)),
    (lambda: L.SpatialDropout2D(p=0.25, dim_ordering="th"), lambda: L.SpatialDropout2D(0.25, data_format="channels_first")),
    (lambda: L.GaussianDropout(p=0.25), lambda: L.GaussianDropout(0.25)),
    (lambda: L.GaussianNoise(sigma=0.5), lambda: L.GaussianNoise(0.5)),
    (lambda: L.BatchNormalization(mode=0, gamma_init="zeros"), lambda: L.BatchNormalization(gamma_initializer="zeros")),
    (lambda: L.PReLU(init="ones"), lambda: L.PReLU("ones")),
    (lambda: L.UpSampling1D(length=3), lambda: L.UpSampling1D(3)),
    (lambda: L.UpSampling2D((2, 2), dim_ordering="th"), lambda: L.UpSampling2D((2, 2), "channels_first")),
    (lambda: L.ZeroPadding2D((1, 2), dim_ordering="th"), lambda: L.ZeroPadding2D((1, 2), "channels_first")),
    (lambda: L.Reshape(dims=(2, 3)), lambda: L.Reshape((2, 3))),
]  # fmt: skip


@pytest.mark.parametrize("old, new", PAIRS)
def test_what_keras_1_and_2_wrote_gives_the_layer_of_today(no_hints, old, new):
    old, new = old(), new()
    assert type(old) is type(new)
    assert {**old.get_config(), "name": ""} == {**new.get_config(), "name": ""}


def test_files_say_the_same_in_old_words_without_a_hint():
    config = {"name": "c", "nb_filter": 8, "nb_row": 3, "nb_col": 5, "border_mode": "same", "bias": False}
    config["W_regularizer"] = None
    node = translate({"class_name": "Convolution2D", "config": config})
    layer = layers.deserialize(node)
    assert (type(layer).__name__, layer.filters, layer.kernel_size, layer.padding, layer.use_bias) == (
        "Conv2D", 8, (3, 5), "same", False,
    )  # fmt: skip


def test_input_dim_of_recurrent_layers_is_the_size_of_a_step(no_hints):
    assert Sequential([layers.LSTM(4, input_dim=3)]).input_shape == (None, None, 3)
    assert Sequential([layers.LSTM(4, input_dim=3, input_length=5)]).input_shape == (None, 5, 3)
    assert Sequential([layers.Convolution1D(4, 2, input_dim=3, input_length=5)]).output_shape == (None, 4, 4)
    assert Sequential([layers.TimeDistributedDense(4, input_dim=3, input_length=5)]).output_shape == (None, 5, 4)


def test_old_words_in_a_subclass_of_the_users_own(no_hints):
    class Wide(layers.Dense):
        def __init__(self, **kwargs):
            super().__init__(output_dim=7, **kwargs)

    assert Wide(init="zeros").units == 7
    with pytest.raises(TypeError, match="Dense got `units` twice: also under its old name `output_dim`"):
        Wide(units=3)


def test_a_misspelt_argument_is_still_refused_beside_old_ones(no_hints):
    with pytest.raises(ValueError, match="unknown argument: `activaton`. Did you mean `activation`"):
        layers.Dense(output_dim=3, activaton="relu")


def test_third_position_of_conv2d_stays_strides():
    assert layers.Conv2D(8, 3, 2).strides == (2, 2)


def test_signatures_and_sources_are_those_of_today():
    assert list(inspect.signature(layers.Dense.__init__).parameters)[:3] == ["self", "units", "activation"]
    assert "kernel_size" in inspect.signature(layers.Convolution2D).parameters


def test_batch_statistics_in_prediction_are_mode_0():
    forget()
    with pytest.warns(UserWarning, match="mode=2 is mode=0 here"):
        layer = layers.BatchNormalization(mode=2, axis=1)
    assert layer.axis == 1
    with pytest.raises(ValueError, match="it can only be 0, got 1"):
        layers.BatchNormalization(mode=1)

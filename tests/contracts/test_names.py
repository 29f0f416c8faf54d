"""Every public name of Keras 3.15 is here, or stands in a short table with its reason; so is every name that notebooks use."""

from pathlib import Path

import pytest

import minikeras
from minikeras._core.missing import LEFT_OUT
from minikeras.compat.facade import is_known

NAMES = (Path(__file__).parents[1] / "compat" / "keras_names.txt").read_text(encoding="utf-8").split()


@pytest.fixture(autouse=True)
def quiet():
    minikeras.config.disable_hints()
    yield
    minikeras.config.enable_hints()


@pytest.fixture(scope="module")
def resolve():
    minikeras.install_as_keras()
    import keras
    import tensorflow

    roots = {"keras": keras, "tensorflow": tensorflow}

    def find(path):
        root, *parts = path.split(".")
        found = roots[root]
        try:
            for part in parts:
                found = getattr(found, part)
        except AttributeError:
            return None
        return found

    yield find
    minikeras.uninstall_as_keras()


def stands_in(name, table):
    return any(name == entry or name.startswith(f"{entry}.") for entry in table)


def test_every_public_name_of_keras(resolve):
    missing = [name for name in NAMES if not stands_in(name, LEFT_OUT) and resolve(name) is None]
    assert len(NAMES) > 1500 and missing == []


def test_nothing_is_left_out_that_is_there(resolve):
    assert [name for name in LEFT_OUT if resolve(name) is not None] == []
    assert all(any(stands_in(name, [entry]) for name in NAMES) for entry in LEFT_OUT)


def test_almost_all_is_there(resolve):
    kept = [name for name in NAMES if not stands_in(name, LEFT_OUT)]
    assert len(kept) / len(NAMES) > 0.95


IMPORTS = """
models layers optimizers utils.np_utils layers.core callbacks datasets.mnist preprocessing.sequence utils preprocessing.image
wrappers.scikit_learn backend datasets.imdb layers.recurrent preprocessing.text applications layers.convolutional losses
layers.embeddings datasets.boston_housing utils.data_utils utils.vis_utils datasets.cifar10 regularizers applications.vgg16
layers.normalization datasets.fashion_mnist datasets.reuters metrics constraints utils.visualize_util layers.pooling
layers.convolutional_recurrent ops datasets.cifar100 preprocessing applications.resnet50 initializers activations random
layers.advanced_activations layers.noise layers.merge layers.wrappers layers.local layers.experimental.preprocessing
utils.generic_utils utils.layer_utils utils.io_utils engine engine.topology engine.training engine.input_layer legacy objectives
optimizers.legacy optimizers.schedules optimizer_v2.adam optimizers.adam_v2 callbacks.callbacks mixed_precision
src.saving.saving_lib src.ops src.layers.core.dense src.models.functional saving config
"""

USED = {  # what 2,113 notebooks and scripts take from each namespace, and what libraries on top of Keras take
    "": "Sequential Model Input Layer Variable KerasTensor version __version__",
    "models": "Sequential Model load_model save_model clone_model model_from_json model_from_config",
    "layers": """
        Dense Dropout Flatten Activation Conv2D LSTM MaxPooling2D Input Embedding BatchNormalization MaxPool2D
        Convolution2D Conv1D Reshape LeakyReLU Lambda GRU SimpleRNN TimeDistributed concatenate RepeatVector InputLayer
        GlobalAveragePooling2D Softmax Bidirectional Concatenate GlobalMaxPooling2D Conv2DTranspose LayerNormalization
        UpSampling2D GlobalMaxPooling1D MaxPooling1D GlobalAveragePooling1D RNN Rescaling RandomFlip Add LSTMCell add
        RandomRotation Convolution1D Normalization Conv3D TextVectorization ConvLSTM2D ReLU Resizing GlobalAvgPool2D
        GaussianNoise AlphaDropout SimpleRNNCell Attention PReLU MultiHeadAttention StringLookup SeparableConv2D
        RandomZoom ZeroPadding2D CategoryEncoding IntegerLookup Permute AvgPool2D AveragePooling2D CuDNNGRU CuDNNLSTM
        Wrapper RandomContrast Layer Merge merge Highway MaxoutDense TimeDistributedDense LocallyConnected1D
        LocallyConnected2D Masking SpatialDropout1D ELU ThresholdedReLU Cropping2D DepthwiseConv2D""",
    "activations": "relu sigmoid softmax linear tanh elu selu swish get serialize",
    "initializers": """
        Constant glorot_uniform VarianceScaling RandomNormal RandomUniform he_normal he_uniform lecun_normal orthogonal
        zeros ones Initializer get""",
    "regularizers": "l2 l1_l2 Regularizer l1 L1L2 get",
    "constraints": "max_norm maxnorm MaxNorm NonNeg UnitNorm",
    "optimizers": "Adam SGD RMSprop Nadam Adadelta Adagrad Adamax AdamW Ftrl Optimizer get serialize deserialize",
    "optimizers.schedules": "ExponentialDecay PiecewiseConstantDecay InverseTimeDecay CosineDecay LearningRateSchedule",
    "optimizers.legacy": "Adam SGD RMSprop",
    "losses": """
        BinaryCrossentropy SparseCategoricalCrossentropy CategoricalCrossentropy MeanSquaredError Huber Loss
        binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy mean_squared_error
        mean_absolute_error get""",
    "metrics": """
        Mean SparseCategoricalAccuracy MeanAbsoluteError BinaryCrossentropy Metric BinaryAccuracy Precision Recall AUC
        sparse_categorical_accuracy categorical_accuracy mean_squared_error sparse_top_k_categorical_accuracy get
        deserialize""",
    "callbacks": """
        EarlyStopping ModelCheckpoint Callback ReduceLROnPlateau LambdaCallback LearningRateScheduler CSVLogger History
        TerminateOnNaN""",
    "utils": """
        to_categorical set_random_seed image_dataset_from_directory timeseries_dataset_from_array
        text_dataset_from_directory normalize Sequence register_keras_serializable custom_object_scope np_utils
        legacy.deserialize_keras_object""",
    "preprocessing.image": "ImageDataGenerator load_img img_to_array array_to_img",
    "preprocessing.sequence": "pad_sequences TimeseriesGenerator skipgrams",
    "preprocessing.text": "Tokenizer one_hot hashing_trick text_to_word_sequence",
    "backend": """
        clear_session image_dim_ordering function square mean image_data_format get_value concatenate transpose epsilon
        l2_normalize relu backend set_image_dim_ordering floatx""",
    "wrappers.scikit_learn": "KerasClassifier KerasRegressor",
    "saving": "register_keras_serializable load_model get_custom_objects",
    "src.saving.saving_lib": "load_model save_model",
}


def test_modules_that_notebooks_import(resolve):
    unknown = [p for p in IMPORTS.split() if not is_known(f"tensorflow.keras.{p}")]
    assert unknown == []


@pytest.mark.parametrize("namespace", USED)
def test_names_that_notebooks_use(resolve, namespace):
    path = f"keras.{namespace}" if namespace else "keras"
    assert [name for name in USED[namespace].split() if resolve(f"{path}.{name}") is None] == []

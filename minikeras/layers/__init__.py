"""Layers, by Keras' names. What every net needs is imported with the package, the rest when it is asked for."""

from typing import TYPE_CHECKING

from minikeras._core.lazy import lazily
from minikeras._core.old_arguments import old_names
from minikeras._core.serialize import serialize_keras_object
from minikeras._core.symbolic import InputSpec
from minikeras.layers.dense import Dense
from minikeras.layers.input_layer import Input, InputLayer
from minikeras.layers.layer import Layer, registry

if TYPE_CHECKING:  # for editors
    from minikeras.layers.activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax, ThresholdedReLU
    from minikeras.layers.attention.additive_attention import AdditiveAttention
    from minikeras.layers.attention.attention import Attention
    from minikeras.layers.attention.grouped_query_attention import GroupQueryAttention
    from minikeras.layers.attention.multi_head_attention import MultiHeadAttention
    from minikeras.layers.convolutional.conv1d import Conv1D
    from minikeras.layers.convolutional.conv1d_transpose import Conv1DTranspose
    from minikeras.layers.convolutional.conv2d import Conv2D
    from minikeras.layers.convolutional.conv2d_transpose import Conv2DTranspose
    from minikeras.layers.convolutional.conv3d import Conv3D
    from minikeras.layers.convolutional.conv3d_transpose import Conv3DTranspose
    from minikeras.layers.convolutional.depthwise_conv1d import DepthwiseConv1D
    from minikeras.layers.convolutional.depthwise_conv2d import DepthwiseConv2D
    from minikeras.layers.convolutional.separable_conv1d import SeparableConv1D
    from minikeras.layers.convolutional.separable_conv2d import SeparableConv2D
    from minikeras.layers.core.einsum_dense import EinsumDense
    from minikeras.layers.core.embedding import Embedding
    from minikeras.layers.core.lambda_layer import Lambda
    from minikeras.layers.core.masking import Masking
    from minikeras.layers.core.reversible_embedding import ReversibleEmbedding
    from minikeras.layers.core.wrapper import Wrapper
    from minikeras.layers.identity import Identity
    from minikeras.layers.legacy.convolutions import (
        Convolution1D,
        Convolution2D,
        Convolution3D,
        Deconvolution2D,
        Deconvolution3D,
        SeparableConvolution2D,
    )
    from minikeras.layers.merging.add import Add, add
    from minikeras.layers.merging.average import Average, average
    from minikeras.layers.merging.concatenate import Concatenate, concatenate
    from minikeras.layers.merging.dot import Dot, dot
    from minikeras.layers.merging.maximum import Maximum, maximum
    from minikeras.layers.merging.minimum import Minimum, minimum
    from minikeras.layers.merging.multiply import Multiply, multiply
    from minikeras.layers.merging.subtract import Subtract, subtract
    from minikeras.layers.normalization.batch_normalization import BatchNormalization
    from minikeras.layers.normalization.group_normalization import GroupNormalization
    from minikeras.layers.normalization.layer_normalization import LayerNormalization
    from minikeras.layers.normalization.rms_normalization import RMSNormalization
    from minikeras.layers.normalization.spectral_normalization import SpectralNormalization
    from minikeras.layers.normalization.unit_normalization import UnitNormalization
    from minikeras.layers.pooling.adaptive_average_pooling1d import AdaptiveAveragePooling1D
    from minikeras.layers.pooling.adaptive_average_pooling2d import AdaptiveAveragePooling2D
    from minikeras.layers.pooling.adaptive_average_pooling3d import AdaptiveAveragePooling3D
    from minikeras.layers.pooling.adaptive_max_pooling1d import AdaptiveMaxPooling1D
    from minikeras.layers.pooling.adaptive_max_pooling2d import AdaptiveMaxPooling2D
    from minikeras.layers.pooling.adaptive_max_pooling3d import AdaptiveMaxPooling3D
    from minikeras.layers.pooling.average_pooling1d import AveragePooling1D
    from minikeras.layers.pooling.average_pooling2d import AveragePooling2D
    from minikeras.layers.pooling.average_pooling3d import AveragePooling3D
    from minikeras.layers.pooling.global_average_pooling1d import GlobalAveragePooling1D
    from minikeras.layers.pooling.global_average_pooling2d import GlobalAveragePooling2D
    from minikeras.layers.pooling.global_average_pooling3d import GlobalAveragePooling3D
    from minikeras.layers.pooling.global_max_pooling1d import GlobalMaxPooling1D
    from minikeras.layers.pooling.global_max_pooling2d import GlobalMaxPooling2D
    from minikeras.layers.pooling.global_max_pooling3d import GlobalMaxPooling3D
    from minikeras.layers.pooling.max_pooling1d import MaxPooling1D
    from minikeras.layers.pooling.max_pooling2d import MaxPooling2D
    from minikeras.layers.pooling.max_pooling3d import MaxPooling3D
    from minikeras.layers.preprocessing.category_encoding import CategoryEncoding
    from minikeras.layers.preprocessing.discretization import Discretization
    from minikeras.layers.preprocessing.hashed_crossing import HashedCrossing
    from minikeras.layers.preprocessing.hashing import Hashing
    from minikeras.layers.preprocessing.image_preprocessing.aug_mix import AugMix
    from minikeras.layers.preprocessing.image_preprocessing.auto_contrast import AutoContrast
    from minikeras.layers.preprocessing.image_preprocessing.center_crop import CenterCrop
    from minikeras.layers.preprocessing.image_preprocessing.clahe import ContrastLimitedAdaptiveHistogramEqualization
    from minikeras.layers.preprocessing.image_preprocessing.cut_mix import CutMix
    from minikeras.layers.preprocessing.image_preprocessing.equalization import Equalization
    from minikeras.layers.preprocessing.image_preprocessing.mix_up import MixUp
    from minikeras.layers.preprocessing.image_preprocessing.rand_augment import RandAugment
    from minikeras.layers.preprocessing.image_preprocessing.random_brightness import RandomBrightness
    from minikeras.layers.preprocessing.image_preprocessing.random_color_degeneration import RandomColorDegeneration
    from minikeras.layers.preprocessing.image_preprocessing.random_color_jitter import RandomColorJitter
    from minikeras.layers.preprocessing.image_preprocessing.random_contrast import RandomContrast
    from minikeras.layers.preprocessing.image_preprocessing.random_crop import RandomCrop
    from minikeras.layers.preprocessing.image_preprocessing.random_elastic_transform import RandomElasticTransform
    from minikeras.layers.preprocessing.image_preprocessing.random_erasing import RandomErasing
    from minikeras.layers.preprocessing.image_preprocessing.random_flip import RandomFlip
    from minikeras.layers.preprocessing.image_preprocessing.random_gaussian_blur import RandomGaussianBlur
    from minikeras.layers.preprocessing.image_preprocessing.random_grayscale import RandomGrayscale
    from minikeras.layers.preprocessing.image_preprocessing.random_hue import RandomHue
    from minikeras.layers.preprocessing.image_preprocessing.random_invert import RandomInvert
    from minikeras.layers.preprocessing.image_preprocessing.random_perspective import RandomPerspective
    from minikeras.layers.preprocessing.image_preprocessing.random_posterization import RandomPosterization
    from minikeras.layers.preprocessing.image_preprocessing.random_rotation import RandomRotation
    from minikeras.layers.preprocessing.image_preprocessing.random_saturation import RandomSaturation
    from minikeras.layers.preprocessing.image_preprocessing.random_sharpness import RandomSharpness
    from minikeras.layers.preprocessing.image_preprocessing.random_shear import RandomShear
    from minikeras.layers.preprocessing.image_preprocessing.random_translation import RandomTranslation
    from minikeras.layers.preprocessing.image_preprocessing.random_zoom import RandomZoom
    from minikeras.layers.preprocessing.image_preprocessing.resizing import Resizing
    from minikeras.layers.preprocessing.image_preprocessing.solarization import Solarization
    from minikeras.layers.preprocessing.integer_lookup import IntegerLookup
    from minikeras.layers.preprocessing.mel_spectrogram import MelSpectrogram
    from minikeras.layers.preprocessing.normalization import Normalization
    from minikeras.layers.preprocessing.pipeline import Pipeline
    from minikeras.layers.preprocessing.rescaling import Rescaling
    from minikeras.layers.preprocessing.stft_spectrogram import STFTSpectrogram
    from minikeras.layers.preprocessing.string_lookup import StringLookup
    from minikeras.layers.preprocessing.text_vectorization import TextVectorization
    from minikeras.layers.regularization import (
        ActivityRegularization,
        AlphaDropout,
        Dropout,
        GaussianDropout,
        GaussianNoise,
        SpatialDropout1D,
        SpatialDropout2D,
        SpatialDropout3D,
    )
    from minikeras.layers.reshaping.cropping1d import Cropping1D
    from minikeras.layers.reshaping.cropping2d import Cropping2D
    from minikeras.layers.reshaping.cropping3d import Cropping3D
    from minikeras.layers.reshaping.flatten import Flatten
    from minikeras.layers.reshaping.permute import Permute
    from minikeras.layers.reshaping.repeat_vector import RepeatVector
    from minikeras.layers.reshaping.reshape import Reshape
    from minikeras.layers.reshaping.up_sampling1d import UpSampling1D
    from minikeras.layers.reshaping.up_sampling2d import UpSampling2D
    from minikeras.layers.reshaping.up_sampling3d import UpSampling3D
    from minikeras.layers.reshaping.zero_padding1d import ZeroPadding1D
    from minikeras.layers.reshaping.zero_padding2d import ZeroPadding2D
    from minikeras.layers.reshaping.zero_padding3d import ZeroPadding3D
    from minikeras.layers.rnn.bidirectional import Bidirectional
    from minikeras.layers.rnn.conv_lstm1d import ConvLSTM1D
    from minikeras.layers.rnn.conv_lstm2d import ConvLSTM2D
    from minikeras.layers.rnn.conv_lstm3d import ConvLSTM3D
    from minikeras.layers.rnn.gru import GRU, GRUCell
    from minikeras.layers.rnn.lstm import LSTM, LSTMCell
    from minikeras.layers.rnn.rnn import RNN
    from minikeras.layers.rnn.simple_rnn import SimpleRNN, SimpleRNNCell
    from minikeras.layers.rnn.stacked_rnn_cells import StackedRNNCells
    from minikeras.layers.rnn.time_distributed import TimeDistributed

_LATER = {
    "activation": "ELU Activation LeakyReLU PReLU ReLU Softmax ThresholdedReLU",
    "attention.additive_attention": "AdditiveAttention",
    "attention.attention": "Attention",
    "attention.grouped_query_attention": "GroupQueryAttention",
    "attention.multi_head_attention": "MultiHeadAttention",
    "convolutional.conv1d": "Conv1D",
    "convolutional.conv1d_transpose": "Conv1DTranspose",
    "convolutional.conv2d": "Conv2D",
    "convolutional.conv2d_transpose": "Conv2DTranspose",
    "convolutional.conv3d": "Conv3D",
    "convolutional.conv3d_transpose": "Conv3DTranspose",
    "convolutional.depthwise_conv1d": "DepthwiseConv1D",
    "convolutional.depthwise_conv2d": "DepthwiseConv2D",
    "convolutional.separable_conv1d": "SeparableConv1D",
    "convolutional.separable_conv2d": "SeparableConv2D",
    "core.einsum_dense": "EinsumDense",
    "core.embedding": "Embedding",
    "core.lambda_layer": "Lambda",
    "core.masking": "Masking",
    "core.reversible_embedding": "ReversibleEmbedding",
    "core.wrapper": "Wrapper",
    "identity": "Identity",
    "legacy.convolutions": (
        "Convolution1D Convolution2D Convolution3D Deconvolution2D Deconvolution3D SeparableConvolution2D"
    ),
    "merging.add": "Add add",
    "merging.average": "Average average",
    "merging.concatenate": "Concatenate concatenate",
    "merging.dot": "Dot dot",
    "merging.maximum": "Maximum maximum",
    "merging.minimum": "Minimum minimum",
    "merging.multiply": "Multiply multiply",
    "merging.subtract": "Subtract subtract",
    "normalization.batch_normalization": "BatchNormalization",
    "normalization.group_normalization": "GroupNormalization",
    "normalization.layer_normalization": "LayerNormalization",
    "normalization.rms_normalization": "RMSNormalization",
    "normalization.spectral_normalization": "SpectralNormalization",
    "normalization.unit_normalization": "UnitNormalization",
    "pooling.adaptive_average_pooling1d": "AdaptiveAveragePooling1D",
    "pooling.adaptive_average_pooling2d": "AdaptiveAveragePooling2D",
    "pooling.adaptive_average_pooling3d": "AdaptiveAveragePooling3D",
    "pooling.adaptive_max_pooling1d": "AdaptiveMaxPooling1D",
    "pooling.adaptive_max_pooling2d": "AdaptiveMaxPooling2D",
    "pooling.adaptive_max_pooling3d": "AdaptiveMaxPooling3D",
    "pooling.average_pooling1d": "AveragePooling1D",
    "pooling.average_pooling2d": "AveragePooling2D",
    "pooling.average_pooling3d": "AveragePooling3D",
    "pooling.global_average_pooling1d": "GlobalAveragePooling1D",
    "pooling.global_average_pooling2d": "GlobalAveragePooling2D",
    "pooling.global_average_pooling3d": "GlobalAveragePooling3D",
    "pooling.global_max_pooling1d": "GlobalMaxPooling1D",
    "pooling.global_max_pooling2d": "GlobalMaxPooling2D",
    "pooling.global_max_pooling3d": "GlobalMaxPooling3D",
    "pooling.max_pooling1d": "MaxPooling1D",
    "pooling.max_pooling2d": "MaxPooling2D",
    "pooling.max_pooling3d": "MaxPooling3D",
    "preprocessing.category_encoding": "CategoryEncoding",
    "preprocessing.discretization": "Discretization",
    "preprocessing.hashed_crossing": "HashedCrossing",
    "preprocessing.hashing": "Hashing",
    "preprocessing.image_preprocessing.aug_mix": "AugMix",
    "preprocessing.image_preprocessing.auto_contrast": "AutoContrast",
    "preprocessing.image_preprocessing.center_crop": "CenterCrop",
    "preprocessing.image_preprocessing.clahe": "ContrastLimitedAdaptiveHistogramEqualization",
    "preprocessing.image_preprocessing.cut_mix": "CutMix",
    "preprocessing.image_preprocessing.equalization": "Equalization",
    "preprocessing.image_preprocessing.mix_up": "MixUp",
    "preprocessing.image_preprocessing.rand_augment": "RandAugment",
    "preprocessing.image_preprocessing.random_brightness": "RandomBrightness",
    "preprocessing.image_preprocessing.random_color_degeneration": "RandomColorDegeneration",
    "preprocessing.image_preprocessing.random_color_jitter": "RandomColorJitter",
    "preprocessing.image_preprocessing.random_contrast": "RandomContrast",
    "preprocessing.image_preprocessing.random_crop": "RandomCrop",
    "preprocessing.image_preprocessing.random_elastic_transform": "RandomElasticTransform",
    "preprocessing.image_preprocessing.random_erasing": "RandomErasing",
    "preprocessing.image_preprocessing.random_flip": "RandomFlip",
    "preprocessing.image_preprocessing.random_gaussian_blur": "RandomGaussianBlur",
    "preprocessing.image_preprocessing.random_grayscale": "RandomGrayscale",
    "preprocessing.image_preprocessing.random_hue": "RandomHue",
    "preprocessing.image_preprocessing.random_invert": "RandomInvert",
    "preprocessing.image_preprocessing.random_perspective": "RandomPerspective",
    "preprocessing.image_preprocessing.random_posterization": "RandomPosterization",
    "preprocessing.image_preprocessing.random_rotation": "RandomRotation",
    "preprocessing.image_preprocessing.random_saturation": "RandomSaturation",
    "preprocessing.image_preprocessing.random_sharpness": "RandomSharpness",
    "preprocessing.image_preprocessing.random_shear": "RandomShear",
    "preprocessing.image_preprocessing.random_translation": "RandomTranslation",
    "preprocessing.image_preprocessing.random_zoom": "RandomZoom",
    "preprocessing.image_preprocessing.resizing": "Resizing",
    "preprocessing.image_preprocessing.solarization": "Solarization",
    "preprocessing.integer_lookup": "IntegerLookup",
    "preprocessing.mel_spectrogram": "MelSpectrogram",
    "preprocessing.normalization": "Normalization",
    "preprocessing.pipeline": "Pipeline",
    "preprocessing.rescaling": "Rescaling",
    "preprocessing.stft_spectrogram": "STFTSpectrogram",
    "preprocessing.string_lookup": "StringLookup",
    "preprocessing.text_vectorization": "TextVectorization",
    "regularization": (
        "ActivityRegularization AlphaDropout Dropout GaussianDropout GaussianNoise SpatialDropout1D SpatialDropout2D "
        "SpatialDropout3D"
    ),
    "reshaping.cropping1d": "Cropping1D",
    "reshaping.cropping2d": "Cropping2D",
    "reshaping.cropping3d": "Cropping3D",
    "reshaping.flatten": "Flatten",
    "reshaping.permute": "Permute",
    "reshaping.repeat_vector": "RepeatVector",
    "reshaping.reshape": "Reshape",
    "reshaping.up_sampling1d": "UpSampling1D",
    "reshaping.up_sampling2d": "UpSampling2D",
    "reshaping.up_sampling3d": "UpSampling3D",
    "reshaping.zero_padding1d": "ZeroPadding1D",
    "reshaping.zero_padding2d": "ZeroPadding2D",
    "reshaping.zero_padding3d": "ZeroPadding3D",
    "rnn.bidirectional": "Bidirectional",
    "rnn.conv_lstm1d": "ConvLSTM1D",
    "rnn.conv_lstm2d": "ConvLSTM2D",
    "rnn.conv_lstm3d": "ConvLSTM3D",
    "rnn.gru": "GRU GRUCell",
    "rnn.lstm": "LSTM LSTMCell",
    "rnn.rnn": "RNN",
    "rnn.simple_rnn": "SimpleRNN SimpleRNNCell",
    "rnn.stacked_rnn_cells": "StackedRNNCells",
    "rnn.time_distributed": "TimeDistributed",
}
_ALSO = {  # other names of Keras for them
    "AvgPool1D": "AveragePooling1D", "AvgPool2D": "AveragePooling2D", "AvgPool3D": "AveragePooling3D",
    "Convolution1DTranspose": "Conv1DTranspose",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Convolution3DTranspose": "Conv3DTranspose", "GlobalAvgPool1D": "GlobalAveragePooling1D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D", "GlobalAvgPool3D": "GlobalAveragePooling3D",
    "GlobalMaxPool1D": "GlobalMaxPooling1D", "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "GlobalMaxPool3D": "GlobalMaxPooling3D", "MaxPool1D": "MaxPooling1D", "MaxPool2D": "MaxPooling2D",
    "MaxPool3D": "MaxPooling3D", "SeparableConvolution1D": "SeparableConv1D",
}  # fmt: skip
_GONE = {  # what Keras 3 no longer has
    "legacy.activations": "ParametricSoftplus SReLU",
    "legacy.convolutions": "AtrousConvolution1D AtrousConvolution2D",
    "legacy.dense": "Highway MaxoutDense",
    "legacy.dense_features": "DenseFeatures",
    "legacy.locally_connected": "LocallyConnected1D LocallyConnected2D",
    "legacy.recurrent": "CuDNNGRU CuDNNLSTM TimeDistributedDense",
}
_PLACES = {
    "_Merge": f"{__name__}.legacy.merging:_Merge",
    "Merge": "minikeras.models.merge:Merge", "merge": "minikeras.models.merge:merge",
    "AtrousConv1D": f"{__name__}.legacy.convolutions:AtrousConvolution1D",
    "AtrousConv2D": f"{__name__}.legacy.convolutions:AtrousConvolution2D",
    "Deconv2D": f"{__name__}.legacy.convolutions:Deconvolution2D",
    "Deconv3D": f"{__name__}.legacy.convolutions:Deconvolution3D",
    **{name: f"{__name__}.{module}:{name}" for module, names in _GONE.items() for name in names.split()},
}  # fmt: skip
_IN_FILES = {n: tuple(p.split(":")) for n, p in _PLACES.items() if ".legacy." in p and p.endswith(f":{n}") and n[0] != "_"}
_OF_BATCHES = f"{__name__}.normalization.batch_normalization", "BatchNormalization"
_IN_FILES |= dict.fromkeys(("BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization"), _OF_BATCHES)
_IN_FILES |= {  # layers that only these models have
    "CustomScaleLayer": ("minikeras.applications.inception_resnet_v2", "CustomScaleLayer"),
    "LayerScale": ("minikeras.applications.convnext", "LayerScale"),
    "StochasticDepth": ("minikeras.applications.convnext", "StochasticDepth"),
}
registry.table.later(_IN_FILES, registry.register)
__getattr__ = old_names(__name__, _PLACES, lazily(__name__, _LATER, _ALSO, registry))

deserialize = registry.deserialize
serialize = serialize_keras_object

__all__ = [
    "Activation",
    "ActivityRegularization",
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
    "Add",
    "AdditiveAttention",
    "AlphaDropout",
    "Attention",
    "AugMix",
    "AutoContrast",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNormalization",
    "Bidirectional",
    "CategoryEncoding",
    "CenterCrop",
    "Concatenate",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "Convolution1D",
    "Convolution1DTranspose",
    "Convolution2D",
    "Convolution2DTranspose",
    "Convolution3D",
    "Convolution3DTranspose",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "CutMix",
    "Deconvolution2D",
    "Deconvolution3D",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "Discretization",
    "Dot",
    "Dropout",
    "ELU",
    "EinsumDense",
    "Embedding",
    "Equalization",
    "Flatten",
    "GRU",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GroupNormalization",
    "GroupQueryAttention",
    "HashedCrossing",
    "Hashing",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "IntegerLookup",
    "LSTM",
    "LSTMCell",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "Maximum",
    "MelSpectrogram",
    "Minimum",
    "MixUp",
    "MultiHeadAttention",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "Pipeline",
    "RMSNormalization",
    "RNN",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Resizing",
    "ReversibleEmbedding",
    "STFTSpectrogram",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "Solarization",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "SpectralNormalization",
    "StackedRNNCells",
    "StringLookup",
    "Subtract",
    "TextVectorization",
    "ThresholdedReLU",
    "TimeDistributed",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "Wrapper",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "serialize",
    "subtract",
]


def __dir__() -> list[str]:
    return __all__

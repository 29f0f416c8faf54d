"""Layers, by Keras' names."""

from minikeras._core.serialize import serialize_keras_object
from minikeras._core.symbolic import InputSpec
from minikeras.layers.activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax, ThresholdedReLU
from minikeras.layers.dense import Dense
from minikeras.layers.identity import Identity
from minikeras.layers.input_layer import Input, InputLayer
from minikeras.layers.layer import Layer, registry
from minikeras.layers.normalization import BatchNormalization
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
from minikeras.layers.reshaping import Flatten, Permute, RepeatVector, Reshape

deserialize = registry.deserialize
serialize = serialize_keras_object

__all__ = [
    "Activation",
    "ActivityRegularization",
    "AlphaDropout",
    "BatchNormalization",
    "Dense",
    "Dropout",
    "ELU",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "Layer",
    "LeakyReLU",
    "PReLU",
    "Permute",
    "ReLU",
    "RepeatVector",
    "Reshape",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "ThresholdedReLU",
    "deserialize",
    "serialize",
]

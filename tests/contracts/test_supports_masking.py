"""Which layers let a mask pass, as real Keras 3.15.1 has it."""

import pytest

from minikeras.layers.layer import registry

PASS = (
    "Activation ActivityRegularization AlphaDropout BatchNormalization Dense Dropout ELU GaussianDropout GaussianNoise "
    "GlobalAveragePooling1D GroupNormalization Identity LayerNormalization LeakyReLU PReLU ReLU Softmax SpatialDropout1D "
    "SpatialDropout2D SpatialDropout3D ThresholdedReLU UnitNormalization"
).split()
STOP = (
    "AdaptiveAveragePooling1D AdaptiveMaxPooling2D AveragePooling1D AveragePooling2D Cropping1D Cropping2D Cropping3D Flatten "
    "GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D InputLayer "
    "MaxPooling1D MaxPooling2D MaxPooling3D Permute RMSNormalization RepeatVector Reshape SpectralNormalization UpSampling1D "
    "UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D"
).split()


@pytest.mark.parametrize("name, expected", [*((n, True) for n in PASS), *((n, False) for n in STOP)])
def test_supports_masking(name, expected):
    assert registry.find(name).supports_masking is expected

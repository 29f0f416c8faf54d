"""Each model has real Keras' layers and weights, in order, by name and shape; small ones predict what real Keras predicts."""

import inspect
import json
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from minikeras._core.variable import undrawn
from minikeras.applications.convnext import LayerScale, StochasticDepth
from minikeras.applications.inception_resnet_v2 import CustomScaleLayer
from tests.pace import some_quick
from tests.parity.application_cases import NAMES, OTHERS, PREDICTED, build, fill, images, summarized

GOLDEN = json.loads((Path(__file__).parents[1] / "parity" / "applications.json").read_text(encoding="utf-8"))
SMALL = (
    "MobileNet",
    "MobileNetV2",
    "MobileNetV3Small",
    "MobileNetV3Large",
    "EfficientNetB0",
    "EfficientNetV2B0",
    "DenseNet121",
    "NASNetMobile",
)
QUICK = (  # one of each kind at least; the doctests build some, too
    *("VGG16", "VGG16 32", "ResNet50", "ResNet50V2 65", "MobileNet 0.25", "MobileNetV2 any size", "MobileNetV3Small plain"),
    *("DenseNet121", "InceptionV3 75", "InceptionResNetV2", "Xception any size", "NASNetMobile no top"),
    *("EfficientNetB0 no top", "EfficientNetV2B0 gray", "ConvNeXtTiny bare"),
)
DEEP = (  # more of the same: compared by hand
    "ResNet101 ResNet101V2 ResNet152 ResNet152V2 NASNetLarge DenseNet169 DenseNet201 EfficientNetB2 EfficientNetB4 "
    "EfficientNetB5 EfficientNetB6 EfficientNetB7 EfficientNetV2B2 EfficientNetV2M EfficientNetV2L ConvNeXtBase ConvNeXtLarge"
).split()


def test_all_cases_are_known():
    assert sorted(GOLDEN["models"]) == sorted([*NAMES, *OTHERS]) and sorted(GOLDEN["predictions"]) == sorted(PREDICTED)
    assert sorted(n for n in keras.applications.__all__ if n[0].isupper()) == sorted(NAMES)


@pytest.mark.parametrize("case", some_quick([case for case in [*NAMES, *OTHERS] if case not in DEEP], QUICK))
def test_layers_and_weights_are_those_of_keras(case):
    with undrawn():
        model = build(keras, case)
    assert json.loads(json.dumps(summarized(model))) == GOLDEN["models"][case]


@pytest.mark.parametrize("name", some_quick(SMALL, ("MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "DenseNet121")))
def test_predictions_are_those_of_keras(name):
    with undrawn():
        model = getattr(keras.applications, name)(weights=None, **PREDICTED[name])
    fill(model)
    expected = np.array(GOLDEN["predictions"][name])
    np.testing.assert_allclose(
        model.predict(images(model), verbose=0)[:, :8], expected, rtol=0, atol=1e-4 * np.abs(expected).max()
    )


@pytest.mark.parametrize(
    "name", ["MobileNetV2", "ResNet50", "MobileNetV3Large", "EfficientNetV2S", "ConvNeXtTiny", "NASNetMobile"]
)
def test_arguments_come_in_keras_order(name):
    common = ["include_top", "weights", "input_tensor", "input_shape", "pooling", "classes", "classifier_activation", "name"]
    own = {
        "MobileNetV2": "input_shape alpha include_top weights input_tensor pooling classes classifier_activation name",
        "MobileNetV3Large": "input_shape alpha minimalistic include_top weights input_tensor classes pooling dropout_rate "
        "classifier_activation include_preprocessing name",
        "EfficientNetV2S": "include_top weights input_tensor input_shape pooling classes classifier_activation "
        "include_preprocessing name",
        "ConvNeXtTiny": "include_top include_preprocessing weights input_tensor input_shape pooling classes "
        "classifier_activation name",
        "NASNetMobile": "input_shape include_top weights input_tensor pooling classes classifier_activation name",
    }
    function = getattr(keras.applications, name)
    assert list(inspect.signature(function).parameters) == own.get(name, " ".join(common)).split()
    assert function.__name__ == name and function.__doc__


def test_custom_scale_layer_hands_the_gradient_to_both():
    layer = CustomScaleLayer(0.3)
    x = list(np.random.default_rng(0).standard_normal((2, 3, 4)))
    y, kept = layer.forward(x)
    np.testing.assert_allclose(y, x[0] + 0.3 * x[1])
    dy = np.ones((3, 4))
    first, second = layer.backward(dy, kept)
    np.testing.assert_array_equal(first, dy)
    np.testing.assert_allclose(second, 0.3 * dy)


@pytest.mark.parametrize("cls, arguments", [(LayerScale, (0.5, 2)), (StochasticDepth, (0.5,)), (CustomScaleLayer, (2.0,))])
def test_their_layers_are_found_in_files_by_name(cls, arguments):
    config = keras.saving.serialize_keras_object(cls(*arguments, name="a"))
    assert config["module"].startswith("keras.src.applications.")
    assert type(keras.saving.deserialize_keras_object(config)) is cls


def test_stochastic_depth_drops_whole_samples_and_keeps_the_mean():
    layer, x = StochasticDepth(0.25), np.ones((4000, 2, 1, 1))
    y, factors = layer.forward(x, True)
    assert set(np.unique(y)) == {0.0, 1 / 0.75} and (y[:, 0] == y[:, 1]).all() and abs(y.mean() - 1) < 0.05
    np.testing.assert_array_equal(layer.backward(x, factors), y)

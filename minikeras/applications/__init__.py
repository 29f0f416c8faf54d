"""Models known from papers, with Keras' names of layers and weights, so that the files with their trained weights load.

Each is imported when it is asked for. ``weights="imagenet"`` downloads; a path takes a file that is there; None needs neither.

>>> import minikeras as keras
>>> keras.applications.MobileNetV2((32, 32, 3), alpha=0.35, weights=None, classes=7).output_shape
(None, 7)
"""

from minikeras._core.lazy import lazily

_LATER = {
    "convnext": "ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge",
    "densenet": "DenseNet121 DenseNet169 DenseNet201",
    "efficientnet": "EfficientNetB0 EfficientNetB1 EfficientNetB2 EfficientNetB3 EfficientNetB4 EfficientNetB5 EfficientNetB6 "
    "EfficientNetB7",
    "efficientnet_v2": "EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2L EfficientNetV2M "
    "EfficientNetV2S",
    "inception_resnet_v2": "InceptionResNetV2",
    "inception_v3": "InceptionV3",
    "mobilenet": "MobileNet",
    "mobilenet_v2": "MobileNetV2",
    "mobilenet_v3": "MobileNetV3Large MobileNetV3Small",
    "nasnet": "NASNetLarge NASNetMobile",
    "resnet": "ResNet101 ResNet152 ResNet50",
    "resnet_v2": "ResNet101V2 ResNet152V2 ResNet50V2",
    "vgg16": "VGG16",
    "vgg19": "VGG19",
    "xception": "Xception",
}
_MODULES = [*_LATER, "imagenet_utils", "resnet50"]
__getattr__ = lazily(__name__, _LATER, {}, modules=" ".join(_MODULES))

__all__ = sorted([*" ".join(_LATER.values()).split(), *_MODULES])


def __dir__() -> list[str]:
    return __all__

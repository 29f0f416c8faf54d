"""The models of keras.applications that real Keras and we build: names, shapes, and for small ones what they predict."""

import hashlib
import json
import math
import re

import numpy as np

NAMES = (
    "VGG16 VGG19 ResNet50 ResNet101 ResNet152 ResNet50V2 ResNet101V2 ResNet152V2 MobileNet MobileNetV2 MobileNetV3Small "
    "MobileNetV3Large DenseNet121 DenseNet169 DenseNet201 InceptionV3 InceptionResNetV2 Xception NASNetMobile NASNetLarge "
    "EfficientNetB0 EfficientNetB1 EfficientNetB2 EfficientNetB3 EfficientNetB4 EfficientNetB5 EfficientNetB6 EfficientNetB7 "
    "EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2S EfficientNetV2M EfficientNetV2L "
    "ConvNeXtTiny ConvNeXtSmall ConvNeXtBase ConvNeXtLarge ConvNeXtXLarge"
).split()
OTHERS = {  # the same with other arguments
    "VGG16 32": ("VGG16", {"include_top": False, "input_shape": (32, 32, 3), "pooling": "max"}),
    "ResNet50 any size": ("ResNet50", {"include_top": False}),
    "ResNet50V2 65": ("ResNet50V2", {"include_top": False, "input_shape": (65, 65, 3), "pooling": "avg", "name": "base"}),
    "MobileNet 0.25": ("MobileNet", {"alpha": 0.25, "depth_multiplier": 2, "input_shape": (128, 128, 3), "dropout": 0.5}),
    "MobileNetV2 1.4": ("MobileNetV2", {"alpha": 1.4, "include_top": False, "input_shape": (75, 96, 3), "pooling": "avg"}),
    "MobileNetV2 any size": ("MobileNetV2", {"alpha": 0.35, "include_top": False}),
    "MobileNetV3Small plain": ("MobileNetV3Small", {"minimalistic": True, "include_preprocessing": False}),
    "MobileNetV3Large 0.75": ("MobileNetV3Large", {"alpha": 0.75, "include_top": False, "pooling": "max", "dropout_rate": 0}),
    "DenseNet121 any size": ("DenseNet121", {"include_top": False, "pooling": "max"}),
    "InceptionV3 75": ("InceptionV3", {"include_top": False, "input_shape": (75, 80, 3), "pooling": "avg"}),
    "Xception any size": ("Xception", {"include_top": False, "pooling": "max"}),
    "NASNetMobile no top": ("NASNetMobile", {"include_top": False}),
    "EfficientNetB0 no top": ("EfficientNetB0", {"include_top": False, "input_shape": (64, 64, 1), "pooling": "max"}),
    "EfficientNetV2B0 gray": ("EfficientNetV2B0", {"input_shape": (64, 64, 1), "classes": 7}),
    "EfficientNetV2S bare": ("EfficientNetV2S", {"include_top": False, "include_preprocessing": False}),
    "ConvNeXtTiny bare": ("ConvNeXtTiny", {"include_top": False, "include_preprocessing": False, "pooling": "avg"}),
}
SMALL = {"include_top": True, "classes": 5, "classifier_activation": None}
PREDICTED = {
    "VGG16": {**SMALL, "input_shape": (32, 32, 3)},
    "VGG19": {"include_top": False, "pooling": "max", "input_shape": (32, 48, 3)},
    "ResNet50": {**SMALL, "input_shape": (33, 40, 3)},
    "ResNet50V2": {**SMALL, "input_shape": (40, 33, 3)},
    "MobileNet": {**SMALL, "input_shape": (64, 80, 3), "alpha": 0.25},
    "MobileNetV2": {**SMALL, "input_shape": (75, 64, 3), "alpha": 0.35},
    "MobileNetV3Small": {**SMALL, "input_shape": (64, 73, 3), "alpha": 0.35},
    "MobileNetV3Large": {**SMALL, "input_shape": (64, 64, 3), "alpha": 0.35, "minimalistic": True},
    "DenseNet121": {**SMALL, "input_shape": (32, 32, 3)},
    "InceptionV3": {**SMALL, "input_shape": (75, 75, 3)},
    "InceptionResNetV2": {**SMALL, "input_shape": (75, 75, 3)},
    "Xception": {**SMALL, "input_shape": (71, 71, 3)},
    "NASNetMobile": {**SMALL, "input_shape": (64, 64, 3)},
    "EfficientNetB0": {**SMALL, "input_shape": (64, 69, 3)},
    "EfficientNetV2B0": {**SMALL, "input_shape": (48, 48, 3)},
    "EfficientNetV2S": {**SMALL, "input_shape": (32, 32, 3)},
    "ConvNeXtTiny": {**SMALL, "input_shape": (32, 32, 3)},
}


# small where the images' differences would fade, large where they would grow without end
VARIANCES = {
    "mobilenet_": 0.07,
    "mobilenetv2": 2.0,
    "efficientnetb": 0.15,
    "efficientnetv2-b": 0.5,
    "xception": 5.0,
    "nasnet": 4.0,
    "resnet50": 3.0,
}


def build(keras, case):
    """Build one of NAMES or OTHERS, without weights."""
    name, arguments = OTHERS.get(case, (case, {}))
    keras.utils.clear_session()
    return getattr(keras.applications, name)(weights=None, **arguments)


def shapes(layer):
    """The output shapes of a layer, as text."""
    outputs = layer.output
    return str([list(t.shape) for t in outputs] if isinstance(outputs, (list, tuple)) else list(outputs.shape))


def befores(layer):
    """The names of the layers and operations that a layer's inputs come from."""
    return [t._keras_history[0].name for t in layer._inbound_nodes[0].input_tensors]


def described(model):
    """What must be equal: the operations and weights in order, each line as text."""
    known = {id(layer) for layer in model.layers}
    operations = [
        f"{type(op).__name__} {op.name} {shapes(op)} {befores(op)}" if id(op) in known else op.name for op in model.operations
    ]
    weights = [f"{short(w.path)} {list(w.shape)} {w.trainable}" for w in model.weights]
    return operations, weights


def short(path):
    """Layer and weight, without the scopes around them; what has no name of its own is called otherwise on each backend."""
    return re.sub("(jax_)?variable(_[0-9]+)?$", "variable", "/".join(path.split("/")[-2:]))


def digest(lines):
    """A short fingerprint of lines."""
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()[:12]


def summarized(model):
    """The golden record of a model."""
    operations, weights = described(model)
    record = [model.name, len(operations), len(weights), int(model.count_params()), digest(operations), digest(weights)]
    return record + [list(t.shape) for t in model.outputs]


def fill(model):
    """Give the weights values that depend on their order and shapes alone; what an image is shall be seen at the other end."""
    variance = next((v for name, v in VARIANCES.items() if model.name.lower().startswith(name.lower())), 1.0)
    rng = np.random.default_rng(1)
    for w in model.weights:
        shape, name = tuple(w.shape), w.path.split("/")[-1]
        if not str(w.dtype).startswith("float") or "normalization" in w.path and name in ("mean", "variance"):
            continue
        value = rng.random(shape, "float32") - np.float32(0.5)
        if len(shape) > 1:
            depthwise = "depthwise" in name or "depthwise" in w.path.split("/")[-2]
            value *= np.float32(math.sqrt(24 / math.prod(shape[:2] if depthwise else shape[:-1])))
        elif name in ("gamma", "moving_variance", "scale"):
            value += np.float32(1)
            value *= np.float32(variance if name == "moving_variance" else 1)
        w.assign(value)


def images(model):
    """Two pictures of different colours for it."""
    rng = np.random.default_rng(2)
    rows, columns, channels = model.input_shape[1:]
    noise = rng.random((2, rows, columns, channels), "float32")
    return noise + np.float32(8) * (rng.random((2, 1, 1, channels), "float32") - np.float32(0.5))

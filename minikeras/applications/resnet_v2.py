"""ResNet V2: normalization and ReLU before each convolution (He et al., arXiv 1603.05027)."""

from minikeras.applications.imagenet_utils import decode_predictions, preprocessing
from minikeras.applications.resnet import variant

__all__ = ["ResNet50V2", "ResNet101V2", "ResNet152V2", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("tf")
ResNet50V2, ResNet101V2, ResNet152V2 = variant("50", True), variant("101", True), variant("152", True)

"""`tf.lite`: not here.

>>> from minikeras.compat.tensorflow import lite
>>> lite.TFLiteConverter
Traceback (most recent call last):
AttributeError: tf.lite has no 'TFLiteConverter': ... ONNX ...
"""

from __future__ import annotations

from minikeras.compat.tensorflow._tools import absent

_ONNX = "For small devices, export to ONNX: model.export('model.onnx', format='onnx') runs on ONNX Runtime."
__all__: list[str] = []
_NAMES = ["Interpreter", "OpsSet", "Optimize", "RepresentativeDataset", "TFLiteConverter", "TargetSpec"]
__getattr__ = absent("tf.lite", [], dict.fromkeys(_NAMES, _ONNX))

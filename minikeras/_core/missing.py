"""What a module says when it is asked for a name that it has not: the name that is near, or why it was left out."""

from __future__ import annotations

import sys
from typing import Any

from minikeras._core.naming import nearest

_QUANTIZATION = "quantization makes models smaller that are larger than NumPy can carry"
_TENSORFLOW = "it is about TensorFlow's files; save(\"model.keras\"), or export to ONNX"
_BOXES = "detectors of objects are larger than NumPy can carry"
_OTHERS = "it holds another framework's layers"

#: A name of Keras, or a module with all that is in it -> why it is left out.
LEFT_OUT = {
    "keras.Operation": "any function of arrays is an operation; a step with a config of its own is a Layer",
    "keras.StatelessScope": "it is JAX's way to compute without state; nothing here needs it",
    "keras.SymbolicScope": "symbolic tensors are told by their type, KerasTensor",
    "keras.Quantizer": _QUANTIZATION,
    "keras.quantizers": _QUANTIZATION,
    "keras.dtype_policies.AWQDTypePolicy": _QUANTIZATION,
    "keras.dtype_policies.GPTQDTypePolicy": _QUANTIZATION,
    "keras.dtype_policies.Int4DTypePolicy": _QUANTIZATION,
    "keras.dtype_policies.QuantizedDTypePolicy": _QUANTIZATION,
    "keras.dtype_policies.QuantizedFloat8DTypePolicy": _QUANTIZATION,
    "keras.dtype_policies.DTypePolicyMap": "it gives layers policies of their own, for quantization; give a layer its dtype=",
    "keras.distillation": "it is for teachers larger than NumPy can carry; write train_step() for a small one",
    "keras.callbacks.OrbaxCheckpoint": "it writes JAX's files; use ModelCheckpoint or BackupAndRestore",
    "keras.layers.FlaxLayer": _OTHERS,
    "keras.layers.JaxLayer": _OTHERS,
    "keras.layers.TorchModuleWrapper": _OTHERS,
    "keras.layers.TFSMLayer": _TENSORFLOW,
    "keras.export": _TENSORFLOW,
    "keras.distribution": "it is for training on several devices, and NumPy computes on one",
    "keras.layers.MaxNumBoundingBoxes": _BOXES,
    "keras.utils.bounding_boxes": _BOXES,
    "keras.visualization.draw_bounding_boxes": _BOXES,
    "keras.visualization.plot_bounding_box_gallery": _BOXES,
}
#: The same for what layers and models have in Keras.
METHODS_LEFT_OUT = {
    "quantize": _QUANTIZATION,
    "enable_lora": "LoRA is for models larger than NumPy can carry; freeze layers with trainable = False",
}


class NoSuchName(AttributeError):
    """A module has no such name. What to say is found only when it is read: ``hasattr`` asks often and reads never."""

    def __init__(self, module: str, name: str):
        super().__init__(module, name, name=name)

    def __str__(self):
        module, name = self.args
        return " ".join([f"module {module!r} has no attribute {name!r}.", *advice(module, name)]).removesuffix(".")


class LeftOut:
    """A method that Keras has: ``hasattr`` says no, and a call says why.

    >>> class Model:
    ...     enable_lora = LeftOut("enable_lora")
    >>> hasattr(Model(), "enable_lora")
    False
    """

    def __init__(self, name: str):
        self.name = name

    def __get__(self, obj: Any, cls: type) -> Any:
        text = f"{cls.__name__}.{self.name} is left out of minikeras: {METHODS_LEFT_OUT[self.name]}."
        raise AttributeError(text, name=self.name)


def missing(module: str, name: str, text: str = "") -> Exception:
    """Make the error that the ``__getattr__`` of a module raises: an AttributeError, or an ImportError that says the same.

    ``from module import name`` hides the AttributeError of a module and puts a bare sentence in its place. So where such a
    statement asks, and there is something to say, it gets an ImportError at once.

    Args:
        module, name: what was asked for.
        text: what to say; by default what is near, or why it was left out.

    >>> str(missing("minikeras.layers", "Dens")), str(missing("minikeras.layers", "Nothing"))
    ("module 'minikeras.layers' has no attribute 'Dens'. Did you mean 'Dense'?", "module ... has no attribute 'Nothing'")
    >>> print(missing("minikeras.layers", "TFSMLayer"))
    module 'minikeras.layers' has no attribute 'TFSMLayer'. It is left out of minikeras: it is about TensorFlow's files; ...
    """
    if not name.startswith("_") and asked_by("IMPORT_FROM"):
        said = [text] if text else advice(module, name)
        if said:
            return ImportError(f"cannot import name {name!r} from {module!r}. {said[0]}", name=module)
    return AttributeError(text, name=name) if text else NoSuchName(module, name)


def advice(module: str, name: str) -> list[str]:
    """Why a name was left out, or what is near: one sentence or none.

    >>> advice("keras", "quantizers"), advice("keras.metrics", "_x")
    (['It is left out of minikeras: quantization makes models smaller that are larger than NumPy can carry.'], [])
    """
    full = ".".join(["keras", *module.split(".")[1:], name])
    if full in LEFT_OUT:
        return [f"It is left out of minikeras: {LEFT_OUT[full]}."]
    asked = sys.modules.get(module)
    if asked is None or name.startswith("_"):
        return []
    old = getattr(vars(asked).get("__getattr__"), "names", ())  # names of old
    known = [*(vars(asked).get("__all__") or dir(asked)), *old]
    known = [n for n in known if not n.startswith("_")]
    near = nearest(name.lower(), dict.fromkeys(n.lower() for n in known), 0.75)
    return [f"Did you mean {n!r}?" for n in nearest(name, [n for n in known if n.lower() in near], 0.0)]  # sgd or SGD


def asked_by(instruction: str) -> bool:
    """Whether the code that asks a module for a name, through its ``__getattr__``, does so by such an instruction of Python.

    >>> asked_by("IMPORT_FROM")
    False
    """
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_name in ("missing", "__getattr__"):
        frame = frame.f_back
    if frame is None or frame.f_lasti < 0:
        return False
    from opcode import opname  # only where a name is missing

    return opname[frame.f_code.co_code[frame.f_lasti]] == instruction

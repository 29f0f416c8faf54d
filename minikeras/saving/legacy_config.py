"""Configs of Keras 1 and 2, said in the words of Keras 3: tables, and what walks through a config by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minikeras._core.custom import find_custom
from minikeras._core.naming import snake_case
from minikeras._core.old_arguments import Old
from minikeras._core.registry import REGISTRIES, home
from minikeras._core.serialize import constructor_arguments
from minikeras.layers.old_arguments import OLD

_CLASSES = {
    "Convolution1D": "Conv1D", "Convolution2D": "Conv2D", "Convolution3D": "Conv3D", "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D", "Deconvolution2D": "Conv2DTranspose", "SeparableConvolution2D": "SeparableConv2D",
    "TimeDistributedDense": "Dense", "CuDNNLSTM": "LSTM", "CuDNNGRU": "GRU",
}  # fmt: skip
IN_FILES = {**OLD, "InputLayer": Old({"batch_input_shape": "batch_shape"}), **{n: OLD[c] for n, c in _CLASSES.items()}}
# keys that layers had and that mean nothing any more, dropped where a built-in class does not take them
OBSOLETE = {
    "batch_input_shape", "input_dim", "input_length", "input_dtype", "input_spec", "time_major", "implementation", "ragged",
    "fused", "renorm", "renorm_clipping", "renorm_momentum", "virtual_batch_size", "adjustment", "cudnn", "groups",
    "W_regularizer", "b_regularizer", "W_constraint", "b_constraint", "filters", "kernel_initializer", "kernel_regularizer",
    "kernel_constraint", "mask_zero", "reset_after", "interpolation", "data_format", "output_padding", "quantization_config",
    "experimental_autocast", "supports_masking", "build_config", "autocast", "axis_name", "synchronized",
    "query_shape", "key_shape", "value_shape",
}  # fmt: skip
OBSOLETE_IN_OPTIMIZERS = {"jit_compile", "is_legacy_optimizer", "experimental_aggregate_gradients", "schedule_decay"}
REDUCTIONS = {"auto": "sum_over_batch_size", "sum_over_batch": "sum_over_batch_size"}
WRAPPED = ("MeanMetricWrapper", "SumOverBatchSizeMetricWrapper", "LossFunctionWrapper")  # a function, by name, in a class
OLD_PREFIX = "Custom>"  # what tf.keras put before its own optimizers


def translate(config: Any, custom_objects: dict | None = None, old: bool = False) -> Any:
    """Return the config of a model, layer or other object in Keras 3's words; one of Keras 3 comes back as it is.

    Args:
        config: what a file holds.
        custom_objects: the user's own classes and functions.
        old: whether it is of Keras 1 or 2, where some words meant something else; see `is_old`.

    >>> translate({"class_name": "LeakyReLU", "config": {"name": "a", "alpha": 0.1}})["config"]
    {'name': 'a', 'negative_slope': 0.1}
    >>> translate({"class_name": "LSTM", "config": {"recurrent_activation": "hard_sigmoid"}}, old=True)["config"]
    {'recurrent_activation': 'keras2_hard_sigmoid'}
    """
    if isinstance(config, list):
        return [translate(item, custom_objects, old) for item in config]
    if not isinstance(config, dict):
        return config
    if not isinstance(config.get("class_name"), str):
        return {key: translate(value, custom_objects, old) for key, value in config.items()}
    node = {key: value for key, value in config.items() if key not in ("keras_version", "backend")}
    if node["class_name"].startswith(OLD_PREFIX) and find_custom(node["class_name"], custom_objects) is None:
        node["class_name"] = node["class_name"][len(OLD_PREFIX) :]
    elif ">" in node["class_name"] and not node.get("registered_name"):
        node["registered_name"] = node["class_name"]  # legacy files name the class by what it was registered as
        node["class_name"] = node["class_name"].rsplit(">", 1)[-1]
    if node["class_name"] == "GroupedQueryAttention":  # what Keras calls the class in its own source, and in legacy files
        node["class_name"] = "GroupQueryAttention"
    if node["class_name"] == "Sequential":
        node["config"] = _sequential(node.get("config"))
    node["config"] = _keys(node, translate(node.get("config"), custom_objects, old), custom_objects)
    if old and isinstance(node["config"], dict) and not _is_users_own(node, custom_objects):
        node["config"] = _meant(node["class_name"], node["config"])
    return node


def is_old(config: Any, version: Any = None) -> bool:
    """Whether a config is of Keras 1 or 2: by the version that stands in it or beside it, else by the words of its layers.

    >>> is_old({"class_name": "Sequential", "config": {}, "keras_version": "2.2.4"}), is_old({}, "3.15.1")
    (True, False)
    """
    version = version if version is not None or not isinstance(config, dict) else config.get("keras_version")
    version = version.decode("utf8", "replace") if isinstance(version, bytes) else version
    if isinstance(version, str) and version[:1].isdigit():
        return version[:2] in ("0.", "1.", "2.")
    level = [config]
    while level:
        if any(isinstance(node, dict) and "batch_input_shape" in node for node in level):
            return True
        below = [i for n in level if isinstance(n, (dict, list)) for i in (n.values() if isinstance(n, dict) else n)]
        level = [i for i in below if isinstance(i, (dict, list))]
    return False


def _meant(name: str, config: dict) -> dict:
    """What the words of Keras 1 and 2 meant, where the same words mean something else today."""
    meant = {key: "keras2_hard_sigmoid" for key in ("activation", "recurrent_activation") if _named(config.get(key))}
    if name == "GRU" and "reset_after" not in config:
        meant["reset_after"] = False  # there was no other way before Keras 2.1
    if name == "Normalization":
        meant |= _alike(config.get("mean"), config.get("variance"))
    return _frozen({**config, **meant}) if config.get("trainable") is False else {**config, **meant}


def _frozen(config: dict) -> dict:
    """Around a layer ``trainable=False`` froze what is inside, too."""
    inner = {key: config[key] for key in ("layer", "backward_layer", "cell") if isinstance(config.get(key), dict)}
    held = {key: node for key, node in inner.items() if isinstance(node.get("config"), dict)}
    return {**config, **{k: {**node, "config": _frozen({**node["config"], "trainable": False})} for k, node in held.items()}}


def _alike(mean: Any, variance: Any) -> dict:
    """One number for all beside a list: Keras 2 took both."""
    if isinstance(mean, list) and isinstance(variance, (int, float)):
        return {"variance": [variance] * len(mean)}
    if isinstance(variance, list) and isinstance(mean, (int, float)):
        return {"mean": [mean] * len(variance)}
    return {}


def _named(activation: Any) -> bool:
    if isinstance(activation, dict) and activation.get("class_name") == "function":
        activation = activation.get("config")
    return activation == "hard_sigmoid"


def translate_compile(config: dict, custom_objects: dict | None = None, outputs: Sequence[str] = ()) -> dict:
    """Return the arguments of compile() that a compile_config or training_config of any Keras describes.

    Args:
        outputs: the names of the model's outputs.

    >>> translate_compile({"optimizer_config": {"class_name": "SGD", "config": {"lr": 0.1}}, "metrics": [["mae"]]})
    {'metrics': ['mae'], 'optimizer': {'class_name': 'SGD', 'config': {'learning_rate': 0.1}}}
    """
    old = config.get("run_eagerly", False) is None  # as Keras 2 wrote it in `.keras` files
    config = {key: value for key, value in config.items() if value is not None and key != "sample_weight_mode"}
    if "optimizer_config" in config:
        config["optimizer"] = config.pop("optimizer_config")
    if config.get("jit_compile") is True:  # as Keras writes for "auto"; here only who asks for it gets compiled steps
        config["jit_compile"] = "auto"
    old = old or _is_of_keras_2(config.get("optimizer"))
    for key in ("optimizer", "loss", "metrics", "weighted_metrics", "loss_weights"):
        if key in config:
            config[key] = _compiled(translate(config[key], custom_objects), key, custom_objects)
            if old and len(outputs) > 1 and key.endswith("metrics"):
                config[key] = _unprefixed(config[key], sorted(outputs, key=len, reverse=True))
    return config


def _is_of_keras_2(optimizer: Any) -> bool:
    config = optimizer.get("config") if isinstance(optimizer, dict) else None
    return isinstance(config, dict) and not {"is_legacy_optimizer", "jit_compile", "lr", "decay"}.isdisjoint(config)


def _unprefixed(metrics: Any, outputs: list[str]) -> Any:
    """Keras 2 writes metrics under the names that they have in History; the output's name is put before them again here."""
    if isinstance(metrics, list):
        return [_unprefixed(item, outputs) for item in metrics]
    if not isinstance(metrics, dict):
        return metrics
    config = metrics.get("config")
    if not isinstance(metrics.get("class_name"), str) or not isinstance(config, dict):
        return {key: _unprefixed(value, outputs) for key, value in metrics.items()}
    name = config.get("name")
    name = name if isinstance(name, str) else ""
    before = next((f"{output}_" for output in outputs if name.startswith(f"{output}_")), None)
    return metrics if before is None else {**metrics, "config": {**config, "name": name[len(before) :]}}


def _sequential(config: Any) -> Any:
    """Before Keras 2.2.3 a Sequential's config was its bare list of layers, and no file of Keras 2.2 has an InputLayer."""
    config = {"layers": config} if isinstance(config, list) else config
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list) or not config["layers"]:
        return config
    first, *rest = config["layers"]
    inner = first.get("config") if isinstance(first, dict) else None
    if isinstance(inner, dict) and first.get("class_name") != "InputLayer" and inner.get("batch_input_shape"):
        given = {"batch_shape": inner["batch_input_shape"], "dtype": _input_dtype(first)}
        first = {**first, "config": {k: v for k, v in inner.items() if k != "batch_input_shape"}}
        return {**config, "layers": [{"class_name": "InputLayer", "config": given}, first, *rest]}
    return config


def _input_dtype(layer: dict) -> Any:
    if layer.get("class_name") == "Embedding":
        return "int32"
    dtype = layer["config"].get("input_dtype") or layer["config"].get("dtype")
    return dtype if isinstance(dtype, str) else None


def _keys(node: dict, config: Any, custom_objects: dict | None) -> Any:
    """Rename and drop keys of a built-in class; a user's own class gets what it wrote."""
    name = node["class_name"]
    if not isinstance(config, dict) or _is_users_own(node, custom_objects):
        return config
    if name in IN_FILES:
        config = IN_FILES[name].translate(name, (), config, quiet=True)[1]
    registry = REGISTRIES.get("keras.layers")
    cls = registry.table.get(name) if registry else None
    if isinstance(cls, type):
        known = {n for c in cls.__mro__ if c is not object and "__init__" in vars(c) for n in constructor_arguments(c)}
        config = {key: value for key, value in config.items() if key in known or key not in OBSOLETE}
        if isinstance(config.get("axis"), list) and len(config["axis"]) == 1 and name.endswith("Normalization"):
            config["axis"] = config["axis"][0]
    if isinstance(config.get("dtype"), dict) and config["dtype"].get("class_name") == "Policy":
        config["dtype"] = {**config["dtype"], "class_name": "DTypePolicy"}
    return config


def _is_users_own(node: dict, custom_objects: dict | None) -> bool:
    names = [node.get("registered_name"), node["class_name"]]
    return any(isinstance(n, str) and find_custom(n, custom_objects) is not None for n in names)


def _compiled(value: Any, key: str, custom_objects: dict | None) -> Any:
    """One entry of a compile state; lists of metrics come flat, or one list for each output."""
    if isinstance(value, list) and key.startswith("loss"):
        return [_compiled(entry, key, custom_objects) for entry in value]  # None for an output that is not trained
    if isinstance(value, list) and len(value) > 1 and any(isinstance(entry, list) for entry in value):
        return [_compiled(entry, key, custom_objects) for entry in value]  # one list for each output
    if isinstance(value, list):
        flat = [item for entry in value for item in (entry if isinstance(entry, list) else [entry])]
        return [_compiled(item, key, custom_objects) for item in flat if item is not None]
    if isinstance(value, str):
        return _own_or_name(value, custom_objects)
    if not isinstance(value, dict):
        return value
    if not isinstance(value.get("class_name"), str):
        return {name: _compiled(item, key, custom_objects) for name, item in value.items()}
    if _is_users_own(value, custom_objects):
        return value
    return _optimizer(value) if key == "optimizer" else _wrapped(value, key, custom_objects)


def _own_or_name(name: str, custom_objects: dict | None) -> Any:
    """A function or class of the user's for its name: `compile` looks names up when training begins, behind the scope."""
    found = find_custom(name, custom_objects)
    return name if found is None else found


def _optimizer(node: dict) -> dict:
    config = node.get("config")
    if not isinstance(config, dict):
        return node
    if "dynamic" in config and isinstance(config.get("inner_optimizer"), dict):
        return _scaled(config)
    config = {key: value for key, value in config.items() if key not in OBSOLETE_IN_OPTIMIZERS}
    if "lr" in config:
        config["learning_rate"] = config.pop("lr")
    rate = config.get("learning_rate")
    if isinstance(rate, dict) and isinstance(rate.get("config"), dict) and rate["config"].get("name", "") is None:
        rate = {**rate, "config": {key: value for key, value in rate["config"].items() if key != "name"}}
        config["learning_rate"] = rate  # schedules of Keras 2 had no name by default
    if not config.get("decay"):
        config.pop("decay", None)
    if config.get("epsilon", 0) is None:
        del config["epsilon"]
    if not config.get("use_ema") and "ema_overwrite_frequency" in config:
        config["ema_overwrite_frequency"] = None  # Keras 2 wrote 100, Keras 3 refuses it without use_ema
    return {**node, "config": config}


def _scaled(config: dict) -> dict:
    """Keras 2's LossScaleOptimizer, which `compile` put around any optimizer under mixed_float16; its scale may be fixed."""
    inner = _optimizer(config["inner_optimizer"])
    if not config["dynamic"] and isinstance(inner.get("config"), dict):
        return {**inner, "config": {**inner["config"], "loss_scale_factor": config.get("initial_scale")}}
    kept = {key: config[key] for key in ("initial_scale", "dynamic_growth_steps") if config.get(key) is not None}
    kept["inner_optimizer"] = inner
    return {"module": "keras.optimizers", "class_name": "LossScaleOptimizer", "config": kept, "registered_name": None}


def _wrapped(node: dict, key: str, custom_objects: dict | None) -> Any:
    """Losses and metrics: no ``fn`` beside a class that knows its function, and a class for a function alone."""
    config = node.get("config")
    if not isinstance(config, dict):
        return node
    config = dict(config)
    function = config.get("fn")
    function = function.get("config") if isinstance(function, dict) and function.get("class_name") == "function" else function
    if node["class_name"] in WRAPPED and isinstance(function, str):
        del config["fn"]
        classes = _classes("keras.losses" if key == "loss" else "keras.metrics")
        if function not in classes or find_custom(function, custom_objects) is not None:
            return _own_or_name(function, custom_objects)
        node = {**node, "class_name": classes[function], "registered_name": None}
    elif isinstance(function, str):
        del config["fn"]
    if isinstance(config.get("reduction"), str):
        config["reduction"] = REDUCTIONS.get(config["reduction"], config["reduction"])
    if key != "loss":
        config.pop("reduction", None)
    return {**node, "config": config}


def _classes(module: str) -> dict[str, str]:
    """The built-in classes of a module by what their function is called: "binary_accuracy" -> "BinaryAccuracy"."""
    registry = REGISTRIES.get(module)
    known = [c for c in (registry.table.values() if registry else ()) if isinstance(c, type) and home(c) is registry]
    return {snake_case(c.__name__): c.__name__ for c in known}

"""From the config in a file to a model, with what a file may not do kept from happening."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from minikeras._core.allowance import allowance
from minikeras._core.custom import scope
from minikeras._core.registry import sharing
from minikeras._core.serialize import deserialize_keras_object
from minikeras.saving.json_text import read_json
from minikeras.saving.legacy_config import is_old, translate, translate_compile
from minikeras.saving.patterns import check_patterns

SPARE = 8 << 20  # bytes for variables that a file need not hold: metrics, slots
SPARE_WEIGHTS = 2 << 20  # bytes of weights that a file may lack; the message then says which
PER_BYTE = 2  # a file in float16 may become a model in float32
MOST_LAYERS = 5_000
MOST_THRESHOLDS = 100_000
MOST_METRICS = 1_000
MOST_FROM_TEXT = 512 << 20  # bytes of weights that a config without a file may ask for
NUMBERS = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool")
_MISUSE = (TypeError, LookupError, AttributeError, ArithmeticError, MemoryError, RuntimeError)


def build_model(config: Any, name: str, held: int, custom_objects: dict | None, version: Any = None) -> Any:
    """Build the model that a config describes, without compiling it.

    Args:
        config: of Keras 2 or 3, as read from JSON.
        name: the file, for error messages.
        held: bytes of weights that the file has: the model's may not take much more.
        custom_objects: the user's own classes and functions.
        version: of the Keras that wrote it, where the file says it outside of the config.

    Raises:
        ValueError: the config is damaged, names unknown things, asks for more memory than the file holds, or is no model.
    """
    if not isinstance(config, dict) or "class_name" not in config:
        raise ValueError(f"{name}: the config should be a dict with the key 'class_name', got {str(config)[:100]!r}.")
    check_config(config, name)
    config = {key: value for key, value in config.items() if key != "compile_config"}
    hint = f"{name}: the model can't be built from its config"
    with reading(hint), allowance(PER_BYTE * held + SPARE_WEIGHTS), sharing(anew=True):
        config = translate(config, custom_objects, is_old(config, version))
        model = deserialize_keras_object(config, custom_objects)
    if not (hasattr(model, "layers") and hasattr(model, "load_weights") or getattr(model, "saved_alone", False)):
        raise ValueError(f"{name}: its config describes a {type(model).__name__}, expected a model.")
    return model


def build_from_json(text: str, custom_objects: dict | None = None) -> Any:
    """Build a model, with new weights, from the text of ``to_json()`` of Keras 2 or 3.

    >>> from minikeras import Sequential, layers
    >>> build_from_json(Sequential([layers.Dense(1, input_shape=(2,))]).to_json()).count_params()
    3
    """
    name = "the JSON text"
    config = read_json(text, name)
    check_config(config, name)
    with reading(f"{name} does not describe a model"), allowance(MOST_FROM_TEXT, f"{name} may ask"), sharing(anew=True):
        model = deserialize_keras_object(translate(config, custom_objects, is_old(config)), custom_objects)
    if not (hasattr(model, "layers") and hasattr(model, "load_weights")):
        raise ValueError(f"{name} describes a {type(model).__name__}, expected a model.")
    return model


def compile_model(model: Any, config: Any, name: str, custom_objects: dict | None) -> None:
    """Compile a model as the file says; nothing happens if it says nothing."""
    if not config:
        return
    check_config(config, name, model)
    hint = f"{name}: the model can't be compiled as the file says (compile=False loads it without)"
    with reading(hint), allowance(4 * sum(v.value.nbytes for v in model.variables) + SPARE), scope(custom_objects):
        if not isinstance(config, dict):
            raise ValueError(f"the compile state should be a dict, got {str(config)[:100]!r}")
        names = model.output_names if getattr(model, "_outputs", None) is not None else ()
        model.compile_from_config(translate_compile(config, custom_objects, names))


@contextlib.contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn whatever a nonsensical config makes classes raise into one ValueError that says where it came from."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{what}: {str(error)[:1000]}") from error
    except _MISUSE as error:
        raise ValueError(f"{what}: {type(error).__name__}: {str(error)[:1000]}") from error


def check_config(config: Any, name: str, model: Any = None) -> None:
    """Refuse what no config needs: code, absurd counts, patterns that take for ever.

    Args:
        model: where it is built already, the model that the config is to compile.
    """
    level, layers, patterns = [config], 0, []
    paths = [v.path for v in model.variables] if model is not None else []
    longest = max(map(len, paths), default=0)
    while level:
        below = []
        for node in level:
            if isinstance(node, dict):
                layers += len(node["layers"]) if isinstance(node.get("layers"), list) else 0
                _check_node(node, name)
                patterns += _patterns(node)
                own = node.get("name")
                longest = max(longest, 2 * len(own) + 40 if isinstance(own, str) else 0)  # path: model, layer, weight
                below += node.values()
            elif isinstance(node, list):
                below += node
        level = below
    if layers > MOST_LAYERS:
        raise ValueError(f"{name}: the config describes {layers} layers; models of up to {MOST_LAYERS} are read.")
    check_patterns(patterns, longest, max(len(paths), 2 * layers), name)


def _patterns(node: dict) -> list:
    """Regular expressions that an optimizer's config holds."""
    config = node.get("config")
    if not isinstance(config, dict):
        return []
    listed, mapped = config.get("exclude_layers"), config.get("optimizer_map")
    listed = listed if isinstance(listed, list) else [listed]
    return [*listed, *(mapped if isinstance(mapped, dict) else ())]


def _check_node(node: dict, name: str) -> None:
    kind = node.get("class_name")
    inner = node.get("config")
    if kind in ("__numpy__", "__tensor__") and (not isinstance(inner, dict) or inner.get("dtype") not in list(NUMBERS)):
        raise ValueError(f"{name}: the config holds an array that is not of a number type: {str(inner)[:100]!r}.")
    for key in ("metrics", "weighted_metrics", "loss", "loss_weights"):
        if isinstance(node.get(key), (list, dict)) and len(node[key]) > MOST_METRICS:
            raise ValueError(f"{name}: the config has {len(node[key])} entries in {key!r}; up to {MOST_METRICS} are read.")
    steps = node.get("num_thresholds")
    if isinstance(steps, int) and steps > MOST_THRESHOLDS:
        raise ValueError(f"{name}: num_thresholds={steps} in the config; at most {MOST_THRESHOLDS} are accepted from a file.")

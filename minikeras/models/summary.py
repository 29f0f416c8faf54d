"""The table that `model.summary()` prints, in Keras 3's look."""

from __future__ import annotations

import re
from typing import Any

from minikeras._core.symbolic import shapes_of
from minikeras.models.arguments import flat_shapes


def table(
    model: Any,
    line_length: int | None = None,
    positions: list | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: list | None = None,
) -> str:
    """Return the summary of a model as text; the arguments are those of `Model.summary`.

    >>> from minikeras import Sequential, layers
    >>> model = Sequential([layers.Dense(2, input_shape=(3,), name="d")], name="m")
    >>> print(table(model, line_length=40))
    Model: "m"
    ┏━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━┓
    ┃                 ┃ Output     ┃ Param ┃
    ┃ Layer (type)    ┃ Shape      ┃     # ┃
    ┡━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━┩
    │ d (Dense)       │ (None, 2)  │     8 │
    └─────────────────┴────────────┴───────┘
     Total params: 8 (32.00 B)
     Trainable params: 8 (32.00 B)
     Non-trainable params: 0 (0.00 B)
    <BLANKLINE>
    """
    header, align, joins = ["Layer (type)", "Output Shape", "Param #"], "<<>", _joins(model)
    given, length = list(positions or (0.45, 0.80, 1.0)), 88
    if joins is not None:
        header, align, length = [*header, "Connected to"], align + "<", 108
        given = list(positions or (0.30, 0.56, 0.74, 1.0))
    if show_trainable:
        header, align, length = [*header, "Trainable"], align + "^", length + 12
        given = given if len(given) == len(header) else [p * 0.9 for p in given] + [1.0]
    positions = given
    if len(positions) != len(header):
        raise ValueError(f"`positions` of summary() takes one entry for each of the {len(header)} columns, got {positions}.")
    length = line_length or min(length, _columns() - 4)
    widths = _widths([int(p * length) if p <= 1 else int(p) for p in positions], length)
    layers = _cut(model.layers if joins is None else model.operations, layer_range)
    rows = [row for layer in layers for row in _rows(layer, 0, expand_nested, show_trainable, joins)]
    lines = [f'Model: "{model.name}"', *_draw(header, rows, align, widths), *_totals(model)]
    return "\n".join(lines) + "\n"


def _widths(ends: list[int], length: int) -> list[int]:
    """Share what borders and padding need out of the columns evenly, so that the whole fits."""
    widths = [end - start + 2 for start, end in zip([0, *ends], ends)]
    excess = sum(widths) - (length - len(widths) - 1)
    for i in range(len(widths)):
        share = round(excess / (len(widths) - i))
        widths[i], excess = widths[i] - share, excess - share
    if min(widths) < 5:
        raise ValueError(f"line_length={length} is too narrow for {len(widths)} columns.")
    return [width - 2 for width in widths]


def _joins(model: Any) -> dict[int, str] | None:
    """Where the inputs of each layer come from, by id of the layer; None for layers in a row, which need not be told."""
    nodes = getattr(model, "_nodes", None)
    if not nodes or not hasattr(model, "_operations"):
        return None
    place = {id(t): f"{t.node.operation.name}[{i}][{t.index}]" for i, t in _results(model)}
    joins: dict[int, list[str]] = {}
    for node in nodes:
        joins.setdefault(id(node.operation), []).extend(place[id(t)] for t in node.inputs)
    straight = len(model.inputs) == 1 and all(len(found) == 1 for found in joins.values())
    if straight and len({found[0] for found in joins.values()}) == len(joins):
        return None
    return {key: ", ".join(found) for key, found in joins.items()}


def _results(model: Any) -> Any:
    """Each tensor in a model, with the number of the call that it comes from."""
    calls: dict[int, int] = {}
    for node in [*(t.node for t in model.inputs), *model._nodes]:
        i = calls[id(node.operation)] = calls.get(id(node.operation), -1) + 1
        yield from ((i, t) for t in node.output_tensors)


def _rows(layer: Any, depth: int, expand: bool, trainable: bool, joins: dict | None = None) -> list[list[str]]:
    prefix = "   " * depth + "└ " if depth else ""
    is_layer = hasattr(layer, "count_params")
    row = [
        f"{prefix}{layer.name} ({type(layer).__name__ if is_layer else layer.class_name})",
        _shape(layer),
        "0" if not is_layer else f"{layer.count_params():,}" if layer.built else "0 (unbuilt)",
    ]
    if joins is not None:
        row.append(joins.get(id(layer), "-"))
    if trainable:
        row.append(("Y" if layer.trainable else "N") if layer.built and layer.weights else "-")
    inner = getattr(layer, "layers", ()) if expand else ()
    below = None if joins is None else {}
    return [row, *(r for sub in inner for r in _rows(sub, depth + 1, expand, trainable, below))]


def _shape(layer: Any) -> str:
    """The shape of a layer's output, or the shapes."""
    if not hasattr(layer, "_output_shape"):  # an operation
        shape = shapes_of(layer._inbound_nodes[0].outputs)
    else:
        shape = (layer._output_shape or _shape_of_built(layer)) if layer.built else None
    if shape is None:
        return "?"
    shapes = flat_shapes(shape)
    texts = [f"({', '.join(map(str, s))})" for s in shapes]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _shape_of_built(layer: Any) -> Any:
    """The shape that a layer says it gives where it was built, but never called."""
    if layer._build_shape is None:
        return None
    try:
        return layer.compute_output_shape(layer._build_shape)
    except (NotImplementedError, TypeError, ValueError):
        return None


def _cut(layers: list, layer_range: list | None) -> list:
    if layer_range is None:
        return layers
    if len(layer_range) != 2 or not all(isinstance(name, str) for name in layer_range):
        raise ValueError(f"layer_range must be two layer names, the first and the last, got {layer_range!r}.")
    first = [i for i, layer in enumerate(layers) if re.fullmatch(layer_range[0], layer.name)]
    last = [i for i, layer in enumerate(layers) if re.fullmatch(layer_range[1], layer.name)]
    if not first or not last:
        raise ValueError(f"layer_range={layer_range!r} names no layers: there are {[layer.name for layer in layers]}.")
    low, high = min(first[0], last[-1]), max(first[0], last[-1])
    return layers[low : high + 1]


def _draw(header: list[str], rows: list[list[str]], align: str, widths: list[int]) -> list[str]:
    def rule(left, fill, middle, right):
        return left + middle.join(fill * (width + 2) for width in widths) + right

    def text(cells, bar, bottom=False):
        columns = [_wrap(cell, width) for cell, width in zip(cells, widths)]
        height = max(map(len, columns))
        for i in range(height):
            rows = [i - (height - len(c) if bottom else 0) for c in columns]
            parts = [c[k] if 0 <= k < len(c) else "" for c, k in zip(columns, rows)]
            yield bar + bar.join(f" {part:{a}{width}} " for part, a, width in zip(parts, align, widths)) + bar

    lines = [rule("┏", "━", "┳", "┓"), *text(header, "┃", bottom=True), rule("┡", "━", "╇", "┩")]
    for i, row in enumerate(rows):
        lines += [*text(row, "│"), rule("├", "─", "┼", "┤") if i < len(rows) - 1 else rule("└", "─", "┴", "┘")]
    return lines if rows else [*lines, rule("└", "─", "┴", "┘")]


def _wrap(text: str, width: int) -> list[str]:
    """Break between words; a word that is too long ends in an ellipsis."""
    lines = [""]
    for word in re.findall(r"^\s+\S+|\S+", text):
        word = word if len(word) <= width else word[: width - 1] + "…"
        if not lines[-1]:
            lines[-1] = word
        elif len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def _totals(model: Any) -> list[str]:
    trainable, frozen = model.trainable_weights, model.non_trainable_weights
    optimizer = getattr(model, "optimizer", None)
    slots = list(optimizer.variables) if optimizer is not None and getattr(optimizer, "built", False) else []
    groups = [("Total", [*trainable, *frozen, *slots]), ("Trainable", trainable), ("Non-trainable", frozen)]
    if slots:
        groups.append(("Optimizer", slots))
    return [f" {name} params: {sum(v.size for v in group):,} ({_memory(group)})" for name, group in groups]


def _memory(variables: list) -> str:
    size = float(sum(v.value.nbytes for v in variables))
    units = ["B", "KB", "MB", "GB", "TB"]
    while size >= 1024 and len(units) > 1:
        size /= 1024
        del units[0]
    return f"{size:.2f} {units[0]}"


def _columns() -> int:
    from shutil import get_terminal_size  # with archives and compression behind it, it takes a millisecond to import

    return get_terminal_size().columns

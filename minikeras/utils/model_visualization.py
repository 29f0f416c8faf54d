"""Pictures of models: by graphviz where it is installed, else by matplotlib."""

from __future__ import annotations

import html
import io
import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

from minikeras._core.arguments import unknown_arguments
from minikeras.utils.graph_layout import layout
from minikeras.utils.model_graph import Drawing, drawing_of

_TITLE, _YES, _NO, _LINE = "#1f3a5f", "#0072b2", "#d55e00", "#555555"  # told apart by everybody, also printed in grey
_LETTER, _HEIGHT = 0.088, 0.26  # inches that a letter and a line of text take


class Dot:
    """The description of a picture in graphviz' language; what `model_to_dot` gives where pydot isn't installed.

    >>> Dot("digraph G {}").to_string()
    'digraph G {}'
    """

    def __init__(self, text: str, figure: Callable | None = None):
        self.text, self._figure = text, figure  # figure: makes what matplotlib draws where graphviz isn't there

    def to_string(self) -> str:
        """The description."""
        return self.text

    def create(self, prog: Any = None, format: str = "png", encoding: str | None = None) -> bytes:
        """The picture, drawn by graphviz' program ``dot``, else by matplotlib; the arguments are pydot's.

        Args:
            prog: the program, ``dot`` by default; or a list of it and its arguments.
            format: ``"png"``, ``"svg"``, ``"pdf"``, ...
            encoding: kept for pydot's sake.
        """
        words = [prog] if isinstance(prog, (str, os.PathLike)) else list(prog or ["dot"])
        program = shutil.which(os.fspath(words[0]))
        if program is None and self._figure is not None:
            made = io.BytesIO()
            self._figure().savefig(made, format=format)
            return made.getvalue()
        if program is None:
            raise ImportError("Drawing needs the program dot: install graphviz, see https://graphviz.org/download.")
        command = [program, *words[1:], f"-T{format}"]
        return subprocess.run(command, input=self.text.encode(), stdout=subprocess.PIPE, check=True).stdout

    def create_png(self, prog: Any = None) -> bytes:
        """The picture as PNG."""
        return self.create(prog, "png")

    def create_svg(self, prog: Any = None) -> bytes:
        """The picture as SVG."""
        return self.create(prog, "svg")

    def write(self, path: str | os.PathLike, prog: Any = None, format: str = "raw", encoding: str | None = None) -> bool:
        """Write the picture, or with ``format="raw"`` its description, into a file."""
        content = self.text.encode() if format in ("raw", "dot") else self.create(prog, format)
        with open(path, "wb") as file:
            file.write(content)
        return True

    def write_png(self, path: str | os.PathLike, prog: Any = None) -> bool:
        """Write the picture as PNG."""
        return self.write(path, prog, "png")

    def write_svg(self, path: str | os.PathLike, prog: Any = None) -> bool:
        """Write the picture as SVG."""
        return self.write(path, prog, "svg")


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Return the graph of a model in graphviz' language: a ``pydot.Dot`` where pydot is installed, else one like it.

    Args:
        model: a built model.
        show_shapes: write the shapes of inputs and outputs.
        show_dtype: write the number types.
        show_layer_names: write the names of the layers.
        rankdir: ``"TB"``: downwards, ``"LR"``: to the right.
        expand_nested: show the layers of models within.
        dpi: dots per inch.
        subgraph: taken as Keras takes it; not needed.
        show_layer_activations: write the activations.
        show_trainable: tell layers that are trained from frozen ones.
        splines: how edges run: ``"ortho"``, ``"curved"``, ``"polyline"``, ``"spline"``, ``"line"``.

    >>> from minikeras import Sequential, layers
    >>> model = Sequential([layers.Dense(2, input_shape=(3,), name="first")])
    >>> "first" in model_to_dot(model).to_string()
    True
    """
    unknown_arguments("model_to_dot()", kwargs, ("show_shapes", "show_dtype", "show_layer_names", "rankdir", "expand_nested"))
    _check(model, rankdir)
    drawing = drawing_of(
        model,
        expand_nested,
        shapes=show_shapes,
        dtype=show_dtype,
        layer_names=show_layer_names,
        layer_activations=show_layer_activations,
        trainable=show_trainable,
    )
    text = _dot_text(drawing, rankdir, dpi, splines)
    try:
        import pydot
    except ImportError:
        return Dot(text, lambda: draw(drawing, rankdir))
    return pydot.graph_from_dot_data(text)[0]


def plot_model(
    model: Any,
    to_file: str | os.PathLike = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Draw a model into a file: by graphviz' program ``dot`` where it is installed, else by matplotlib.

    Args:
        model: a built model.
        to_file: the file; its ending says what it is: ``.png``, ``.svg``, ``.pdf``.
        show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable: what is written.
        rankdir: ``"TB"``: downwards, ``"LR"``: to the right.
        expand_nested: show the layers of models within.
        dpi: dots per inch.
        splines: how graphviz runs edges.

    Returns:
        The picture, which a notebook shows, where IPython is installed and the file is a PNG or SVG; else None.

    >>> import tempfile
    >>> from minikeras import Sequential, layers
    >>> model = Sequential([layers.Dense(2, input_shape=(3,))])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     picture = plot_model(model, os.path.join(folder, "model.svg"), show_shapes=True); os.listdir(folder)
    ['model.svg']
    """
    if kwargs.pop("layer_range", None) is not None:
        raise ValueError("Argument `layer_range` is no longer supported.")
    known = "show_shapes show_dtype show_layer_names rankdir expand_nested dpi show_layer_activations show_trainable splines"
    unknown_arguments("plot_model()", kwargs, known.split())
    _check(model, rankdir)
    path = os.fspath(to_file)
    kind = os.path.splitext(path)[1].removeprefix(".").lower() or "png"
    drawing = drawing_of(
        model,
        expand_nested,
        shapes=show_shapes,
        dtype=show_dtype,
        layer_names=show_layer_names,
        layer_activations=show_layer_activations,
        trainable=show_trainable,
    )
    if shutil.which("dot"):
        Dot(_dot_text(drawing, rankdir, dpi, splines)).write(path, format=kind)
    else:
        draw(drawing, rankdir).savefig(path, format=kind, dpi=dpi)
    return _shown(path, kind)


def _check(model: Any, rankdir: str) -> None:
    if not getattr(model, "built", False):
        raise ValueError("This model has not yet been built. Call `model.build(input_shape)`, or the model on data, first.")
    if rankdir not in ("TB", "LR"):
        raise ValueError(f"rankdir must be 'TB' (downwards) or 'LR' (to the right), got {rankdir!r}.")


def _shown(path: str, kind: str) -> Any:
    """What a notebook shows."""
    if kind not in ("png", "svg"):
        return None
    try:
        from IPython import display
    except ImportError:
        return None
    return display.SVG(filename=path) if kind == "svg" else display.Image(filename=path, format=kind)


def _dot_text(drawing: Drawing, rankdir: str, dpi: int, splines: str) -> str:
    lines = [f'digraph G {{ graph [rankdir={rankdir}, dpi={int(dpi)}, splines="{splines}"];']
    lines.append('node [shape=plaintext, fontname="Helvetica", margin=0]; edge [color="#555555", arrowsize=0.8];')
    inner: dict[tuple, list[str]] = {}
    for box in drawing.boxes:
        inner.setdefault(box.group, []).append(f"{box.key} [label={_label(box)}];")
    lines += _clusters(inner, ())
    lines += [f"{a} -> {b};" for a, b in drawing.arrows]
    return "\n".join([*lines, "}"])


def _clusters(inner: dict[tuple, list[str]], group: tuple) -> list[str]:
    lines = list(inner.get(group, ()))
    depth = len(group)
    for one in dict.fromkeys(other[: depth + 1] for other in inner if other[:depth] == group and len(other) > depth):
        name = html.escape("/".join(one))
        label = f'label=<<b>{html.escape(one[-1])}</b>>; labeljust="l"; fontname="Helvetica";'  # beside the arrow
        style = f'{label} style="rounded,dashed"; color="{_LINE}";'
        lines += [f'subgraph "cluster_{name}" {{ {style}', *_clusters(inner, one), "}"]
    return lines


def _label(box: Any) -> str:
    title = f'<tr><td bgcolor="{_TITLE}"><font color="white"><b>{html.escape(box.title)}</b></font></td></tr>'
    rows = []
    for row in box.rows:
        said = row in ("Trainable", "Non-trainable")
        ground, ink = (_YES if box.trainable else _NO, "white") if said else ("white", "black")
        rows.append(f'<tr><td bgcolor="{ground}"><font color="{ink}">{html.escape(row)}</font></td></tr>')
    return f'<<table border="0" cellborder="1" cellspacing="0" cellpadding="6">{title}{"".join(rows)}</table>>'


# -- without graphviz ----------------------------------------------------------------------------------------------------


def draw(drawing: Drawing, rankdir: str = "TB") -> Any:
    """Return a matplotlib figure of a model."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("Drawing a model needs matplotlib (pip install matplotlib) or graphviz.") from None
    across = rankdir == "LR"
    sizes = {box.key: _size(box) for box in drawing.boxes}
    turned = {key: size[::-1] if across else size for key, size in sizes.items()}
    centres, ways = layout(turned, drawing.arrows)
    if across:
        centres = {key: place[::-1] for key, place in centres.items()}
        ways = [[place[::-1] for place in way] for way in ways]
    corners = [place for way in ways for place in way]
    for key, (x, y) in centres.items():
        width, height = sizes[key]
        corners += [(x - width / 2, y - height / 2), (x + width / 2, y + height / 2)]
    left, right = min(x for x, _ in corners) - 0.3, max(x for x, _ in corners) + 0.3
    top, bottom = min(y for _, y in corners) - 0.4, max(y for _, y in corners) + 0.3
    figure = Figure(figsize=(right - left, bottom - top), layout="none")  # whatever the user's settings are
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(left, right), ylim=(bottom, top))
    axes.axis("off")
    _draw_groups(axes, drawing, centres, sizes)
    for (a, b), way in zip(drawing.arrows, ways):
        _draw_arrow(axes, way, sizes[a], sizes[b], across)
    for box in drawing.boxes:
        _draw_box(axes, box, centres[box.key], sizes[box.key])
    return figure


def _size(box: Any) -> tuple[float, float]:
    longest = max([len(box.title) * 1.08, *map(len, box.rows)])
    return longest * _LETTER + 0.25, _HEIGHT * (1 + len(box.rows)) + 0.06


def _draw_box(axes: Any, box: Any, centre: tuple, size: tuple) -> None:
    from matplotlib.patches import Rectangle

    (x, y), (width, height) = centre, size
    line = height / (1 + len(box.rows))
    for i, text in enumerate([box.title, *box.rows]):
        said = i and text in ("Trainable", "Non-trainable")
        ground = _TITLE if not i else (_YES if box.trainable else _NO) if said else "white"
        place = (x - width / 2, y - height / 2 + i * line)
        axes.add_patch(Rectangle(place, width, line, facecolor=ground, edgecolor=_TITLE, linewidth=0.8, zorder=3))
        ink, weight = ("white" if not i or said else "black"), ("bold" if not i else "normal")
        axes.text(x, place[1] + line / 2, text, color=ink, weight=weight, fontsize=10, ha="center", va="center", zorder=4)


def _draw_arrow(axes: Any, way: list, begin: tuple, end: tuple, across: bool) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    points = [list(place) for place in way]
    axis = 0 if across else 1
    points[0][axis] += begin[axis] / 2
    points[-1][axis] -= end[axis] / 2
    points = [p for i, p in enumerate(points) if not i or abs(p[0] - points[i - 1][0]) + abs(p[1] - points[i - 1][1]) > 1e-9]
    path, codes = [points[0]], [Path.MOVETO]
    for a, b in zip(points, points[1:]):  # S-shaped between rows
        middle = (a[axis] + b[axis]) / 2
        bend = [[middle, a[1]], [middle, b[1]]] if across else [[a[0], middle], [b[0], middle]]
        path += [*bend, b]
        codes += [Path.CURVE4] * 3
    arrow = FancyArrowPatch(path=Path(path, codes), arrowstyle="-|>", mutation_scale=11, color=_LINE, linewidth=1.1, zorder=2)
    axes.add_patch(arrow)


def _draw_groups(axes: Any, drawing: Drawing, centres: dict, sizes: dict) -> None:
    from matplotlib.patches import FancyBboxPatch

    groups = dict.fromkeys(box.group[:depth] for box in drawing.boxes for depth in range(1, len(box.group) + 1))
    for group in sorted(groups, key=len):
        inside = [box.key for box in drawing.boxes if box.group[: len(group)] == group]
        left = min(centres[k][0] - sizes[k][0] / 2 for k in inside) - 0.12
        right = max(centres[k][0] + sizes[k][0] / 2 for k in inside) + 0.12
        top = min(centres[k][1] - sizes[k][1] / 2 for k in inside) - 0.18
        bottom = max(centres[k][1] + sizes[k][1] / 2 for k in inside) + 0.12
        frame = FancyBboxPatch(
            (left, top), right - left, bottom - top, boxstyle="round,pad=0,rounding_size=0.1",
            facecolor="#f2f5f9", edgecolor=_LINE, linestyle="--", linewidth=0.9, zorder=1,
        )  # fmt: skip
        axes.add_patch(frame)
        axes.text(left + 0.05, top + 0.02, group[-1], fontsize=8, weight="bold", color=_LINE, ha="left", va="top", zorder=2)

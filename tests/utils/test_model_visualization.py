import shutil
import sys
import xml.etree.ElementTree as ET

import pytest

import minikeras as keras
from minikeras import Sequential, layers
from minikeras.utils import model_to_dot, plot_model
from minikeras.utils.model_graph import drawing_of
from minikeras.utils.model_visualization import Dot, draw
from tests.utils.test_model_graph import nested


@pytest.fixture
def no_graphviz(monkeypatch):
    monkeypatch.setattr("minikeras.utils.model_visualization.shutil.which", lambda name: None)


def test_the_text():
    text = model_to_dot(nested(), show_shapes=True, expand_nested=True, rankdir="LR", dpi=70).to_string()
    for part in ("rankdir=LR", "dpi=70", 'subgraph "cluster_inner"', "<b>left (Dense)</b>", "Output shape: (None, 4)", " -> "):
        assert part in text


def test_names_are_written_as_they_are():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name='a<b>&"c')])
    assert "a&lt;b&gt;&amp;&quot;c" in model_to_dot(model).to_string()


def test_the_settings_of_the_user_do_not_disturb_a_drawing(no_graphviz, tmp_path):
    import matplotlib

    with matplotlib.rc_context({"figure.constrained_layout.use": True}):
        plot_model(nested(), tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size > 1000


@pytest.mark.parametrize("rankdir", ["TB", "LR"])
def test_matplotlib_draws_every_box_and_arrow(no_graphviz, tmp_path, rankdir):
    model = nested()
    drawing = drawing_of(model, True, layer_names=True, shapes=True, trainable=True)
    axes = draw(drawing, rankdir).axes[0]
    written = [text.get_text() for text in axes.texts]
    assert {box.title for box in drawing.boxes} <= set(written) and {"inner", "row"} <= set(written)
    arrows = [patch for patch in axes.patches if type(patch).__name__ == "FancyArrowPatch"]
    assert len(arrows) == len(drawing.arrows)
    plot_model(model, tmp_path / "a.svg", rankdir=rankdir)
    assert ET.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")
    plot_model(model, str(tmp_path / "a"), dpi=40)
    assert (tmp_path / "a").read_bytes().startswith(b"\x89PNG")


def test_boxes_hold_their_text(no_graphviz):
    drawing = drawing_of(nested(), True, layer_names=True, shapes=True)
    figure = draw(drawing)
    figure.canvas.draw()
    axes = figure.axes[0]
    boxes = [p.get_window_extent() for p in axes.patches if type(p).__name__ == "Rectangle"]
    for text in axes.texts:
        if text.get_text() not in ("inner", "row"):
            inside = text.get_window_extent()
            assert any(b.x0 <= inside.x0 and inside.x1 <= b.x1 and b.y0 - 2 <= inside.y0 <= b.y1 for b in boxes), text


@pytest.mark.skipif(shutil.which("dot") is None, reason="graphviz is not installed")
def test_graphviz_draws(tmp_path):
    plot_model(nested(), tmp_path / "a.svg", show_layer_names=True, expand_nested=True)
    text = "".join(ET.parse(tmp_path / "a.svg").getroot().itertext())
    assert "left (Dense)" in text and "inner" in text


def test_wrong_arguments(tmp_path):
    with pytest.raises(ValueError, match="not yet been built"):
        plot_model(keras.Sequential([keras.layers.Dense(1)]), tmp_path / "a.png")
    for arguments in ({"rankdir": "BT"}, {"layer_range": ["a", "b"]}, {"show_shape": True}):
        with pytest.raises((ValueError, TypeError)):
            plot_model(nested(), tmp_path / "a.png", **arguments)
    with pytest.raises((ValueError, TypeError), match="Did you mean `show_shapes`"):
        model_to_dot(nested(), show_shape=True)


def test_what_pydot_can_do(no_graphviz, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pydot", None)
    dot = model_to_dot(Sequential([layers.Dense(2, input_shape=(3,), name="first")]))
    assert b"<svg" in dot.create(prog="dot", format="svg") and b"<svg" in dot.create_svg() and dot.create_png()[1:4] == b"PNG"
    assert dot.write_png(tmp_path / "a.png") and dot.write_svg(tmp_path / "a.svg") and dot.write(tmp_path / "a.dot")
    assert (tmp_path / "a.png").read_bytes()[1:4] == b"PNG" and (tmp_path / "a.dot").read_text() == dot.to_string()
    with pytest.raises(ImportError, match="install graphviz"):
        Dot("digraph G {}").create()

import minikeras as keras
from minikeras.utils.model_graph import drawing_of

D = keras.layers.Dense


def nested():
    x = keras.Input((6,), name="x")
    entry = keras.Input((4,), name="entry")
    inner = keras.Model(entry, [D(4, name="left")(entry), D(4, name="right")(entry)], name="inner")
    row = keras.Sequential([keras.Input((4,)), D(4, name="d"), keras.layers.Dropout(0.1, name="drop")], name="row")
    left, right = inner(D(4, name="a")(x))
    return keras.Model(x, keras.layers.Add(name="sum")([row(left), right]) + 1.0, name="outer")


def read(model, **options):
    drawing = drawing_of(model, layer_names=True, **options)
    names = {box.key: box.title.partition(" ")[0].partition("_")[0] for box in drawing.boxes}  # add_1, too, is "add"
    return [(names[a], names[b]) for a, b in drawing.arrows], {names[box.key]: box for box in drawing.boxes}


def test_models_within_are_boxes():
    arrows, boxes = read(nested())
    assert sorted(arrows) == [("a", "inner"), ("inner", "row"), ("inner", "sum"), ("row", "sum"), ("sum", "add"), ("x", "a")]
    assert all(box.group == () for box in boxes.values())


def test_models_within_are_opened():
    arrows, boxes = read(nested(), expand_nested=True)
    assert boxes["left"].group == ("inner",) and boxes["drop"].group == ("row",) and "inner" not in boxes
    assert sorted(arrows) == [
        *[("a", "entry"), ("d", "drop"), ("drop", "sum"), ("entry", "left"), ("entry", "right")],
        *[("left", "d"), ("right", "sum"), ("sum", "add"), ("x", "a")],
    ]


def test_what_is_written():
    _, boxes = read(nested(), shapes=True, dtype=True, layer_activations=True, trainable=True)
    assert boxes["a"].title == "a (Dense)"
    assert boxes["a"].rows == [
        "Activation: linear",
        "Input shape: (None, 6)",
        "Output shape: (None, 4)",
        "Output dtype: float32",
        "Trainable",
    ]
    assert boxes["x"].rows == ["Output shape: (None, 6)", "Output dtype: float32"]
    assert boxes["sum"].rows[0] == "Input shape: [(None, 4), (None, 4)]" and boxes["sum"].trainable is None


def test_a_model_written_as_a_class_is_one_box():
    class Own(keras.Model):
        def __init__(self):
            super().__init__(name="own")
            self.dense = D(1)

        def call(self, x):
            return self.dense(x)

    model = Own()
    model(keras.ops.ones((1, 2)))
    arrows, boxes = read(model)
    assert arrows == [] and list(boxes) == ["own"]

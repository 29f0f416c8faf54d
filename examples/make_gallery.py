"""Pictures that minikeras draws by itself: training curves, what a net has learned, its weights, its layers.

Run it, or `python examples/make_gallery.py history plot_model` for some: it writes examples/out/*.png, or into the folder
that is named: `--out examples/gallery` draws those of the README anew.
"""

import argparse
from pathlib import Path

import matplotlib.image
import matplotlib.pyplot as plt
from _picture import OUT, save

import minikeras as keras
from minikeras import layers
from minikeras.datasets import toy

TRAIN, TEST = toy.load_data("spiral", n=800, noise=0.05, seed=0)


def trained(epochs=80):
    """A net that tells the arms of a spiral apart: (model, what fit returned)."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([
        keras.Input((2,)),
        layers.Dense(24, activation="tanh", name="hidden_1"),
        layers.Dense(24, activation="tanh", name="hidden_2"),
        layers.Dense(1, activation="sigmoid", name="answer"),
    ])  # fmt: skip
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    return model, model.fit(*TRAIN, batch_size=16, epochs=epochs, validation_data=TEST, verbose=0)


def branches():
    """A model with two inputs, a model inside and two outputs."""
    picture, words = keras.Input((32, 32, 3), name="picture"), keras.Input((None,), dtype="int32", name="words")
    eyes = keras.Sequential(
        [keras.Input((32, 32, 3)), layers.Conv2D(8, 3, activation="relu"), layers.GlobalAveragePooling2D()], name="eyes"
    )
    read = layers.LSTM(8, name="reader")(layers.Embedding(1000, 16)(words))
    both = layers.Concatenate(name="both")([eyes(picture), read])
    spam, kind = layers.Dense(1, activation="sigmoid", name="is_spam"), layers.Dense(5, activation="softmax", name="kind")
    return keras.Model([picture, words], [spam(both), kind(both)])


def history(path, epochs=80):
    """`History.plot()`: the curves of a training, and its best epoch."""
    save(trained(epochs)[1].plot()[0].figure, path)


def decision_surface(path, epochs=80):
    """`utils.plot_decision_surface`: what a net answers all over the plane."""
    save(keras.utils.plot_decision_surface(trained(epochs)[0], *TEST).figure, path)


def weights(path, epochs=80):
    """`utils.plot_weights`: the weights of a layer."""
    save(keras.utils.plot_weights(trained(epochs)[0].get_layer("hidden_2")).figure, path)


def plot_model(path, epochs=0):
    """`utils.plot_model`: the layers, what goes in and what comes out."""
    how = {"show_shapes": True, "show_layer_names": True, "show_layer_activations": True, "expand_nested": True}
    path.parent.mkdir(parents=True, exist_ok=True)
    keras.utils.plot_model(branches(), str(path), dpi=180, **how)
    pixels = matplotlib.image.imread(path)
    height, width = 6.5, 6.5 * pixels.shape[1] / pixels.shape[0]
    figure = plt.figure(figsize=(width, height), layout="none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(pixels, interpolation="antialiased")
    axes.axis("off")
    save(figure, path)


PICTURES = {draw.__name__: draw for draw in (history, decision_surface, weights, plot_model)}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="name", help=f"all by default: {', '.join(PICTURES)}")
    parser.add_argument("--out", type=Path, default=OUT, help="the folder for them")
    options = parser.parse_args()
    for name in options.names or PICTURES:
        if name not in PICTURES:
            parser.error(f"no picture {name!r}: there are {', '.join(PICTURES)}")
        PICTURES[name](options.out / f"{name}.png")

"""What the pictures of all examples share: colours, a decision surface, and where a picture goes."""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from PIL import Image

IN_NOTEBOOK = "ipykernel" in sys.modules
OUT = Path(__file__).parent / "out"  # git leaves it out: the pictures that are kept change only when asked to
BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072b2", "#d55e00", "#009e73", "#a6559d", "#777777"
SURFACE = LinearSegmentedColormap.from_list("surface", ["#f2a56b", "#ffffff", "#7fb6d9"])  # orange 0, white ½, blue 1

if not IN_NOTEBOOK:
    plt.switch_backend("Agg")  # draws into files: no screen needed
    sys.stdout.reconfigure(errors="replace")  # a log file that knows no σ or ∂ gets a question mark
plt.rcParams.update({
    "axes.prop_cycle": plt.cycler(color=[BLUE, ORANGE, GREEN, PURPLE, GREY]),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.titlepad": 10,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e8e8e8",
    "legend.edgecolor": "white",
    "legend.framealpha": 0.9,
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.w_pad": 0.12,
    "figure.constrained_layout.h_pad": 0.08,
})


def panels(*widths, height=3.8):
    """A figure with one panel per width (in inches)."""
    return plt.subplots(1, len(widths), figsize=(sum(widths), height), width_ratios=widths, squeeze=False)


def grid(low, high, steps=120):
    """The points of a square, as inputs of a model: (xx, yy, points)."""
    xx, yy = np.meshgrid(np.linspace(low, high, steps), np.linspace(low, high, steps))
    return xx, yy, np.stack([xx.ravel(), yy.ravel()], axis=1).astype("float32")


def surface(ax, model, low, high):
    """What a net with one output answers at each point of the plane; its decision boundary (0.5) is the dark line."""
    xx, yy, points = grid(low, high)
    answer = model.predict(points, verbose=0).reshape(xx.shape)
    drawn = ax.contourf(xx, yy, answer, np.linspace(0, 1, 12), cmap=SURFACE)
    if answer.min() < 0.5 < answer.max():
        ax.contour(xx, yy, answer, [0.5], colors="#333333", linewidths=1.5)
    ax.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    ax.grid(False)
    return drawn


def points(ax, x, y, size=36, labels=("class 0", "class 1")):
    """Points of two classes: orange discs for 0, blue squares for 1."""
    for value, (colour, marker) in enumerate([(ORANGE, "o"), (BLUE, "s")]):
        mine = x[np.ravel(y) == value]
        how = {"color": colour, "marker": marker, "edgecolors": "white", "linewidths": 0.8, "zorder": 3}
        ax.scatter(*mine.T, s=size, label=labels[value], **how)


def show(figure, name):
    """In a notebook the picture appears; otherwise it is saved, to the script's first argument or out/NAME.png."""
    if IN_NOTEBOOK:
        plt.show()
        return
    save(figure, Path(sys.argv[1]) if len(sys.argv) > 1 else OUT / f"{name}.png")


def save(figure, path):
    """Write a picture with 256 colours: these are plenty, and take a third of the space."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90, metadata={"Software": None})
    picture = Image.open(path).convert("RGB")
    picture.quantize(method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"picture: {path}")

"""The lectures' two nets computed by hand, computed again by the library: every number in a table beside the lecture's.

One sees, in the terminal, z and a of each neuron, the loss, and ∂L/∂w as the chain rule gives it; in the picture, the second
net with the activations in its neurons, and each weight with its gradient on its line.
"""

import numpy as np
from _picture import BLUE, GREEN, GREY, ORANGE, panels, show

import minikeras as keras
from minikeras.layers import Dense

wrong = 0


def dense(rows, bias):
    """A sigmoid layer with the weights as the lectures print them, one row per unit; Keras' kernel has a column per unit."""
    kernel = np.array(rows).T
    layer = Dense(kernel.shape[1], activation="sigmoid", dtype="float64")
    layer.build((None, kernel.shape[0]))
    layer.set_weights([kernel, np.full(kernel.shape[1], bias)])
    return layer


def row(name, computed, printed, digits=4, note=""):
    global wrong
    agrees = abs(computed - printed) < 1.01 * 10**-digits
    wrong += not agrees and not note
    print(f"{name:28} {computed:10.5f} {printed:10.{digits}f}  {'ok' if agrees else 'differs'}{note}")


print(f"{'3 inputs, 3 hidden, 1 output':28} {'computed':>10} {'lecture':>10}")
hidden, output = dense([[1.2, 0.9, 0.3], [0.2, 0.3, 0.1], [1.3, 1.9, 0.1]], 0.1), dense([[0.2, 0.6, 0.2]], 0.1)
a, kept = hidden.forward(np.array([[0.2, 0.5, -0.9]]))
z = hidden.logits(kept)
slip = ": a slip of the lecture, 0.04 + 0.15 - 0.09 + 0.1 = 0.20"
for k, (z_printed, a_printed) in enumerate([(0.52, 0.62), (0.55, 0.63), (1.22, 0.77)]):
    row(f"hidden {k + 1}: z", z[0, k], z_printed, 2, slip if k == 1 else "")
    row(f"hidden {k + 1}: a = σ(z)", a[0, k], a_printed, 2, ": follows from it" if k == 1 else "")
a, kept = output.forward(np.array([[0.62, 0.63, 0.77]]))  # from the printed activations
row("output: z", output.logits(kept)[0, 0], 0.756, 3)
row("output: a = σ(z)", a[0, 0], 0.68, 2)

print(f"\n{'2 inputs, 2 hidden, 2 outputs':28} {'computed':>10} {'lecture':>10}")
x, y = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
hidden, output = dense([[0.15, 0.20], [0.25, 0.30]], 0.35), dense([[0.40, 0.45], [0.50, 0.55]], 0.60)
a1, kept1 = hidden.forward(x)  # z1 = x W1 + b1, a1 = σ(z1)
a2, kept2 = output.forward(a1)
loss, dy = keras.losses.QuadraticCost().value_and_grad(y, a2)  # L = ½ ‖a2 - y‖², ∂L/∂a2 = a2 - y
dx = output.backward(dy, kept2)  # δ2 = ∂L/∂a2 · σ′(z2), ∂L/∂W2 = a1ᵀ δ2
hidden.backward(dx, kept1)  # δ1 = δ2 W2ᵀ · σ′(z1), ∂L/∂W1 = xᵀ δ1
for name, values, printed, digits in [
    ("hidden: z", hidden.logits(kept1), (0.3775, 0.3925), 4),
    ("hidden: a", a1, (0.5933, 0.5969), 4),
    ("output: z", output.logits(kept2), (1.106, 1.225), 3),
    ("output: a", a2, (0.7514, 0.7729), 4),
]:
    for k in (0, 1):
        row(f"{name}[{k + 1}]", values[0, k], printed[k], digits)
row("loss", loss, 0.2984)
row("∂L/∂a of output 1", dy[0, 0], 0.7414)
row("σ′(z) of output 1", a2[0, 0] * (1 - a2[0, 0]), 0.1868)
row("∂L/∂w from hidden 1 to out 1", output.kernel.grad[0, 0], 0.0821)

figure, [[ax]] = panels(8.5, height=4.6)
neurons = [[(0, 1), (0, 0)], [(1, 1), (1, 0)], [(2, 1), (2, 0)]]
for layer, start, end in ((hidden, neurons[0], neurons[1]), (output, neurons[1], neurons[2])):
    for i in (0, 1):
        for j in (0, 1):
            (x0, y0), (x1, y1) = start[i], end[j]
            ax.plot([x0, x1], [y0, y1], color="#bbbbbb", zorder=1)
            at = 0.3 if i != j else 0.5  # crossing lines carry their numbers near their start
            text = f"w {layer.kernel[i, j]:.2f}\n∂L/∂w {layer.kernel.grad[i, j]:+.4f}"
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            ax.text(x0 + at * (x1 - x0), y0 + at * (y1 - y0), text, ha="center", va="center", fontsize=9, bbox=box)
titles = ("input", "hidden, b = 0.35", "output, b = 0.60")
for spots, values, colour, title in zip(neurons, (x, a1, a2), (GREY, BLUE, ORANGE), titles):
    for spot, value in zip(spots, values[0]):
        ax.scatter(*spot, s=2600, color=colour, zorder=2)
        ax.text(*spot, f"{value:.4g}", ha="center", va="center", color="white", fontsize=11, zorder=3)
    ax.text(spots[0][0], 1.32, title, ha="center", fontsize=10)
for spot, target in zip(neurons[2], y[0]):
    ax.text(spot[0] + 0.2, spot[1], f"target {target:.2f}", va="center", color=GREEN, fontsize=11)
ax.set(xlim=(-0.25, 2.65), ylim=(-0.3, 1.45))
ax.set_title(f"Forward: activations in the neurons. Backward: ∂L/∂w on the lines. Loss {loss:.4f}")
ax.axis("off")
show(figure, "worked_backprop")
print(f"Worked examples: {wrong} numbers differ from the lecture's, apart from its slip at hidden 2")

"""Classes that exclude each other (one-hot labels, softmax) and labels that don't (several per sample, sigmoid).

One sees, left, three kinds of points and the region of each: the probabilities of a softmax sum to 1, one class wins. Right,
three yes-or-no questions about a point, each answered by a sigmoid of its own: regions overlap, a point may have none or all
labels.
"""

import numpy as np
from _picture import BLUE, GREEN, ORANGE, grid, panels, show
from matplotlib.colors import ListedColormap

import minikeras as keras
from minikeras.layers import Dense

COLOURS, rng = (ORANGE, BLUE, GREEN), np.random.default_rng(0)


def train(x, y, activation, loss, epochs):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input(shape=(2,)), Dense(24, activation="relu"), Dense(3, activation=activation)])
    model.compile(optimizer=keras.optimizers.Adam(0.02), loss=loss, metrics=["accuracy"])
    history = model.fit(x, y, epochs=epochs, verbose=0).history
    return model, history


# exclusive: each point is of one class
centres = np.array([[-1.2, -0.8], [1.3, -0.6], [0.0, 1.3]])
classes = rng.integers(0, 3, 240)
x1 = centres[classes] + rng.normal(0, 0.55, (240, 2))
one_hot = keras.utils.to_categorical(classes)
print("classes", classes[:3], "as one-hot rows:", one_hot[:3].astype(int).tolist())
exclusive, history = train(x1, one_hot, "softmax", "categorical_crossentropy", epochs=15)
_, sparse = train(x1, classes, "softmax", "sparse_categorical_crossentropy", epochs=15)
same = np.allclose(history["loss"], sparse["loss"])
print(f"one-hot labels or class numbers, the same loss: {same}; accuracy {history['accuracy'][-1]:.1%}")

# not exclusive: each point has any number of labels
names = ("on the right", "above", "near the centre")
x2 = rng.uniform(-2.5, 2.5, (600, 2))
labels = np.stack([x2[:, 0] > 0.3, x2[:, 1] > -0.3, np.linalg.norm(x2, axis=1) < 1.5], axis=1).astype("float32")
several, history = train(x2, labels, "sigmoid", "binary_crossentropy", epochs=100)
exact = float(((several.predict(x2, verbose=0) > 0.5) == labels).all(axis=1).mean())
examples = {"all three": (0.9, 0.5), "one": (2.0, -1.8), "none": (-1.9, -1.8)}
for point in examples.values():
    p = several.predict(np.array([point]))[0]
    print(f"point {point}: " + ", ".join(f"{name} {q:.0%}" for name, q in zip(names, p)) + f" (sum {p.sum():.2f})")

figure, [[left, right]] = panels(5, 5, height=4.6)
xx, yy, everywhere = grid(-2.8, 2.8, 200)
winner = exclusive.predict(everywhere, batch_size=len(everywhere)).argmax(axis=1).reshape(xx.shape)
left.pcolormesh(xx, yy, winner, cmap=ListedColormap(COLOURS), alpha=0.22, linewidth=0, rasterized=True)
for c, colour in enumerate(COLOURS):
    left.scatter(*x1[classes == c].T, s=26, color=colour, edgecolors="white", linewidths=0.7, label=f"class {c}")
left.set_title(f"softmax: one class per point, {(exclusive.predict(x1, verbose=0).argmax(1) == classes).mean():.0%} right")
answers = several.predict(everywhere, batch_size=len(everywhere)).T.reshape(3, *xx.shape)
for answer, colour, name in zip(answers, COLOURS, names):
    right.contourf(xx, yy, answer, [0.5, 1.01], colors=[colour], alpha=0.22)
    right.contour(xx, yy, answer, [0.5], colors=[colour], linewidths=2)
    right.plot([], [], color=colour, linewidth=2, label=name)
right.scatter(*x2[:200].T, s=9, color="#444444", linewidths=0)
for name, point in examples.items():
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8}
    right.text(*point, name, ha="center", va="center", weight="bold", bbox=box)
right.set_title(f"sigmoid: any number of labels per point, {exact:.0%} right")
for ax in (left, right):
    ax.set(xlim=(-2.8, 2.8), ylim=(-2.8, 2.8), aspect="equal", xlabel="x1", ylabel="x2")
    ax.grid(False)
    ax.legend(loc="lower center", ncols=3, fontsize=9, bbox_to_anchor=(0.5, -0.27))
show(figure, "one_hot_multilabel")
print(f"One-hot and class numbers agree: {same}; several labels right: {exact > 0.9}")

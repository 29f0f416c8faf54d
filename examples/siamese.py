"""A siamese network: one net looks at two pictures and says how far apart they are, so it can tell digits it has never seen.

It is trained on pairs of the digits 0 to 6, "the same" or "not", by a contrastive loss: equal ones are pulled together, others
pushed apart up to a margin. One sees where it puts pictures of all ten digits, those it was trained on and the new ones, and
how the distances of new pairs differ.
"""

import numpy as np
from _picture import BLUE, ORANGE, panels, show
from sklearn.datasets import load_digits

import minikeras as keras
from minikeras import layers, ops

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
digits = load_digits()
images, labels = (digits.data / 16).astype("float32"), digits.target
old, new = np.flatnonzero(labels < 7), np.flatnonzero(labels >= 7)


def pairs(among, n):
    """n pairs, half of them of the same digit."""
    first = rng.choice(among, n)
    second = np.array([rng.choice(among[(labels[among] == labels[i]) == bool(k % 2)]) for k, i in enumerate(first)])
    return [images[first], images[second]], (labels[first] == labels[second]).astype("float32")[:, None]


def contrastive(same, distance, margin=1.0):
    """Hadsell et al.: d² for equal pairs, (margin - d)² for others that are nearer than the margin."""
    return ops.mean(same * ops.square(distance) + (1 - same) * ops.square(ops.maximum(margin - distance, 0.0)))


look = keras.Sequential([
    keras.Input((64,)), layers.Dense(128, activation="relu"), layers.Dropout(0.2), layers.Dense(64, activation="relu"),
    layers.Dense(2),
], name="look")  # fmt: skip
a, b = keras.Input((64,), name="a"), keras.Input((64,), name="b")
distance = ops.sqrt(ops.sum(ops.square(look(a) - look(b)), axis=1, keepdims=True) + 1e-9)  # the same weights twice
siamese = keras.Model([a, b], distance)
siamese.compile(optimizer=keras.optimizers.Adam(0.002), loss=contrastive)
x, same = pairs(old, 8000)
history = siamese.fit(x, same, epochs=25, batch_size=128, verbose=0).history
print(f"loss {history['loss'][0]:.3f} at first, {history['loss'][-1]:.3f} in the end")

figure, [[left, right]] = panels(5.4, 4.6, height=4.6)
places = look.predict(images, verbose=0)
for digit in range(10):
    mine, unseen = places[labels == digit], digit >= 7
    left.scatter(*mine.T, s=9, color=ORANGE if unseen else BLUE, alpha=0.3, linewidths=0)
    box = {"facecolor": "white", "edgecolor": ORANGE if unseen else BLUE, "boxstyle": "circle,pad=0.2", "alpha": 0.9}
    left.text(*np.median(mine, axis=0), digit, ha="center", va="center", weight="bold", bbox=box)
left.set(aspect="equal", xlabel="first number", ylabel="second number", title="Blue: seen in training; orange: new digits")
facts = []
for among, name, style in ((old, "seen", "-"), (new, "new", "--")):
    x, same = pairs(among, 2000)
    d = siamese.predict(x, verbose=0)
    right_ones = float(((d < 0.5) == same).mean())
    facts.append(right_ones)
    print(f"pairs of {name} digits: {right_ones:.0%} right by the threshold ½")
    for equal, colour in ((1, BLUE), (0, ORANGE)):
        values = np.clip(d[same == equal], 0, 1.99)
        how = {"bins": np.linspace(0, 2, 41), "histtype": "step", "linewidth": 2, "linestyle": style, "color": colour}
        right.hist(values, density=True, label=f"{'same' if equal else 'different'}, {name} digits", **how)
right.axvline(0.5, color="#333333", linewidth=1)
right.set(xlabel="distance", ylabel="density", title=f"Distances: {facts[0]:.0%} and {facts[1]:.0%} right")
right.legend(fontsize=9)
show(figure, "siamese")
print(f"Siamese: pairs of known digits told apart: {facts[0] > 0.9}; of digits never seen: {facts[1] > 0.65}")

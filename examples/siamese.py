"""A siamese network: one net looks at two pictures and says how far apart they are; nobody tells it what a digit is called.

It learns from pairs of pictures, "the same digit" or "not the same", by a contrastive loss: equal ones are pulled together,
others pushed apart up to a margin. One sees where it puts pictures that it was not trained on, and how the distances of pairs
of them differ.
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
known, kept_apart = np.arange(900), np.arange(900, len(images))


def pairs(among, n):
    """n pairs, half of them of the same digit."""
    first = rng.choice(among, n)
    second = np.array([rng.choice(among[(labels[among] == labels[i]) == bool(k % 2)]) for k, i in enumerate(first)])
    return [images[first], images[second]], (labels[first] == labels[second]).astype("float32")[:, None]


def contrastive(same, distance, margin=1.0):
    """Hadsell et al.: d² for equal pairs, (margin - d)² for others that are nearer than the margin."""
    return ops.mean(same * ops.square(distance) + (1 - same) * ops.square(ops.maximum(margin - distance, 0.0)))


look = keras.Sequential([
    keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dropout(0.2), layers.Dense(32, activation="relu"),
    layers.Dense(2),
], name="look")  # fmt: skip
a, b = keras.Input((64,), name="a"), keras.Input((64,), name="b")
distance = ops.sqrt(ops.sum(ops.square(look(a) - look(b)), axis=1, keepdims=True) + 1e-9)  # the same weights twice
siamese = keras.Model([a, b], distance)
siamese.compile(optimizer=keras.optimizers.Adam(0.003), loss=contrastive)
x, same = pairs(known, 6000)
history = siamese.fit(x, same, epochs=20, batch_size=64, verbose=0).history
print(f"loss {history['loss'][0]:.3f} at first, {history['loss'][-1]:.3f} in the end")

x, same = pairs(kept_apart, 3000)
d = siamese.predict({"a": x[0], "b": x[1]}, verbose=0)
right_ones = float(((d < 0.5) == same).mean())
pixels = np.linalg.norm(x[0] - x[1], axis=1)[:, None]
best = max(float(((pixels < limit) == same).mean()) for limit in np.linspace(1, 4, 61))
print(f"pairs of other pictures: {right_ones:.1%} right; by the distance of their pixels at best {best:.1%}")

figure, [[left, right]] = panels(5.2, 5, height=4.4)
places = look.predict(images[kept_apart], verbose=0)
for digit in range(10):
    mine, colour = places[labels[kept_apart] == digit], f"C{digit % 5}"
    left.scatter(*mine.T, s=9, color=colour, alpha=0.35, linewidths=0)
    box = {"facecolor": "white", "edgecolor": colour, "boxstyle": "circle,pad=0.2", "alpha": 0.9}
    left.text(*np.median(mine, axis=0), digit, ha="center", va="center", weight="bold", bbox=box)
left.set(aspect="equal", xlabel="first number", ylabel="second number", title="Where the net puts new pictures")
for equal, colour in ((1, BLUE), (0, ORANGE)):
    values = np.clip(d[same == equal], 0, 2.99)
    name = "the same digit" if equal else "different digits"
    right.hist(values, bins=np.linspace(0, 3, 46), density=True, color=colour, alpha=0.6, label=name)
right.axvline(0.5, color="#333333", linewidth=1)
right.set(xlabel="distance", ylabel="density", title=f"Distances of new pairs: {right_ones:.0%} right by the limit ½")
right.legend(fontsize=9)
show(figure, "siamese")
print(f"Siamese: new pairs are told apart: {right_ones > 0.85}; better than by their pixels: {right_ones > best + 0.05}")

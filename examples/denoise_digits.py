"""An autoencoder that takes noise off handwritten digits, and the code of two numbers in the middle of another one.

One sees, above, digits with noise, what the net makes of them, and the digits as they were; right, where the test digits lie
when a net must squeeze each through two numbers: it was never told the classes, yet they lie apart.
"""

import numpy as np
from _picture import panels, show
from sklearn.datasets import load_digits

import minikeras as keras
from minikeras.layers import Conv2D, Dense, Flatten, Input, Reshape

digits = load_digits()
clean, classes = digits.images[..., None].astype("float32") / 16, digits.target
rng = np.random.default_rng(0)
noisy = np.clip(clean + rng.normal(0, 0.35, clean.shape), 0, 1).astype("float32")
TRAIN = 1500

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        Input((8, 8, 1)),
        Conv2D(24, 3, padding="same", activation="relu"),
        Conv2D(24, 3, padding="same", activation="relu"),
        Conv2D(24, 3, padding="same", activation="relu"),
        Conv2D(1, 3, padding="same", activation="sigmoid"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.005), loss="mse")
model.fit(noisy[:TRAIN], clean[:TRAIN], epochs=15, batch_size=50, verbose=0)
made = model.predict(noisy[TRAIN:], verbose=0)
before, after = (float(np.sqrt(np.mean((a - clean[TRAIN:]) ** 2))) for a in (noisy[TRAIN:], made))
print(f"error on new digits: {before:.3f} with noise, {after:.3f} without")

x = Input((8, 8, 1))
code = Dense(2, name="code")(Dense(64, activation="relu")(Flatten()(x)))
back = Reshape((8, 8, 1))(Dense(64, activation="sigmoid")(Dense(64, activation="relu")(code)))
squeezed = keras.Model(x, back)
squeezed.compile(optimizer=keras.optimizers.Adam(0.005), loss="binary_crossentropy")
squeezed.fit(clean[:TRAIN], clean[:TRAIN], epochs=40, batch_size=50, verbose=0)
codes = keras.Model(squeezed.input, squeezed.get_layer("code").output).predict(clean[TRAIN:], verbose=0)
near = np.argsort(((codes[:, None] - codes[None]) ** 2).sum(-1), axis=1)[:, 1:6]
same = float((classes[TRAIN:][near] == classes[TRAIN:, None]).mean())
print(f"of the five nearest neighbours in the code {same:.0%} are of the same class (by chance: 10%)")

figure, [[left, right]] = panels(5.4, 4.8, height=4.2)
chosen = [int(np.flatnonzero(classes[TRAIN:] == c)[0]) for c in range(8)]
rows = [noisy[TRAIN:][chosen], made[chosen], clean[TRAIN:][chosen]]
sheet = np.full((3 * 9 - 1, 8 * 9 - 1), np.nan)
for r, images in enumerate(rows):
    for c, image in enumerate(images[..., 0]):
        sheet[9 * r : 9 * r + 8, 9 * c : 9 * c + 8] = image
left.imshow(sheet, cmap="gray_r", vmin=0, vmax=1)
left.set_yticks([3.5, 12.5, 21.5], ["with noise", "cleaned", "original"])
left.set(title=f"error {before:.2f} with noise, {after:.2f} cleaned", xticks=[])
left.grid(False)
left.spines[:].set_visible(False)
left.tick_params(length=0)
low, high = np.percentile(codes, [1, 99], axis=0)
for c in range(10):
    mine = codes[classes[TRAIN:] == c]
    right.scatter(*mine.T, s=6, color="#bbbbbb", linewidths=0)
    for point in mine[:14]:
        if np.all((point > low) & (point < high)):
            right.text(*point, str(c), color=f"C{c % 5}", ha="center", va="center", fontsize=9, weight="bold")
right.set(
    title="two numbers per digit, no labels used",
    xlabel="code 1",
    ylabel="code 2",
    xlim=(low[0], high[0]),
    ylim=(low[1], high[1]),
)
show(figure, "denoise_digits")
print(f"Denoising autoencoder: over a third of the error is gone: {after < before * 2 / 3}; digits lie apart: {same > 0.5}")

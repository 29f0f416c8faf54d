"""A variational autoencoder: digits are squeezed into two numbers, and any two numbers make a digit.

One sees, left, where the encoder puts the digits on the plane (by their true classes, which it was never told), and right what
the decoder draws at each place: one digit turns into the next. The two losses pull against each other: the pictures must
come back, and the places must spread like a standard normal distribution.
"""

import numpy as np
from _picture import panels, show
from sklearn.datasets import load_digits

import minikeras as keras
from minikeras import layers, ops

keras.utils.set_random_seed(1)
digits = load_digits()
images = (digits.data / 16).astype("float32")  # 8 x 8 pixels from 0 to 1


class Sampling(layers.Layer):
    """z = μ + σ ε: random, and yet with a gradient for μ and σ."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(0)

    def call(self, inputs):
        mean, log_variance = inputs
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise


class VAE(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        x = keras.Input((64,))
        h = layers.Dense(64, activation="relu")(layers.Dense(128, activation="relu")(x))
        mean, log_variance = layers.Dense(2)(h), layers.Dense(2)(h)
        self.encoder = keras.Model(x, [mean, log_variance, Sampling()([mean, log_variance])])
        self.decoder = keras.Sequential([
            keras.Input((2,)), layers.Dense(64, activation="relu"), layers.Dense(128, activation="relu"),
            layers.Dense(64, activation="sigmoid"),
        ])  # fmt: skip
        self.trackers = [keras.metrics.Mean(name=name) for name in ("loss", "pictures", "spread")]

    @property
    def metrics(self):
        return self.trackers

    def train_step(self, x):
        with keras.GradientTape() as tape:
            mean, log_variance, z = self.encoder(x, training=True)
            pictures = 64 * ops.mean(keras.losses.binary_crossentropy(x, self.decoder(z, training=True)))
            spread = -0.5 * ops.mean(ops.sum(1 + log_variance - mean**2 - ops.exp(log_variance), axis=1))
            loss = pictures + spread
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        for tracker, value in zip(self.trackers, (loss, pictures, spread)):
            tracker.update_state(value)
        return {tracker.name: tracker.result() for tracker in self.trackers}


vae = VAE()
vae.compile(optimizer=keras.optimizers.Adam(0.002))
history = vae.fit(images, epochs=30, batch_size=64, verbose=0).history
for epoch in (0, 9, 29):
    print(f"epoch {epoch + 1:2}: " + ", ".join(f"{name} {history[name][epoch]:.2f}" for name in history))

places = vae.encoder.predict(images, verbose=0)[0]
figure, [[left, right]] = panels(5.2, 4.8, height=4.6)
for digit in range(10):
    mine = places[digits.target == digit]
    left.scatter(*mine.T, s=7, color=f"C{digit % 5}", alpha=0.35, linewidths=0)
    box = {"facecolor": "white", "edgecolor": f"C{digit % 5}", "boxstyle": "circle,pad=0.2", "alpha": 0.9}
    left.text(*np.median(mine, axis=0), digit, ha="center", va="center", weight="bold", bbox=box)
left.set(xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), aspect="equal", xlabel="z1", ylabel="z2", title="Where the digits lie")
steps = np.linspace(-2, 2, 11)
zs = np.array([[a, b] for b in steps[::-1] for a in steps], "float32")
drawn = vae.decoder.predict(zs, batch_size=len(zs), verbose=0).reshape(11, 11, 8, 8)
drawn = np.pad(drawn, ((0, 0), (0, 0), (1, 1), (2, 2))).transpose(0, 2, 1, 3).reshape(110, 132)
right.imshow(drawn, cmap="Greys", extent=(-2.2, 2.2, -2.2, 2.2), interpolation="bilinear")
right.set(xlabel="z1", ylabel="z2", title="What the decoder draws there")
right.grid(False)
show(figure, "vae_digits")
nearest = np.argsort(np.linalg.norm(places[:, None] - places[None, ::3], axis=2), axis=1)[:, 1]
same = (digits.target == digits.target[::3][nearest]).mean()
falls = history["loss"][-1] < 0.75 * history["loss"][0]
print(f"VAE: the loss falls: {falls}; neighbours on the plane are alike: {same > 0.5}")

"""A generative adversarial network: a forger learns to make points that a judge can't tell from real ones.

One sees real points on a ring, and what the generator makes of random numbers after more and more steps; the colours of
the plane are the judge's opinion (blue: real). In the end it has nothing to go by: where points are, it says about one half.
"""

import numpy as np
from _picture import GREY, ORANGE, grid, panels, show

import minikeras as keras
from minikeras import layers, ops

keras.utils.set_random_seed(3)
rng = np.random.default_rng(0)
angle, radius = rng.uniform(0, 2 * np.pi, 4096), 1.7 + rng.normal(0, 0.08, 4096)
real = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).astype("float32")


class GAN(keras.Model):
    def __init__(self, latent=4):
        super().__init__()
        self.latent, self.seed = latent, keras.random.SeedGenerator(0)
        wide = {"units": 48, "activation": keras.activations.leaky_relu}
        self.generator = keras.Sequential([keras.Input((latent,)), *(layers.Dense(**wide) for _ in range(2)), layers.Dense(2)])
        self.judge = keras.Sequential([keras.Input((2,)), *(layers.Dense(**wide) for _ in range(2)), layers.Dense(1)])

    def compile(self, g_optimizer, d_optimizer):
        super().compile()
        self.g_optimizer, self.d_optimizer = g_optimizer, d_optimizer
        self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    def train_step(self, real):
        n = ops.shape(real)[0]
        noise = keras.random.normal((n, self.latent), seed=self.seed)
        both = ops.concatenate([real, self.generator(noise)])
        truth = ops.concatenate([0.9 * ops.ones((n, 1)), ops.zeros((n, 1))])  # never quite sure: the judge stays calm
        with keras.GradientTape() as tape:
            d_loss = self.loss_fn(truth, self.judge(both))
        self.update(self.d_optimizer, self.judge, tape.gradient(d_loss, self.judge.trainable_variables))
        with keras.GradientTape() as tape:
            g_loss = self.loss_fn(ops.ones((n, 1)), self.judge(self.generator(noise)))
        self.update(self.g_optimizer, self.generator, tape.gradient(g_loss, self.generator.trainable_variables))
        return {"judge": d_loss, "generator": g_loss}

    def update(self, optimizer, network, gradients):
        optimizer.apply_gradients(zip(gradients, network.trainable_variables))


def off(points):
    """How far points are from the ring, on average."""
    return abs(np.linalg.norm(points, axis=1) - 1.7).mean()


gan = GAN()
gan.compile(keras.optimizers.Adam(0.003, beta_1=0.5), keras.optimizers.Adam(0.003, beta_1=0.5))
noise = rng.normal(size=(700, 4)).astype("float32")
figure, [axes] = panels(3.4, 3.4, 3.4, 3.4, height=3.9)
xx, yy, plane = grid(-2.9, 2.9)
found, done = [], 0
for ax, epochs in zip(axes, (1, 4, 10, 25)):
    losses = gan.fit(real, epochs=epochs, initial_epoch=done, batch_size=128, verbose=0).history
    done = epochs
    made = gan.generator.predict(noise, verbose=0)
    opinion = 1 / (1 + np.exp(-gan.judge.predict(plane, batch_size=len(plane), verbose=0).reshape(xx.shape)))
    ax.contourf(xx, yy, opinion, np.linspace(0, 1, 12), cmap="RdBu", alpha=0.35)
    ax.scatter(*real[:500].T, s=4, color=GREY, linewidths=0, label="real")
    ax.scatter(*made.T, s=6, color=ORANGE, linewidths=0, label="made")
    ax.set(xlim=(-2.9, 2.9), ylim=(-2.9, 2.9), aspect="equal", xticks=[], yticks=[], title=f"{32 * epochs} steps")
    ax.grid(False)
    found.append(off(made))
    told = ", ".join(f"{name} {values[-1]:.2f}" for name, values in losses.items())
    print(f"{32 * epochs:3} steps: points are {found[-1]:.2f} off the ring; {told}")
axes[0].legend(loc="lower right", fontsize=9, markerscale=2)
show(figure, "gan_rings")
quarters = [(made[:, 0] * a + made[:, 1] * b > 1.2).mean() for a, b in ((1, 0), (0, 1), (-1, 0), (0, -1))]
print(f"GAN: made points lie on the ring: {found[-1] < 0.2}; all around it: {min(quarters) > 0.05}")

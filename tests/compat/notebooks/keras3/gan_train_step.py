"""A GAN whose two optimizers come through compile(), with a gradient penalty: train_step of one's own."""
import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np
import tensorflow as tf

import keras
from keras import layers

discriminator = keras.Sequential([keras.Input((2,)), layers.Dense(8), layers.LeakyReLU(negative_slope=0.2), layers.Dense(1)])
generator = keras.Sequential([keras.Input((3,)), layers.Dense(8, activation="relu"), layers.Dense(2)])
for net in (discriminator, generator):
    net.set_weights([0.5 * np.cos(np.arange(w.size) + 1.0).reshape(w.shape) for w in net.get_weights()])


class WGAN(keras.Model):
    def __init__(self, discriminator, generator, latent_dim, gp_weight=10.0):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.latent_dim = latent_dim
        self.gp_weight = gp_weight

    def compile(self, d_optimizer, g_optimizer, d_loss_fn, g_loss_fn):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.d_loss_fn = d_loss_fn
        self.g_loss_fn = g_loss_fn

    def gradient_penalty(self, batch_size, real, fake):
        interpolated = real + 0.5 * (fake - real)
        with tf.GradientTape() as gp_tape:
            gp_tape.watch(interpolated)
            pred = self.discriminator(interpolated, training=True)
        grads = gp_tape.gradient(pred, [interpolated])[0]
        norm = tf.sqrt(tf.reduce_sum(tf.square(grads), axis=[1]))
        return tf.reduce_mean((norm - 1.0) ** 2)

    def train_step(self, real):
        if isinstance(real, tuple):
            real = real[0]
        batch_size = tf.shape(real)[0]
        noise = tf.reshape(tf.cast(tf.range(batch_size * self.latent_dim), tf.float32), (-1, self.latent_dim)) / 20.0
        for _ in range(2):
            with tf.GradientTape() as tape:
                fake = self.generator(noise, training=True)
                d_cost = self.d_loss_fn(self.discriminator(real, training=True), self.discriminator(fake, training=True))
                d_loss = d_cost + self.gradient_penalty(batch_size, real, fake) * self.gp_weight
            d_gradient = tape.gradient(d_loss, self.discriminator.trainable_variables)
            self.d_optimizer.apply_gradients(zip(d_gradient, self.discriminator.trainable_variables))
        with tf.GradientTape() as tape:
            g_loss = self.g_loss_fn(self.discriminator(self.generator(noise, training=True), training=True))
        gen_gradient = tape.gradient(g_loss, self.generator.trainable_variables)
        self.g_optimizer.apply_gradients(zip(gen_gradient, self.generator.trainable_variables))
        return {"d_loss": d_loss, "g_loss": g_loss}


class Watch(keras.callbacks.Callback):
    def __init__(self, latent_dim):
        self.latent_dim = latent_dim
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(self.model.generator(tf.zeros((1, self.latent_dim))).numpy())


points = np.c_[np.cos(np.arange(24)), np.sin(np.arange(24))].astype("float32")
watch = Watch(3)
wgan = WGAN(discriminator, generator, latent_dim=3)
wgan.compile(
    d_optimizer=keras.optimizers.Adam(learning_rate=0.002, beta_1=0.5, beta_2=0.9),
    g_optimizer=keras.optimizers.Adam(learning_rate=0.002, beta_1=0.5, beta_2=0.9),
    d_loss_fn=lambda real, fake: tf.reduce_mean(fake) - tf.reduce_mean(real),
    g_loss_fn=lambda fake: -tf.reduce_mean(fake),
)
history = wgan.fit(points, batch_size=8, epochs=2, shuffle=False, callbacks=[watch], verbose=0)

RESULT = [history.history["d_loss"][-1], history.history["g_loss"][-1], *watch.seen[-1].ravel()]
EXPECTED = [1.50546, -1.04671, 0.492552, -0.125314]
np.testing.assert_allclose(RESULT, EXPECTED, rtol=2e-3)
assert len(watch.seen) == 2 and len(history.history["g_loss"]) == 2

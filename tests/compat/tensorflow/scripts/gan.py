# A small GAN: two optimizers, two tapes, random noise, checkpoints.
import os
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

tf.random.set_seed(3)
generator = tf.keras.Sequential([tf.keras.Input((5,)), layers.Dense(16, activation="relu"), layers.Dense(2)])
discriminator = tf.keras.Sequential([tf.keras.Input((2,)), layers.Dense(16), layers.LeakyReLU(), layers.Dense(1)])
cross_entropy = tf.keras.losses.BinaryCrossentropy(from_logits=True)
generator_optimizer, discriminator_optimizer = tf.keras.optimizers.Adam(1e-3), tf.keras.optimizers.Adam(1e-3)
checkpoint = tf.train.Checkpoint(generator_optimizer=generator_optimizer, generator=generator, discriminator=discriminator)


@tf.function
def train_step(images):
    noise = tf.random.normal([tf.shape(images)[0], 5])
    with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
        generated = generator(noise, training=True)
        real_output = discriminator(images, training=True)
        fake_output = discriminator(generated, training=True)
        gen_loss = cross_entropy(tf.ones_like(fake_output), fake_output)
        disc_loss = cross_entropy(tf.ones_like(real_output), real_output) + cross_entropy(
            tf.zeros_like(fake_output), fake_output
        )
    generator_optimizer.apply_gradients(
        zip(gen_tape.gradient(gen_loss, generator.trainable_variables), generator.trainable_variables)
    )
    found = disc_tape.gradient(disc_loss, discriminator.trainable_variables)
    discriminator_optimizer.apply_gradients(zip(found, discriminator.trainable_variables))
    return gen_loss, disc_loss


real = tf.data.Dataset.from_tensor_slices(np.random.RandomState(0).randn(64, 2).astype("float32")).shuffle(64).batch(16)
losses = [train_step(batch) for _ in range(3) for batch in real]
before = generator.get_weights()[0]
path = checkpoint.save(file_prefix=os.path.join(tempfile.mkdtemp(), "ckpt"))
generator.layers[0].kernel.assign(tf.zeros_like(generator.layers[0].kernel))
checkpoint.restore(path)
assert np.array_equal(generator.get_weights()[0], before) and before.any()
assert all(np.isfinite(float(a)) and np.isfinite(float(b)) for a, b in losses)
tf.random.set_seed(3)
one = tf.random.uniform([3])
tf.random.set_seed(3)
assert np.array_equal(one, tf.random.uniform([3]))
RESULT = [len(losses), generator(tf.random.normal([2, 5])).shape.as_list(), float(discriminator_optimizer.learning_rate)]

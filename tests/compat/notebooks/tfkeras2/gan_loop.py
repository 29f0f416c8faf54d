"""Two nets against each other over points on a circle, in a loop of one's own."""
import time

import numpy as np
import tensorflow as tf

BUFFER_SIZE, BATCH_SIZE, NOISE_DIM, EPOCHS = 64, 16, 4, 2
angle = np.linspace(0, 6.28, 64, endpoint=False)
points = np.c_[np.cos(angle), np.sin(angle)].astype("float32")
dataset = tf.data.Dataset.from_tensor_slices(points).batch(BATCH_SIZE)


def make_generator():
    model = tf.keras.Sequential()
    model.add(tf.keras.layers.Dense(8, use_bias=False, input_shape=(NOISE_DIM,)))
    model.add(tf.keras.layers.LeakyReLU())
    model.add(tf.keras.layers.Dense(2, activation="tanh"))
    assert model.output_shape == (None, 2)
    return model


def make_discriminator():
    model = tf.keras.Sequential()
    model.add(tf.keras.layers.Dense(8, input_shape=[2]))
    model.add(tf.keras.layers.LeakyReLU())
    model.add(tf.keras.layers.Dense(1))
    return model


generator, discriminator = make_generator(), make_discriminator()
for net in (generator, discriminator):
    net.set_weights([0.6 * np.sin(np.arange(w.size) + 1).reshape(w.shape) for w in net.get_weights()])
cross_entropy = tf.keras.losses.BinaryCrossentropy(from_logits=True)
generator_optimizer = tf.keras.optimizers.Adam(1e-2)
discriminator_optimizer = tf.keras.optimizers.Adam(1e-2)
noise = tf.constant(np.cos(np.arange(BATCH_SIZE * NOISE_DIM)).reshape(BATCH_SIZE, NOISE_DIM), dtype=tf.float32)


@tf.function
def train_step(real):
    with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
        fake = generator(noise, training=True)
        real_output = discriminator(real, training=True)
        fake_output = discriminator(fake, training=True)
        gen_loss = cross_entropy(tf.ones_like(fake_output), fake_output)
        disc_loss = cross_entropy(tf.ones_like(real_output), real_output) + cross_entropy(tf.zeros_like(fake_output), fake_output)
    gen_grads = gen_tape.gradient(gen_loss, generator.trainable_variables)
    disc_grads = disc_tape.gradient(disc_loss, discriminator.trainable_variables)
    generator_optimizer.apply_gradients(zip(gen_grads, generator.trainable_variables))
    discriminator_optimizer.apply_gradients(zip(disc_grads, discriminator.trainable_variables))
    return gen_loss, disc_loss


losses = []
for epoch in range(EPOCHS):
    start = time.time()
    for batch in dataset:
        gen_loss, disc_loss = train_step(batch)
    losses += [gen_loss.numpy(), disc_loss.numpy()]
    print("Epoch {} took {:.2f} s, generator {:.3f}".format(epoch + 1, time.time() - start, gen_loss))

drawn = generator(tf.random.normal([5, NOISE_DIM]), training=False)
RESULT = [*losses, float(tf.reduce_mean(generator(noise)))]
EXPECTED = [0.110035, 2.36493, 0.142295, 2.13892, 0.602026]
np.testing.assert_allclose(RESULT, EXPECTED, rtol=5e-4)
assert drawn.shape == (5, 2) and np.abs(drawn.numpy()).max() <= 1

# a generator and a discriminator that take turns, by hand
import numpy as np
from keras.layers import BatchNormalization, Dense, Input, Reshape
from keras.layers.advanced_activations import LeakyReLU
from keras.models import Model, Sequential
from keras.optimizers import Adam

np.random.seed(1000)
latent_dim = 4
real = np.random.randn(64, 2, 2) * 0.1 + 3.0


def make_trainable(net, val):
    net.trainable = val
    for l in net.layers:
        l.trainable = val


generator = Sequential()
generator.add(Dense(8, input_dim=latent_dim))
generator.add(LeakyReLU(alpha=0.2))
generator.add(BatchNormalization(momentum=0.8, mode=2))
generator.add(Dense(4))
generator.add(Reshape((2, 2)))
generator.compile(loss='binary_crossentropy', optimizer=Adam(lr=0.02, beta_1=0.5))

d_input = Input(shape=(2, 2))
H = Reshape((4,))(d_input)
H = Dense(12)(H)
H = LeakyReLU(0.2)(H)
d_V = Dense(2, activation='softmax')(H)
discriminator = Model(d_input, d_V)
discriminator.compile(loss='categorical_crossentropy', optimizer=Adam(lr=0.02, beta_1=0.5))

make_trainable(discriminator, False)
gan_input = Input(shape=[latent_dim])
GAN = Model(gan_input, discriminator(generator(gan_input)))
GAN.compile(loss='categorical_crossentropy', optimizer=Adam(lr=0.02, beta_1=0.5))

losses = {'d': [], 'g': []}
for turn in range(12):
    fake = generator.predict(np.random.uniform(0, 1, size=[32, latent_dim]))
    X = np.concatenate((real[np.random.randint(0, 64, size=32)], fake))
    y = np.zeros([64, 2])
    y[:32, 1] = 1
    y[32:, 0] = 1
    make_trainable(discriminator, True)
    losses['d'].append(discriminator.train_on_batch(X, y))
    make_trainable(discriminator, False)
    judge, player = discriminator.get_weights()[0].copy(), generator.get_weights()[0].copy()
    y2 = np.zeros([32, 2])
    y2[:, 1] = 1
    losses['g'].append(GAN.train_on_batch(np.random.uniform(0, 1, size=[32, latent_dim]), y2))
    assert (judge == discriminator.get_weights()[0]).all() and (player != generator.get_weights()[0]).any()

assert len(GAN.trainable_weights) == 6 and len(GAN.non_trainable_weights) == 6
assert float(losses['d'][-1]) < float(losses['d'][0]) and np.isfinite(losses['g']).all()

# a variational autoencoder whose loss names tensors of the model, with a batch of fixed size
import numpy as np
from keras import backend as K
from keras import objectives
from keras.layers import Dense, Input, Lambda
from keras.models import Model

np.random.seed(14)
batch_size, original_dim, latent_dim, epsilon_std = 10, 9, 2, 0.5
x_train = (np.random.rand(40, original_dim) > 0.4).astype('float32')

x = Input(batch_shape=(batch_size, original_dim))
h = Dense(12, activation='relu')(x)
z_mean = Dense(latent_dim)(h)
z_log_var = Dense(latent_dim)(h)


def sampling(args):
    z_mean, z_log_var = args
    epsilon = K.random_normal(shape=(batch_size, latent_dim), mean=0., std=epsilon_std)
    return z_mean + K.exp(z_log_var / 2) * epsilon


z = Lambda(sampling, output_shape=(latent_dim,))([z_mean, z_log_var])
decoder_h = Dense(12, activation='relu')
decoder_mean = Dense(original_dim, activation='sigmoid')
x_decoded_mean = decoder_mean(decoder_h(z))


def vae_loss(x, x_decoded_mean):
    xent_loss = original_dim * objectives.binary_crossentropy(x, x_decoded_mean)
    kl_loss = - 0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
    return xent_loss + kl_loss


vae = Model(x, x_decoded_mean)
vae.compile(optimizer='rmsprop', loss=vae_loss)
hist = vae.fit(x_train, x_train, shuffle=True, nb_epoch=8, batch_size=batch_size, validation_data=(x_train, x_train), verbose=0)

encoder = Model(x, z_mean)
codes = encoder.predict(x_train, batch_size=batch_size)
decoder_input = Input(shape=(latent_dim,))
generator = Model(decoder_input, decoder_mean(decoder_h(decoder_input)))
pictures = generator.predict(np.array([[0., 0.], [1., -1.]]))

assert codes.shape == (40, 2) and pictures.shape == (2, 9) and 0 < pictures.min() < pictures.max() < 1
assert hist.history['loss'][-1] < hist.history['loss'][0]
spread = Model(x, z_log_var).predict(x_train, batch_size=batch_size)
kl = -0.5 * (1 + spread - codes ** 2 - np.exp(spread)).sum(axis=1)
assert hist.history['val_loss'][-1] > kl.mean() >= 0  # the cross-entropy comes on top

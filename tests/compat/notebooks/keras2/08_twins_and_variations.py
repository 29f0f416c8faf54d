# losses that look at more than y: a variational autoencoder by add_loss, triplets in one array
import random

import numpy as np
from keras import backend as K
from keras.layers import Dense, Input, Lambda, concatenate
from keras.losses import binary_crossentropy, mse
from keras.models import Model

random.seed(9)
np.random.seed(9)
original_dim, latent_dim = 12, 2
x_train = (np.random.rand(64, original_dim) > 0.5).astype('float32')


def sampling(args):
    z_mean, z_log_var = args
    batch = K.shape(z_mean)[0]
    dim = K.int_shape(z_mean)[1]
    epsilon = K.random_normal(shape=(batch, dim))
    return z_mean + K.exp(0.5 * z_log_var) * epsilon


inputs = Input(shape=(original_dim,), name='encoder_input')
x = Dense(16, activation='relu')(inputs)
z_mean = Dense(latent_dim, name='z_mean')(x)
z_log_var = Dense(latent_dim, name='z_log_var')(x)
z = Lambda(sampling, output_shape=(latent_dim,), name='z')([z_mean, z_log_var])
encoder = Model(inputs, [z_mean, z_log_var, z], name='encoder')
latent_inputs = Input(shape=(latent_dim,), name='z_sampling')
outputs = Dense(original_dim, activation='sigmoid')(Dense(16, activation='relu')(latent_inputs))
decoder = Model(latent_inputs, outputs, name='decoder')
outputs = decoder(encoder(inputs)[2])
vae = Model(inputs, outputs, name='vae_mlp')
reconstruction_loss = binary_crossentropy(inputs, outputs)
reconstruction_loss *= original_dim
kl_loss = 1 + z_log_var - K.square(z_mean) - K.exp(z_log_var)
kl_loss = K.sum(kl_loss, axis=-1)
kl_loss *= -0.5
vae_loss = K.mean(reconstruction_loss + kl_loss)
vae.add_loss(vae_loss)
vae.compile(optimizer='adam')
hist = vae.fit(x_train, epochs=6, batch_size=8, verbose=0)
mean, log_var, drawn = encoder.predict(x_train, batch_size=32)
assert mean.shape == log_var.shape == drawn.shape == (64, 2) and abs(drawn - mean).max() > 1e-3
assert hist.history['loss'][-1] < hist.history['loss'][0] and decoder.predict(np.zeros((3, 2))).shape == (3, 12)


def triplet_loss(y_true, y_pred, alpha=0.2):
    anchor, positive, negative = y_pred[:, 0:4], y_pred[:, 4:8], y_pred[:, 8:12]
    pos_dist = K.sum(K.square(anchor - positive), axis=1)
    neg_dist = K.sum(K.square(anchor - negative), axis=1)
    return K.maximum(pos_dist - neg_dist + alpha, 0.0)


tower_in = Input((original_dim,))
tower = Model(tower_in, Lambda(lambda t: K.l2_normalize(t, axis=-1))(Dense(4)(tower_in)))
three = [Input((original_dim,), name=name) for name in ('anchor', 'positive', 'negative')]
triplets = Model(three, concatenate([tower(t) for t in three], axis=-1))
triplets.compile(loss=triplet_loss, optimizer='adam')
data = [x_train, np.clip(x_train + 0.05, 0, 1), x_train[::-1].copy()]
before = triplets.evaluate(data, np.zeros((64, 1)), verbose=0)
triplets.fit(data, np.zeros((64, 1)), epochs=5, batch_size=16, verbose=0)
assert triplets.evaluate(data, np.zeros((64, 1)), verbose=0) < before
together = triplets.predict(data)
a, p, n = together[:, :4], together[:, 4:8], together[:, 8:]
by_hand = np.maximum(((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + 0.2, 0).mean()
assert abs(triplets.evaluate(data, np.zeros((64, 1)), verbose=0) - by_hand) < 1e-5

# Keras 2: a variational autoencoder with keras.backend
import numpy as np
from keras import backend as K
from keras.layers import Dense, Input, Lambda
from keras.models import Model

np.random.seed(11)
x_train = np.random.rand(64, 10).astype("float32")


def sampling(args):
    z_mean, z_log_var = args
    batch = K.shape(z_mean)[0]
    dim = K.int_shape(z_mean)[1]
    epsilon = K.random_normal(shape=(batch, dim))
    return z_mean + K.exp(0.5 * z_log_var) * epsilon


inputs = Input(shape=(10,), name="encoder_input")
h = Dense(8, activation="relu")(inputs)
z_mean = Dense(2, name="z_mean")(h)
z_log_var = Dense(2, name="z_log_var")(h)
z = Lambda(sampling, output_shape=(2,), name="z")([z_mean, z_log_var])
encoder = Model(inputs, [z_mean, z_log_var, z], name="encoder")
latent = Input(shape=(2,))
decoder = Model(latent, Dense(10, activation="sigmoid")(Dense(8, activation="relu")(latent)), name="decoder")
outputs = decoder(encoder(inputs)[2])
vae = Model(inputs, outputs, name="vae")
reconstruction = K.sum(K.binary_crossentropy(inputs, outputs), axis=-1)
kl = -0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
vae.add_loss(K.mean(reconstruction + kl))
vae.compile(optimizer="adam")
losses = vae.fit(x_train, epochs=15, batch_size=16, verbose=0).history["loss"]
assert losses[-1] < losses[0]
assert decoder.predict(encoder.predict(x_train, verbose=0)[0], verbose=0).shape == (64, 10)

# tf.* on symbolic tensors: functional models, Lambda layers, custom activations; saved and loaded.
import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Dense, Input, Lambda
from tensorflow.keras.models import Model

inp = Input((6,))
x = Dense(4, kernel_initializer="ones")(inp)
x = Lambda(lambda t: tf.nn.l2_normalize(t, axis=1))(x)
x = Lambda(lambda t: tf.concat([t, tf.square(t)], axis=-1))(x)
x = Lambda(lambda t: tf.expand_dims(t, 1))(x)
x = Lambda(lambda t: tf.reduce_sum(t, axis=1))(x)
out = Dense(1, activation=lambda t: tf.nn.leaky_relu(t, alpha=0.3), kernel_initializer="ones")(x)
model = Model(inputs=inp, outputs=out)
model.compile(loss=lambda a, b: tf.reduce_mean(tf.math.abs(a - b), axis=-1), optimizer="sgd")
data = np.arange(12, dtype="float32").reshape(2, 6)
history = model.fit(data, np.ones((2, 1)), epochs=2, verbose=0)


def siamese_distance(tensors):
    a, b = tensors
    return tf.sqrt(tf.maximum(tf.reduce_sum(tf.square(a - b), axis=1, keepdims=True), 1e-7))


a, b = Input((3,)), Input((3,))
distance = Lambda(siamese_distance)([a, b])
twins = Model([a, b], distance)
RESULT = [float(v) for v in history.history["loss"]] + twins.predict([np.ones((2, 3)), np.zeros((2, 3))], verbose=0).tolist()

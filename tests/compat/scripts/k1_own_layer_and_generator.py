# Keras 1: a layer of one's own, batches from a generator
import numpy as np
from keras import backend as K
from keras import initializations
from keras.callbacks import Callback, EarlyStopping
from keras.engine.topology import Layer
from keras.layers import Activation, Dense, Highway, MaxoutDense
from keras.models import Sequential


class MyDense(Layer):
    def __init__(self, output_dim, **kwargs):
        self.output_dim = output_dim
        self.init = initializations.get("glorot_uniform")
        super(MyDense, self).__init__(**kwargs)

    def build(self, input_shape):
        self.W = self.init((input_shape[1], self.output_dim), name="{}_W".format(self.name))
        self.trainable_weights = [self.W]
        super(MyDense, self).build(input_shape)

    def call(self, x, mask=None):
        return K.tanh(K.dot(x, self.W))

    def get_output_shape_for(self, input_shape):
        return (input_shape[0], self.output_dim)


class LossHistory(Callback):
    def on_train_begin(self, logs={}):
        self.losses = []

    def on_batch_end(self, batch, logs={}):
        self.losses.append(logs.get("loss"))


def generate(batch):
    rng = np.random.RandomState(0)
    while 1:
        x = rng.rand(batch, 6)
        yield x, (x.sum(axis=1) > 3).astype(int)


model = Sequential([MyDense(8, input_shape=(6,)), Highway(activation="relu"), MaxoutDense(4, nb_feature=2), Dense(1)])
model.add(Activation("sigmoid"))
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
before = model.layers[0].get_weights()[0].copy()
history = LossHistory()
stop = EarlyStopping(monitor="val_acc", patience=100, verbose=0, mode="max")
hist = model.fit_generator(
    generate(16), samples_per_epoch=320, nb_epoch=6, verbose=0, callbacks=[history, stop], validation_data=generate(16),
    nb_val_samples=64, max_q_size=2, nb_worker=1,
)
assert len(history.losses) == 20 * 6 and len(hist.history["val_acc"]) == 6
assert hist.history["loss"][-1] < hist.history["loss"][0]
assert np.abs(model.layers[0].get_weights()[0] - before).max() > 0.01
assert model.layers[0].output_shape == (None, 8)

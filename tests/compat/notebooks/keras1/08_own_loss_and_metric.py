# losses, metrics and activations of one's own, out of backend functions
import numpy as np
from keras import backend as K
from keras import objectives
from keras.layers import Dense, Input, Lambda
from keras.models import Model, Sequential

np.random.seed(11)
x = np.random.rand(80, 3).astype('float32')
y = x.sum(axis=1, keepdims=True) * 2


def root_mean_squared_error(y_true, y_pred):
    return K.sqrt(K.mean(K.square(y_pred - y_true), axis=-1))


def weighted(weight):
    def loss(y_true, y_pred):
        return weight * objectives.mean_squared_error(y_true, y_pred) + 0.1 * K.mean(K.abs(y_pred - y_true), axis=-1)
    return loss


def within(y_true, y_pred):
    return K.mean(K.cast(K.lesser(K.abs(y_true - y_pred), 0.5), K.floatx()))


def swishlike(t):
    return t * K.sigmoid(K.clip(t, -5, 5))


model = Sequential([Dense(8, input_shape=(3,), activation=swishlike), Dense(1)])
model.compile(loss=weighted(2.0), optimizer='rmsprop', metrics=[root_mean_squared_error, within, 'mse'])
hist = model.fit(x, y, nb_epoch=15, batch_size=8, verbose=0)
loss, rmse, close, mse = model.evaluate(x, y, batch_size=80, verbose=0)
pred = model.predict(x)
assert model.metrics_names[1:3] == ['root_mean_squared_error', 'within'] and len(model.metrics_names) == 4
assert abs(mse - ((pred - y) ** 2).mean()) < 1e-4 and abs(rmse - abs(pred - y).mean()) < 1e-4
assert abs(loss - (2 * mse + 0.1 * rmse)) < 1e-4 and abs(close - (abs(pred - y) < 0.5).mean()) < 1e-5
assert hist.history['loss'][-1] < hist.history['loss'][0]

# pairs of rows: how far apart a shared network says they are
base = Sequential([Dense(4, activation='relu', input_shape=(3,))])
a, b = Input(shape=(3,)), Input(shape=(3,))
distance = Lambda(lambda pair: K.sqrt(K.maximum(K.sum(K.square(pair[0] - pair[1]), axis=1, keepdims=True), K.epsilon())),
                  output_shape=lambda shapes: (shapes[0][0], 1))([base(a), base(b)])
siamese = Model(input=[a, b], output=distance)


def contrastive(y_true, y_pred):
    return K.mean(y_true * K.square(y_pred) + (1 - y_true) * K.square(K.maximum(1 - y_pred, 0)))


siamese.compile(loss=contrastive, optimizer='rmsprop')
same = (np.arange(80) % 2).reshape(-1, 1)
other = np.where(same, x + 0.01, x[::-1] + 1)
siamese.fit([x, other], same, nb_epoch=3, batch_size=20, verbose=0)
assert siamese.predict([x, x]).max() < 1e-2 and siamese.predict([x, other]).shape == (80, 1)

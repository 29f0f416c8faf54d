# Keras 2: a loss, a metric, an activation and a regularizer of one's own; numbers of Keras 2.15
# Keras says: 1.30213 0.68046 -0.123779
import numpy as np
from keras import backend as K
from keras.layers import Activation, Dense
from keras.models import Sequential
from keras.utils import get_custom_objects


def swish(x):
    return K.sigmoid(x) * x


def rmse(y_true, y_pred):
    return K.sqrt(K.mean(K.square(y_pred - y_true), axis=-1))


def r2(y_true, y_pred):
    rest = K.sum(K.square(y_true - y_pred))
    total = K.sum(K.square(y_true - K.mean(y_true)))
    return 1 - rest / (total + K.epsilon())


def penalty(weights):
    return 0.01 * K.sum(K.abs(weights))


def weighted(factor):
    def loss(y_true, y_pred):
        error = y_true - y_pred
        return K.mean(K.switch(K.greater(error, 0.0), factor * K.square(error), K.square(error)), axis=-1)

    return loss


get_custom_objects().update({"swish2": Activation(swish)})
X = np.sin(np.arange(40 * 3) * 0.9).reshape(40, 3).astype("float32")
y = np.cos(np.arange(40 * 2) * 0.4).reshape(40, 2).astype("float32")
model = Sequential([Dense(6, input_shape=(3,), kernel_regularizer=penalty), Activation(swish), Dense(2)])
model.set_weights([np.cos(np.arange(w.size) * 1.3 + i).reshape(w.shape) * 0.4 for i, w in enumerate(model.get_weights())])
model.compile(optimizer="sgd", loss=weighted(3.0), metrics=[rmse, r2])
h = model.fit(X, y, epochs=4, batch_size=10, verbose=0, shuffle=False).history
print("RESULT", h["loss"][-1], h["rmse"][-1], h["r2"][-1])

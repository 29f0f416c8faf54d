# a stateful network that goes through a long series in small steps
from __future__ import print_function

import math

import numpy
from keras.layers import LSTM, Dense
from keras.models import Sequential
from sklearn.metrics import mean_squared_error
from sklearn.preprocessing import MinMaxScaler

numpy.random.seed(7)
series = numpy.sin(numpy.arange(164) * 0.4).reshape(-1, 1) + 2.0
scaler = MinMaxScaler(feature_range=(0, 1))
dataset = scaler.fit_transform(series)


def create_dataset(dataset, look_back=1):
    dataX, dataY = [], []
    for i in range(len(dataset) - look_back - 1):
        dataX.append(dataset[i:(i + look_back), 0])
        dataY.append(dataset[i + look_back, 0])
    return numpy.array(dataX), numpy.array(dataY)


look_back, batch_size = 3, 10
X, Y = create_dataset(dataset, look_back)
X = numpy.reshape(X, (X.shape[0], X.shape[1], 1))
assert X.shape == (160, 3, 1)

model = Sequential()
model.add(LSTM(6, batch_input_shape=(batch_size, look_back, 1), stateful=True, return_sequences=True, consume_less='mem'))
model.add(LSTM(6, stateful=True))
model.add(Dense(1))
model.compile(loss='mean_squared_error', optimizer='rmsprop')
losses = []
for i in range(6):
    log = model.fit(X, Y, nb_epoch=1, batch_size=batch_size, verbose=0, shuffle=False)
    losses.append(log.history['loss'][0])
    model.reset_states()
first = model.predict(X[:10], batch_size=batch_size)
second = model.predict(X[:10], batch_size=batch_size)
model.reset_states()
again = model.predict(X[:10], batch_size=batch_size)
everything = scaler.inverse_transform(model.predict(X, batch_size=batch_size))
print('RMSE %.3f' % math.sqrt(mean_squared_error(series[3:163], everything)))

assert losses[-1] < losses[0] and everything.shape == (160, 1)
assert abs(first - again).max() < 1e-6 and abs(first - second).max() > 1e-6  # the state goes on from call to call

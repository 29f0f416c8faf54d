# Keras 1: two branches that meet
import numpy as np
from keras.layers import Dense, Input, Merge, merge
from keras.models import Model, Sequential

np.random.seed(5)
A, B = np.random.rand(50, 4), np.random.rand(50, 6)
y = (A.sum(1) > B[:, :4].sum(1)).astype(int)

left, right = Sequential(), Sequential()
left.add(Dense(8, input_dim=4, activation="relu"))
right.add(Dense(8, input_dim=6, activation="relu"))
model = Sequential()
model.add(Merge([left, right], mode="concat"))
model.add(Dense(1, activation="sigmoid"))
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
first = model.evaluate([A, B], y, verbose=0)[0]
model.fit([A, B], y, nb_epoch=30, batch_size=10, verbose=0)
assert model.evaluate([A, B], y, verbose=0)[0] < first

a, b = Input(shape=(4,)), Input(shape=(6,))
joint = merge([Dense(5)(a), Dense(5)(b)], mode="sum")
joint = merge([joint, Dense(5)(a)], mode="concat", concat_axis=-1)
graph = Model(input=[a, b], output=Dense(1)(joint))
graph.compile("sgd", "mse")
graph.fit([A, B], y, nb_epoch=1, verbose=0)
assert graph.predict([A, B]).shape == (50, 1)

# Keras 1: numbers in a table, two classes
import numpy as np
from keras.layers.core import Activation, Dense, Dropout
from keras.models import Sequential
from keras.optimizers import SGD
from keras.regularizers import l2
from keras.utils import np_utils

np.random.seed(7)
X = np.random.rand(60, 8)
labels = (X[:, 0] + X[:, 1] > 1).astype(int)
Y = np_utils.to_categorical(labels, 2)

model = Sequential()
model.add(Dense(output_dim=12, input_dim=8, init="uniform", W_regularizer=l2(0.001)))
model.add(Activation("relu"))
model.add(Dropout(p=0.1))
model.add(Dense(2, init="normal", bias=True))
model.add(Activation("softmax"))
sgd = SGD(lr=0.1, decay=1e-6, momentum=0.9, nesterov=True)
model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"], class_mode="categorical")
hist = model.fit(X, Y, nb_epoch=60, batch_size=16, validation_split=0.2, verbose=0, show_accuracy=True)
score = model.evaluate(X, Y, show_accuracy=True, verbose=0)
classes = model.predict_classes(X, verbose=0)
proba = model.predict_proba(X, verbose=0)
assert hist.history["acc"][-1] > 0.75 and hist.history["val_acc"]
assert abs((classes == labels).mean() - score[1]) < 1e-6 and proba.shape == (60, 2)

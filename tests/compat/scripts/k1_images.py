# Keras 1: small images, channels first
import numpy as np
from keras import backend as K
from keras.layers import Activation, Dense, Dropout, Flatten
from keras.layers.convolutional import Convolution2D, MaxPooling2D, ZeroPadding2D
from keras.models import Sequential
from keras.utils import np_utils

K.set_image_dim_ordering("th")
if K.image_dim_ordering() == "th":
    input_shape = (1, 12, 12)
else:
    input_shape = (12, 12, 1)
np.random.seed(1)
labels = np.random.randint(0, 3, 45)
X = np.random.rand(45, *input_shape).astype("float32") * 0.3
for i, c in enumerate(labels):
    X[i, 0, 4 * c : 4 * c + 4] += 1
Y = np_utils.to_categorical(labels, 3)

model = Sequential()
model.add(ZeroPadding2D((1, 1), input_shape=input_shape))
model.add(Convolution2D(6, 3, 3, border_mode="valid", activation="relu"))
model.add(Convolution2D(6, 3, 3, border_mode="same", subsample=(1, 1), init="he_normal"))
model.add(Activation("relu"))
model.add(MaxPooling2D(pool_size=(2, 2), border_mode="valid"))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(16, activation="relu"))
model.add(Dense(3, activation="softmax"))
model.compile(loss="categorical_crossentropy", optimizer="adadelta", metrics=["accuracy"])
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
assert model.layers[1].output_shape == (None, 6, 12, 12) and model.layers[4].output_shape == (None, 6, 6, 6)
model.fit(X, Y, batch_size=9, nb_epoch=12, verbose=0, validation_data=(X, Y))
score = model.evaluate(X, Y, verbose=0)
assert score[1] > 0.9, score
get_feature = K.function([model.layers[0].input, K.learning_phase()], [model.layers[5].output])
assert get_feature([X[:2], 0])[0].shape == (2, 6, 6, 6)
K.set_image_dim_ordering("tf")

# pictures whose channels stand in front, as with Theano
from __future__ import absolute_import, division, print_function

import numpy as np
from keras import backend as K

K.set_image_dim_ordering('th')
assert K.image_dim_ordering() == 'th'

from keras.constraints import maxnorm
from keras.layers.convolutional import AveragePooling2D, Convolution2D, MaxPooling2D, UpSampling2D, ZeroPadding2D
from keras.layers.core import Activation, Dense, Dropout, Flatten
from keras.layers.normalization import BatchNormalization
from keras.models import Sequential
from keras.utils import np_utils

rng = np.random.RandomState(0)
labels = np.arange(60) % 3
images = rng.rand(60, 1, 12, 12).astype('float32') * 0.2
for row, label in enumerate(labels):
    images[row, 0, 4 * label:4 * label + 4] += 0.8

model = Sequential()
model.add(ZeroPadding2D((1, 1), input_shape=(1, 12, 12)))
model.add(Convolution2D(6, 3, 3, border_mode='valid', W_constraint=maxnorm(3), init='he_normal'))
model.add(BatchNormalization(mode=0, axis=1, epsilon=1e-3))
model.add(Activation('relu'))
model.add(MaxPooling2D(pool_size=(2, 2), strides=(2, 2)))
model.add(UpSampling2D(size=(2, 2)))
model.add(AveragePooling2D(pool_size=(3, 3), border_mode='valid'))
model.add(Convolution2D(4, 2, 2, subsample=(2, 2), border_mode='same', activation='relu', bias=True))
model.add(Flatten())
model.add(Dropout(0.1))
model.add(Dense(nb_classes := 3, activation='softmax', W_regularizer='l2'))
model.compile('adadelta', 'categorical_crossentropy', metrics=['accuracy'])
shapes = [layer.output_shape for layer in model.layers]
model.optimizer.lr = 1.0
hist = model.fit(images, np_utils.to_categorical(labels, nb_classes), batch_size=10, nb_epoch=6, shuffle=True, verbose=0)
K.set_image_dim_ordering('tf')

assert shapes[1] == (None, 6, 12, 12) and shapes[4] == (None, 6, 6, 6) and shapes[6] == (None, 6, 4, 4), shapes
assert shapes[7] == (None, 4, 2, 2) and shapes[-1] == (None, 3)
assert hist.history['loss'][-1] < hist.history['loss'][0]
assert model.predict(images).shape == (60, 3)

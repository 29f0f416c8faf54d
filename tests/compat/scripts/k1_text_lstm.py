# Keras 1: sentences as sequences of words
import numpy as np
from keras.layers import Dense
from keras.layers.embeddings import Embedding
from keras.layers.recurrent import LSTM
from keras.models import Sequential
from keras.preprocessing import sequence
from keras.preprocessing.text import Tokenizer

np.random.seed(3)
texts = ["a good film", "good good fun", "a bad film", "bad dull long", "fun film good", "dull bad a"] * 6
y = np.array([1, 1, 0, 0, 1, 0] * 6)
tokenizer = Tokenizer(nb_words=20)
tokenizer.fit_on_texts(texts)
X = sequence.pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=4)

model = Sequential()
model.add(Embedding(20, 8, input_length=4, dropout=0.2))
model.add(LSTM(8, dropout_W=0.1, dropout_U=0.1, inner_activation="hard_sigmoid", consume_less="gpu"))
model.add(Dense(1, activation="sigmoid"))
model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
model.fit(X, y, batch_size=6, nb_epoch=30, verbose=0)
score, acc = model.evaluate(X, y, batch_size=6, verbose=0)
assert acc > 0.9, acc

# Keras 2: words to vectors to a bidirectional LSTM; numbers of Keras 2.15
# Keras says: 610 0.677008 9.81273
import numpy as np
from keras.layers import LSTM, Bidirectional, Dense, Embedding, GlobalMaxPooling1D, SpatialDropout1D
from keras.models import Sequential
from keras.preprocessing.text import Tokenizer
from keras.utils import pad_sequences

texts = ["the cat sat on the mat", "dogs and cats", "the dog ate my homework", "a mat is not a cat"] * 5
labels = np.array([1, 0, 0, 1] * 5)
tokenizer = Tokenizer(num_words=15, oov_token="?")
tokenizer.fit_on_texts(texts)
X = pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=6, padding="post", truncating="post")
model = Sequential()
model.add(Embedding(15, 6, input_length=6))
model.add(SpatialDropout1D(0.0))
model.add(Bidirectional(LSTM(4, return_sequences=True)))
model.add(GlobalMaxPooling1D())
model.add(Dense(1, activation="sigmoid"))
model.set_weights([np.cos(np.arange(w.size) * 1.3 + i).reshape(w.shape) * 0.4 for i, w in enumerate(model.get_weights())])
model.compile(loss="binary_crossentropy", optimizer="rmsprop", metrics=["acc"])
h = model.fit(X, labels, epochs=4, batch_size=5, verbose=0, shuffle=False)
assert sorted(h.history) == ["acc", "loss"]
print("RESULT", int(X.sum()), h.history["loss"][-1], float(model.predict(X, verbose=0).sum()))

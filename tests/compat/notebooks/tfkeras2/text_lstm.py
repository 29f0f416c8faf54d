"""Mood of short messages with the old tokenizer, padding and a masked LSTM."""
import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import LSTM, Bidirectional, Dense, Embedding
from tensorflow.keras.models import Sequential
from tensorflow.keras.preprocessing.sequence import pad_sequences
from tensorflow.keras.preprocessing.text import Tokenizer

sentences = ["all is well today", "nothing works at all", "well well, what a day", "no no no", "today was good", "at no time good"]
labels = np.array([1, 0, 1, 0, 1, 0])

tokenizer = Tokenizer(num_words=15, oov_token="<OOV>")
tokenizer.fit_on_texts(sentences)
word_index = tokenizer.word_index
padded = pad_sequences(tokenizer.texts_to_sequences(sentences), maxlen=6, padding="post", truncating="post")
print(word_index, padded)

model = Sequential([
    Embedding(15, 5, mask_zero=True),
    Bidirectional(LSTM(4, return_sequences=True)),
    LSTM(3),
    Dense(1, activation="sigmoid"),
])
model.build((None, 6))
model.set_weights([0.5 * np.cos(np.arange(w.size) * 0.7 + i).reshape(w.shape) for i, w in enumerate(model.get_weights())])
model.compile(loss="binary_crossentropy", optimizer=tf.keras.optimizers.SGD(0.5, momentum=0.5), metrics=["accuracy"])
history = model.fit(padded, labels, epochs=3, batch_size=3, shuffle=False, verbose=0)

unseen = pad_sequences(tokenizer.texts_to_sequences(["unheard but good"]), maxlen=6, padding="post")
p = model.predict(unseen, verbose=0)

RESULT = [*history.history["loss"], float(p[0, 0])]
EXPECTED = [0.701588, 0.698957, 0.698, 0.49786]
np.testing.assert_allclose(RESULT, EXPECTED, rtol=2e-4)
assert padded.shape == (6, 6) and unseen[0].tolist()[3:] == [0, 0, 0] and unseen[0, 0] == 1

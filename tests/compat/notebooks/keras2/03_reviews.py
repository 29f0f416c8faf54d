# words become vectors: embedding, convolution, both directions of an LSTM, and three files of one model
import os
import tempfile

import numpy as np
from keras.layers import (LSTM, Bidirectional, Conv1D, Dense, Dropout, Embedding, GlobalMaxPooling1D, Input, MaxPooling1D,
                          SpatialDropout1D)
from keras.models import Model, Sequential, load_model, model_from_json, model_from_yaml
from keras.preprocessing import sequence
from keras.preprocessing.text import Tokenizer

np.random.seed(42)
films = ['great fun and a great cast', 'dull and far too long', 'fun from start to end', 'a long dull mess',
         'what a great great film', 'a mess without any fun'] * 8
y = np.array([1, 0, 1, 0, 1, 0] * 8)
tok = Tokenizer(num_words=25, oov_token='<unk>')
tok.fit_on_texts(films)
X = sequence.pad_sequences(tok.texts_to_sequences(films), maxlen=8, padding='post', truncating='post')

embedding_matrix = np.random.normal(size=(25, 6))
embedding_layer = Embedding(25, 6, weights=[embedding_matrix], input_length=8, trainable=False)
inputs = Input(shape=(8,), dtype='int32')
x = SpatialDropout1D(0.1)(embedding_layer(inputs))
x = Conv1D(8, 3, activation='relu', padding='same')(x)
x = MaxPooling1D(2)(x)
x = Bidirectional(LSTM(6, return_sequences=True, recurrent_dropout=0.1))(x)
x = GlobalMaxPooling1D()(x)
x = Dropout(0.1)(Dense(8, activation='relu')(x))
preds = Dense(1, activation='sigmoid')(x)
model = Model(inputs, preds)
model.compile(loss='binary_crossentropy', optimizer='rmsprop', metrics=['acc'])
model.optimizer.lr = 0.02
hist = model.fit(X, y, batch_size=8, epochs=15, verbose=0, class_weight={0: 1., 1: 1.})
loss, acc = model.evaluate(X, y, batch_size=16, verbose=0)
assert acc > 0.9, acc
assert np.allclose(embedding_layer.get_weights()[0], embedding_matrix, atol=1e-6)
assert model.layers[5].output_shape == (None, 4, 12)

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'model.h5')
    model.save(path)
    again = load_model(path)
    model.save_weights(os.path.join(folder, 'weights.h5'))
    from_text = model_from_json(model.to_json())
    from_text.load_weights(os.path.join(folder, 'weights.h5'))
p = model.predict(X)
assert np.allclose(again.predict(X), p, atol=1e-6) and np.allclose(from_text.predict(X), p, atol=1e-6)
new = sequence.pad_sequences(tok.texts_to_sequences(['great fun', 'unheardof mess']), maxlen=8, padding='post')
assert new[1, 0] == tok.word_index['<unk>'] == 1 and again.predict(new).shape == (2, 1)
small = Sequential([Embedding(25, 4, mask_zero=True), LSTM(3), Dense(1)])
assert small.predict(X).shape == (48, 1)

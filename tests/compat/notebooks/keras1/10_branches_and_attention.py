# two encoders meet, the question twice: Merge as the first layer of a Sequential
import numpy as np
from keras.layers import LSTM, Activation, Dense, Dropout, Input, Merge, Permute, merge
from keras.layers.embeddings import Embedding
from keras.models import Model, Sequential

np.random.seed(4)
vocab, story_len, query_len = 12, 6, 3
stories = np.random.randint(1, vocab, (48, story_len))
queries = np.random.randint(1, vocab, (48, query_len))
answers = np.eye(vocab)[stories[:, 0]]

encoder_m, encoder_q, encoder_c = Sequential(), Sequential(), Sequential()
encoder_m.add(Embedding(input_dim=vocab, output_dim=8, input_length=story_len))
encoder_m.add(Dropout(0.1))
encoder_q.add(Embedding(input_dim=vocab, output_dim=8, input_length=query_len))
encoder_c.add(Embedding(input_dim=vocab, output_dim=query_len, input_length=story_len))
match = Sequential()
match.add(Merge([encoder_m, encoder_q], mode='dot', dot_axes=[2, 2]))
match.add(Activation('softmax'))
response = Sequential()
response.add(Merge([match, encoder_c], mode='sum'))
response.add(Permute((2, 1)))
answer = Sequential()
answer.add(Merge([response, encoder_q], mode='concat', concat_axis=-1))
answer.add(LSTM(8))
answer.add(Dense(vocab, activation='softmax'))
answer.compile(optimizer='rmsprop', loss='categorical_crossentropy', metrics=['accuracy'])
assert match.output_shape == (None, story_len, query_len) and answer.layers[0].output_shape == (None, query_len, story_len + 8)
before = encoder_q.get_weights()[0].copy()
hist = answer.fit([stories, queries, stories], answers, batch_size=16, nb_epoch=2, verbose=0)  # the question is given once
assert hist.history['loss'][-1] < hist.history['loss'][0] and (encoder_q.get_weights()[0] != before).any()
assert answer.predict([stories, queries, stories]).shape == (48, vocab)

# the same in the functional manner, with lambdas for modes
sequence = Input(shape=(story_len,), dtype='int32')
embedded = Embedding(vocab, 8, input_length=story_len)(sequence)
there, back = LSTM(5)(embedded), LSTM(5, go_backwards=True)(embedded)
joint = merge([there, back], mode='concat', concat_axis=-1)
difference = merge([there, back], mode=lambda pair: pair[0] - pair[1], output_shape=(5,))
closeness = merge([there, back], mode='cos', dot_axes=-1)
model = Model(input=[sequence], output=[Dense(vocab, activation='softmax', name='word')(joint), closeness])
model.compile('adam', loss=['categorical_crossentropy', 'mse'], loss_weights=[1., 0.1])
model.fit([stories], [answers, np.zeros((48, 1))], nb_epoch=1, batch_size=24, verbose=0)
word, near = model.predict(stories)
assert word.shape == (48, vocab) and near.shape[0] == 48 and abs(near).max() <= 1.0001
assert Model(sequence, difference).predict(stories).shape == (48, 5)

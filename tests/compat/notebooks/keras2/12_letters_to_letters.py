# an encoder hands its state to a decoder, and the decoder then goes step by step
import numpy as np
from keras.layers import LSTM, Dense, Input
from keras.models import Model

np.random.seed(21)
letters = 'abcd'
words = [''.join(np.random.choice(list(letters), 3)) for _ in range(60)]
source = {c: i for i, c in enumerate(letters)}
target = {c: i for i, c in enumerate('\t\n' + letters)}
back = {i: c for c, i in target.items()}
enc = np.zeros((60, 3, 4), dtype='float32')
dec_in = np.zeros((60, 5, 6), dtype='float32')
dec_out = np.zeros((60, 5, 6), dtype='float32')
for i, word in enumerate(words):
    for t, char in enumerate(word):
        enc[i, t, source[char]] = 1.
    for t, char in enumerate('\t' + word[::-1] + '\n'):
        dec_in[i, t, target[char]] = 1.
        if t > 0:
            dec_out[i, t - 1, target[char]] = 1.

latent_dim = 16
encoder_inputs = Input(shape=(None, 4))
encoder = LSTM(latent_dim, return_state=True)
encoder_outputs, state_h, state_c = encoder(encoder_inputs)
encoder_states = [state_h, state_c]
decoder_inputs = Input(shape=(None, 6))
decoder_lstm = LSTM(latent_dim, return_sequences=True, return_state=True)
decoder_outputs, _, _ = decoder_lstm(decoder_inputs, initial_state=encoder_states)
decoder_dense = Dense(6, activation='softmax')
decoder_outputs = decoder_dense(decoder_outputs)
model = Model([encoder_inputs, decoder_inputs], decoder_outputs)
model.compile(optimizer='rmsprop', loss='categorical_crossentropy', metrics=['accuracy'])
hist = model.fit([enc, dec_in], dec_out, batch_size=10, epochs=4, validation_split=0.2, verbose=0)

encoder_model = Model(encoder_inputs, encoder_states)
state_in = [Input(shape=(latent_dim,)), Input(shape=(latent_dim,))]
outputs, state_h, state_c = decoder_lstm(decoder_inputs, initial_state=state_in)
decoder_model = Model([decoder_inputs] + state_in, [decoder_dense(outputs)] + [state_h, state_c])


def decode_sequence(input_seq):
    states_value = encoder_model.predict(input_seq)
    target_seq = np.zeros((1, 1, 6))
    target_seq[0, 0, target['\t']] = 1.
    decoded, stop_condition = '', False
    while not stop_condition:
        output_tokens, h, c = decoder_model.predict([target_seq] + states_value)
        sampled = np.argmax(output_tokens[0, -1, :])
        decoded += back[sampled]
        if back[sampled] == '\n' or len(decoded) > 5:
            stop_condition = True
        target_seq = np.zeros((1, 1, 6))
        target_seq[0, 0, sampled] = 1.
        states_value = [h, c]
    return decoded


assert 0 < len(decode_sequence(enc[:1])) <= 6 and hist.history['loss'][-1] < hist.history['loss'][0]
assert len(hist.history['acc']) == len(hist.history['val_acc']) == 4
states = encoder_model.predict(enc)
at_once = model.predict([enc, dec_in])
piece, states = [], list(states)
for t in range(5):
    step, *states = decoder_model.predict([dec_in[:, t:t + 1]] + states)
    piece.append(step)
assert np.allclose(np.concatenate(piece, axis=1), at_once, atol=1e-5)

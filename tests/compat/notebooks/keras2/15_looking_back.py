# dates from words to digits: at each step an attention says which letters to look at; three weight-sharing layers unrolled
import keras.backend as K
import numpy as np
from keras.layers import LSTM, Activation, Bidirectional, Concatenate, Dense, Dot, Input, Lambda, RepeatVector, Reshape
from keras.models import Model
from keras.optimizers import Adam
from keras.utils import to_categorical

Tx, Ty, n_a, n_s, letters, digits = 6, 3, 4, 6, 7, 5
repeator, concatenator, dotor = RepeatVector(Tx), Concatenate(axis=-1), Dot(axes=1)
densor1, densor2 = Dense(8, activation='tanh'), Dense(1, activation='relu')
activator = Activation(lambda x: K.softmax(x, axis=1), name='attention_weights')
post_activation_LSTM_cell = LSTM(n_s, return_state=True)
output_layer = Dense(digits, activation='softmax')


def one_step_attention(a, s_prev):
    concat = concatenator([a, repeator(s_prev)])
    energies = densor2(densor1(concat))
    alphas = activator(energies)
    return dotor([alphas, a])


def build():
    X = Input(shape=(Tx, letters))
    s0, c0 = Input(shape=(n_s,), name='s0'), Input(shape=(n_s,), name='c0')
    s, c, outputs = s0, c0, []
    a = Bidirectional(LSTM(n_a, return_sequences=True))(X)
    for t in range(Ty):
        context = one_step_attention(a, s)
        s, _, c = post_activation_LSTM_cell(context, initial_state=[s, c])
        outputs.append(output_layer(s))
    return Model(inputs=[X, s0, c0], outputs=outputs)


model = build()
model.set_weights([0.5 * np.cos(np.arange(w.size)).reshape(w.shape) for w in model.get_weights()])
model.compile(loss='categorical_crossentropy', optimizer=Adam(learning_rate=0.01, beta_1=0.9, beta_2=0.999))
words = (np.arange(16 * Tx) ** 2 // 3 % letters).reshape(16, Tx)
Xoh = to_categorical(words, letters)
Yoh = to_categorical(words[:, :Ty] % digits, digits)
zeros = np.zeros((16, n_s))
history = model.fit([Xoh, zeros, zeros], list(Yoh.swapaxes(0, 1)), epochs=3, batch_size=8, shuffle=False, verbose=0).history
prediction = np.array(model.predict([Xoh, zeros, zeros], verbose=0))
assert prediction.shape == (Ty, 16, digits)

# a jazz player: what comes out goes in again, as a one-hot vector made by a Lambda
n_values, cell, densor = 5, LSTM(4, return_state=True), Dense(5, activation='softmax')
tune, a0, c0 = Input((4, n_values)), Input((4,)), Input((4,))
a, c, outputs = a0, c0, []
for t in range(4):
    x = Reshape((1, n_values))(Lambda(lambda z, t=t: z[:, t, :])(tune))
    a, _, c = cell(x, initial_state=[a, c])
    outputs.append(densor(a))
player = Model([tune, a0, c0], outputs)
player.set_weights([np.sin(np.arange(w.size)).reshape(w.shape) for w in player.get_weights()])
player.compile(optimizer='adam', loss='categorical_crossentropy')
tunes, none = to_categorical(np.arange(40).reshape(10, 4) * 3 % n_values, n_values), np.zeros((10, 4))
played = player.fit([tunes, none, none], list(tunes.swapaxes(0, 1)), epochs=2, shuffle=False, verbose=0).history
x0, a0, c0 = Input((1, n_values)), Input((4,)), Input((4,))
x, a, c, notes = x0, a0, c0, []
for t in range(3):
    a, _, c = cell(x, initial_state=[a, c])
    out = densor(a)
    notes.append(out)
    x = Lambda(lambda z: K.expand_dims(K.one_hot(K.argmax(z), n_values), 1))(out)
improvised = np.array(Model([x0, a0, c0], notes).predict([tunes[:2, :1], none[:2], none[:2]], verbose=0))

RESULT = [*history['loss'], *prediction[0, 0], *played['loss'], *improvised[:, 0].max(axis=1), *improvised[:, 1].argmax(axis=1)]
EXPECTED = [3.80926, 3.70229, 3.61281, 0.436485, 0.275472, 0.126569, 0.075437, 0.0860366, 8.66474, 8.65236, 0.483404,
            0.468764, 0.481406, 2, 2, 2]
np.testing.assert_allclose(RESULT, EXPECTED, rtol=1e-3, atol=1e-5)
assert len(model.layers) < 40 and len(player.get_weights()) == 5

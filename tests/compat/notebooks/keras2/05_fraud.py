# what an autoencoder rebuilds badly is unusual
import os
import tempfile

import numpy as np
from keras import regularizers
from keras.callbacks import ModelCheckpoint, TensorBoard
from keras.layers import Dense, Input
from keras.models import Model, load_model
from sklearn.metrics import roc_auc_score

np.random.seed(314)
hidden = np.random.normal(size=(300, 2))
usual = np.tanh(hidden @ np.random.normal(size=(2, 8))) + np.random.normal(scale=0.02, size=(300, 8))
odd = np.random.uniform(-1.5, 1.5, size=(30, 8))
input_dim, encoding_dim = 8, 4

input_layer = Input(shape=(input_dim,))
encoder = Dense(encoding_dim, activation="tanh", activity_regularizer=regularizers.l1(10e-7))(input_layer)
encoder = Dense(int(encoding_dim / 2), activation="linear")(encoder)
decoder = Dense(int(encoding_dim), activation='tanh')(encoder)
decoder = Dense(input_dim, activation='linear')(decoder)
autoencoder = Model(inputs=input_layer, outputs=decoder)
autoencoder.compile(optimizer='adam', loss='mean_squared_error', metrics=['mse'])
autoencoder.optimizer.lr = 0.02

with tempfile.TemporaryDirectory() as folder:
    best = os.path.join(folder, "model.h5")
    checkpointer = ModelCheckpoint(filepath=best, verbose=0, save_best_only=True)
    tensorboard = TensorBoard(log_dir=os.path.join(folder, 'logs'), histogram_freq=0, write_graph=True, write_images=True)
    history = autoencoder.fit(usual, usual, epochs=30, batch_size=16, shuffle=True, validation_data=(usual, usual), verbose=0,
                              callbacks=[checkpointer, tensorboard]).history
    autoencoder = load_model(best)
    logged = sum(len(files) for _, _, files in os.walk(os.path.join(folder, 'logs')))
everything = np.vstack([usual, odd])
mse = np.mean(np.power(everything - autoencoder.predict(everything), 2), axis=1)
auc = roc_auc_score(np.r_[np.zeros(300), np.ones(30)], mse)

assert mse.shape == (330,) and auc > 0.9, auc
assert abs(min(history['val_loss']) - autoencoder.evaluate(usual, usual, verbose=0)[0]) < 1e-5 and logged > 0

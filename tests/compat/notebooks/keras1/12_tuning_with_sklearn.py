# scikit-learn turns the knobs of a Keras net
import numpy
from keras.layers import Dense
from keras.models import Sequential
from keras.utils import np_utils
from keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder, StandardScaler

seed = 7
numpy.random.seed(seed)
X = numpy.random.randn(60, 4).astype(float)
names = numpy.where(X[:, 0] > 0.4, 'setosa', numpy.where(X[:, 0] < -0.4, 'virginica', 'versicolor'))
encoder = LabelEncoder()
encoder.fit(names)
encoded_Y = encoder.transform(names)
dummy_y = np_utils.to_categorical(encoded_Y)


def baseline_model():
    model = Sequential()
    model.add(Dense(8, input_dim=4, init='normal', activation='relu'))
    model.add(Dense(3, init='normal', activation='sigmoid'))
    model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
    return model


estimator = KerasClassifier(build_fn=baseline_model, nb_epoch=2, batch_size=5, verbose=0)
results = cross_val_score(estimator, X, dummy_y, cv=KFold(n_splits=2, shuffle=True, random_state=seed))
print("Baseline: %.2f%% (%.2f%%)" % (results.mean() * 100, results.std() * 100))


def create_model(optimizer='rmsprop', init='glorot_uniform', neurons=4):
    model = Sequential()
    model.add(Dense(neurons, input_dim=4, init=init, activation='relu'))
    model.add(Dense(1, init=init, activation='sigmoid'))
    model.compile(loss='binary_crossentropy', optimizer=optimizer, metrics=['accuracy'])
    return model


binary = (X[:, 1] > 0).astype(int)
grid = GridSearchCV(estimator=KerasClassifier(build_fn=create_model, verbose=0), n_jobs=1, cv=2,
                    param_grid=dict(optimizer=['rmsprop', 'adam'], init=['normal'], nb_epoch=[1, 2], batch_size=[10], neurons=[6]))
grid_result = grid.fit(X, binary)
print("Best: %f using %s" % (grid_result.best_score_, grid_result.best_params_))

steps = [('standardize', StandardScaler()), ('mlp', KerasRegressor(build_fn=lambda: regressor(), nb_epoch=2, batch_size=5, verbose=0))]


def regressor():
    model = Sequential()
    model.add(Dense(6, input_dim=4, init='normal', activation='relu'))
    model.add(Dense(1, init='normal'))
    model.compile(loss='mean_squared_error', optimizer='adam')
    return model


errors = cross_val_score(Pipeline(steps), X, X.sum(axis=1), cv=2)
folds = StratifiedKFold(n_splits=2, shuffle=True, random_state=seed)
stratified = cross_val_score(KerasClassifier(build_fn=create_model, nb_epoch=1, verbose=0), X, binary, cv=folds)

assert results.shape == errors.shape == stratified.shape == (2,) and ((results >= 0) & (results <= 1)).all()
assert len(grid_result.cv_results_['params']) == 4 and set(grid_result.best_params_) >= {'optimizer', 'nb_epoch'}
assert (errors <= 1).all() and dummy_y.shape == (60, 3)  # a regressor's score is larger where the error is smaller
best = grid_result.best_estimator_
assert best.predict(X).ravel().shape == (60,) and best.predict_proba(X).shape == (60, 2)
assert best.model.layers[0].output_shape == (None, 6)

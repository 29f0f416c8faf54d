"""Two tables: in which module Keras keeps its classes, and where the names of older Keras' modules live here.

Paths are written as they follow ``keras.`` or ``keras.src.``. What stands in the same place here and there is in neither.
"""

from __future__ import annotations

# Keras' module: the classes that say they stand in it. The first part of a path is the public namespace that has them.
CLASSES = """
activations.activations:
backend.common.keras_tensor: KerasTensor
backend.common.variables: Variable
callbacks.monitor_callback: MonitorCallback
constraints.constraints: Constraint MaxNorm MinMaxNorm NonNeg UnitNorm
dtype_policies.dtype_policy: DTypePolicy FloatDTypePolicy
dtype_policies.dtype_policy_map: DTypePolicyMap
initializers.constant_initializers: Constant Identity Ones STFT Zeros
initializers.random_initializers: GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform Orthogonal RandomNormal
    RandomUniform TruncatedNormal VarianceScaling
layers.activations.activation: Activation
layers.activations.elu: ELU
layers.activations.leaky_relu: LeakyReLU
layers.activations.prelu: PReLU
layers.activations.relu: ReLU
layers.activations.softmax: Softmax
layers.core.dense: Dense
layers.core.identity: Identity
layers.core.input_layer: InputLayer
layers.core.lambda_layer: Lambda
layers.input_spec: InputSpec
layers.preprocessing.feature_space: FeatureSpace
layers.regularization.activity_regularization: ActivityRegularization
layers.regularization.alpha_dropout: AlphaDropout
layers.regularization.dropout: Dropout
layers.regularization.gaussian_dropout: GaussianDropout
layers.regularization.gaussian_noise: GaussianNoise
layers.regularization.spatial_dropout: SpatialDropout1D SpatialDropout2D SpatialDropout3D
losses.loss: Loss
losses.losses: BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy CategoricalFocalCrossentropy
    CategoricalGeneralizedCrossEntropy CategoricalHinge Circle CosineSimilarity Dice Hinge Huber KLDivergence LogCosh
    MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson
    SparseCategoricalCrossentropy SquaredHinge Tversky
metrics.accuracy_metrics: Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy SparseTopKCategoricalAccuracy
    TopKCategoricalAccuracy
metrics.confusion_metrics: AUC FalseNegatives FalsePositives Precision PrecisionAtRecall Recall RecallAtPrecision
    SensitivityAtSpecificity SpecificityAtSensitivity TrueNegatives TruePositives
metrics.correlation_metrics: ConcordanceCorrelation PearsonCorrelation
metrics.f_score_metrics: F1Score FBetaScore
metrics.hinge_metrics: CategoricalHinge Hinge SquaredHinge
metrics.iou_metrics: BinaryIoU IoU MeanIoU OneHotIoU OneHotMeanIoU
metrics.probabilistic_metrics: BinaryCrossentropy CategoricalCrossentropy KLDivergence Poisson SparseCategoricalCrossentropy
metrics.reduction_metrics: Mean MeanMetricWrapper Sum
metrics.regression_metrics: CosineSimilarity LogCoshError MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError
    MeanSquaredLogarithmicError R2Score RootMeanSquaredError
optimizers.schedules.learning_rate_schedule: CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay
    LearningRateSchedule PiecewiseConstantDecay PolynomialDecay
random.random:
random.seed_generator: SeedGenerator
regularizers.regularizers: L1 L1L2 L2 OrthogonalRegularizer Regularizer
saving.file_editor: KerasFileEditor
saving.object_registration: CustomObjectScope
saving.saving_api:
saving.serialization_lib:
trainers.data_adapters.data_adapter_utils:
trainers.data_adapters.py_dataset_adapter: PyDataset
tree.tree_api:
utils.backend_utils:
utils.config: Config
utils.file_utils:
utils.io_utils:
utils.model_visualization:
utils.naming:
utils.numerical_utils:
utils.progbar: Progbar
utils.rng_utils:
utils.sequence_utils:
utils.timeseries_dataset_utils:
utils.traceback_utils:
wrappers.sklearn_wrapper: SKLearnClassifier SKLearnRegressor SKLearnTransformer
"""

# Where Keras has one module and we have several, the one that has Keras' name; `inspect.getsource` asks a module for one file.
FILES = {
    "losses.losses": "minikeras.losses.classification",
    "metrics.confusion_metrics": "minikeras.metrics.confusion",
    "optimizers.schedules.learning_rate_schedule": "minikeras.optimizers.schedules.decay",
}

# Modules of older Keras, and modules that Keras keeps private: the modules here that have their names, in order.
OLD = {
    "layers": """
        layers.advanced_activations layers.attention layers.attention.additive_attention layers.attention.attention
        layers.attention.base_dense_attention layers.attention.multi_head_attention layers.convolutional
        layers.convolutional_recurrent layers.core layers.core.activation layers.core.dense layers.core.dropout
        layers.core.embedding layers.core.flatten layers.core.lambda_layer layers.core.masking layers.core.permute
        layers.core.repeat_vector layers.core.reshape layers.core.spatial_dropout layers.cudnn_recurrent
        layers.dense_attention layers.einsum_dense layers.embeddings layers.experimental
        layers.experimental.preprocessing layers.local layers.locally_connected layers.merge layers.merging
        layers.multi_head_attention layers.noise layers.normalization layers.normalization.batch_normalization_v1
        layers.normalization_v2 layers.pooling layers.preprocessing.category_encoding
        layers.preprocessing.image_preprocessing layers.preprocessing.normalization
        layers.preprocessing.text_vectorization layers.recurrent layers.recurrent_v2 layers.regularization
        layers.reshaping layers.rnn layers.rnn.base_rnn layers.serialization layers.wrappers layers.preprocessing
        legacy.layers""",
    "utils compat.gone.models": """
        utils utils.vis_utils utils.visualize_util utils.visualize_utils utils.multi_gpu_utils utils.io_utils
        utils.layer_utils""",
    "utils compat.gone.arrays": "utils.generic_utils utils.training_utils",
    "utils compat.gone.arrays compat.gone.sizes": "utils.np_utils",
    "utils compat.gone.sizes": "utils.conv_utils",
    "utils": """
        utils.data_utils utils.tf_utils utils.losses_utils utils.metrics_utils utils.dataset_creator utils.test_utils
        utils.object_identity layers.preprocessing.feature_space""",
    "utils compat.private": "utils.module_utils utils.python_utils utils.tracking",
    "saving utils": """
        saving saving.object_registration saving.serialization_lib saving.saving_api saving.save saving.hdf5_format""",
    "compat.private saving": """
        saving.saving_lib saving.legacy saving.legacy.saved_model saving.legacy.serialization saving.legacy.save
        legacy.saving legacy.saving.serialization legacy.saving.legacy_h5_format saving.legacy.hdf5_format
        saving.saved_model utils.legacy""",
    "compat.private": "api_export",
    "models layers utils compat.gone.models compat.gone.arrays": """
        engine engine.topology engine.training engine.input_layer engine.base_layer engine.base_layer_v1 engine.network
        engine.sequential engine.functional engine.saving engine.input_spec engine.keras_tensor
        engine.training_utils engine.training_generator engine.data_adapter engine.compile_utils engine.training_v1
        engine.container engine.legacy""",
    "losses": "objectives losses.losses",
    "callbacks": "callbacks.callbacks callbacks.callbacks_v1 callbacks_v1 callbacks.tensorboard_v1 callbacks.tensorboard_v2",
    "optimizers": """
        optimizers.legacy optimizer_v1 optimizer_v2 optimizer_v2.adam optimizer_v2.sgd optimizer_v2.gradient_descent
        optimizer_v2.rmsprop optimizer_v2.adagrad optimizer_v2.adadelta optimizer_v2.adamax optimizer_v2.nadam
        optimizer_v2.ftrl optimizer_v2.optimizer_v2 optimizers.adam_v2 optimizers.gradient_descent_v2
        optimizers.rmsprop_v2 optimizers.adagrad_v2 optimizers.adadelta_v2 optimizers.adamax_v2 optimizers.nadam_v2
        optimizers.ftrl_v2 optimizers.optimizer_v1 optimizers.optimizer_v2 optimizers.experimental
        optimizers.optimizer_experimental optimizers.base_optimizer optimizers.optimizer_experimental.optimizer
        optimizers.legacy.adam optimizers.legacy.sgd optimizers.legacy.rmsprop optimizers.legacy.gradient_descent""",
    "optimizers.schedules": """
        optimizers.learning_rate_schedule optimizer_v2.learning_rate_schedule
        optimizers.schedules.learning_rate_schedule""",
    "initializers": """
        initializers.initializers initializers.initializers_v1 initializers.initializers_v2
        initializers.constant_initializers initializers.random_initializers""",
    "compat.mixed_precision": """
        mixed_precision mixed_precision.policy mixed_precision.experimental mixed_precision.loss_scale_optimizer""",
    "metrics": "metrics.base_metric metrics.metrics_utils",
    "metrics compat.gone.metrics": "metrics metrics.metrics",
    "legacy.preprocessing utils": "preprocessing legacy.preprocessing",
    "legacy.preprocessing.image utils compat.gone.images": "preprocessing.image legacy.preprocessing.image",
    "legacy.preprocessing.sequence utils": "preprocessing.sequence legacy.preprocessing.sequence",
    "legacy.preprocessing.text utils compat.gone.images": "preprocessing.text legacy.preprocessing.text",
    "utils ": "preprocessing.timeseries preprocessing.image_dataset preprocessing.text_dataset preprocessing.dataset_utils",
    "wrappers.keras2": "wrappers.scikit_learn",
    "wrappers": "wrappers",
    "compat.initializations": "initializations",
    "config ": "backend_config",
    "compat.interfaces": "legacy.interfaces",
    "compat.backend config utils": """
        backend legacy.backend backend.common backend.numpy backend.config backend.load_backend backend.tensorflow_backend
        backend.theano_backend backend.cntk_backend""",
    "_root config utils": """
        backend.common.global_state backend.common.variables backend.common.dtypes
        backend.common.stateless_scope backend.common.symbolic_scope backend.common.remat backend.common.name_scope
        legacy""",
    "losses.reduction": "legacy.losses",
    "_core.operation": "ops.operation",
    "_core.symbolic utils": "ops.node backend.common.keras_tensor",
    "_root": "ops.function ops.symbolic_arguments version",
    "ops": "ops.core ops.math ops.linalg_ops ops.operation_utils",
    "data": "trainers trainers.data_adapters trainers.epoch_iterator",
    "models.trainer": "trainers.trainer",
    "activations": "activations.activations",
    "applications": "applications.keras_applications",
    "applications applications.imagenet_utils": "applications.imagenet_utils",
    "applications.mobilenet activations layers": "applications.mobilenet",
    "applications.mobilenet_v2": "applications.mobilenetv2",
    "models ": "premade premade_models",
}

# The same below keras.src alone: what the engine of a backend has.
IN_SRC = {
    "backend.core": "ops",
    "backend.image": "ops.image",
    "backend.linalg": "ops.linalg",
    "backend.math": "ops",
    "backend.nn": "ops.nn",
    "backend.numpy": "ops.numpy",
    "backend.random": "random",
}

# Modules that are listed with the names of a module although they are imported only when they are asked for.
CHILDREN = {
    "keras": "applications backend datasets legacy mixed_precision preprocessing quantizers visualization wrappers",
    "keras.preprocessing": "image sequence text",
}

# Not seen by hasattr() and getattr(): code asks hasattr(keras, "engine") to learn which Keras it has. `keras.engine` is there.
HIDDEN = {"keras": {"engine", "objectives", "optimizer_v1", "optimizer_v2", "api_export"}, "keras.src": {"engine"}}

# What ``from keras.layers import *`` brought along besides, since Keras 1 and 2 had no ``__all__``: backend, NumPy, modules.
_BARE = "layers models engine optimizers callbacks losses objectives metrics regularizers constraints initializers activations"
STARRED = {f"keras.{name}": "K np" for name in _BARE.split()}
STARRED |= {"keras.utils": "np_utils generic_utils data_utils io_utils conv_utils layer_utils vis_utils"}
STAR_PLACES = {"K": "backend", **{name: f"utils.{name}" for name in STARRED["keras.utils"].split()}}


def read_classes() -> dict[str, list[str]]:
    """Keras' module -> the classes in it.

    >>> read_classes()["layers.core.dense"]
    ['Dense']
    """
    table: dict[str, list[str]] = {}
    for line in CLASSES.strip().splitlines():
        path, colon, names = line.partition(":")
        if colon:
            table[path] = names.split()
        else:
            table[next(reversed(table))] += line.split()
    return table


def read_old() -> dict[str, list[str]]:
    """A module of older Keras -> where its names are looked for here.

    >>> read_old()["layers.core"]
    ['layers']
    """
    return {path: sources.split() for sources, paths in OLD.items() for path in paths.split()}

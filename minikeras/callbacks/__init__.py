"""What may happen while a model learns: stopping early, saving, logging, and what you write yourself."""

from typing import TYPE_CHECKING

from minikeras._core.lazy import lazily
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.callback_list import CallbackList
from minikeras.callbacks.history import History
from minikeras.callbacks.progbar_logger import ProgbarLogger

if TYPE_CHECKING:  # for editors
    from minikeras.callbacks.backup_and_restore import BackupAndRestore
    from minikeras.callbacks.csv_logger import CSVLogger
    from minikeras.callbacks.early_stopping import EarlyStopping
    from minikeras.callbacks.lambda_callback import LambdaCallback
    from minikeras.callbacks.learning_rate_scheduler import LearningRateScheduler
    from minikeras.callbacks.model_checkpoint import ModelCheckpoint
    from minikeras.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
    from minikeras.callbacks.remote_monitor import RemoteMonitor
    from minikeras.callbacks.swap_ema_weights import SwapEMAWeights
    from minikeras.callbacks.tensorboard import TensorBoard
    from minikeras.callbacks.terminate_on_nan import TerminateOnNaN

_LATER = {
    "backup_and_restore": "BackupAndRestore",
    "csv_logger": "CSVLogger",
    "early_stopping": "EarlyStopping",
    "lambda_callback": "LambdaCallback",
    "learning_rate_scheduler": "LearningRateScheduler",
    "model_checkpoint": "ModelCheckpoint",
    "reduce_lr_on_plateau": "ReduceLROnPlateau",
    "remote_monitor": "RemoteMonitor",
    "swap_ema_weights": "SwapEMAWeights",
    "tensorboard": "TensorBoard",
    "terminate_on_nan": "TerminateOnNaN",
}
__getattr__ = lazily(__name__, _LATER, {})

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]


def __dir__() -> list[str]:
    return __all__

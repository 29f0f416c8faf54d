"""tf.config: settings that change nothing."""

import minikeras.compat.tensorflow as tf


def test_devices():
    (cpu,) = tf.config.list_physical_devices("CPU")
    assert tf.config.list_physical_devices("GPU") == [] == tf.config.experimental.list_physical_devices("GPU")
    assert cpu.name == "/physical_device:CPU:0" and tf.config.list_logical_devices()[0].device_type == "CPU"
    tf.config.experimental.set_memory_growth(cpu, True)
    assert tf.config.experimental.get_memory_growth(cpu)
    tf.config.set_visible_devices([], "GPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration(memory_limit=1)])


def test_settings_are_remembered():
    tf.config.threading.set_inter_op_parallelism_threads(2)
    assert tf.config.threading.get_inter_op_parallelism_threads() == 2
    tf.config.run_functions_eagerly(True)
    assert tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(False)
    tf.config.optimizer.set_jit(True)
    tf.config.experimental.enable_op_determinism()

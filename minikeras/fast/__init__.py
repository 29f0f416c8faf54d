"""What `compile(jit_compile=True)` runs: the equations of the NumPy step, compiled by numba.

Nothing here is imported before it is asked for: numba takes half a second, and few need it (``pip install
numba``). The formulas are those of the layers, losses and optimizers of the same names, written as loops
over single numbers; the products go to the BLAS that NumPy has brought along.
"""

from minikeras.fast import (
    buffers,
    compiling,
    convolution,
    crew,
    embedding,
    epoch,
    normalization,
    optimizers,
    outputs,
    passes,
    pieces,
    plan,
    pooling,
    recurrent,
    table,
    training,
)

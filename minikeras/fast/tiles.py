"""Products of narrow matrices, tile by tile of up to 6 rows and 16 columns, which stay in the processor's registers meanwhile.

BLAS is no faster than this on what does not fit into its way of working: it first copies both matrices, and calls cost. Here
the second matrix is laid out once (`panels`) for many products, and the first one may be anything that lies evenly in memory:
the windows that a kernel sees of an image are such a matrix, with nothing copied.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from minikeras.fast.compiling import kernel

F = np.float32
TALL, WIDE, LANES = 6, 16, 8


@intrinsic(prefer_literal=True)
def tile(context, rows, more, a, a_at, row, step, leap, b, b_at, line, jump, c, c_at, c_row, length, runs):
    """C ← A B, or with `more` that much more, of so many rows and 16 columns; `rows` and `more` are written as numbers.

    A has `runs` times `length` columns, B as many lines. In A, row i's k-th number of run r stands at
    ``a_at + i·row + k·step + r·leap``. Of B, the k-th line of run r stands at ``b_at + k·line + r·jump``; the rows of C stand
    `c_row` apart.
    """
    if not (isinstance(rows, types.IntegerLiteral) and isinstance(more, types.IntegerLiteral)):
        return None
    integers = [types.int64] * 4
    signature = types.void(rows, more, a, *integers, b, *integers[:3], c, *integers)

    def generate(context, builder, signature, values):
        def data(i):
            return context.make_array(signature.args[i])(context, builder, values[i]).data

        _, _, _, a_at, row, step, leap, _, b_at, line, jump, _, c_at, c_row, length, runs = values
        a, b, c = (builder.gep(data(i), [at]) for i, at in ((2, a_at), (7, b_at), (11, c_at)))
        sums = _sums(builder, rows.literal_value, a, (row, step, leap), b, (line, jump), length, runs)
        for i, pair in enumerate(sums):
            for half, total in enumerate(pair):
                at = builder.add(builder.mul(c_row, _whole(i)), _whole(LANES * half))
                place = builder.bitcast(builder.gep(c, [at]), _VECTOR.as_pointer())
                if more.literal_value:
                    total = builder.fadd(builder.load(place, align=4), total)
                builder.store(total, place, align=4)
        return context.get_dummy_value()

    return signature, generate


_VECTOR, _INDEX = ir.VectorType(ir.FloatType(), LANES), ir.IntType(64)


def _whole(number):
    return ir.Constant(_INDEX, number)


def _sums(builder, rows, a, strides, b, lines, length, runs):
    """Σ a[i, k] b[k] of each row i in two vectors of 8: two loops, over the runs and over what is in them."""
    (row, step, leap), (line, jump) = strides, lines
    begin, outer, inner, after, end = builder.block, *(builder.append_basic_block() for _ in range(4))
    zero = ir.Constant(_VECTOR, [0.0] * LANES)
    builder.branch(outer)

    def variables(of):
        kinds = [_INDEX, a.type, b.type, *[_VECTOR] * (2 * rows)]
        builder.position_at_end(of)
        return [builder.phi(kind) for kind in kinds]

    def come(to, block, values):
        for variable, value in zip(to, values):
            variable.add_incoming(value, block)

    at_run, at = variables(outer), variables(inner)
    come(at_run, begin, [_whole(0), a, b, *[zero] * (2 * rows)])
    builder.position_at_end(outer)
    builder.branch(inner)
    come(at, outer, [_whole(0), *at_run[1:]])

    builder.position_at_end(inner)
    k, a_now, b_now, *sums = at
    halves = [builder.bitcast(builder.gep(b_now, [_whole(LANES * half)]), _VECTOR.as_pointer()) for half in range(2)]
    halves = [builder.load(half, align=4) for half in halves]
    for i in range(rows):
        number = builder.load(builder.gep(a_now, [builder.mul(row, _whole(i))]))
        spread = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
        lanes = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        spread = builder.shuffle_vector(spread, ir.Constant(_VECTOR, ir.Undefined), lanes)
        for half in range(2):
            share = builder.fmul(spread, halves[half], flags=["contract"])
            sums[2 * i + half] = builder.fadd(sums[2 * i + half], share, flags=["contract"])
    k, a_now, b_now = builder.add(k, _whole(1)), builder.gep(a_now, [step]), builder.gep(b_now, [line])
    come(at, inner, [k, a_now, b_now, *sums])
    builder.cbranch(builder.icmp_signed("<", k, length), inner, after)

    builder.position_at_end(after)
    run = builder.add(at_run[0], _whole(1))
    come(at_run, after, [run, builder.gep(at_run[1], [leap]), builder.gep(at_run[2], [jump]), *sums])
    builder.cbranch(builder.icmp_signed("<", run, runs), outer, end)
    builder.position_at_end(end)
    return [sums[2 * i : 2 * i + 2] for i in range(rows)]


def panels(b: np.ndarray, flip: bool = False) -> np.ndarray:
    """B, or with `flip` Bᵀ, cut into panels of 16 columns, (panels, lines, 16); zeros where the last one has too few.

    >>> panels(np.float32([[1, 2], [3, 4]]), True)[0, :, :3]
    array([[1., 3., 0.],
           [2., 4., 0.]], dtype=float32)
    """
    b = b.T if flip else b
    lines, columns = b.shape
    out = np.zeros((-(-columns // WIDE), lines, WIDE), F)
    whole = columns // WIDE
    out[:whole] = b[:, : whole * WIDE].reshape(lines, whole, WIDE).swapaxes(0, 1)
    if whole < len(out):
        out[whole, :, : columns - whole * WIDE] = b[:, whole * WIDE :]
    return out


@kernel
def product(rows, a, a_at, row, leap, length, runs, b, c, c_at, apart, c_row):
    """C ← A B of so many rows, with B in panels; those of C begin `apart`. All else as in `tile`; A and C are flat."""
    (count, k, _), jump, tiles = b.shape, length * WIDE, -(-rows // TALL)
    for p in range(count):
        line, done = p * k * WIDE, 0
        for i in range(1, tiles + 1):
            at, to, n = a_at + done * row, c_at + p * apart + done * c_row, rows * i // tiles - done
            if n == 6:
                tile(6, 0, a, at, row, 1, leap, b, line, WIDE, jump, c, to, c_row, length, runs)
            elif n == 5:
                tile(5, 0, a, at, row, 1, leap, b, line, WIDE, jump, c, to, c_row, length, runs)
            elif n == 4:
                tile(4, 0, a, at, row, 1, leap, b, line, WIDE, jump, c, to, c_row, length, runs)
            elif n == 3:
                tile(3, 0, a, at, row, 1, leap, b, line, WIDE, jump, c, to, c_row, length, runs)
            elif n == 2:
                tile(2, 0, a, at, row, 1, leap, b, line, WIDE, jump, c, to, c_row, length, runs)
            else:
                tile(1, 0, a, at, row, 1, leap, b, line, WIDE, jump, c, to, c_row, length, runs)
            done += n


@kernel
def add_product(rows, a, a_at, row, step, leap, b, b_at, line, jump, c, c_at, c_row, length, runs):
    """C += A B, of so many rows and 16 columns; all else as in `tile`."""
    tiles, done = -(-rows // TALL), 0
    for i in range(1, tiles + 1):
        at, to, n = a_at + done * row, c_at + done * c_row, rows * i // tiles - done
        if n == 6:
            tile(6, 1, a, at, row, step, leap, b, b_at, line, jump, c, to, c_row, length, runs)
        elif n == 5:
            tile(5, 1, a, at, row, step, leap, b, b_at, line, jump, c, to, c_row, length, runs)
        elif n == 4:
            tile(4, 1, a, at, row, step, leap, b, b_at, line, jump, c, to, c_row, length, runs)
        elif n == 3:
            tile(3, 1, a, at, row, step, leap, b, b_at, line, jump, c, to, c_row, length, runs)
        elif n == 2:
            tile(2, 1, a, at, row, step, leap, b, b_at, line, jump, c, to, c_row, length, runs)
        else:
            tile(1, 1, a, at, row, step, leap, b, b_at, line, jump, c, to, c_row, length, runs)
        done += n

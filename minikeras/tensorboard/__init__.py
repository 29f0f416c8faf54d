"""Files that the TensorBoard page shows, written without TensorFlow: scalars, histograms, images, texts, graphs.

A `Writer` writes one file into a folder; each call says what to note, under which name, at which step. The functions
beside it are those of ``tf.summary``: they write to the writer that a ``with writer.as_default():`` block named.

    writer = create_file_writer(logdir)            Writer(logdir)
    with writer.as_default(step=3):                makes it the default, and 3 the step; ``set_as_default`` is for good
        scalar("loss", 0.5)                        writer.scalar("loss", 0.5, step=3)
        histogram("weights", w)                    writer.histogram
        image("digits", images)                    writer.image: (n, height, width, 1 to 4), floats of 0 to 1 or uint8
        text("notes", "*hello*")                   writer.text
        write(tag, tensor, metadata=...)           writer.tensor
    with record_if(step % 10 == 0): ...            notes nothing where the condition, or what it returns, is false
    set_step(4), get_step()                        the step of calls that name none

The functions return whether they wrote.

>>> import os, tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     with create_file_writer(folder) as writer, writer.as_default(step=0):
...         scalar("loss", 0.5)
...     os.listdir(folder)
True
['events.out.tfevents...v2']
>>> scalar("loss", 0.5, step=0)
False
"""

from minikeras._core.lazy import lazily
from minikeras.tensorboard.recording import (
    create_file_writer,
    flush,
    get_step,
    histogram,
    image,
    record_if,
    scalar,
    set_step,
    should_record_summaries,
    text,
    write,
)
from minikeras.tensorboard.writer import Writer

__getattr__ = lazily(__name__)

__all__ = [
    "Writer",
    "create_file_writer",
    "flush",
    "get_step",
    "histogram",
    "image",
    "record_if",
    "scalar",
    "set_step",
    "should_record_summaries",
    "text",
    "write",
]

# Text: lines of a file, cleaning, a vocabulary, windows of characters.
# ruff: noqa: UP031
import os
import re
import string
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

path = os.path.join(tempfile.mkdtemp(), "reviews.txt")
with open(path, "w") as file:
    file.write("A great<br />movie!\nBad, bad film\nGreat film\n")


def custom_standardization(input_data):
    lowercase = tf.strings.lower(input_data)
    stripped = tf.strings.regex_replace(lowercase, "<br />", " ")
    return tf.strings.regex_replace(stripped, "[%s]" % re.escape(string.punctuation), "")


lines = tf.data.TextLineDataset(path)
clean = [custom_standardization(line).numpy().decode("utf-8") for line in lines]
vectorize = layers.TextVectorization(standardize=custom_standardization, max_tokens=10, output_sequence_length=4)
vectorize.adapt(lines.batch(2))
ids = np.array(vectorize(np.array([["great film"], ["bad movie"]])))
text = "hello world"
vocab = sorted(set(text))
chars = tf.strings.unicode_split(text, input_encoding="UTF-8")
lookup = layers.StringLookup(vocabulary=list(vocab), mask_token=None)
all_ids = lookup(chars)
sequences = tf.data.Dataset.from_tensor_slices(np.array(all_ids)).batch(5, drop_remainder=True)
pairs = sequences.map(lambda s: (s[:-1], s[1:]))
lengths = tf.strings.length(tf.constant(["ab", "cde"]))
RESULT = [
    clean,
    vectorize.get_vocabulary(),
    ids.tolist(),
    [[a.numpy().tolist(), b.numpy().tolist()] for a, b in pairs],
    lengths.numpy().tolist(),
]

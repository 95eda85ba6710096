# SPDX-License-Identifier: MIT
# What generate.c writes, one after the other. Constant.
import numpy as np

from network import COLUMNS, PLANES, POINTS, ROWS

RECORD = np.dtype([
    ('plane', '<f4', PLANES), ('depth', '<f4'), ('width', '<f4'), ('right', '<f4'),
    ('present', '<f4'), ('inside', '<f4'), ('at', '<f4', (POINTS, 3)),
    ('seen', '<f4', POINTS), ('pixel', 'u1', (2, ROWS, COLUMNS))])

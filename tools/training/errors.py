# SPDX-License-Identifier: MIT
# How far off answers are, in millimetres. Pure functions.
import numpy as np

TIPS = [4, 8, 12, 16, 20]
JOINTS = slice(1, 21)
PALM = 21


def in_space(at, depth, width):
    half = width[:, None] / 2
    along = depth[:, None] + at[..., 2] * half
    spread = half / depth[:, None] * along
    return np.stack([at[..., 0] * spread, at[..., 1] * spread, along], -1)


def errors(place, right, present, records):
    """place: [n, POINTS, 3]; right, present: [n], what was said of @records."""
    there = records['present'] > 0.5
    told = there | (records['present'] == 0)
    ok = there & (records['right'] > 0.5) & (records['inside'] > 0.75)
    error = (in_space(place, records['depth'], records['width']) -
             in_space(records['at'], records['depth'], records['width']))[ok]
    far = np.linalg.norm(error, axis=-1)
    tips = far[:, TIPS][records['seen'][ok][:, TIPS] > 1.5]
    return {
        'palm50': np.median(far[:, PALM]), 'palm95': np.percentile(far[:, PALM], 95),
        'tip50': np.median(tips), 'tip95': np.percentile(tips, 95),
        'joint50': np.median(far[:, JOINTS]),
        'joint95': np.percentile(far[:, JOINTS], 95),
        'across50': np.median(np.linalg.norm(error[:, JOINTS, :2], axis=-1)),
        'along50': np.median(np.abs(error[:, JOINTS, 2])),
        'right': (right == (records['right'] > 0.5))[there].mean(),
        'present': (present == there)[told].mean(),
    }

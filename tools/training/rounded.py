# SPDX-License-Identifier: MIT
# The network as daemon/tracking/network.c computes it: rounded to whole numbers, whose
# sums doubles hold exactly, and the same in floats. Owns nothing but its numbers.
import numpy as np
import torch
import torch.nn.functional as F

from network import COLUMNS, GRID, PIXEL_MEAN, PIXEL_SCALE, PLANES, POINTS, REACH, ROWS

MOST = 8191  # LEAP_KERNEL_MOST
PIXEL_UNITS = 20  # as PIXEL_SCALE in C: units of a step from one byte to the next
HEAD_ROOM = 1.25  # of what was measured
MAPS = 32
BATCH = 100


def crops(records):
    """Doubles [n, 8, ROWS, COLUMNS / 2]; the last of the 8 is unused."""
    n = len(records)
    x = torch.from_numpy(records['pixel'].astype(np.float64))
    x = x.view(n, 2, ROWS, COLUMNS // 2, 2).permute(0, 1, 4, 2, 3)
    x = x.reshape(n, 4, ROWS, COLUMNS // 2) * PIXEL_SCALE - PIXEL_MEAN
    planes = torch.from_numpy(records['plane'].astype(np.float64))
    planes = F.pad(planes, (0, 4 - PLANES))[:, :, None, None]
    return torch.cat([x, planes.expand(n, 4, ROWS, COLUMNS // 2)], 1)


class Walk:
    """From crops to answers; how a layer is computed is said by who inherits."""

    def __init__(self, every):
        self.shape, self.weight, self.bias = {}, {}, {}
        for name, (weight, bias, stride) in every.items():
            window, into, out = weight.shape
            size = int(window ** 0.5)
            weight = torch.from_numpy(weight.astype(np.float64))
            self.weight[name] = weight.view(size, size, into, out).permute(3, 2, 0, 1)
            self.bias[name] = torch.from_numpy(bias.astype(np.float64))[:, None, None]
            self.shape[name] = stride, size // 2

    def sums(self, name, x):
        stride, border = self.shape[name]
        return F.conv2d(x, self.weight[name], None, stride, border)

    def doubled(self, name, coarse, fine):
        return F.interpolate(coarse, scale_factor=2.0, mode='nearest') + fine

    def batch(self, records):
        layer = self.layer
        a = layer('c4', layer('c3', layer('c2', layer('c1', self.input(records)))))
        b = layer('c5', a)
        b = layer('r5b', layer('r5a', b), b)
        c = layer('c6', b)
        c = layer('r6b', layer('r6a', c), c)
        d = self.doubled('up6', layer('up6', c), b)
        d = self.doubled('up5', layer('up5', d), a)
        g = layer('g1', c.permute(0, 2, 3, 1).reshape(len(records), -1, 1, 1))
        maps = self.last('maps', layer('up4', d))
        return self.read(maps, self.last('g2', g).flatten(1))

    def read(self, maps, g):
        """What Network.forward() makes of them; errors as such, no logarithms."""
        at = ((torch.arange(GRID, dtype=maps.dtype) + 0.5) / (GRID / 2) - 1) * REACH
        p = torch.softmax(maps[:, :POINTS].flatten(2), 2)
        depth = (p * maps[:, MAPS:MAPS + POINTS].flatten(2)).sum(2) + g[:, :POINTS]
        p = p.view(-1, POINTS, GRID, GRID)
        place = torch.stack([(p.sum(2) * at).sum(2), (p.sum(3) * at).sum(2), depth], 2)
        spread = torch.exp(g[:, POINTS:3 * POINTS].clamp(-5.5, 1.5))
        return {'place': place, 'across': spread[:, :POINTS], 'along': spread[:, POINTS:],
                'right': g[:, 3 * POINTS], 'present': g[:, 3 * POINTS + 1]}

    def answer(self, records):
        parts = [self.batch(records[i:i + BATCH]) for i in range(0, len(records), BATCH)]
        return {k: torch.cat([part[k] for part in parts]) for k in parts[0]}


class Floats(Walk):
    """As it was trained; knows the largest values of every layer afterwards."""

    def __init__(self, every):
        super().__init__(every)
        self.largest = {name: 0.0 for name in every}

    def note(self, name, x):
        self.largest[name] = max(self.largest[name], float(x.max()))
        return x

    def input(self, records):
        return crops(records)

    def layer(self, name, x, add=0):
        return self.note(name, F.relu(self.sums(name, x) + self.bias[name] + add))

    def last(self, name, x):
        return self.sums(name, x) + self.bias[name]

    def doubled(self, name, coarse, fine):
        return self.note(name, super().doubled(name, coarse, fine))


def measured(every, records):
    """By layer: what its values reach at most, with room; 0 where they are not rounded."""
    floats = Floats(every)
    floats.answer(records)
    most = floats.largest
    # What is added has the units of the sum.
    most['r5b'], most['c4'] = most['up6'], most['up5']
    most['maps'] = most['g2'] = 0
    return {name: float(np.float32(HEAD_ROOM * most[name])) for name in every}


class Rounded(Walk):
    """Step for step what the C code does, floats where it has floats."""

    def __init__(self, every, ranges):
        super().__init__(every)
        self.unit = {name: ranges[name] / MOST or 1.0 for name in every}
        self.scale = {}
        self.values = self.outside = 0
        unit = PIXEL_SCALE / PIXEL_UNITS
        reads = {'c1': unit, 'g1': self.unit['r6b'], 'g2': self.unit['g1'],
                 'maps': self.unit['up4']}
        for name in every:
            unit = reads.get(name, unit)
            factor = self.factor(name)
            self.weight[name] = torch.floor(self.weight[name] * factor + 0.5)
            self.check(name)
            self.scale[name] = (unit / factor[:, :, :, 0] / self.unit[name]).float()
            self.bias[name] = (self.bias[name] / self.unit[name]).float()
            unit = self.unit[name]

    def factor(self, name):
        weight = self.weight[name].abs().flatten(1)
        room = (2 ** 31 - 1) / MOST - weight.shape[1] / 2 - 1
        factor = torch.minimum(32767 / weight.amax(1), room / weight.sum(1))
        return torch.where(weight.amax(1) > 0, factor, 1.0).double()[:, None, None, None]

    def check(self, name):
        weight = self.weight[name].abs().flatten(1)
        assert weight.max() <= 32767 and weight.sum(1).max() * MOST < 2 ** 31

    def input(self, records):
        units = np.float32(PIXEL_UNITS / PIXEL_SCALE)
        x = crops(records)
        x[:, :4] = torch.round(x[:, :4] / (PIXEL_SCALE / PIXEL_UNITS))
        x[:, 4:] = torch.floor(x[:, 4:].float() * units + 0.5).clamp(-MOST, MOST)
        return x

    def last(self, name, x):
        return self.sums(name, x).float() * self.scale[name] + self.bias[name]

    def layer(self, name, x, add=None):
        value = self.last(name, x)
        if add is not None:
            before = {'r5b': 'c5', 'r6b': 'c6'}[name]
            times = np.float32(self.unit[before] / self.unit[name])
            value = value + add.float() * float(times)
        return self.bounded(torch.floor(value.clamp(min=0) + 0.5))

    def bounded(self, value):
        self.values += value.numel()
        self.outside += int((value > MOST).sum())
        return value.clamp(max=MOST).double()

    def doubled(self, name, coarse, fine):
        return self.bounded(super().doubled(name, coarse, fine))

    @property
    def beyond(self):
        return self.outside / self.values

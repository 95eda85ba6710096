# SPDX-License-Identifier: MIT
# The hand network: what daemon/tracking/network.c computes, in a form that learns.
# Owns no state but its weights; one thread at a time per module.
import torch
from torch import nn
import torch.nn.functional as F

POINTS = 23  # 0 wrist, 1..20 joints by finger (MCP PIP DIP BTIP), 21 palm, 22 arm
ROWS, COLUMNS = 64, 128  # of one eye's crop
GRID = 16  # heat maps are GRID x GRID
REACH = 1.15  # heat maps may point this far, in half crops
PLANES = 3  # constant inputs beside the pixels
DEEP = 128  # channels of the coarsest maps
# Pixels arrive as bytes, the brightness already evened out by the crop sampler.
PIXEL_SCALE, PIXEL_MEAN = 1.25 / 255, 0.4


class Conv(nn.Module):
    """Convolution and batch normalisation, folded into one for the C code."""

    def __init__(self, into, out, size=3, stride=1, relu=True):
        super().__init__()
        self.conv = nn.Conv2d(into, out, size, stride, size // 2, bias=False)
        self.norm = nn.BatchNorm2d(out)
        self.relu = relu

    def forward(self, x):
        x = self.norm(self.conv(x))
        return F.relu(x) if self.relu else x


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = Conv(4 + PLANES, 16, stride=2)  # 64 x 64 -> 32 x 32
        self.c2 = Conv(16, 32)
        self.c3 = Conv(32, 48, stride=2)  # 16 x 16
        self.c4 = Conv(48, 48)
        self.c5 = Conv(48, 80, stride=2)  # 8 x 8
        self.r5a = Conv(80, 80)
        self.r5b = Conv(80, 80, relu=False)
        self.c6 = Conv(80, DEEP, stride=2)  # 4 x 4
        self.r6a = Conv(DEEP, DEEP)
        self.r6b = Conv(DEEP, DEEP, relu=False)
        self.up6 = Conv(DEEP, 80, size=1)
        self.up5 = Conv(80, 48)
        self.up4 = Conv(48, 48)
        self.maps = nn.Conv2d(48, 2 * POINTS, 1)
        self.g1 = nn.Linear(DEEP * 16, 128)
        self.g2 = nn.Linear(128, 3 * POINTS + 2)
        at = ((torch.arange(GRID) + 0.5) / (GRID / 2) - 1) * REACH
        self.register_buffer('at', at, persistent=False)

    def forward(self, pixels, planes):
        """pixels: float [n, 2, ROWS, COLUMNS] of bytes; planes: [n, PLANES]."""
        n = pixels.shape[0]
        x = pixels * PIXEL_SCALE - PIXEL_MEAN
        x = x.view(n, 2, ROWS, COLUMNS // 2, 2).permute(0, 1, 4, 2, 3)
        x = x.reshape(n, 4, ROWS, COLUMNS // 2)
        p = planes[:, :, None, None].expand(n, PLANES, ROWS, COLUMNS // 2)
        x = torch.cat([x, p], 1).contiguous(memory_format=torch.channels_last)
        a = self.c4(self.c3(self.c2(self.c1(x))))
        b = self.c5(a)
        b = F.relu(b + self.r5b(self.r5a(b)))
        c = self.c6(b)
        c = F.relu(c + self.r6b(self.r6a(c)))
        d = F.interpolate(self.up6(c), scale_factor=2.0, mode='nearest') + b
        d = F.interpolate(self.up5(d), scale_factor=2.0, mode='nearest') + a
        d = self.up4(d)
        with torch.autocast(x.device.type, enabled=False):  # places need all their digits
            m = self.maps(d.float())
            g = self.g2(F.relu(self.g1(c.float().flatten(1))))
        p = torch.softmax(m[:, :POINTS].flatten(2), 2)
        depth = (p * m[:, POINTS:].flatten(2)).sum(2) + g[:, :POINTS]
        p = p.view(n, POINTS, GRID, GRID)
        u = (p.sum(2) * self.at).sum(2)
        v = (p.sum(3) * self.at).sum(2)
        spread = g[:, POINTS:3 * POINTS].clamp(-5.5, 1.5)
        return {
            'place': torch.stack([u, v, depth], 2),
            'across': spread[:, :POINTS],
            'along': spread[:, POINTS:],
            'right': g[:, -2],
            'present': g[:, -1],
        }


def grown(state, net):
    """The state of a narrower network as one of @net that answers the same: what is new
    hears everything, and nobody listens to it yet."""
    whole = net.state_dict()
    for name, old in state.items():
        new = whole[name]
        if new.shape == old.shape:
            whole[name] = old
            continue
        if new.dim() > 1:
            new[:old.shape[0], old.shape[1]:] = 0
        new[tuple(slice(n) for n in old.shape)] = old
    return whole

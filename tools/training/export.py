#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Turns a checkpoint into the file of weights that the daemon is built with, and writes
# what the rounded network says of a few crops, for the test of the C code; tells what the
# rounding costs. Owns nothing.
import argparse
import struct
import zlib

import numpy as np
import torch

from errors import errors
from network import DEEP, POINTS, Network
from records import RECORD
from rounded import Floats, Rounded, measured

INPUTS, MAPS, ANSWERS = 8, 32, 80  # with what is unused
VECTORS = 8


def folded(layer):
    """A convolution with its normalisation: weights [window, into, out] and bias."""
    weight, norm = layer.conv.weight.detach(), layer.norm
    scale = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
    bias = norm.bias.detach() - norm.running_mean * scale
    weight = (weight * scale[:, None, None, None]).permute(2, 3, 1, 0)
    return weight.flatten(0, 1).numpy(), bias.numpy(), layer.conv.stride[0]


def plain(weight, bias):
    return weight.detach().t()[None].numpy(), bias.detach().numpy(), 1


def padded(layer, into, out):
    weight, bias, stride = layer
    full = np.zeros((weight.shape[0], into, out), np.float32)
    full[:, :weight.shape[1], :weight.shape[2]] = weight
    return full, np.pad(bias, (0, out - len(bias))), stride


def heat(layer):
    """Heat maps and depth maps, each with MAPS channels."""
    weight, bias, stride = plain(layer.weight[:, :, 0, 0], layer.bias)
    full, whole = np.zeros((1, weight.shape[1], 2 * MAPS), np.float32), np.zeros(2 * MAPS)
    for k in (0, 1):
        at, some = k * MAPS, slice(k * POINTS, (k + 1) * POINTS)
        full[:, :, at:at + POINTS] = weight[:, :, some]
        whole[at:at + POINTS] = bias[some]
    return full, whole.astype(np.float32), stride


def flat(layer):
    """Its inputs come by row, column and channel instead of channel first."""
    weight = layer.weight.view(layer.out_features, DEEP, 16).permute(0, 2, 1)
    return plain(weight.reshape(layer.out_features, 16 * DEEP), layer.bias)


NAMES = ('c1', 'c2', 'c3', 'c4', 'c5', 'r5a', 'r5b', 'c6', 'r6a', 'r6b', 'up6', 'up5',
         'up4', 'maps', 'g1', 'g2')


def layers(net):
    """By name, in the order of the file: weights and bias as it has them, and stride."""
    every = {name: folded(getattr(net, name)) for name in NAMES[1:13]}
    every['c1'] = padded(folded(net.c1), INPUTS, 16)
    every['maps'] = heat(net.maps)
    every['g1'] = flat(net.g1)
    every['g2'] = padded(plain(net.g2.weight, net.g2.bias), 128, ANSWERS)
    return {name: (every[name][0].astype('<f2'), every[name][1].astype('<f4'),
                   every[name][2]) for name in NAMES}


def encode(every, ranges):
    out = b'LEAPNET\2' + struct.pack('<I', len(every))
    for name, (weight, bias, stride) in every.items():
        size = int(weight.shape[0] ** 0.5)
        out += struct.pack('<HHBBH', weight.shape[1], weight.shape[2], size, stride, 0)
        out += weight.tobytes() + bias.tobytes() + struct.pack('<f', ranges[name])
    return out + struct.pack('<I', zlib.crc32(out))


def vectors(net, records):
    """By crop: planes, pixels, then the answer, all as the C test reads them."""
    out = struct.pack('<I', len(records))
    answer = {k: v.numpy().astype('<f4') for k, v in net.answer(records).items()}
    for i, record in enumerate(records):
        out += record['plane'].tobytes() + record['pixel'].tobytes()
        for name in ('place', 'across', 'along', 'right', 'present'):
            out += answer[name][i].tobytes()
    return out


def compare(floats, net, records):
    """Prints what rounding changes, on records from which nothing was measured."""
    both = [kind.answer(records) for kind in (floats, net)]
    moved = (both[1]['place'] - both[0]['place']) * 120  # half widths of a usual crop
    moved = np.linalg.norm(moved.numpy()[records['present'] > 0.5], axis=-1)
    print(f'{len(records)} crops: rounding moves points by {np.median(moved):.3f} mm, 95 '
          f'of 100 by less than {np.percentile(moved, 95):.3f}, at most {moved.max():.3f}')
    was, became = (errors(a['place'].numpy(), a['right'].numpy() > 0,
                          a['present'].numpy() > 0, records) for a in both)
    for name, value in was.items():
        print(f'  {name:9} {value:9.5f} {became[name]:9.5f} '
              f'{100 * (became[name] / value - 1):+.2f} %')
    print(f'  beyond its range: {100 * net.beyond:.5f} % of all values')


def keep(checkpoint, path):
    """Without the optimiser, which finds its feet again in a few hundred batches."""
    torch.save({k: checkpoint[k] for k in ('averaged', 'shown', 'spent', 'seed')}, path)


def main():
    p = argparse.ArgumentParser(description='Export weights from a checkpoint.')
    p.add_argument('checkpoint')
    p.add_argument('weights', help='file to write')
    p.add_argument('records', help='what generate wrote: ranges are measured on it')
    p.add_argument('--vectors', help='file of the first crops and answers to write')
    p.add_argument('--validation', help='what generate wrote: rounding is judged by it')
    p.add_argument('--keep', help='checkpoint to write, small enough for the tree')
    o = p.parse_args()
    net = Network()
    checkpoint = torch.load(o.checkpoint, map_location='cpu')
    net.load_state_dict(checkpoint['averaged'])
    net.eval()
    if o.keep:
        keep(checkpoint, o.keep)
    every, records = layers(net), np.fromfile(o.records, RECORD)
    ranges = measured(every, records)
    with open(o.weights, 'wb') as f:
        f.write(encode(every, ranges))
    rounded = Rounded(every, ranges)
    if o.vectors:
        with open(o.vectors, 'wb') as f:
            f.write(vectors(rounded, records[:VECTORS]))
    if o.validation:
        compare(Floats(every), rounded, np.fromfile(o.validation, RECORD))


main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Turns a checkpoint into the file of weights that the daemon is built with, and writes
# what the network says of a few crops, for the test of the C code. Owns nothing.
import argparse
import struct
import zlib

import numpy as np
import torch

from network import POINTS, Network
from records import RECORD

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
    weight = layer.weight.view(layer.out_features, 96, 16).permute(0, 2, 1)
    return plain(weight.reshape(layer.out_features, 16 * 96), layer.bias)


def layers(net):
    yield padded(folded(net.c1), INPUTS, 16)
    for layer in (net.c2, net.c3, net.c4, net.c5, net.r5a, net.r5b, net.c6, net.r6a,
                  net.r6b, net.up6, net.up5, net.up4):
        yield folded(layer)
    yield heat(net.maps)
    yield flat(net.g1)
    yield padded(plain(net.g2.weight, net.g2.bias), 128, ANSWERS)


def encode(net):
    every = list(layers(net))
    out = b'LEAPNET\1' + struct.pack('<I', len(every))
    for weight, bias, stride in every:
        size = int(weight.shape[0] ** 0.5)
        out += struct.pack('<HHBBH', weight.shape[1], weight.shape[2], size, stride, 0)
        out += weight.astype('<f2').tobytes() + bias.astype('<f4').tobytes()
    return out + struct.pack('<I', zlib.crc32(out))


def rounded(net):
    """The network with what is left of its weights in the file."""
    with torch.no_grad():
        for module in net.modules():
            if hasattr(module, 'norm'):
                weight, bias, _ = folded(module)
                o, i, h, w = module.conv.weight.shape
                weight = torch.from_numpy(weight).half().float()
                module.conv.weight.copy_(weight.view(h, w, i, o).permute(3, 2, 0, 1))
                module.norm.running_mean.zero_()
                module.norm.running_var.fill_(1 - module.norm.eps)
                module.norm.weight.fill_(1)
                module.norm.bias.copy_(torch.from_numpy(bias))
        for layer in (net.maps, net.g1, net.g2):
            layer.weight.copy_(layer.weight.half().float())
    return net


def vectors(net, records):
    """By crop: planes, pixels, then the answer, all as the C test reads them."""
    out = struct.pack('<I', len(records))
    pixels = torch.from_numpy(records['pixel'].astype(np.float32))
    planes = torch.from_numpy(records['plane'].copy())
    with torch.no_grad():
        answer = net(pixels, planes)
    for i in range(len(records)):
        out += planes[i].numpy().astype('<f4').tobytes()
        out += records['pixel'][i].tobytes()
        out += answer['place'][i].numpy().astype('<f4').tobytes()
        out += torch.exp(answer['across'][i]).numpy().astype('<f4').tobytes()
        out += torch.exp(answer['along'][i]).numpy().astype('<f4').tobytes()
        out += struct.pack('<ff', answer['right'][i], answer['present'][i])
    return out


def keep(checkpoint, path):
    """Without the optimiser, which finds its feet again in a few hundred batches."""
    torch.save({k: checkpoint[k] for k in ('averaged', 'shown', 'spent', 'seed')}, path)


def main():
    p = argparse.ArgumentParser(description='Export weights from a checkpoint.')
    p.add_argument('checkpoint')
    p.add_argument('weights', help='file to write')
    p.add_argument('--vectors', help='file of crops and answers to write')
    p.add_argument('--records', help='what generate wrote: the crops for --vectors')
    p.add_argument('--keep', help='checkpoint to write, small enough for the tree')
    o = p.parse_args()
    net = Network()
    checkpoint = torch.load(o.checkpoint, map_location='cpu')
    net.load_state_dict(checkpoint['averaged'])
    net.eval()
    if o.keep:
        keep(checkpoint, o.keep)
    with open(o.weights, 'wb') as f:
        f.write(encode(net))
    if o.vectors:
        records = np.fromfile(o.records, RECORD)[:VECTORS]
        with open(o.vectors, 'wb') as f:
            f.write(vectors(rounded(net), records))


main()

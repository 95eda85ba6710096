#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Teaches the hand network from the generator's stream; can be stopped and gone on with.
# One thread learns and owns all but what the threads that read the generators queue.
import argparse
import copy
import math
import os
import queue
import subprocess
import sys
import threading
import time

os.environ.setdefault('OMP_WAIT_POLICY', 'passive')

import numpy as np
import torch
import torch.nn.functional as F

from errors import PALM, TIPS, errors
from network import COLUMNS, POINTS, ROWS, Network, grown
from records import RECORD

VALIDATION_SEED = 1 << 40  # far from every seed that is learned from
VALIDATION_SCENES = 900
PIECE = 32  # records that arrive at once
REUSE = 4  # a record is seen about so often before it is replaced, at least
RATE = 3e-3
WARM_UP = 200  # batches, after every start
MOMENTUM = 0.998  # of the averaged weights, which are what is shipped


class Pool:
    """What the generators made last, where it is learned from; new replaces the oldest."""

    def __init__(self, command, processes, size):
        self.arrived = queue.Queue(64)
        size = size // PIECE * PIECE
        self.bytes = torch.empty(size, RECORD.itemsize, dtype=torch.uint8, device=DEVICE)
        self.made = 0
        self.used = 0
        self.processes = [
            subprocess.Popen(command(i), stdout=subprocess.PIPE) for i in range(processes)]
        self.readers = [threading.Thread(target=self.read, args=(p,), daemon=True)
                        for p in self.processes]
        for reader in self.readers:
            reader.start()

    def read(self, process):
        size = RECORD.itemsize * PIECE
        while True:
            piece = torch.empty(PIECE, RECORD.itemsize, dtype=torch.uint8,
                                pin_memory=DEVICE.type == 'cuda')
            if process.stdout.readinto(memoryview(piece.numpy()).cast('B')) < size:
                return
            self.arrived.put(piece)

    def take(self):
        """Takes what arrived, unless what is there was not yet seen often enough."""
        while self.made < 4000 or self.made * REUSE < self.used + 4 * len(self.bytes):
            try:
                piece = self.arrived.get_nowait()
            except queue.Empty:
                return
            at = self.made % len(self.bytes)
            self.bytes[at:at + PIECE].copy_(piece, non_blocking=True)
            self.made += PIECE

    def batch(self, size):
        self.take()
        while self.made < 2000:
            if all(p.poll() is not None for p in self.processes):
                sys.exit('train: the generator ended; run it by hand to see why')
            time.sleep(0.2)
            self.take()
        self.used += size
        some = torch.randint(min(self.made, len(self.bytes)), (size,), device=DEVICE)
        return self.bytes[some]

    def end(self):
        for p in self.processes:
            p.kill()
        for reader in self.readers:
            while reader.is_alive():
                while not self.arrived.empty():
                    self.arrived.get()
                reader.join(0.05)


DEVICE = torch.device('cuda' if torch.cuda.is_available() else 'cpu')


def pool_size():
    if DEVICE.type == 'cpu':
        return 100000
    free, _ = torch.cuda.mem_get_info()
    return int(0.7 * free / RECORD.itemsize)  # the rest is for the network and its batch


# Tips and palms are what people use most.
WEIGHT = torch.ones(POINTS)
WEIGHT[TIPS + [PALM]] = 1.5
WEIGHT = WEIGHT.to(DEVICE)


def field(records, name):
    """Of records as bytes [n, RECORD.itemsize]."""
    kind, at = RECORD.fields[name]
    shape = kind.shape
    part = records[:, at:at + kind.itemsize].contiguous()
    if kind.base == np.float32:
        part = part.view(torch.float32)
    return part.view(len(records), *shape)


def inputs(records):
    return field(records, 'pixel').float(), field(records, 'plane')


def stirred(pixels, at):
    """The same looks moved a little, noisier and lighter or darker, for what is shown often;
    moving a crop is all but looking past the hand by as much."""
    n = len(pixels)
    down = torch.randint(-4, 5, (n, 1), device=DEVICE)
    along = torch.randint(-8, 9, (n, 1), device=DEVICE)
    row = torch.arange(ROWS, device=DEVICE) - down
    column = torch.arange(COLUMNS, device=DEVICE) - along
    inside = ((row >= 0) & (row < ROWS))[:, :, None] & (
        (column >= 0) & (column < COLUMNS))[:, None, :]
    here = row.clamp(0, ROWS - 1)[:, :, None] * COLUMNS + column.clamp(0, COLUMNS - 1)[:, None]
    here = here.view(n, 1, -1).expand(n, 2, -1)
    pixels = pixels.flatten(2).gather(2, here).view(n, 2, ROWS, COLUMNS)
    pixels = pixels * torch.exp(0.04 * torch.randn(n, 1, 1, 1, device=DEVICE))
    noise = 6 * torch.rand(n, 1, 1, 1, device=DEVICE)
    noise = noise * (torch.rand(n, 1, 1, 1, device=DEVICE) < 0.5)
    pixels = (pixels + noise * torch.randn(pixels.shape, device=DEVICE)).clamp(0, 255)
    moved = torch.cat([along / (COLUMNS / 2), down / (ROWS / 2), 0 * down], 1)
    return pixels * inside[:, None], at + moved.float()[:, None]


def loss_of(out, records, at):
    seen, right, present, inside = (
        field(records, name) for name in ('seen', 'right', 'present', 'inside'))
    sided = (right > 0.5) & (inside > 0.3)
    pose = (sided & (present > 0.5)).float()[:, None]
    aside = (sided & (present < 0.5)).float()[:, None]  # only some points count
    error = (out['place'] - at).abs()
    within = (at[..., :2].abs().amax(-1) < 1.12).float() * (seen > 0).float() * (pose + aside)
    across = error[..., 0] + error[..., 1]
    fit = (across * torch.exp(-out['across']) + 2 * out['across'] + 5 * across) * within
    fit = fit + (error[..., 2] * torch.exp(-out['along']) + out['along'] +
                 3 * error[..., 2]) * within
    fit = fit * WEIGHT
    # Points out of sight: a little, so that they end up where a hand has them.
    fit = fit + (across + error[..., 2]).clamp(max=1) * 0.3 * pose * (1 - within)
    hand = F.binary_cross_entropy_with_logits(out['right'], right, reduction='none')
    hand = (hand * (present > 0.5)).mean()
    there = F.binary_cross_entropy_with_logits(out['present'], present)
    return fit.sum() / (pose.sum() * POINTS + aside.sum() + 1) + 0.5 * hand + 0.5 * there


def validate(net, records):
    place, right, present = [], [], []
    with torch.no_grad():
        for some in as_bytes(records).split(250):
            out = net(*inputs(some))
            place.append(out['place'].cpu().numpy())
            right.append(out['right'].cpu().numpy() > 0)
            present.append(out['present'].cpu().numpy() > 0)
    place, right, present = (np.concatenate(x) for x in (place, right, present))
    return errors(place, right, present, records)


def as_bytes(records):
    whole = torch.from_numpy(records.view(np.uint8).reshape(-1, RECORD.itemsize))
    return whole.to(DEVICE)


class Validation:
    """Made beside the learning: nothing waits for it until it is needed."""

    def __init__(self, generator, path):
        self.path, self.records = path, None
        with open(path, 'wb') as f:
            self.process = subprocess.Popen(
                [generator, str(VALIDATION_SEED), str(VALIDATION_SCENES)], stdout=f)

    def read(self):
        if self.records is None:
            if self.process.wait() != 0:
                sys.exit('train: the generator failed; run it by hand to see why')
            self.records = np.fromfile(self.path, RECORD)
        return self.records


def share(at, begin, end):
    """Of the way; a way that has no length is gone."""
    return (at - begin) / (end - begin) if end > begin else 1


def rate_at(step, progress, hold):
    """Warm up, stay, and fall to nothing over the last part of the way."""
    fall = min(1, max(0, (progress - hold) / (1 - hold)))
    return RATE * min(1, (step + 1) / WARM_UP) * (0.49 * (1 + math.cos(math.pi * fall))
                                                 + 0.02)


def average(into, net, keep):
    real = [(a, b) for a, b in zip(into.state_dict().values(), net.state_dict().values())
            if a.dtype.is_floating_point]  # the others count batches, which nobody asks for
    old, new = (list(x) for x in zip(*real))
    with torch.no_grad():
        torch._foreach_mul_(old, keep)
        torch._foreach_add_(old, new, alpha=1 - keep)


def save(path, **state):
    torch.save(state, path + '.new')
    os.replace(path + '.new', path)


def options():
    p = argparse.ArgumentParser(description='Teach the hand network.')
    p.add_argument('directory', help='checkpoint and curve; gone on with if there')
    p.add_argument('--generator', required=True, help='the program generate')
    p.add_argument('--samples', type=int, default=12000000,
                   help='in all, those of the checkpoint included')
    p.add_argument('--minutes', type=float, default=math.inf,
                   help='likewise; whichever comes first ends the training')
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--generators', type=int, default=1)
    p.add_argument('--seed', type=int, default=None, help='first scene (default: on '
                   'from where the checkpoint ended)')
    p.add_argument('--rate', type=float, default=1, help='of the learning rate')
    p.add_argument('--hold', type=float, default=0.35,
                   help='share of the samples after which the rate falls')
    p.add_argument('--stir', action='store_true', help='moves crops and adds noise: for '
                   'when they are learned from more often than made')
    p.add_argument('--looks', type=int, default=1, help='times as many at every scene')
    p.add_argument('--again', action='store_true', help='the rate begins anew, with what '
                   'is left of samples or minutes as its whole way')
    p.add_argument('--batch', type=int, default=512 if DEVICE.type == 'cuda' else 128)
    p.add_argument('--pool', type=int, help='records that are kept (default: 100000, or '
                   'what fits a GPU)')
    p.add_argument('--report', type=float, default=120, help='seconds from one to the next')
    p.add_argument('--half', action='store_true', help='bfloat16 in the inner layers: '
                   'half as fast again on processors that have it')
    return p.parse_args()


class Learner:
    """The network, what it learns by, and one batch's lesson: on a GPU the whole of it is
    recorded once and replayed, since launching its small parts costs more than they do."""

    def __init__(self, half, stir):
        self.net = Network().to(DEVICE, memory_format=torch.channels_last)
        self.averaged = copy.deepcopy(self.net).eval()
        self.half, self.stir = half, stir
        self.graph = None
        on_gpu = {'fused': True, 'capturable': True} if DEVICE.type == 'cuda' else {}
        self.rate = torch.tensor(RATE, device=DEVICE) if on_gpu else RATE
        self.optimiser = torch.optim.AdamW(self.net.parameters(), lr=self.rate,
                                           weight_decay=1e-3, **on_gpu)

    def load(self, checkpoint):
        c = checkpoint
        self.net.load_state_dict(grown(c.get('net', c['averaged']), self.net))
        self.averaged.load_state_dict(grown(c['averaged'], self.averaged))
        if 'optimiser' in c and DEVICE.type == 'cpu':
            self.optimiser.load_state_dict(c['optimiser'])

    def state(self):
        """A GPU's optimiser is of no use elsewhere, and soon finds its feet again."""
        c = {'net': self.net.state_dict(), 'averaged': self.averaged.state_dict()}
        if DEVICE.type == 'cpu':
            c['optimiser'] = self.optimiser.state_dict()
        return c

    def set_rate(self, rate):
        if DEVICE.type == 'cuda':
            self.rate.fill_(rate)
        else:
            for group in self.optimiser.param_groups:
                group['lr'] = rate

    def lesson(self, records, keep):
        pixels, planes = inputs(records)
        at = field(records, 'at')
        if self.stir:
            pixels, at = stirred(pixels, at)
        with torch.autocast(DEVICE.type, dtype=torch.bfloat16, enabled=self.half,
                            cache_enabled=False):
            out = self.net(pixels, planes)
        loss = loss_of(out, records, at)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 2.0)
        self.optimiser.step()
        average(self.averaged, self.net, keep)
        return loss.detach()

    def record(self, records, keep):
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(4):
                self.lesson(records, keep)
        torch.cuda.current_stream().wait_stream(aside)
        self.records = records.clone()
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.loss = self.lesson(self.records, keep)

    def learn(self, records, keep):
        """Returns the loss, which on a GPU nobody may read too often."""
        if DEVICE.type == 'cpu' or keep < MOMENTUM:
            return self.lesson(records, keep)
        if self.graph is None:
            self.record(records, keep)
        self.records.copy_(records)
        self.graph.replay()
        return self.loss.clone()


def main():
    o = options()
    torch.set_num_threads(o.threads)
    torch.set_flush_denormal(True)
    os.makedirs(o.directory, exist_ok=True)
    checkpoint = os.path.join(o.directory, 'checkpoint.pt')
    learner = Learner(o.half, o.stir)
    shown, spent, seed = 0, 0.0, 1
    if os.path.exists(checkpoint):
        c = torch.load(checkpoint, map_location=DEVICE)
        learner.load(c)
        shown, spent, seed = c['shown'], c['spent'], c['seed'] + 1000003
    seed = o.seed if o.seed is not None else seed
    pool = Pool(lambda i: [o.generator, str(seed + (i << 32)), '1000000000', str(o.looks)],
                o.generators, o.pool or pool_size())
    validation = Validation(o.generator, os.path.join(o.directory, 'validation.records'))
    curve = open(os.path.join(o.directory, 'curve.tsv'), 'a', encoding='utf-8')
    begin = reported = time.time()
    from_shown, from_spent = (shown, spent) if o.again else (0, 0)
    step, losses = 0, []
    try:
        while True:
            now = time.time()
            minutes = spent + (now - begin) / 60
            progress = max(share(shown, from_shown, o.samples),
                           share(minutes, from_spent, o.minutes))
            if now - reported > o.report or progress >= 1:
                reported = now
                result = validate(learner.averaged, validation.read())
                row = {'minutes': minutes, 'shown': shown, 'made': pool.made,
                       'rate': o.rate * rate_at(step, progress, o.hold),
                       'loss': np.mean([float(x) for x in losses[-500:]] or [0]),
                       **result}
                losses = []
                if curve.tell() == 0:
                    curve.write('\t'.join(row) + '\n')
                line = '\t'.join(f'{v:.6g}' for v in row.values())
                curve.write(line + '\n')
                curve.flush()
                print(' '.join(f'{k}={v:.4g}' for k, v in row.items()), flush=True)
                save(checkpoint, **learner.state(), shown=shown, spent=minutes, seed=seed)
            if progress >= 1:
                break
            learner.set_rate(o.rate * rate_at(step, progress, o.hold))
            keep = min(MOMENTUM, (shown // o.batch + 1) / (shown // o.batch + 20))
            losses.append(learner.learn(pool.batch(o.batch), keep))
            step += 1
            shown += o.batch
    finally:
        pool.end()


if __name__ == '__main__':
    main()

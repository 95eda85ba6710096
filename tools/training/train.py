#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Teaches the hand network from the generator's stream; can be stopped and gone on with.
# One thread learns, one reads the generators; the lock of Pool guards what they share.
import argparse
import copy
import math
import os
import subprocess
import sys
import threading
import time

os.environ.setdefault('OMP_WAIT_POLICY', 'passive')

import numpy as np
import torch
import torch.nn.functional as F

from errors import PALM, TIPS, errors
from network import POINTS, Network, grown
from records import RECORD

VALIDATION_SEED = 1 << 40  # far from every seed that is learned from
VALIDATION_SCENES = 900
POOL = 100000  # records that are kept
PIECE = 32  # records that arrive at once; divides POOL
REUSE = 4  # a record is seen about so often before it is replaced
BATCH = 128
RATE = 3e-3
WARM_UP = 200  # batches, after every start
MOMENTUM = 0.998  # of the averaged weights, which are what is shipped


class Pool:
    """What the generators made last; new records replace the oldest."""

    def __init__(self, generator, seed, processes):
        self.lock = threading.Lock()
        self.records = np.empty(POOL, RECORD)
        self.made = 0
        self.used = 0
        self.processes = [
            subprocess.Popen([generator, str(seed + (i << 32)), '1000000000'],
                             stdout=subprocess.PIPE)
            for i in range(processes)]
        for p in self.processes:
            threading.Thread(target=self.fill, args=(p,), daemon=True).start()

    def fill(self, process):
        while True:
            if self.made > 4000 and self.made * REUSE > self.used + 4 * POOL:
                time.sleep(0.05)
                continue
            raw = process.stdout.read(RECORD.itemsize * PIECE)
            if len(raw) < RECORD.itemsize * PIECE:
                return
            with self.lock:
                at = self.made % POOL
                self.records[at:at + PIECE] = np.frombuffer(raw, RECORD)
                self.made += PIECE

    def batch(self):
        while self.made < 2000:
            if all(p.poll() is not None for p in self.processes):
                sys.exit('train: the generator ended; run it by hand to see why')
            time.sleep(0.2)
        with self.lock:
            some = np.random.randint(0, min(self.made, POOL), BATCH)
            self.used += BATCH
            return self.records[some]

    def end(self):
        for p in self.processes:
            p.kill()


DEVICE = torch.device('cuda' if torch.cuda.is_available() else 'cpu')


# Tips and palms are what people use most.
WEIGHT = torch.ones(POINTS)
WEIGHT[TIPS + [PALM]] = 1.5
WEIGHT = WEIGHT.to(DEVICE)


def field(records, name):
    return torch.from_numpy(records[name].copy()).to(DEVICE)


def inputs(records):
    return field(records, 'pixel').float(), field(records, 'plane')


def loss_of(out, records):
    at, seen, right, present, inside = (
        field(records, name) for name in ('at', 'seen', 'right', 'present', 'inside'))
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
        for i in range(0, len(records), 250):
            out = net(*inputs(records[i:i + 250]))
            place.append(out['place'].cpu().numpy())
            right.append(out['right'].cpu().numpy() > 0)
            present.append(out['present'].cpu().numpy() > 0)
    place, right, present = (np.concatenate(x) for x in (place, right, present))
    return errors(place, right, present, records)


def read_validation(generator):
    raw = subprocess.run([generator, str(VALIDATION_SEED), str(VALIDATION_SCENES)],
                         stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(raw, RECORD)


def rate_at(step, progress, hold):
    """Warm up, stay, and fall to nothing over the last part of the way."""
    fall = min(1, max(0, (progress - hold) / (1 - hold)))
    return RATE * min(1, (step + 1) / WARM_UP) * (0.49 * (1 + math.cos(math.pi * fall))
                                                 + 0.02)


def average(into, net, step):
    keep = min(MOMENTUM, (step + 1) / (step + 20))
    with torch.no_grad():
        for a, b in zip(into.state_dict().values(), net.state_dict().values()):
            if a.dtype.is_floating_point:
                a.mul_(keep).add_(b, alpha=1 - keep)
            else:
                a.copy_(b)


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
    p.add_argument('--half', action='store_true', help='bfloat16 in the inner layers: '
                   'half as fast again on processors that have it')
    return p.parse_args()


def main():
    o = options()
    torch.set_num_threads(o.threads)
    torch.set_flush_denormal(True)
    os.makedirs(o.directory, exist_ok=True)
    checkpoint = os.path.join(o.directory, 'checkpoint.pt')
    net = Network().to(DEVICE, memory_format=torch.channels_last)
    shown, spent, seed = 0, 0.0, 1
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-3)
    averaged = copy.deepcopy(net).eval()
    if os.path.exists(checkpoint):
        c = torch.load(checkpoint, map_location=DEVICE)
        net.load_state_dict(grown(c.get('net', c['averaged']), net))
        averaged.load_state_dict(grown(c['averaged'], averaged))
        if 'optimiser' in c:
            optimiser.load_state_dict(c['optimiser'])
        shown, spent, seed = c['shown'], c['spent'], c['seed'] + 1000003
    seed = o.seed if o.seed is not None else seed
    validation = read_validation(o.generator)
    pool = Pool(o.generator, seed, o.generators)
    curve = open(os.path.join(o.directory, 'curve.tsv'), 'a', encoding='utf-8')
    begin = reported = time.time()
    step, losses = 0, []
    try:
        while True:
            now = time.time()
            minutes = spent + (now - begin) / 60
            progress = max(shown / o.samples, minutes / o.minutes)
            if now - reported > 120 or progress >= 1:
                reported = now
                result = validate(averaged, validation)
                row = {'minutes': minutes, 'shown': shown,
                       'made': pool.made, 'rate': optimiser.param_groups[0]['lr'],
                       'loss': np.mean(losses[-500:] or [0]), **result}
                if curve.tell() == 0:
                    curve.write('\t'.join(row) + '\n')
                line = '\t'.join(f'{v:.6g}' for v in row.values())
                curve.write(line + '\n')
                curve.flush()
                print(' '.join(f'{k}={v:.4g}' for k, v in row.items()), flush=True)
                save(checkpoint, net=net.state_dict(), averaged=averaged.state_dict(),
                     optimiser=optimiser.state_dict(), shown=shown,
                     spent=minutes, seed=seed)
            if progress >= 1:
                break
            for group in optimiser.param_groups:
                group['lr'] = o.rate * rate_at(step, progress, o.hold)
            records = pool.batch()
            with torch.autocast(DEVICE.type, dtype=torch.bfloat16, enabled=o.half):
                out = net(*inputs(records))
            loss = loss_of(out, records)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            optimiser.step()
            average(averaged, net, shown // BATCH)
            step += 1
            shown += BATCH
            losses.append(float(loss.detach()))
    finally:
        pool.end()


main()

# SPDX-License-Identifier: MIT
"""Derived values and gestures against recordings of the original service.

usage: fidelity.py LEAP_TRACK RECORDINGS [--each]

Every recording goes through leap-track --from-frames --gestures, which sees joints and
palms only; what it computes is compared with what was recorded, frame by frame.
"""
import gzip
import json
import math
import pathlib
import statistics
import subprocess
import sys

TAP_NEAR_US = 100_000
CONTINUOUS = ("circle", "swipe")
TAPS = ("keyTap", "screenTap")

# value, what the difference is in, the goal for it: (what is judged, limit)
VALUES = {
    "palmVelocity": ("mm/s", ("r", 0.98)),
    "tipVelocity": ("mm/s", ("r", 0.98)),
    "stabilizedPalmPosition": ("mm", ("median", 1.5)),
    "stabilizedTipPosition": ("mm", ("median", 1.5)),
    "grabStrength": ("", ("median", 0.03)),
    "grabStrength r": ("", ("r", 0.97)),
    "pinchStrength": ("", ("median", 0.03)),
    "pinchStrength r": ("", ("r", 0.97)),
    "grabAngle": ("rad", None),
    "pinchDistance": ("mm", None),
    "sphereRadius": ("%", ("median", 5)),
    "sphereCenter": ("mm", None),
    "rotation, hand, 10": ("deg", ("median", 1)),
    "rotation, hand, 50": ("deg", ("median", 1)),
    "rotation, frame, 10": ("deg", ("median", 1)),
    "rotation, frame, 50": ("deg", ("median", 1)),
    "scale, hand, 10": ("%", ("median", 1)),
    "scale, hand, 50": ("%", ("median", 1)),
    "scale, frame, 10": ("%", ("median", 1)),
    "scale, frame, 50": ("%", ("median", 1)),
    "translation, hand, 10": ("mm", ("median", 2)),
    "translation, hand, 50": ("mm", ("median", 2)),
    "translation, frame, 10": ("mm", ("median", 2)),
    "translation, frame, 50": ("mm", ("median", 2)),
    "bases": ("deg", ("median", 1)),
    "armBasis": ("deg", ("median", 1)),
    "direction": ("deg", None),
    "tipPosition": ("mm", None),
    "length": ("%", ("median", 3)),
    "width": ("%", ("median", 3)),
    "palmWidth": ("%", None),
    "armWidth": ("%", None),
    "touchDistance": ("", ("median", 0.05)),
    "touchZone": ("same", ("same", 0.9)),
    "extended": ("same", ("same", 0.97)),
    "timeVisible": ("s", None),
    "currentFrameRate": ("1/s", None),
    "interactionBox": ("mm", None),
}


def subtract(a, b):
    return [x - y for x, y in zip(a, b)]


def angle_between(a, b):
    """Degrees between two bases given as rows."""
    trace = sum(x * y for row, other in zip(a, b) for x, y in zip(row, other))
    if not any(any(row) for row in a):
        return 0.0
    return math.degrees(math.acos(max(-1.0, min(1.0, (trace - 1) / 2))))


def turned(now, then):
    """r_now * r_then^-1 in the world: rows are axes."""
    return [[sum(now[k][i] * then[k][j] for k in range(3)) for j in range(3)]
            for i in range(3)]


def degrees_between(a, b):
    dot = sum(x * y for x, y in zip(a, b))
    return math.degrees(math.acos(max(-1.0, min(1.0, dot))))


def frames_of(text):
    frames = (json.loads(line) for line in text.splitlines() if line.strip())
    return [frame for frame in frames if "hands" in frame]


def read(path):
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def finger_type(pointable):
    return pointable.get("type", pointable["id"] % 10)


def fingers_of(frame, hand):
    return {finger_type(p): p for p in frame["pointables"]
            if p["handId"] == hand["id"] and not p["tool"]}


class Scores:
    """Differences and pairs of one value, over any number of recordings."""

    def __init__(self):
        self.differences = {name: [] for name in VALUES}
        self.pairs = {name: [] for name in VALUES}

    def number(self, name, was, now, relative=False):
        difference = abs(now - was)
        if relative:
            difference *= 100 / max(abs(was), 1e-9)
        self.differences[name].append(difference)
        self.pairs[name].append((was, now))

    def vector(self, name, was, now):
        self.differences[name].append(math.dist(was, now))
        self.pairs[name].extend(zip(was, now))

    def same(self, name, was, now):
        self.differences[name].append(0.0 if was == now else 1.0)

    def add(self, other):
        for name in VALUES:
            self.differences[name].extend(other.differences[name])
            self.pairs[name].extend(other.pairs[name])

    def correlation(self, name):
        pairs = self.pairs[name]
        if len(pairs) < 3:
            return None
        was, now = zip(*pairs)
        a, b = statistics.fmean(was), statistics.fmean(now)
        top = math.fsum((x - a) * (y - b) for x, y in pairs)
        bottom = math.sqrt(math.fsum((x - a) ** 2 for x in was) *
                           math.fsum((y - b) ** 2 for y in now))
        return top / bottom if bottom else None

    def row(self, name):
        values = sorted(self.differences[name])
        return {"n": len(values), "median": statistics.median(values),
                "p95": values[min(len(values) - 1, int(0.95 * len(values)))],
                "same": 1 - statistics.fmean(values), "r": self.correlation(name)}


def compare_hand(scores, was, now):
    for key in ("palmVelocity", "stabilizedPalmPosition", "sphereCenter"):
        if key in was:
            scores.vector(key, was[key], now[key])
    for key in ("grabStrength", "pinchStrength", "grabAngle", "pinchDistance"):
        if key in was:
            scores.number(key, was[key], now[key])
            if key + " r" in VALUES:
                scores.number(key + " r", was[key], now[key])
    for key in ("sphereRadius", "palmWidth", "armWidth"):
        if key in was:
            scores.number(key, was[key], now[key], relative=True)
    if "armBasis" in was:
        scores.number("armBasis", 0,
                      max(degrees_between(a, b) for a, b in
                          zip(was["armBasis"], now["armBasis"])))


def compare_finger(scores, was, now):
    for key in ("tipVelocity", "stabilizedTipPosition", "tipPosition"):
        scores.vector(key, was[key], now[key])
    scores.number("direction", 0, degrees_between(was["direction"], now["direction"]))
    for key in ("length", "width"):
        if key in was:
            scores.number(key, was[key], now[key], relative=True)
    if "touchDistance" in was:
        scores.number("touchDistance", was["touchDistance"], now["touchDistance"])
    for key in ("touchZone", "extended"):
        if key in was:
            scores.same(key, was[key], now[key])
    for basis, other in zip(was.get("bases", ()), now["bases"]):
        scores.number("bases", 0, max(degrees_between(a, b)
                                      for a, b in zip(basis, other)))


def compare_factors(scores, whose, lag, was_then, was_now, now_then, now_now):
    scores.number(f"rotation, {whose}, {lag}", 0,
                  angle_between(turned(was_now["r"], was_then["r"]),
                                turned(now_now["r"], now_then["r"])))
    was, now = was_now["s"] - was_then["s"], now_now["s"] - now_then["s"]
    scores.number(f"scale, {whose}, {lag}", math.exp(was), math.exp(now), relative=True)
    scores.vector(f"translation, {whose}, {lag}",
                  subtract(was_now["t"], was_then["t"]),
                  subtract(now_now["t"], now_then["t"]))


class Recording:
    """Recorded frames beside those made of them, hands of both paired."""

    def __init__(self, name, was, now):
        self.name, self.was, self.now = name, was, now
        self.hands = []  # by frame: {recorded id: (recorded, computed)}
        self.ids = {}  # (frame, computed id) -> recorded id
        for number, (a, b) in enumerate(zip(was, now)):
            pairs = {}
            for hand in a["hands"]:
                for other in b["hands"]:
                    if math.dist(hand["palmPosition"], other["palmPosition"]) < 1e-3:
                        pairs[hand["id"]] = (hand, other)
                        self.ids[number, other["id"]] = hand["id"]
            self.hands.append(pairs)

    def compare(self):
        scores = Scores()
        for number, (was, now) in enumerate(zip(self.was, self.now)):
            if number >= 10 and "currentFrameRate" in was:
                scores.number("currentFrameRate", was["currentFrameRate"],
                              now["currentFrameRate"])
            scores.vector("interactionBox", was["interactionBox"]["size"],
                          now["interactionBox"]["size"])
            for hand, other in self.hands[number].values():
                compare_hand(scores, hand, other)
                fingers = fingers_of(now, other)
                for kind, finger in fingers_of(was, hand).items():
                    compare_finger(scores, finger, fingers[kind])
            for lag in (10, 50):
                self.compare_over(scores, number, lag)
        return scores

    def compare_over(self, scores, number, lag):
        if number < lag:
            return
        then, now = self.hands[number - lag], self.hands[number]
        for key in then.keys() & now.keys():
            if "r" in now[key][0]:
                compare_factors(scores, "hand", lag, then[key][0], now[key][0],
                                then[key][1], now[key][1])
            if "timeVisible" in now[key][0] and lag == 10:
                scores.number("timeVisible", 0, abs(
                    now[key][1]["timeVisible"] - then[key][1]["timeVisible"] -
                    (self.was[number]["timestamp"] -
                     self.was[number - lag]["timestamp"]) * 1e-6))
        if "r" in self.was[number] and then.keys() == now.keys():
            compare_factors(scores, "frame", lag, self.was[number - lag],
                            self.was[number], self.now[number - lag],
                            self.now[number])

    def movements(self, frames, mine):
        """{(type, gesture id): (hand, finger, first us, last us, states)}"""
        found = {}
        for number, frame in enumerate(frames):
            for gesture in frame.get("gestures", ()):
                hand = gesture["handIds"][0] if gesture["handIds"] else None
                finger = gesture["pointableIds"][0] % 10
                if mine:
                    hand = self.ids.get((number, hand), hand)
                key = gesture["type"], gesture["id"]
                first = found.get(key, (hand, finger, frame["timestamp"]))
                states = found[key][4] if key in found else []
                found[key] = (*first[:3], frame["timestamp"],
                              states + [gesture["state"]])
        return found


def match(was, now, kind):
    """How many of each have a partner: same finger, overlapping or near in time."""
    def partners(one, others):
        hand, finger, first, last, _ = one
        for other_hand, other_finger, begin, end, _ in others:
            if (hand, finger) != (other_hand, other_finger):
                continue
            if kind in TAPS:
                if abs(first - begin) <= TAP_NEAR_US:
                    return True
            elif first <= end and begin <= last:
                return True
        return False

    a = [movement for key, movement in was.items() if key[0] == kind]
    b = [movement for key, movement in now.items() if key[0] == kind]
    return (len(a), sum(partners(one, b) for one in a),
            len(b), sum(partners(one, a) for one in b))


def states_are_whole(movements):
    """Every start is followed by one stop, and taps are a stop alone."""
    for (kind, _), (*_, states) in movements.items():
        if kind in TAPS and states != ["stop"]:
            return False
        if kind in CONTINUOUS and (states[0] != "start" or states.count("stop") > 1 or
                                   states.count("start") != 1 or
                                   "stop" in states[:-1]):
            return False
    return True


def is_unit(vector):
    return abs(math.hypot(*vector) - 1) < 1e-4


def is_basis(rows, left):
    a, b, c = rows
    determinant = (a[0] * (b[1] * c[2] - b[2] * c[1]) -
                   a[1] * (b[0] * c[2] - b[2] * c[0]) +
                   a[2] * (b[0] * c[1] - b[1] * c[0]))
    return all(map(is_unit, rows)) and abs(determinant - (-1 if left else 1)) < 1e-3


def broken_invariants(frames):
    """What must hold of every frame, whatever went in: the names of what does not."""
    broken, newest, last = set(), 0, (0, -1)
    for frame in frames:
        if frame["id"] != last[0] + 1 or frame["timestamp"] <= last[1]:
            broken.add("ids step by one, time increases")
        last = frame["id"], frame["timestamp"]
        if not is_basis(frame["r"], left=False):
            broken.add("r is a rotation")
        sides = {hand["id"]: hand["type"] == "left" for hand in frame["hands"]}
        for hand in frame["hands"]:
            newest = max(newest, hand["id"])
            if not is_unit(hand["direction"]) or not is_unit(hand["palmNormal"]) or abs(
                    sum(map(float.__mul__, map(float, hand["direction"]),
                            map(float, hand["palmNormal"])))) > 1e-4:
                broken.add("normal and direction are perpendicular unit vectors")
            if not is_basis(hand["armBasis"], sides[hand["id"]]):
                broken.add("the arm has a basis of its side")
            if not 0 <= hand["grabStrength"] <= 1 or not 0 <= hand["pinchStrength"] <= 1:
                broken.add("strengths are from 0 to 1")
        for finger in frame["pointables"]:
            if not all(is_basis(basis, sides[finger["handId"]])
                       for basis in finger["bases"]):
                broken.add("bones have bases of their side")
            if finger["direction"] != [-x if x else 0 for x in finger["bases"][2][2]]:
                broken.add("fingers point along their intermediate bone")
            if not -1 <= finger["touchDistance"] <= 1:
                broken.add("touch distances are from -1 to 1")
    return broken


def text_of(value, width=9):
    return f"{value:{width}.4g}" if value is not None else " " * (width - 1) + "-"


def print_values(scores):
    print(f"{'value':24} {'unit':5} {'n':>7} {'median':>9} {'95 %':>9} {'r':>9}  goal")
    missed = []
    for name, (unit, goal) in VALUES.items():
        if not scores.differences[name]:
            continue
        row = scores.row(name)
        verdict = ""
        if goal:
            kind, limit = goal
            value = row[kind]
            met = value is not None and (value <= limit if kind == "median"
                                         else value >= limit)
            sign = "<=" if kind == "median" else ">="
            verdict = f"{kind} {sign} {limit}: {'met' if met else 'MISSED'}"
            if not met:
                missed.append(name)
        median = row["same"] if unit == "same" else row["median"]
        p95 = None if unit == "same" else row["p95"]
        print(f"{name:24} {unit:5} {row['n']:7} {text_of(median)} {text_of(p95)} "
              f"{text_of(row['r'])}  {verdict}")
    return missed


def print_gestures(recordings):
    print(f"\n{'gestures':24} {'recorded':>9} {'found':>9} {'computed':>9} {'right':>9} "
          f"{'recall':>9} {'precision':>9}")
    whole = True
    for kind in CONTINUOUS + TAPS:
        total = [0, 0, 0, 0]
        for recording in recordings:
            was = recording.movements(recording.was, mine=False)
            now = recording.movements(recording.now, mine=True)
            whole = whole and states_are_whole(now)
            counts = match(was, now, kind)
            if was:
                total = [a + b for a, b in zip(total, counts)]
            if counts[0] or counts[2]:
                print(f"  {recording.name[:22]:22} {counts[0]:9} {counts[1]:9} "
                      f"{counts[2]:9} {counts[3]:9}"
                      f"{'' if was else '  not counted: it has no gestures at all'}")
        recall = total[1] / total[0] if total[0] else None
        precision = total[3] / total[2] if total[2] else None
        print(f"{kind:24} {total[0]:9} {total[1]:9} {total[2]:9} {total[3]:9} "
              f"{text_of(recall)} {text_of(precision)}")
    print("every start has its one stop" if whole else "A START WITHOUT ITS ONE STOP")


def derive(leap_track, data):
    result = subprocess.run([leap_track, "--from-frames=-", "--gestures"], input=data,
                            stdout=subprocess.PIPE, check=True)
    return result.stdout.decode()


def main():
    leap_track, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    paths = sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")])
    if not paths:
        print(f"skip fidelity: no recordings in {folder}")
        return
    total, recordings = Scores(), []
    for path in paths:
        data = read(path)
        recording = Recording(path.name.split(".jsonl")[0], frames_of(data.decode()),
                              frames_of(derive(leap_track, data)))
        scores = recording.compare()
        if "--each" in sys.argv[3:]:
            print(f"\n{recording.name}")
            print_values(scores)
        total.add(scores)
        recordings.append(recording)
    print(f"\n{len(paths)} recordings, "
          f"{sum(len(recording.was) for recording in recordings)} frames")
    missed = print_values(total)
    print_gestures(recordings)
    broken = set().union(*(broken_invariants(recording.now)
                           for recording in recordings))
    print("every frame is sound" if not broken else f"BROKEN: {'; '.join(broken)}")
    print("\nall goals for values are met" if not missed
          else "\ngoals missed: " + ", ".join(missed))


if __name__ == "__main__":
    main()

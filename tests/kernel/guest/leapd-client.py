# SPDX-License-Identifier: MIT
"""A web application in the guest: leapd-client.py PORT. Asks on standard output for the
plug to be pulled (unplug) and put back (plug), and ends with 0 if leapd told of both."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["LEAP_ROOT"], "tests/unit/service"))
from rawws import Client  # noqa: E402

FRAMES = 500


def say(*words):
    print(*words, flush=True)


def expect(what, found):
    if not found:
        say("not so:", what)
        sys.exit(1)


def device(message):
    event = (message or {}).get("event", {})
    expect("a deviceEvent comes: %s" % message, event.get("type") == "deviceEvent")
    return event["state"]


def next_device(client):
    while True:
        message = client.next_json()
        if message is None or "event" in message:
            return device(message)


def watch(client, count):
    """The frames after these; how many had a whole hand; how many were never sent."""
    hands = skipped = 0
    before = None
    for _ in range(count):
        frame = client.next_frame()
        expect("frames come", frame is not None)
        if before:
            expect("ids and times go up", frame["id"] > before["id"] and
                   frame["timestamp"] > before["timestamp"])
            skipped += frame["id"] - before["id"] - 1
        before = frame
        for hand in frame["hands"]:
            fingers = [p for p in frame["pointables"] if p["handId"] == hand["id"]]
            expect("a hand has five fingers", len(fingers) == 5)
            expect("a hand is above the device", 50 < hand["palmPosition"][1] < 600)
            hands += 1
    return hands, skipped


client = Client(int(sys.argv[1]))
expect("the version comes first", client.next_json()["version"] == 6)
client.say('{"focused":true}')
state = next_device(client)
while not state["streaming"]:
    state = next_device(client)
expect("the controller is attached under its serial: %s" % state,
       state["attached"] and state["id"] == "LP00000000001")

hands, skipped = watch(client, FRAMES)
say("##", FRAMES, "frames received,", hands, "hands in them,", skipped, "not sent")
expect("hands in nine frames of ten", hands >= FRAMES * 9 // 10)

say("unplug")
state = next_device(client)
expect("one event says that it is gone: %s" % state,
       not state["attached"] and not state["streaming"])
say("plug")
state = next_device(client)
while not state["streaming"]:
    state = next_device(client)
expect("it is back: %s" % state, state["attached"])
hands, skipped = watch(client, FRAMES)
say("## after plugging it in again", FRAMES, "frames,", hands, "hands,", skipped, "not sent")
expect("hands after plugging it in again", hands >= FRAMES * 9 // 10)
client.end()

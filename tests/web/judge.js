// SPDX-License-Identifier: MIT
// What a leap.js application must be able to count on; in node and in a browser alike.
// judge(Leap, port, done) connects, watches frames, and calls done(error or null, summary).
'use strict';

(function (root) {
  var WINDOW_MS = 1000;
  var WANTED = 350; // three seconds of frames; the rate is reported, not judged
  var PATIENCE_MS = 45000;
  var NAMES = ['thumb', 'indexFinger', 'middleFinger', 'ringFinger', 'pinky'];

  function isPoint(value) {
    return !!value && value.length === 3 && isFinite(value[0]) && isFinite(value[1]) &&
      isFinite(value[2]);
  }

  function handComplaint(hand) {
    var i, j, finger;
    if (hand.fingers.length !== 5) return hand.fingers.length + ' fingers';
    if (hand.type !== 'left' && hand.type !== 'right') return 'type ' + hand.type;
    if (!isPoint(hand.palmPosition) || !isPoint(hand.palmNormal)) return 'no palm';
    if (!isPoint(hand.sphereCenter) || !(hand.sphereRadius > 0)) return 'no sphere';
    for (i = 0; i < 5; i++) {
      finger = hand.fingers[i];
      if (hand[NAMES[i]] !== finger || finger.type !== i) return 'no ' + NAMES[i];
      if (!isPoint(finger.tipPosition)) return 'no tip of the ' + NAMES[i];
      if (!finger.bones || finger.bones.length !== 4) return 'no bones of the ' + NAMES[i];
      for (j = 0; j < 4; j++) {
        if (!isPoint(finger.bones[j].nextJoint)) return 'a bone without an end';
      }
    }
    return null;
  }

  // Hands need not be in view all the time, but when they are they are whole.
  function frameComplaint(frame, before) {
    var i, complaint;
    if (before && frame.id <= before.id) return 'frame ' + frame.id + ' after ' + before.id;
    if (before && frame.timestamp <= before.timestamp) return 'time goes back';
    if (!frame.interactionBox || !isPoint(frame.interactionBox.size)) return 'no box';
    if (before && !isPoint(frame.translation(before))) return 'no translation';
    for (i = 0; i < frame.hands.length; i++) {
      complaint = handComplaint(frame.hands[i]);
      if (complaint) return 'hand ' + frame.hands[i].id + ': ' + complaint;
    }
    return null;
  }

  function judge(Leap, port, done) {
    var controller = new Leap.Controller({ host: '127.0.0.1', port: port,
                                           enableGestures: true });
    var summary = { version: 0, frames: 0, withHands: 0, best: 0, streaming: false };
    var times = [], before = null, ended = false;
    var patience = setTimeout(function () {
      end('in ' + PATIENCE_MS / 1000 + ' s: ' + JSON.stringify(summary));
    }, PATIENCE_MS);

    function end(error) {
      if (ended) return;
      ended = true;
      clearTimeout(patience);
      controller.disconnect();
      done(error, summary);
    }

    controller.on('protocol', function (protocol) {
      summary.version = protocol.version;
    });
    controller.on('streamingStarted', function () {
      summary.streaming = true;
    });
    controller.on('deviceFrame', function (frame) {
      var now = Date.now(), complaint = frameComplaint(frame, before);
      if (complaint) return end(complaint);
      before = frame;
      summary.frames++;
      if (frame.hands.length === 0) return;
      summary.withHands++;
      times.push(now);
      while (times[0] <= now - WINDOW_MS) times.shift();
      summary.best = Math.max(summary.best, times.length);
      if (summary.version === 6 && summary.streaming && summary.withHands >= WANTED) end(null);
    });
    controller.connect();
  }

  if (typeof module !== 'undefined') module.exports = judge;
  else root.judge = judge;
})(this);

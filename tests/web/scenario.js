// SPDX-License-Identifier: MIT
// What a leap.js application lives through, in node and in a browser alike: frames, focus,
// background, a pulled plug, a daemon that is started again, a version switched off.
// scenario(open, expected, stage) resolves to a summary or rejects with a complaint; open()
// resolves to a window: { Leap, focus(connection, focused), origin (of a page) }.
'use strict';

(function (root) {
  const PATIENCE_MS = 20000;
  const SETTLE_MS = 300; // for what was already on the way
  const WATCH_MS = 600;
  const RATE_MS = 1000;
  const RATE_WANTED = 100; // of 115, in the best of several seconds: others use the machine, too

  const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

  function check(condition, complaint) {
    if (!condition) throw new Error(complaint);
  }

  async function until(condition, complaint) {
    const end = Date.now() + PATIENCE_MS;
    while (!condition()) {
      check(Date.now() < end, complaint);
      await sleep(20);
    }
  }

  const isPoint = (value) => !!value && value.length === 3 && Array.from(value).every(isFinite);

  function checkFinger(finger, expected, type) {
    check(isPoint(finger.tipPosition) && isPoint(finger.direction), 'a finger without a tip');
    if (!expected.bones) return;
    check(finger.type === type, `finger ${finger.type} instead of ${type}`);
    check(finger.bones && finger.bones.length === 4, 'a finger without four bones');
    finger.bones.forEach((bone) => {
      check(isPoint(bone.nextJoint) && isPoint(bone.direction()), 'a bone without an end');
    });
  }

  function checkHand(hand, expected) {
    check(isPoint(hand.palmPosition) && isPoint(hand.palmNormal), 'a hand without a palm');
    check(isPoint(hand.sphereCenter) && hand.sphereRadius > 0, 'a hand without a sphere');
    check(hand.fingers.length === 5, `${hand.fingers.length} fingers`);
    hand.fingers.forEach((finger, i) => checkFinger(finger, expected, i));
    if (!expected.bones) return;
    check(hand.type === 'left' || hand.type === 'right', `a hand of type ${hand.type}`);
    check(hand.indexFinger === hand.fingers[1], 'no index finger');
    check(hand.arm && isPoint(hand.arm.prevJoint), 'no elbow');
    const left = hand.fingers[1].bones[1].left;
    check(!left || left.call(hand.fingers[1].bones[1]) === (hand.type === 'left'),
          'bones of the other side');
  }

  // One application: its controller, and what it has seen.
  class App {
    constructor(own, stage, expected) {
      this.own = own;
      this.frames = 0;
      this.last = null;
      this.complaint = null;
      this.events = [];
      this.version = 0;
      this.controller = new own.Leap.Controller({ host: '127.0.0.1', port: stage.port,
                                                  enableGestures: true });
      this.connection = this.controller.connection;
      this.expected = expected;
      ['connect', 'disconnect'].concat(expected.gone, expected.back).forEach((name) => {
        this.controller.on(name, () => this.events.push(name));
      });
      // a leapd that was started again counts anew
      this.controller.on('disconnect', () => { this.last = null; });
      this.gestures = new Set();
      if (expected.gestures) { // which throws when one goes on that has not begun
        ['circle', 'keyTap'].forEach((type) => {
          const listener = this.controller.gesture(type);
          ['start', 'update', 'stop'].forEach((state) => {
            listener[state](() => this.gestures.add(`${type} ${state}`));
          });
        });
      }
      this.connection.on('frame', (frame) => this.take(frame));
      this.connection.on('ready', () => { this.version = this.connection.protocol.version; });
      this.controller.connect();
    }

    take(frame) {
      const before = this.last;
      this.last = frame;
      this.frames++;
      try {
        check(!before || frame.id > before.id, `frame ${frame.id} after ${before && before.id}`);
        check(!before || frame.timestamp > before.timestamp, 'time goes back');
        check(!before || isPoint(frame.translation(before)), 'no translation');
        check(frame.interactionBox === undefined || isPoint(frame.interactionBox.size), 'no box');
        frame.hands.forEach((hand) => checkHand(hand, this.expected));
      } catch (error) {
        this.complaint = this.complaint || error.message;
      }
    }

    // How many frames come within a time.
    async watch(ms) {
      const from = this.frames, begin = Date.now();
      await sleep(ms);
      check(!this.complaint, this.complaint);
      return ((this.frames - from) * 1000) / (Date.now() - begin);
    }

    async gets(wanted, when) {
      await sleep(SETTLE_MS);
      const rate = await this.watch(WATCH_MS);
      check(wanted ? rate > 20 : rate === 0, `${rate.toFixed(0)} frames/s ${when}`);
    }

    async hears(names, when) {
      await until(() => names.some((name) => this.events.includes(name)),
                  `none of ${names} ${when}, but ${this.events}`);
    }

    focus(focused) {
      return this.own.focus(this.connection, focused);
    }

    // Without frames under way: leap.js takes one that comes after disconnect() for the
    // header of the next connection, and throws.
    async end(stage) {
      await stage.command('unplug');
      await sleep(SETTLE_MS);
      this.controller.disconnect();
      await stage.command('plug');
      await sleep(SETTLE_MS);
    }
  }

  async function measure(app, expected) {
    await until(() => app.last && app.last.hands.length === 2, 'no frame with two hands');
    check(app.version === expected.version, `told version ${app.version}`);
    const end = Date.now() + PATIENCE_MS;
    let rate = 0;
    while (rate < RATE_WANTED && Date.now() < end) rate = Math.max(rate, await app.watch(RATE_MS));
    check(rate >= RATE_WANTED, `${rate.toFixed(0)} frames/s of 115`);
    check(app.last.hands.length === 2, 'a hand is gone');
    if (expected.gestures) {
      await until(() => ['circle start', 'circle update', 'circle stop', 'keyTap stop'].every(
        (gesture) => app.gestures.has(gesture)), `only gestures ${[...app.gestures]}`);
    }
    return rate;
  }

  // The last that claims the focus has it; who listens in the background does not need it.
  async function tryFocus(open, expected, stage, first) {
    const second = new App(await open(), stage, expected);
    await until(() => second.frames > 0, 'no frames for a second application');
    if (!expected.focus) {
      await first.gets(true, 'beside another application');
      await second.end(stage);
      return;
    }
    await second.focus(true);
    await first.gets(false, 'without the focus');
    await second.gets(true, 'with the focus');
    first.connection.setBackground(true);
    await first.gets(true, 'in the background');
    await second.focus(false);
    await second.gets(false, 'after blur');
    first.connection.setBackground(false);
    await second.focus(true);
    await second.gets(true, 'after blur and focus');
    await first.gets(false, 'no longer in the background');
    await second.end(stage);
    // its focus goes with it; the first has to claim it anew
    await first.focus(false);
    await first.focus(true);
    await first.gets(true, 'after it has claimed the focus anew');
  }

  async function tryPlug(expected, stage, app) {
    app.events = [];
    await stage.command('unplug');
    await app.hears(expected.gone, 'when the plug was pulled');
    await app.gets(false, 'without a controller');
    app.events = [];
    await stage.command('plug');
    await app.hears(expected.back, 'when it was plugged in');
    await app.gets(true, 'from a controller that came back');
  }

  // The user does not want to show hands to this page, and then does.
  async function tryDenial(stage, app) {
    app.events = [];
    await stage.command(`set websockets_denied_origins ${app.own.origin}`);
    await app.hears(['disconnect'], 'when the page was denied');
    await app.gets(false, 'for a page that is denied');
    app.events = [];
    await stage.command('set websockets_denied_origins ');
    await app.hears(['connect'], 'when the page was allowed again');
    await app.gets(true, 'for a page that is allowed again');
  }

  async function tryRestart(stage, app) {
    app.events = [];
    await stage.stop();
    await app.hears(['disconnect'], 'when leapd ended');
    app.events = [];
    await stage.start(`ws_port=${stage.port}`);
    await app.hears(['connect'], 'when leapd was started again');
    await app.gets(true, 'from a leapd that was started again');
  }

  async function tryStepDown(open, expected, stage) {
    await stage.stop();
    await stage.start('websockets_versions=1-3');
    const app = new App(await open(), stage, { ...expected, bones: false });
    await until(() => app.frames > 0, 'no frames from a leapd of long ago');
    check(app.version === 3, `stepped down to ${app.version}`);
    await app.end(stage);
  }

  async function scenario(open, expected, stage) {
    await stage.start();
    const app = new App(await open(), stage, expected);
    const rate = await measure(app, expected);
    await tryFocus(open, expected, stage, app);
    await tryPlug(expected, stage, app);
    if (app.own.origin) await tryDenial(stage, app);
    await tryRestart(stage, app);
    await app.end(stage);
    await tryStepDown(open, expected, stage);
    await stage.stop();
    return `protocol ${expected.version}, ${rate.toFixed(0)} frames/s with hands`;
  }

  // What each release asks for, and tells of a controller that comes and goes.
  scenario.expected = (release) => {
    const old = { gone: ['deviceDisconnected'], back: ['deviceConnected'] };
    const events = { gone: ['streamingStopped'], back: ['streamingStarted'] };
    const minor = Number(release.split('.')[1]), major = Number(release.split('.')[0]);
    const gestures = release < '1.1'; // 1.1 does not know them any more
    if (major === 0 && minor < 3) return { version: 3, gestures, ...old };
    if (major === 0 && minor < 5) return { version: 4, focus: true, gestures, ...old };
    if (major === 0 && minor < 6) return { version: 5, focus: true, gestures, ...events };
    return { version: 6, focus: true, bones: true, gestures, ...events };
  };

  if (typeof module !== 'undefined') module.exports = scenario;
  else root.scenario = scenario;
})(this);

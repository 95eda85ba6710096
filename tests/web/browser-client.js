// SPDX-License-Identifier: MIT
// leap.js in headless Chromium against leapd, from a page on loopback.
// usage: browser-client.js CHROMIUM LEAP-JS-FILE PORT
'use strict';

const path = require('path');
const show = require('./chromium.js');

const [chromium, leapFile, port] = process.argv.slice(2);
const PATIENCE_MS = 60000;

show(chromium, {
  '/page.html': [path.join(__dirname, 'page.html'), 'text/html; charset=utf-8'],
  '/judge.js': [path.join(__dirname, 'judge.js'), 'text/javascript'],
  '/leap.js': [leapFile, 'text/javascript'],
}, {}, `port=${port}`, PATIENCE_MS).then(({ error, summary }) => {
  console.log(error || `${summary.best} frames/s with hands, protocol ${summary.version}`);
  process.exit(error ? 1 : 0);
});

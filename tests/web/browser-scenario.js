// SPDX-License-Identifier: MIT
// The scenario in headless Chromium: each application is a frame with a window of its own.
// usage: browser-scenario.js CHROMIUM STAGE RELEASE
'use strict';

const path = require('path');
const Stage = require('./stage.js');
const show = require('./chromium.js');

const [chromium, program, release] = process.argv.slice(2);
const PATIENCE_MS = 120000;
const stage = new Stage(program);

async function take({ call, text }) {
  await stage[call](...(text ? [text] : []));
  return { port: stage.port };
}

show(chromium, {
  '/page.html': [path.join(__dirname, 'scenario.html'), 'text/html; charset=utf-8'],
  '/app.html': [path.join(__dirname, 'app.html'), 'text/html; charset=utf-8'],
  '/scenario.js': [path.join(__dirname, 'scenario.js'), 'text/javascript'],
  '/leap.js': [path.join(__dirname, `node_modules/leapjs-${release}/leap-${release}.js`),
    'text/javascript'],
}, { '/stage': take }, `release=${release}`, PATIENCE_MS).then(({ error, text }) => {
  if (stage.process) stage.process.kill();
  console.log(error || text);
  process.exit(error ? 1 : 0);
});

// SPDX-License-Identifier: MIT
// The scenario under node.   usage: node-scenario.js STAGE RELEASE
'use strict';

const Stage = require('./stage.js');
const scenario = require('./scenario.js');
const [program, release] = process.argv.slice(2);
const stage = new Stage(program);

function end(error, text) {
  console.log(error ? (error.stack || String(error)).split('\n').slice(0, 2).join(' ') : text);
  if (stage.process) stage.process.kill();
  process.exit(error ? 1 : 0);
}

// leap.js throws inside its message handlers. In node 0.2 never stops its heartbeat, which may
// then meet a socket that is closing: what it throws for that is no fault of the service.
process.on('uncaughtException', (error) => {
  if (!/^Error: not opened[^]*sendHeartbeat/.test(error.stack)) end(error);
});
const open = async () => ({
  Leap: require(`leapjs-${release}`),
  focus: async (connection, focused) => connection.reportFocus(focused),
});
scenario(open, scenario.expected(release), stage)
  .then((text) => end(null, text), end);

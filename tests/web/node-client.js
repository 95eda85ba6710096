// SPDX-License-Identifier: MIT
// leap.js under node.   usage: node-client.js PACKAGE PORT
'use strict';

const judge = require('./judge.js');
const [name, port] = process.argv.slice(2);

judge(require(name), Number(port), (error, summary) => {
  console.log(error || `${summary.best} frames/s with hands, protocol ${summary.version}`);
  process.exit(error ? 1 : 0);
});

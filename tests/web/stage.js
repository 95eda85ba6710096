// SPDX-License-Identifier: MIT
// Starts and commands tests/web/stage: the real service with scripted hands.
'use strict';

const { spawn } = require('child_process');
const readline = require('readline');

class Stage {
  constructor(program) {
    this.program = program;
    this.port = 0;
    this.process = null;
    this.waiting = [];
  }

  line() {
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  // Settings as KEY=VALUE; without ws_port a free port is taken.
  async start(...settings) {
    const child = spawn(this.program, settings, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.process = child;
    this.ended = new Promise((resolve) => { child.on('exit', resolve); });
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      const next = this.waiting.shift();
      if (next) next.resolve(line);
    });
    child.on('exit', (code) => {
      this.waiting.splice(0).forEach((next) => next.reject(new Error(`stage ended: ${code}`)));
    });
    this.port = Number((await this.line()).replace('port ', ''));
  }

  async command(text) {
    const answer = this.line();
    this.process.stdin.write(`${text}\n`);
    await answer;
  }

  async stop() {
    if (!this.process) return;
    this.process.stdin.end('quit\n');
    this.process = null;
    const code = await this.ended;
    if (code !== 0) throw new Error(`stage ended with ${code}`);
  }
}

module.exports = Stage;

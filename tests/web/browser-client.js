// SPDX-License-Identifier: MIT
// leap.js in headless Chromium, from a page on loopback.
// usage: browser-client.js CHROMIUM LEAP-JS-FILE PORT
'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');

const [chromium, leapFile, port] = process.argv.slice(2);
const PATIENCE_MS = 60000;
const FILES = {
  '/page.html': [path.join(__dirname, 'page.html'), 'text/html; charset=utf-8'],
  '/judge.js': [path.join(__dirname, 'judge.js'), 'text/javascript'],
  '/leap.js': [leapFile, 'text/javascript'],
};

const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'leapd-chromium-'));
let browser = null;

function end(error, text) {
  console.log(error || text);
  if (browser) {
    browser.removeAllListeners('exit');
    // it has children of its own: the group was made for it
    try { process.kill(-browser.pid, 'SIGKILL'); } catch (_) { /* gone already */ }
  }
  setTimeout(() => {
    fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    process.exit(error ? 1 : 0);
  }, 300);
}

function take(request) {
  let body = '';
  request.on('data', (part) => { body += part; });
  request.on('end', () => {
    const { error, summary } = JSON.parse(body);
    end(error, summary && `${summary.best} frames/s with hands, protocol ${summary.version}`);
  });
}

const server = http.createServer((request, response) => {
  const file = FILES[request.url.split('?')[0]];
  if (request.method === 'POST') {
    take(request);
    response.end();
  } else if (file) {
    response.setHeader('Content-Type', file[1]);
    response.end(fs.readFileSync(file[0]));
  } else {
    response.statusCode = 404;
    response.end();
  }
});

server.listen(0, '127.0.0.1', () => {
  const page = `http://127.0.0.1:${server.address().port}/page.html?port=${port}`;
  browser = spawn(chromium, ['--headless=new', '--no-sandbox', '--disable-gpu',
    '--no-first-run', '--disable-background-networking', '--disable-dev-shm-usage',
    `--user-data-dir=${profile}`, page], { stdio: 'ignore', detached: true });
  browser.on('error', (error) => end(`${chromium}: ${error.message}`));
  browser.on('exit', (code) => end(`${chromium} ended with ${code}`));
});
setTimeout(() => end(`no result in ${PATIENCE_MS / 1000} s`), PATIENCE_MS);

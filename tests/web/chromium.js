// SPDX-License-Identifier: MIT
// Shows a page of ours in headless Chromium; the page answers by POST.
'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');

// files: { '/url': [file, type] }; take: { '/url': async (body) => answer }
function serve(files, take) {
  const server = http.createServer(async (request, response) => {
    const url = request.url.split('?')[0];
    if (request.method === 'POST' && take[url]) {
      let body = '';
      for await (const part of request) body += part;
      try {
        response.end(JSON.stringify(await take[url](JSON.parse(body))));
      } catch (error) {
        response.statusCode = 500;
        response.end(error.message);
      }
    } else if (files[url]) {
      response.setHeader('Content-Type', files[url][1]);
      response.end(fs.readFileSync(files[url][0]));
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
}

// Resolves to what ends it; rejects when the browser does not start or ends by itself.
function launch(chromium, url) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'leapd-chromium-'));
  const browser = spawn(chromium, ['--headless=new', '--no-sandbox', '--disable-gpu',
    '--no-first-run', '--disable-background-networking', '--disable-dev-shm-usage',
    `--user-data-dir=${profile}`, url], { stdio: 'ignore', detached: true });
  const failed = new Promise((_, reject) => {
    browser.on('error', (error) => reject(new Error(`${chromium}: ${error.message}`)));
    browser.on('exit', (code) => reject(new Error(`${chromium} ended with ${code}`)));
  });
  const close = async () => {
    browser.removeAllListeners('exit');
    // it has children of its own: the group was made for it
    try { process.kill(-browser.pid, 'SIGKILL'); } catch (_) { /* gone already */ }
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { failed, close };
}

// Shows the page at /page.html until it posts to /result { error, text }.
async function show(chromium, files, take, query, patienceMs) {
  let tell;
  const result = new Promise((resolve) => { tell = resolve; });
  const port = await serve(files, { ...take, '/result': async (body) => { tell(body); } });
  const browser = launch(chromium, `http://127.0.0.1:${port}/page.html?${query}`);
  const late = new Promise((resolve) => {
    setTimeout(() => resolve({ error: `no result in ${patienceMs / 1000} s` }), patienceMs);
  });
  const outcome = await Promise.race([result, late, browser.failed.catch(
    (error) => ({ error: error.message }))]);
  await browser.close();
  return outcome;
}

module.exports = show;

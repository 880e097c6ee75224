// How fast a flag-agent answers, next to nginx with a constant answer and to a small server of node around
// @openfeature/flagd-core, each on the same one core in turns; how soon clients see a change; how much memory it
// takes. Run by `./dev bench agent`.
'use strict';

const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');

const ROUNDS = 5;
const SECONDS = 2;
const CONNECTIONS = 32;
const CHANGES = 200;
const PUSHES = 60;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-agent-'));
const at = (name) => path.join(folder, name);
const children = [];
process.on('exit', () => {
  for (const child of children) child.kill('SIGTERM');
  fs.rmSync(folder, { recursive: true, force: true });
});
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const percentile = (list, p) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * p))];

// ---- the servers, all on core 0

function onCore0(argv, env = {}) {
  const child = spawn('taskset', ['-c', '0', ...argv], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

async function startAgent(args) {
  const child = onCore0([process.env.FLAG_AGENT, '--listen', '127.0.0.1:0', '--threads', '1', '--log-level', 'warn', ...args]);
  const line = await new Promise((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
  return { pid: child.pid, port: Number(JSON.parse(line).listening.split(':').pop()) };
}

async function freePort() {
  return new Promise((resolve) => {
    const server = http.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function startNginx(target, body) {
  const port = await freePort();
  fs.writeFileSync(at('nginx.conf'), `daemon off; worker_processes 1; pid ${at('nginx.pid')}; error_log ${at('nginx.log')};
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000000; client_body_temp_path ${at('b')}; proxy_temp_path ${at('p')};
       fastcgi_temp_path ${at('f')}; uwsgi_temp_path ${at('u')}; scgi_temp_path ${at('s')};
       server { listen 127.0.0.1:${port}; location = ${target} { default_type application/json; return 200 '${body}'; } } }`);
  onCore0(['/usr/sbin/nginx', '-p', folder, '-c', at('nginx.conf'), '-e', at('nginx.log')]);
  return { port };
}

async function startNode(file) {
  const port = await freePort();
  onCore0(['node', path.join(__dirname, 'flagd_core_server.js'), file, String(port)]);
  return { port };
}

// ---- asking

function request(port, target, { method = 'GET', headers = {}, body = '' } = {}) {
  return new Promise((resolve, reject) => {
    const sent = http.request({ host: '127.0.0.1', port, path: target, method, headers, agent: keepAlive }, (answer) => {
      let text = '';
      answer.on('data', (data) => (text += data));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
const keepAlive = new http.Agent({ keepAlive: true });
const json = { 'Content-Type': 'application/json' };
const context = JSON.stringify({ context: { targetingKey: 'user-17', tier: 'gold', country: 'NL' } });

async function untilUp(port, target) {
  for (let i = 0; i < 200; ++i) {
    const answer = await request(port, target, { method: 'POST', headers: json, body: context }).catch(() => null);
    if (answer && answer.status === 200) return answer;
    await sleep(25);
  }
  throw new Error(`nobody answers ${target} on port ${port}`);
}

// Requests a second from core 1.
function wrk(port, target) {
  const out = execFileSync('taskset', ['-c', '1', 'wrk', '-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '-s',
    path.join(__dirname, 'ofrep.lua'), `http://127.0.0.1:${port}${target}`], { encoding: 'utf8' });
  if (/Non-2xx/.test(out)) throw new Error(out);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]);
}

// ---- flags

const flag = (i) => ({
  state: 'ENABLED',
  variants: { on: true, off: false },
  defaultVariant: 'off',
  ...(i % 2 ? { targeting: { if: [{ '==': [{ var: 'tier' }, 'gold'] }, 'on', 'off'] } } : {}),
});
const flags = (count) => JSON.stringify({ flags: Object.fromEntries(Array.from({ length: count }, (_, i) => [`flag-${i}`, flag(i)])) });

// ---- what is measured

async function requests() {
  fs.writeFileSync(at('200.json'), flags(200));
  const agent = await startAgent(['--source', `file:${at('200.json')}`]);
  const node = await startNode(at('200.json'));
  const one = '/ofrep/v1/evaluate/flags/flag-1';
  const all = '/ofrep/v1/evaluate/flags';
  const single = await untilUp(agent.port, one);
  const theirs = await untilUp(node.port, one);
  if (JSON.parse(theirs.body).value !== JSON.parse(single.body).value) throw new Error('the servers disagree');
  const nginx = await startNginx(one, single.body);
  await untilUp(nginx.port, one);
  const compare = (what, target, servers) => {
    const rates = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; ++round) {
      for (const [name, { port }] of Object.entries(servers)) rates[name].push(wrk(port, target));
    }
    const ours = median(rates.agent);
    const each = Object.entries(rates).map(([name, list]) => `${name} ${Math.round(median(list))}/s`);
    const ratios = Object.entries(rates).filter(([name]) => name !== 'agent').map(([name, list]) => `agent/${name} ${(ours / median(list)).toFixed(2)}`);
    console.log(`${what}: ${[...each, ...ratios].join(', ')}`);
  };
  compare('one flag', one, { agent, 'nginx (constant)': nginx, node });
  compare('200 flags', all, { agent, node });
}

// When a client that waits has the next set of flags.
async function nextSet(port, etag) {
  for (;;) {
    const answer = await request(port, '/v1/flagset', { headers: { 'If-None-Match': etag, Prefer: 'wait=30' } });
    if (answer.status === 200) return { when: performance.now(), etag: answer.headers.etag };
  }
}

async function measureChanges(port, times, change) {
  let { etag } = (await request(port, '/v1/flagset')).headers;
  const taken = [];
  for (let i = 0; i < times; ++i) {
    const waiting = nextSet(port, etag);
    await sleep(20);
    const start = await change(i);
    const seen = await waiting;
    taken.push(seen.when - start);
    ({ etag } = seen);
  }
  return taken;
}

const tell = (what, taken) =>
  console.log(`${what}: p50 ${percentile(taken, 0.5).toFixed(1)} ms, p99 ${percentile(taken, 0.99).toFixed(1)} ms (${taken.length} changes)`);

async function fileChanges() {
  fs.writeFileSync(at('f.json'), flags(100));
  const agent = await startAgent(['--source', `file:${at('f.json')}`, '--cache-dir', at('cache')]);
  await untilUp(agent.port, '/ofrep/v1/evaluate/flags/flag-1');
  tell('a file changes, until a client sees it', await measureChanges(agent.port, CHANGES, (i) => {
    fs.writeFileSync(at('next.json'), flags(101 + (i % 7)));
    const start = performance.now();
    fs.renameSync(at('next.json'), at('f.json'));
    return start;
  }));
}

async function gitChanges() {
  const git = (...args) => execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org', '-C', at('work'), ...args], { stdio: 'ignore' });
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', at('flags.git')]);
  execFileSync('git', ['clone', '-q', at('flags.git'), at('work')], { stdio: 'ignore' });
  fs.writeFileSync(at('secret'), 'bench-secret');
  const commit = (i) => {
    fs.writeFileSync(at('work/flags.json'), flags(101 + (i % 7)));
    git('add', '-A');
    git('commit', '-q', '-m', `change ${i}`);
  };
  commit(-1);
  git('push', '-q', 'origin', 'HEAD:main');
  const agent = await startAgent(['--source', `git:${at('flags.git')}#main:flags.json`, '--poll-interval', '1h',
    '--cache-dir', at('git-cache'), '--hook-secret-file', at('secret')]);
  await untilUp(agent.port, '/ofrep/v1/evaluate/flags/flag-1');
  let pushed = [];
  const taken = await measureChanges(agent.port, PUSHES, async (i) => {
    commit(i);
    const start = performance.now();
    git('push', '-q', 'origin', 'HEAD:main');
    pushed.push(performance.now() - start);
    await request(agent.port, '/hooks/refresh', { method: 'POST', headers: { Authorization: 'Bearer bench-secret' } });
    return start;
  });
  tell('git push and the refresh hook, until a client sees it', taken);
  console.log(`  of which git push itself: p50 ${percentile(pushed, 0.5).toFixed(1)} ms`);
}

async function size() {
  fs.writeFileSync(at('10000.json'), flags(10000));
  const start = performance.now();
  const agent = await startAgent(['--source', `file:${at('10000.json')}`]);
  await untilUp(agent.port, '/ofrep/v1/evaluate/flags/flag-1');
  const ready = performance.now() - start;
  await request(agent.port, '/v1/flagset');
  const rss = Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${agent.pid}/status`, 'utf8'))[1]);
  console.log(`10,000 flags: ${(rss / 1024).toFixed(1)} MB, first answer ${ready.toFixed(0)} ms after the start`);
}

(async () => {
  await requests();
  await fileChanges();
  await gitChanges();
  await size();
  process.exit(0);
})().catch((error) => {
  console.error(`bench: error: ${error.message}`);
  process.exit(1);
});

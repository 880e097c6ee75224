// How fast one thread evaluates a flag, next to @openfeature/flagd-core in the same run: first both must give the same
// answers, then they are timed in turns. Run by `./dev bench flags`.
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { FlagdCore } = require(require.resolve('@openfeature/flagd-core', { paths: [process.env.PEERS] }));

const ROUNDS = 5;
const MILLISECONDS = 500;
const CONTEXTS = 10000;
const file = path.join(__dirname, 'flags.json');
const keys = Object.keys(JSON.parse(fs.readFileSync(file, 'utf8')).flags);
const context = { targetingKey: 'user-17', tier: 'gold', country: 'NL', version: '1.4.2', email: 'ada@example.org' };

const silent = { error() {}, warn() {}, info() {}, debug() {} };
const core = new FlagdCore(undefined, silent);
core.setConfigurations(fs.readFileSync(file, 'utf8'));

const flagctl = (...args) =>
  execFileSync(process.env.FLAGCTL, args, { encoding: 'utf8', maxBuffer: 1 << 30, input: args.includes('-') ? lines : '' });

// ---- the same answers

const pick = (list, i) => list[i % list.length];
const contexts = Array.from({ length: CONTEXTS }, (_, i) => ({
  targetingKey: `user-${i}`,
  tier: pick(['gold', 'silver', 'Gold', ''], i),
  country: pick(['NL', 'AT', 'US', 'JP', 'nl', 'CZ', ''], i),
  version: pick(['1.4.2', '2.1.9', '3.0.0', '3.0.0-rc.1', '0.9.0', 'v2.1.0', '1', 'nonsense', '1.0.0-rc.0'], i),
}));
const questions = contexts.flatMap((each) => keys.map((key) => ({ key, context: each })));
const lines = questions.map((question) => JSON.stringify(question)).join('\n');
const answers = flagctl('eval', '--flags', file, '--batch', '-').trimEnd().split('\n').map((line) => JSON.parse(line));
questions.forEach(({ key, context: each }, i) => {
  const theirs = core.getFlag(key).evaluate(each, silent);
  if (theirs.variant === answers[i].variant && theirs.reason === answers[i].reason) return;
  console.error(`bench: error: ${key} for ${JSON.stringify(each)}: ${JSON.stringify(theirs)} there, ${JSON.stringify(answers[i])} here`);
  process.exit(1);
});

// ---- the speed

function peer(key) {
  const resolve = core.getFlag(key).variants.get(core.getFlag(key).defaultVariant) === true || typeof [...core.getFlag(key).variants.values()][0] === 'boolean'
    ? () => core.resolveBooleanEvaluation(key, false, context, silent)
    : () => core.resolveStringEvaluation(key, '', context, silent);
  const begin = process.hrtime.bigint();
  let count = 0;
  let taken = 0;
  do {
    for (let i = 0; i < 10000; ++i) resolve();
    count += 10000;
    taken = Number(process.hrtime.bigint() - begin) / 1e9;
  } while (taken < MILLISECONDS / 1000);
  return count / taken;
}

function ours(key) {
  const args = ['bench', '--flags', file, '--key', key, '--context', JSON.stringify(context), '--for', `${MILLISECONDS}ms`, '--json'];
  return JSON.parse(flagctl(...args)).evaluations_per_second;
}

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
keys.forEach(peer); // the first round of a just-in-time compiler does not count
console.log(`${questions.length} answers of both are the same.\n`);
console.log('| flag | Trunkline | flagd-core | ratio |');
console.log('|---|---|---|---|');
for (const key of keys) {
  const us = [];
  const them = [];
  for (let round = 0; round < ROUNDS; ++round) {
    us.push(ours(key));
    them.push(peer(key));
  }
  const [a, b] = [median(us), median(them)];
  console.log(`| ${key} | ${(a / 1e6).toFixed(1)} M/s | ${(b / 1e6).toFixed(1)} M/s | ${(a / b).toFixed(1)} |`);
}

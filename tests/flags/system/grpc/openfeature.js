// Evaluates flags through OpenFeature's own SDK and the providers that people use with flagd, and says what is not as it
// should be: node openfeature.js OFREP-URL RPC-HOST:PORT SYNC-HOST:PORT. Prints "ready" when the flag `live` may change.
// PEERS is the folder of their packages; openfeature_test.cpp has the flags.
'use strict';

const assert = require('node:assert');
const { createRequire } = require('node:module');
const peer = createRequire(`${process.env.PEERS}/`);
const { OpenFeature, ProviderEvents, ErrorCode } = peer('@openfeature/server-sdk');
const { OFREPProvider } = peer('@openfeature/ofrep-provider');
const { FlagdProvider } = peer('@openfeature/flagd-provider');

const PATIENCE = 20000;
const [ofrepUrl, rpc, sync] = process.argv.slice(2);

function flagd(resolverType, address) {
  const [host, port] = address.split(':');
  return new FlagdProvider({ host, port: Number(port), resolverType, deadlineMs: PATIENCE, cache: 'lru' });
}

const ways = [
  { name: 'ofrep', provider: new OFREPProvider({ baseUrl: ofrepUrl }), isFlagd: false },
  { name: 'rpc', provider: flagd('rpc', rpc), isFlagd: true },
  { name: 'in-process', provider: flagd('in-process', sync), isFlagd: true },
];

// [what, call, the parts of the details that must be so]
const expectations = [
  ['a boolean', (c) => c.getBooleanDetails('boolean', false), { value: true, variant: 'on', reason: 'STATIC' }],
  ['a string', (c) => c.getStringDetails('string', 'none'), { value: 'hällo', variant: 'greeting', reason: 'STATIC' }],
  ['an integer', (c) => c.getNumberDetails('integer', 0), { value: 42, variant: 'answer', reason: 'STATIC' }],
  ['a float', (c) => c.getNumberDetails('float', 0), { value: 2.5, variant: 'half', reason: 'STATIC' }],
  ['an object', (c) => c.getObjectDetails('object', {}), { value: { width: 3, names: ['a', 'b'], deep: { yes: true } } }],
  ['metadata', (c) => c.getBooleanDetails('boolean', false), { flagMetadata: { owner: 'web' } }],
  ['a disabled flag', (c) => c.getStringDetails('disabled', 'mine'), { value: 'mine' }],
  ['a flag without a default', (c) => c.getStringDetails('undecided', 'mine'), { value: 'mine' }],
  ['an unknown flag', (c) => c.getStringDetails('unknown', 'mine'), { value: 'mine', errorCode: ErrorCode.FLAG_NOT_FOUND }],
  ['another type', (c) => c.getBooleanDetails('live', true), { value: true, errorCode: ErrorCode.TYPE_MISMATCH }],
  ['a broken flag', (c) => c.getStringDetails('broken', 'mine'), { value: 'mine', errorCode: ErrorCode.PARSE_ERROR }],
  [
    'a targeted user',
    (c) => c.getStringDetails('targeted', 'none', { targetingKey: 'ada', country: 'NL', age: 18 }),
    { value: 'hallo', variant: 'dutch', reason: 'TARGETING_MATCH' },
  ],
  [
    'another user',
    (c) => c.getStringDetails('targeted', 'none', { targetingKey: 'bob', country: 'NL', age: 17 }),
    { value: 'hello', variant: 'english', reason: 'DEFAULT' },
  ],
  ['what will change', (c) => c.getStringDetails('live', 'none'), { value: 'before' }],
];

// What the OFREP provider (of version 0.1) gives as an error, for it knows no success without a value.
const flagdExpectations = [
  ['why it is disabled', (c) => c.getStringDetails('disabled', 'mine'), { reason: 'DISABLED', errorCode: undefined }],
  ['why it is undecided', (c) => c.getStringDetails('undecided', 'mine'), { reason: 'DEFAULT', errorCode: undefined }],
];

const differences = [];

async function expect(where, call, expected) {
  const details = await call;
  const got = Object.fromEntries(Object.keys(expected).map((key) => [key, details[key]]));
  try {
    assert.deepStrictEqual(got, expected);
  } catch {
    differences.push(`${where}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(details)}`);
  }
}

// The keys of the first event that names one.
const change = (client) =>
  new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('no event in time')), PATIENCE).unref();
    client.addHandler(ProviderEvents.ConfigurationChanged, ({ flagsChanged }) => resolve(flagsChanged));
  });

async function until(isSo) {
  const end = Date.now() + PATIENCE;
  while (!(await isSo()) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function main() {
  for (const way of ways) {
    await OpenFeature.setProviderAndWait(way.name, way.provider);
    way.client = OpenFeature.getClient(way.name);
    for (const [what, call, expected] of [...expectations, ...(way.isFlagd ? flagdExpectations : [])]) {
      await expect(`${way.name}: ${what}`, call(way.client), expected);
    }
    if (way.isFlagd) way.change = change(way.client);
  }
  console.log('ready');
  for (const { name, client, change } of ways) {
    if (change) assert.deepStrictEqual(await change, ['live'], name);
    else await until(async () => (await client.getStringValue('live', 'none')) === 'after');
    await expect(`${name}: what has changed`, client.getStringDetails('live', 'none'), { value: 'after' });
  }
  await OpenFeature.close();
}

main()
  .catch((error) => differences.push(error.stack))
  .finally(() => {
    differences.forEach((difference) => console.error(difference));
    process.exit(differences.length === 0 ? 0 : 1);
  });

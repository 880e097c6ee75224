// OFREP by node's own HTTP server and @openfeature/flagd-core: what one would write first. For `./dev bench agent`.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const { FlagdCore } = require(require.resolve('@openfeature/flagd-core', { paths: [process.env.PEERS] }));

const silent = { error() {}, warn() {}, info() {}, debug() {} };
const core = new FlagdCore(undefined, silent);
core.setConfigurations(fs.readFileSync(process.argv[2], 'utf8'));
const prefix = '/ofrep/v1/evaluate/flags';

function one(key, context) {
  const { value, variant, reason, flagMetadata } = core.getFlag(key).evaluate(context, silent);
  return { key, value, variant, reason, metadata: flagMetadata };
}

http
  .createServer((request, response) => {
    let text = '';
    request.on('data', (data) => (text += data));
    request.on('end', () => {
      const { context } = JSON.parse(text);
      const key = decodeURIComponent(request.url.slice(prefix.length + 1));
      const body = JSON.stringify(key ? one(key, context) : { flags: [...core.getFlags().keys()].map((each) => one(each, context)) });
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
      response.end(body);
    });
  })
  .listen(Number(process.argv[3]), '127.0.0.1');

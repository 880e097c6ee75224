// Holds rollout files against their schema with Ajv. FILE is {"schema", "good": {name: file},
// "broken": {name: file}}; PEERS is the folder of Ajv's package. Prints what goes wrong.
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const Ajv = createRequire(`${process.env.PEERS}/`)('ajv');

const { schema, good, broken } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
// strictRequired does not see the properties around a oneOf.
const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false });
const validate = ajv.compile(schema);
for (const [name, file] of Object.entries(good)) {
  if (!validate(file)) console.log(`refuses ${name}: ${ajv.errorsText(validate.errors)}`);
}
for (const [name, file] of Object.entries(broken)) {
  if (validate(file)) console.log(`takes ${name}`);
}

// What claiming events costs a function: processor time for each event, with DynamoDB answering at once. The answers come from
// another process over HTTP, so that the client does all it does, short of TLS.
// node bench/claims.mjs [events]
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const EVENTS = Number(process.argv[2] ?? 20_000);
const BATCH = 1000;

if (process.argv[2] === 'server') {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
} else {
  const server = fork(fileURLToPath(import.meta.url), ['server']);
  const port = await new Promise((resolve) => server.once('message', resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
  });
  const { DynamoDbClaims } = require('../dist/lambda/claims/dynamodb-claims.js');
  const claims = new DynamoDbClaims('events');
  const until = Date.now() + 3_600_000;
  const claim = async (from) => {
    const keys = Array.from({ length: BATCH }, (_, i) => `clicks#${from + i}-9f1c2b7e-5d0a-4a53-8a3e`);
    await claims.change(keys, () => [
      {
        lane: 'clicks/shardId-000000000000',
        position: `4965${'0'.repeat(44)}${from}`,
        arrivedAt: until,
        until,
      },
    ]);
  };
  // The client and the compiler are warm in a function that lives for hours.
  for (let from = 0; from < 5 * BATCH; from += BATCH) await claim(from);
  const cpu = process.cpuUsage();
  const started = performance.now();
  for (let from = 0; from < EVENTS; from += BATCH) await claim(from);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${EVENTS} events in ${seconds.toFixed(1)} s: ${Math.round(EVENTS / ((user + system) / 1e6))} a CPU-second, ` +
      `${((user + system) / EVENTS).toFixed(0)} µs each. Node ${process.version}.`,
  );
  server.kill();
}

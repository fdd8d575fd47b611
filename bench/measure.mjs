// Runs one subject in this process and prints what it took, as a line of JSON: measure.mjs SUBJECT ROWS REPETITIONS
import { clickstream, kinesisEvent } from './events/clickstream.mjs';

const [subject, rows, repetitions] = process.argv.slice(2);
const { prepare } = await import(`./subjects/${subject}.mjs`);

const payloads = [];
const positions = [];
const arrivals = [];
for (const { kinesis } of kinesisEvent(clickstream(Number(rows))).Records) {
  payloads.push(kinesis.data);
  positions.push(kinesis.sequenceNumber);
  arrivals.push(kinesis.approximateArrivalTimestamp);
}

const run = await prepare({ payloads, positions, arrivals });
const milliseconds = [];
let bytes = 0;
for (let i = 0; i < Number(repetitions); i++) {
  const start = process.cpuUsage();
  bytes = await run();
  const { user, system } = process.cpuUsage(start);
  milliseconds.push((user + system) / 1000);
}
const peakMemory = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ milliseconds, bytes, peakMemory }));

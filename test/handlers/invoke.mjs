// Runs one export `handler` over a list of events in a process of its own, as Lambda would.
// Arguments: bundle, file with a JSON list of events, file for the outcomes.
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';

const [bundle, eventsFile, outcomesFile] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(bundle).href);
const context = { awsRequestId: 'request-1', functionName: 'ingest', getRemainingTimeInMillis: () => 30_000 };
const outcomes = [];
for (const event of JSON.parse(fs.readFileSync(eventsFile, 'utf8'))) {
  try {
    outcomes.push({ response: await handler(event, context) });
  } catch (error) {
    outcomes.push({ error: `${error.name}: ${error.message}` });
  }
}
fs.writeFileSync(outcomesFile, JSON.stringify({ outcomes, peakKiB: process.resourceUsage().maxRSS }));

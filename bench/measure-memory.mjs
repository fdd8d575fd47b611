// Peak memory of the deployed function over one batch: the bundle with its AWS clients, the event parsed as the Lambda
// runtime parses it, tables in a directory, the commit included. measure-memory.mjs HANDLER EVENT_FILE
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [handlerFile, eventFile] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(handlerFile).href);
await handler(JSON.parse(readFileSync(eventFile, 'utf8')));
console.log(JSON.stringify({ peakMemory: process.resourceUsage().maxRSS * 1024 }));

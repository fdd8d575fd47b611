// Peak memory of the deployed function over one batch: the bundle and its AWS clients loaded, the event parsed as the
// Lambda runtime parses it, tables in a directory, the commit included. measure-memory.mjs EVENT_FILE HANDLER CHUNK...
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [eventFile, handlerFile, ...chunks] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(handlerFile).href);
for (const chunk of chunks) await import(pathToFileURL(chunk).href);
await handler(JSON.parse(readFileSync(eventFile, 'utf8')));
console.log(JSON.stringify({ peakMemory: process.resourceUsage().maxRSS * 1024 }));

// CPU time it takes to load a module: measure-import.mjs FILE
import { pathToFileURL } from 'node:url';

const start = process.cpuUsage();
await import(pathToFileURL(process.argv[2]).href);
const { user, system } = process.cpuUsage(start);
console.log(JSON.stringify({ milliseconds: [(user + system) / 1000] }));

// CPU time it takes to load modules: measure-import.mjs FILE...
import { pathToFileURL } from 'node:url';

const start = process.cpuUsage();
for (const file of process.argv.slice(2)) await import(pathToFileURL(file).href);
const { user, system } = process.cpuUsage(start);
console.log(JSON.stringify({ milliseconds: [(user + system) / 1000] }));

import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Adds a message to a queue nobody reads during a run: a file with a message on each line. */
export function appendToQueue(stateDirectory: string, queue: string, message: object): void {
  const file = join(stateDirectory, 'queues', `${queue}.ndjson`);
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(message)}\n`);
}

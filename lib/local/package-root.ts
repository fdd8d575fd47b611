import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Directory of this package, whether its modules run from `dist` or from their sources. */
export function packageRoot(): string {
  let directory = __dirname;
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory);
  return directory;
}

/** The worker runs in a process of its own, so it has to be the compiled module. */
export function workerModule(): string {
  return join(packageRoot(), 'dist', 'lib', 'local', 'functions', 'worker.js');
}

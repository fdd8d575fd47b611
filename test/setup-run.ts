import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What tests, their child processes and the CDK leave among temporary files goes with the run. */
export default function setUpRun(): void {
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'lakehouse-tests-'));
}

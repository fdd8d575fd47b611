// Reads the JSON that jest writes about a run.
import path from 'node:path';

/** Files that took so long are worth a look. */
const SLOW_SECONDS = 5;
/** The marker that `optional` of test/skip.ts appends to the title of a block; an install line may hold brackets. */
const MARKER = /\[skipped: (.+?) absent; (.+?)\](?=\s|$)/;

const fileName = (result, root) => path.relative(root, result.name);

/** The slowest test files, slowest first, with their time in seconds. */
export function slowFiles(results, root) {
  return results.testResults
    .map((result) => ({ file: fileName(result, root), time: (result.endTime - result.startTime) / 1000 }))
    .filter(({ time }) => time >= SLOW_SECONDS)
    .sort((a, b) => b.time - a.time)
    .slice(0, 10);
}

/** Names of the tests that failed and of the files that could not be run. */
export function failedTests(results, root) {
  return results.testResults.flatMap((result) => {
    const failed = result.assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && result.status === 'failed') return [`${fileName(result, root)} could not run`];
    return failed.map(({ fullName }) => `${fileName(result, root)} › ${fullName}`);
  });
}

/**
 * What was skipped, by name: one entry for each block that misses the same program, with the line that installs it, and
 * one for each test that was skipped without saying why.
 */
export function skippedTests(results, root) {
  const entries = new Map();
  for (const result of results.testResults) {
    for (const { status, fullName } of result.assertionResults) {
      if (status !== 'pending' && status !== 'todo') continue;
      const marker = MARKER.exec(fullName);
      const block = marker === null ? fullName : fullName.slice(0, marker.index).trim();
      const name = `${fileName(result, root)} › ${block}`;
      const reason = marker === null ? 'no reason is given' : `${marker[1]} is absent; ${marker[2]}`;
      const entry = entries.get(name) ?? { block: name, reason, tests: 0 };
      entries.set(name, { ...entry, tests: entry.tests + 1 });
    }
  }
  return [...entries.values()].map(({ block, reason, tests }) => ({
    name: tests === 1 ? block : `${block}, ${tests} tests`,
    reason,
  }));
}

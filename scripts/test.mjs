#!/usr/bin/env node
// What `npm test` runs: type check, lint, format, tests. All steps run even when one fails, so that a single run says
// all that is wrong. The last lines tell what was skipped and how to have it run.
//
// Arguments go to jest: npm test -- test/contract
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { failedTests, skippedTests, slowFiles } from './test-results.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const resultsFile = path.join(root, 'node_modules', '.cache', 'test-results.json');
const modules = path.join(root, 'node_modules');
const node = process.execPath;
const started = performance.now();

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const header = (title) => console.log(`\n──── ${title} ${'─'.repeat(Math.max(4, 90 - title.length))}\n`);

/** Runs a program of node_modules; with `capture` its output is kept until it ends. */
function run(program, args, { capture = false } = {}) {
  const begun = performance.now();
  return new Promise((resolve) => {
    const child = spawn(node, [path.resolve(modules, program), ...args], {
      cwd: root,
      stdio: capture ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => output.push(Buffer.from(String(error))));
    child.on('close', (code) => {
      resolve({ passed: code === 0, output: Buffer.concat(output).toString(), time: seconds(begun) });
    });
  });
}

const colour = process.stdout.isTTY ? ['--color'] : [];

/** The three checks that read the sources; none keeps two cores busy by itself, so they run side by side. */
async function checkSources() {
  const checks = [
    ['Type check', run('typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json'], { capture: true })],
    ['Lint', run('eslint/bin/eslint.js', ['.', '--max-warnings', '0', ...colour], { capture: true })],
    ['Format', run('prettier/bin/prettier.cjs', ['--check', '.'], { capture: true })],
  ];
  const steps = [];
  for (const [title, running] of checks) {
    const { passed, output, time } = await running;
    header(title);
    console.log(passed ? 'Nothing to report.' : output.trim());
    steps.push({ title, passed, time });
  }
  return steps;
}

/**
 * The Node of the Lambda runtime, for the tests that run the bundles on what they are built for. It is no dependency of
 * the package itself: in node_modules/.bin it would take the place of everyone's `node`. Where it cannot be had, those
 * tests are reported as skipped.
 */
async function installLambdaNode() {
  const npm = process.env.npm_execpath;
  const wanted = process.platform === 'linux' && process.arch === 'x64' && npm?.endsWith('.js');
  if (!wanted || fs.existsSync(path.join(root, 'bench', 'node_modules'))) return;
  header('Install the Node of the Lambda runtime');
  const { passed, output } = await run(npm, ['ci', '--prefix', 'bench'], { capture: true });
  console.log(passed ? 'Installed in bench/node_modules.' : output.trim());
}

async function runTests() {
  header('Tests');
  fs.mkdirSync(path.dirname(resultsFile), { recursive: true });
  fs.rmSync(resultsFile, { force: true });
  const ci = process.env.CI ? ['--ci'] : [];
  const { passed, time } = await run('jest/bin/jest.js', [
    ...ci,
    '--json',
    `--outputFile=${resultsFile}`,
    ...process.argv.slice(2),
  ]);
  const results = fs.existsSync(resultsFile) ? JSON.parse(fs.readFileSync(resultsFile, 'utf8')) : undefined;
  return { steps: [{ title: 'Tests', passed: passed && results !== undefined, time }], results };
}

function summarize(steps, results) {
  header('Summary');
  for (const { title, passed, time } of steps) {
    console.log(`${passed ? 'passed' : 'FAILED'}  ${title.padEnd(12)} ${time.padStart(8)}`);
  }
  console.log(`        ${'in all'.padEnd(12)} ${seconds(started).padStart(8)}`);
  if (results === undefined) return;

  const slow = slowFiles(results, root);
  if (slow.length > 0) console.log('\nSlowest test files');
  for (const { file, time } of slow) console.log(`${time.toFixed(1).padStart(7)} s  ${file}`);

  const failed = failedTests(results, root);
  if (failed.length > 0) console.log('\nFailed');
  for (const name of failed) console.log(`  ${name}`);

  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = results;
  const broken = results.numRuntimeErrorTestSuites;
  console.log(
    `\n${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests + numTodoTests} skipped` +
      (broken > 0 ? `, ${broken} test file${broken === 1 ? '' : 's'} could not run` : ''),
  );
  const skipped = skippedTests(results, root);
  if (skipped.length === 0) console.log('Nothing was skipped.');
  for (const { name, reason } of skipped) console.log(`Skipped: ${name} (${reason})`);
}

await installLambdaNode();
const steps = await checkSources();
const tests = await runTests();
steps.push(...tests.steps);
summarize(steps, tests.results);
process.exitCode = steps.every(({ passed }) => passed) ? 0 : 1;

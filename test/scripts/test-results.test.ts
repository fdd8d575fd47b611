import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { optional } from '../skip';

const script = resolve(__dirname, '../../scripts/test-results.mjs');

/** The scripts are ES modules, which jest loads only with a flag: they are asked in a process of their own. */
function ask(functionName: string, results: object): unknown {
  const code = `import * as script from ${JSON.stringify(script)};
    console.log(JSON.stringify(script[${JSON.stringify(functionName)}](${JSON.stringify(results)}, '/project')));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }),
  );
}

function fileWith(assertionResults: object[], rest: object = {}): object {
  return {
    name: '/project/test/a.test.ts',
    startTime: 0,
    endTime: 1000,
    status: 'passed',
    assertionResults,
    ...rest,
  };
}

/** The titles `optional` makes, taken from itself: jest's own `describe` cannot be called within a test. */
function titleWhenAbsent(title: string): string {
  const titles: string[] = [];
  const skip = jest.spyOn(describe, 'skip').mockImplementation((name) => void titles.push(String(name)));
  optional({ name: 'moto_server', present: false, install: "pip install 'moto[server]'" })(
    title,
    () => undefined,
  );
  skip.mockRestore();
  return titles[0];
}

describe('the list at the end of a test run', () => {
  it('names what was skipped once per block, with the line that installs what is absent', () => {
    const title = titleWhenAbsent('a deploy');
    const tests = ['creates', 'updates'].map((name) => ({ status: 'pending', fullName: `${title} ${name}` }));
    expect(ask('skippedTests', { testResults: [fileWith(tests)] })).toEqual([
      {
        name: 'test/a.test.ts › a deploy, 2 tests',
        reason: "moto_server is absent; pip install 'moto[server]'",
      },
    ]);
  });

  it('does not hide a test that was skipped without a reason', () => {
    const results = { testResults: [fileWith([{ status: 'pending', fullName: 'some test' }])] };
    expect(ask('skippedTests', results)).toEqual([
      { name: 'test/a.test.ts › some test', reason: 'no reason is given' },
    ]);
  });

  it('is empty when all ran', () => {
    expect(ask('skippedTests', { testResults: [fileWith([{ status: 'passed', fullName: 'x' }])] })).toEqual(
      [],
    );
  });

  it('names failed tests, and files that could not be run at all', () => {
    const failed = fileWith([{ status: 'failed', fullName: 'adds up' }], { status: 'failed' });
    const broken = fileWith([], { status: 'failed', name: '/project/test/b.test.ts' });
    expect(ask('failedTests', { testResults: [failed, broken] })).toEqual([
      'test/a.test.ts › adds up',
      'test/b.test.ts could not run',
    ]);
  });

  it('shows slow test files, slowest first', () => {
    const file = (name: string, endTime: number) => fileWith([], { name: `/project/${name}`, endTime });
    expect(ask('slowFiles', { testResults: [file('a', 7000), file('b', 100), file('c', 9500)] })).toEqual([
      { file: 'c', time: 9.5 },
      { file: 'a', time: 7 },
    ]);
  });
});

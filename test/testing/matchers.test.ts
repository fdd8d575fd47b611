import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

/** Runs jest on one test of a project of its own, the way a user's CI does. */
function runJest(
  project: string,
  removalPolicy: string,
  ...flags: string[]
): { passed: boolean; output: string } {
  writeFileSync(
    join(project, 'stack.test.ts'),
    `import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
     import { Bucket } from 'aws-cdk-lib/aws-s3';
     import { lakehouseMatchers } from ${JSON.stringify(join(root, 'lib/testing'))};
     expect.extend(lakehouseMatchers);
     test('the stack', () => {
       const stack = new Stack(new App(), 'Stack');
       new Bucket(stack, 'Bucket', { removalPolicy: RemovalPolicy.${removalPolicy} });
       expect(stack).toMatchStackSnapshot();
       expect(stack).toMatchStackSnapshot('again');
     });
     test('cannot be negated', () => {
       expect(() => expect(new Stack()).not.toMatchStackSnapshot()).toThrow('remove .not');
     });`,
  );
  writeFileSync(
    join(project, 'jest.config.json'),
    JSON.stringify({
      rootDir: project,
      modulePaths: [join(root, 'node_modules')],
      transform: { '^.+\\.ts$': join(root, 'node_modules/@swc/jest') },
    }),
  );
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  try {
    const config = join(project, 'jest.config.json');
    execFileSync(process.execPath, [jest, '--config', config, ...flags], {
      cwd: root,
      env: { ...process.env, CDK_VALIDATION: 'false', FORCE_COLOR: '0' },
      stdio: 'pipe',
    });
    return { passed: true, output: '' };
  } catch (error) {
    return { passed: false, output: String((error as { stderr: Buffer }).stderr) };
  }
}

describe('toMatchStackSnapshot', () => {
  const project = mkdtempSync(join(tmpdir(), 'matcher-project-'));
  const snapshotFile = join(project, '__snapshots__/stack.test.ts.snap');
  afterAll(() => rmSync(project, { recursive: true }));

  it('refuses to write a snapshot in CI', () => {
    const { passed, output } = runJest(project, 'RETAIN', '--ci');
    expect(passed).toBe(false);
    expect(output).toContain('New snapshot was not written');
    expect(existsSync(snapshotFile)).toBe(false);
  });

  it('writes it on the first run elsewhere and passes from then on', () => {
    expect(runJest(project, 'RETAIN', '--ci=false').output).toBe('');
    const written = readFileSync(snapshotFile, 'utf8');
    expect(written).toContain('exports[`the stack 1`]');
    expect(written).toContain('exports[`the stack: again 1`]');
    expect(written).toContain('  Bucket83908E77 AWS::S3::Bucket:\n    DeletionPolicy: Retain\n');
    expect(runJest(project, 'RETAIN', '--ci').passed).toBe(true);
  });

  it('fails with the changed lines once data would no longer be kept', () => {
    const { passed, output } = runJest(project, 'DESTROY', '--ci');
    expect(passed).toBe(false);
    expect(output).toMatch(/-\s+DeletionPolicy: Retain\n\s+\+\s+DeletionPolicy: Delete\n/);
    expect(output).toMatch(/-\s+UpdateReplacePolicy: Retain\n\s+\+\s+UpdateReplacePolicy: Delete\n/);
  });
});

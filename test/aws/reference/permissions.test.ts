import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { exampleGold, readContracts } from '../../../bin/reference-contracts';
import { ReferenceStack } from '../../../bin/reference-stack';
import { permissionsOf, permissionsPage, REASONS } from './permissions';

const root = resolve(__dirname, '../../..');
const contracts = readContracts();
const stack = new ReferenceStack(new App(), 'Lakehouse', { contracts, gold: exampleGold() });
const permissions = permissionsOf(
  stack,
  contracts.map((contract) => contract.schema().tableName),
);

/**
 * Sent by functions and commands the reference app does not have: restoring from versions, archiving partitions, and
 * copying files of a landing zone.
 */
const OF_OTHERS = [
  'ListObjectVersionsCommand',
  'CopyObjectCommand',
  'GetObjectTaggingCommand',
  'PutObjectTaggingCommand',
  'CreateMultipartUploadCommand',
  'UploadPartCopyCommand',
  'CompleteMultipartUploadCommand',
  'AbortMultipartUploadCommand',
];

describe('the permissions of the reference app', () => {
  it('are of the roles there are', () => {
    expect([...new Set(permissions.map(({ role }) => role))]).toEqual([
      'CatalogTables',
      'DelayByDistanceGoldGate',
      'DelayByDistanceSilverGate',
      'DelayByDistanceTransform',
      'DelayByDistanceWorkflowBackfillMachine',
      'DelayByDistanceWorkflowMachine',
      'DelayByDistanceWorkflowMachineRoleSlotHolders58EC7D6B',
      'DelayByDistanceWorkflowSchedule',
      'PRODUCTProcessor',
      'PRODUCTSilverProcessor',
    ]);
    const managed = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role')).filter(
      ({ Properties }) => Properties.ManagedPolicyArns !== undefined || Properties.Policies !== undefined,
    );
    expect(managed).toEqual([]);
  });

  it('have a reason each, and no reason is left over', () => {
    const granted = [...new Set(permissions.map(({ action }) => action))].sort();
    expect(granted).toEqual(Object.keys(REASONS).sort());
  });

  it('are called where the reason says', () => {
    const wrong = Object.entries(REASONS).flatMap(([action, { code }]) =>
      code === undefined || readFileSync(join(root, code[0]), 'utf8').includes(code[1])
        ? []
        : [`${action}: ${code[0]} has no ${code[1]}`],
    );
    expect(wrong).toEqual([]);
  });

  it('cover every call the code of the stores, catalogs and of Athena can make', () => {
    const called = ['lambda/stores', 'lambda/tables', 'lambda/engines/athena'].flatMap((room) =>
      commandsIn(join(root, room)),
    );
    const reasons = Object.values(REASONS).flatMap(({ code }) => code?.[1] ?? []);
    // A HEAD request is permitted by s3:GetObject.
    const covered = [...reasons, 'HeadObjectCommand', ...OF_OTHERS];
    expect(called.length).toBeGreaterThan(10);
    expect([...new Set(called)].filter((command) => !covered.includes(command))).toEqual([]);
  });

  it('are on nothing wider than a table’s folder, but for tracing, logs of state machines and for making tables', () => {
    const wide = permissions.filter(
      ({ role, on }) =>
        role !== 'CatalogTables' && on.some((place) => place === '*' || /Lake\w+Bucket\/\*/.test(place)),
    );
    // Tracing, and the delivery of a state machine's log.
    expect(wide.filter(({ action }) => !/^(xray|logs):/.test(action))).toEqual([]);
    const ofLogs = wide.filter(({ action }) => action.startsWith('logs:'));
    expect(ofLogs.filter(({ role }) => !role.endsWith('Machine'))).toEqual([]);
  });

  it('are on the page', () => {
    const file = join(root, 'docs/permissions.md');
    const page = execFileSync(
      process.execPath,
      [join(root, 'node_modules/prettier/bin/prettier.cjs'), '--stdin-filepath', file],
      { input: permissionsPage(permissions), encoding: 'utf8', cwd: root },
    );
    const { snapshotState } = expect.getState() as unknown as {
      readonly snapshotState: { readonly _updateSnapshot: string };
    };
    if (snapshotState._updateSnapshot === 'all') writeFileSync(file, page);
    expect(readFileSync(file, 'utf8')).toBe(page);
  });
});

/** Names of the commands that are sent anywhere below a folder. */
function commandsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/new (\w+Command)\(/g)])
    .map(([, command]) => command);
}

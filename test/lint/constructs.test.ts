import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import * as library from '../../lib/aws';
import { lakehouseMatchers, logicalIds, nagFindings, type TemplateDocument } from '../../lib/testing';
import { CONSTRUCTS } from '../snapshots/constructs';

expect.extend(lakehouseMatchers);

const names = Object.keys(CONSTRUCTS);
const stacks = Object.fromEntries(
  names.map((name) => {
    const stack = new Stack(new App(), 'Stack');
    CONSTRUCTS[name](stack);
    return [name, stack];
  }),
);

/** What the packs rightly say of a construct that stands alone, and that is for its user to answer. */
const FOR_THE_USER: { readonly [name: string]: RegExp } = {
  // Nothing logs to it yet: the packs see a bucket of logs by those that do.
  AccessLogBucket: /-S1 |S3BucketLoggingEnabled /,
  // The grant is a policy on a role that belongs to somebody else.
  GovernedLake: /IAMNoInlinePolicy Stack\/Analysts\//,
  // The entry says that its alarms tell nobody.
  InputBarrier: /CloudWatchAlarmAction Stack\/Reports\/Alarms\//,
};

/** Made again, or without meaning, where their stack is gone. */
const NO_DATA: { readonly [name: string]: RegExp } = {
  // Events seen in the last days, of a stream that is gone as well.
  DeduplicationTable: /^EventsTable/,
  // Which runs there are.
  PipelineWorkflow: /^DailyLedgerTable/,
  InputBarrier: /^ReportsLedgerTable/,
  // A link to a database of another account.
  SharedDatabase: /^Shared/,
};

test('every construct there is has an entry, or is made by one that has', () => {
  const made = Object.values(stacks).flatMap((stack) => stack.node.findAll());
  const missing = Object.entries(library).flatMap(([name, one]) =>
    typeof one === 'function' &&
    one.prototype instanceof Construct &&
    !made.some((construct) => construct instanceof one)
      ? [name]
      : [],
  );
  expect(missing).toEqual([]);
});

test.each(names)('%s alone has no finding of the four packs', (name) => {
  const findings = nagFindings(stacks[name]).map(({ rule, path }) => `${rule} ${path}`);
  const expected = FOR_THE_USER[name];
  expect(findings.filter((finding) => !expected?.test(finding))).toEqual([]);
  if (expected !== undefined) expect(findings).not.toEqual([]);
});

test.each(names)(
  '%s alone is encrypted, closed, over TLS only, without secrets, and keeps its data',
  (name) => {
    const stack = stacks[name];
    // S3 writes its access logs with its own key only.
    if (name !== 'AccessLogBucket') expect(stack).toEncryptEverything();
    expect(stack).toRefusePlainHttp();
    expect(stack).toHoldNoSecrets();
    expect(stack).toBlockPublicAccess();
    const ids = Object.keys(logicalIds(stack)).filter((id) => NO_DATA[name]?.test(id) ?? false);
    expect(stack).toKeepDataOnRemoval(...ids, ...keysOfWhatGoes(stack));
  },
);

/** Keys that go with the stack, as does all they encrypt. */
function keysOfWhatGoes(stack: Stack): string[] {
  const { Resources = {} } = Template.fromStack(stack).toJSON() as TemplateDocument;
  const resources = Object.entries(Resources);
  const kept = resources.filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain');
  return resources
    .filter(([, { Type, DeletionPolicy }]) => Type === 'AWS::KMS::Key' && DeletionPolicy === 'Delete')
    .map(([id]) => id)
    .filter((id) => !kept.some(([, { Properties }]) => JSON.stringify(Properties ?? {}).includes(`"${id}"`)));
}

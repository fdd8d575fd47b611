import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { exampleGold, readContracts } from '../../bin/reference-contracts';
import { ReferenceStack } from '../../bin/reference-stack';
import { lakehouseMatchers, logicalIds, type TemplateDocument, type TemplateSource } from '../../lib/testing';

expect.extend(lakehouseMatchers);

const examples = resolve(__dirname, '../../examples');
/** Apps of cdktf have no template; test/google and test/azure judge theirs. */
const apps = readdirSync(examples, { recursive: true, encoding: 'utf8' })
  .filter((file) => /(^|\/)app\.ts$/.test(file) && !file.includes('node_modules'))
  .map((file) => file.replace(/\/?app\.ts$/, ''))
  .filter((example) => !existsSync(join(examples, example, 'cdktf.json')))
  .sort();
const directory = mkdtempSync(join(tmpdir(), 'secure-templates-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Every template an example's app leaves, as a user would deploy it. */
function templatesOf(example: string): TemplateDocument[] {
  const outdir = mkdtempSync(join(directory, 'assembly-'));
  process.env.CDK_OUTDIR = outdir;
  try {
    require(join(examples, example, 'app'));
  } finally {
    delete process.env.CDK_OUTDIR;
  }
  return readdirSync(outdir)
    .filter((file) => file.endsWith('.template.json'))
    .map((file) => JSON.parse(readFileSync(join(outdir, file), 'utf8')) as TemplateDocument);
}

/** What is not the lake's data: locks and notes of runs, events seen in the last hours, keys of functions' logs and dead letters, a link to a database. */
const GONE_WITH_THE_STACK =
  /(LedgerTable|^SilverKey|^DailyRevenueKey|^(Orders|Revenue)GateKey|^FailoverKey|^OrderArchiveKey|^ArchivalKey|^ErasureKey|^VectorSnapshotsKey|^Customers|^TicketsKey|DeduplicationTable)[0-9A-F]{8}$/;

function requireSecure(template: TemplateSource): void {
  expect(template).toEncryptEverything();
  expect(template).toRefusePlainHttp();
  expect(template).toHoldNoSecrets();
  expect(template).toBlockPublicAccess();
  expect(template).toKeepDataOnRemoval(
    ...Object.keys(logicalIds(template)).filter((id) => GONE_WITH_THE_STACK.test(id)),
  );
}

test.each(apps)(
  'the example %s is encrypted, closed, over TLS only, without secrets, and keeps its data',
  (example) => {
    const templates = templatesOf(example);
    expect(templates.length).toBeGreaterThan(0);
    templates.forEach(requireSecure);
  },
);

test('so is the reference stack', () => {
  const stack = new ReferenceStack(new App(), 'Lakehouse', {
    contracts: readContracts(),
    gold: exampleGold(),
    alarmEmail: 'data-on-call@example.com',
  });
  requireSecure(stack);
});

test('cdk.json has the CDK refuse secrets in plain text as well', () => {
  const { context } = JSON.parse(readFileSync(resolve(__dirname, '../../cdk.json'), 'utf8'));
  expect(context['@aws-cdk/core:checkSecretUsage']).toBe(true);
});

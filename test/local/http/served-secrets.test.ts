import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebhookSettings } from '../../../lib/contract/webhook-settings';
import { ServedSecrets } from '../../../lib/local/http';

const ARN = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:';
const meta = (name: string, field?: string): WebhookSettings => ({
  maxBodyBytes: 1024,
  split: false,
  handshake: { verifyToken: { secret: ARN + name, ...(field !== undefined && { secretField: field }) } },
});

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'secrets-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const serve = (...webhooks: WebhookSettings[]) => new ServedSecrets(webhooks, new Map(), directory);

test('a secret that is made stays the same, and its owner alone can read it', () => {
  const [{ file }] = serve(meta('shop/app')).all;
  expect(statSync(file!).mode & 0o777).toBe(0o600);
  expect(serve(meta('shop/app')).text(`${ARN}shop/app`)).toBe(readFileSync(file!, 'utf8'));
});

test('two names that differ in what a file’s name cannot hold have a file each', () => {
  const secrets = serve(meta('shop/app'), meta('shop_app'));
  expect(new Set(secrets.all.map(({ file }) => file)).size).toBe(2);
  expect(secrets.text(`${ARN}shop/app`)).not.toBe(secrets.text(`${ARN}shop_app`));
});

test('a field that the app asks for later is added to those there are', () => {
  const before = JSON.parse(serve(meta('shop', 'app')).text(`${ARN}shop`)!);
  const secrets = serve(meta('shop', 'app'), meta('shop', 'verify'));
  expect(JSON.parse(secrets.text(`${ARN}shop`)!)).toEqual({ app: before.app, verify: expect.any(String) });
  expect(statSync(secrets.all[0].file!).mode & 0o777).toBe(0o600);
});

test('a text without fields is told of where fields are asked for', () => {
  const [{ file }] = serve(meta('shop')).all;
  expect(() => serve(meta('shop', 'app'))).toThrow(
    `The secret in ${file} is no JSON object, and the app asks for its fields app. Write them into it, or remove the file: another is made.`,
  );
  writeFileSync(file!, '{"app": "x"}\n');
  expect(serve(meta('shop', 'app')).text(`${ARN}shop`)).toBe('{"app": "x"}');
});

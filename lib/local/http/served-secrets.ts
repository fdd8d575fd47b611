import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import type { SharedSecretSettings, WebhookSettings } from '../../contract/webhook-settings';
import { functionDefinition } from '../functions/function-definition';
import type { CloudAssembly, Resource } from '../template/assembly';
import { isObject, type JsonObject } from '../template/json';

/** A secret that producers share with webhooks. */
export interface ServedSecret {
  /** As Secrets Manager knows it. */
  readonly name: string;
  /** Where its text is; undefined where the caller gave it. */
  readonly file?: string;
}

/** A secret that was given for none of the app's webhooks. */
export class UnknownSecret extends Error {
  constructor(name: string, known: readonly string[]) {
    const have = known.length === 0 ? 'none' : known.join(', ');
    super(`No webhook of the app has the secret "${name}". They have: ${have}.`);
    this.name = 'UnknownSecret';
  }
}

/** A secret was made as one text, and the app asks for fields of it now. */
export class SecretWithoutFields extends Error {
  constructor(file: string, fields: readonly string[]) {
    super(
      `The secret in ${file} is no JSON object, and the app asks for its fields ${fields.join(', ')}. ` +
        'Write them into it, or remove the file: another is made.',
    );
    this.name = 'SecretWithoutFields';
  }
}

/** How a function receives webhooks; undefined for any other function. */
export function webhookOf(assembly: CloudAssembly, resource: Resource): WebhookSettings | undefined {
  const text = functionDefinition(assembly, resource)?.environment[HANDLER_ENVIRONMENT.webhook];
  return text === undefined ? undefined : (JSON.parse(text) as WebhookSettings);
}

/**
 * The secrets of webhooks on this machine: given by whoever serves them, or made, a random text in a file that its owner alone
 * can read, for whoever is to sign with it.
 */
export class ServedSecrets {
  /** By ARN. */
  private readonly texts = new Map<string, string>();
  readonly all: readonly ServedSecret[];

  /**
   * @param given name → text
   * @param directory where those that are made are kept
   * @throws UnknownSecret, SecretWithoutFields
   */
  constructor(webhooks: readonly WebhookSettings[], given: ReadonlyMap<string, string>, directory: string) {
    const used = webhooks.flatMap(secretsOf);
    const arns = [...new Set(used.map(({ secret }) => secret))];
    const names = arns.map(nameOf);
    const unknown = [...given.keys()].find((name) => !names.some((one) => isNamed(one, name)));
    if (unknown !== undefined) throw new UnknownSecret(unknown, names);
    this.all = arns.map((arn) => {
      const name = nameOf(arn);
      const [, text] = [...given].find(([one]) => isNamed(name, one)) ?? [];
      if (text !== undefined) {
        this.texts.set(arn, text);
        return { name };
      }
      const fields = used.flatMap(({ secret, secretField }) =>
        secret === arn && secretField !== undefined ? [secretField] : [],
      );
      const file = join(directory, fileName(name, names));
      this.texts.set(arn, kept(file, fields));
      return { name, file };
    });
  }

  text(arn: string): string | undefined {
    return this.texts.get(arn);
  }
}

function secretsOf({ authentication, handshake }: WebhookSettings): SharedSecretSettings[] {
  return [authentication?.hmac, authentication?.apiKey, handshake?.verifyToken].filter(
    (shared) => shared !== undefined,
  );
}

function nameOf(arn: string): string {
  return arn.slice(arn.indexOf(':secret:') + ':secret:'.length);
}

/** Complete ARNs end with six characters that the name has not. */
function isNamed(name: string, asked: string): boolean {
  return name === asked || name.replace(/-[A-Za-z0-9]{6}$/, '') === asked;
}

/** Two names that differ in what a file's name cannot hold have different ones. */
function fileName(name: string, names: readonly string[]): string {
  const plain = (one: string): string => one.replace(/[^\w.-]/g, '_');
  const isShared = names.some((other) => other !== name && plain(other) === plain(name));
  return isShared ? encodeURIComponent(name) : plain(name);
}

function kept(file: string, fields: readonly string[]): string {
  const random = (): string => randomBytes(32).toString('hex');
  const write = (text: string): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o600 });
  };
  const made = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, random()]));
  if (!existsSync(file)) write(fields.length === 0 ? random() : JSON.stringify(made(fields)));
  const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  if (fields.length === 0) return text;
  const known = fieldsOf(text);
  if (known === undefined) throw new SecretWithoutFields(file, fields);
  const missing = fields.filter((field) => known[field] === undefined);
  if (missing.length === 0) return text;
  const completed = JSON.stringify({ ...known, ...made(missing) });
  write(completed);
  return completed;
}

function fieldsOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

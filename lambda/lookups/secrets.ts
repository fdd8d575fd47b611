/** Texts that are kept out of templates and environments. */
export interface Secrets {
  /** @param field of a secret that is a JSON object */
  text(id: string, field: string | undefined): Promise<string>;
}

/** How long a secret is good for: one that was rotated is read anew. */
const KEPT_MILLISECONDS = 5 * 60_000;

/** Secrets of AWS Secrets Manager, read when the first lookup needs one. */
export class SecretsManagerSecrets implements Secrets {
  private readonly known = new Map<string, { readonly value: Promise<string>; readonly until: number }>();

  async text(id: string, field: string | undefined): Promise<string> {
    const value = await this.read(id);
    if (field === undefined) return value;
    const text = fieldOf(value, field);
    if (text === undefined) throw new Error(`the secret it needs has no field "${field}" that is text.`);
    return text;
  }

  private read(id: string): Promise<string> {
    const known = this.known.get(id);
    if (known !== undefined && known.until > Date.now()) return known.value;
    const value = secretString(id);
    this.known.set(id, { value, until: Date.now() + KEPT_MILLISECONDS });
    value.catch(() => this.known.delete(id));
    return value;
  }
}

async function secretString(id: string): Promise<string> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const { SecretString } = await new SecretsManagerClient({}).send(
    new GetSecretValueCommand({ SecretId: id }),
  );
  if (SecretString === undefined) throw new Error('the secret it needs holds no text.');
  return SecretString;
}

function fieldOf(secret: string, field: string): string | undefined {
  try {
    const value: unknown = (JSON.parse(secret) as Record<string, unknown>)[field];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

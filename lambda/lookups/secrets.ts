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
    // A module of ours, so that only the one operation of the client is bundled.
    const value = import('./secret-string').then(({ secretString }) => secretString(id));
    this.known.set(id, { value, until: Date.now() + KEPT_MILLISECONDS });
    value.catch(() => this.known.delete(id));
    return value;
  }
}

/** A field of a secret that is a JSON object; undefined where it has none that is text. */
export function fieldOf(secret: string, field: string): string | undefined {
  try {
    const value: unknown = (JSON.parse(secret) as Record<string, unknown>)[field];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

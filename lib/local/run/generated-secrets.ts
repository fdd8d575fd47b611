import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CloudAssembly } from '../template/assembly';

/**
 * The secrets that an app has generated for it, each a random text on this machine, too. They are kept in a file that
 * its owner alone can read: masks of a later run have to meet those of this one.
 */
export class GeneratedSecrets {
  constructor(
    private readonly assembly: CloudAssembly,
    private readonly file: string,
  ) {}

  /** Undefined for a secret that the app does not generate. */
  text(arn: string): string | undefined {
    const secret = this.assembly.byArn(arn);
    if (secret?.type !== 'AWS::SecretsManager::Secret' || !('GenerateSecretString' in secret.properties))
      return undefined;
    const known = this.read();
    known[secret.path] ??= this.keep({ ...known, [secret.path]: randomBytes(32).toString('hex') })[
      secret.path
    ];
    return known[secret.path];
  }

  private read(): Record<string, string> {
    try {
      return JSON.parse(readFileSync(this.file, 'utf8')) as Record<string, string>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
  }

  private keep(secrets: Record<string, string>): Record<string, string> {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, JSON.stringify(secrets), { mode: 0o600 });
    return secrets;
  }
}

import type { ColumnMask } from '../../../lib/contract/masking/mask-spec';
import { SecretsManagerSecrets } from '../../lookups/secrets';
import { MaskingKey, UnusableMaskingKey } from '../../pipeline/masking/masking-key';
import { rowMasks } from '../../pipeline/masking/row-masks';
import type { RowMasks } from '../../pipeline/refine/increment';

/**
 * Masks with the key that a secret holds, or without one.
 * @throws UnusableMaskingKey when the secret cannot be read or is too short; its text is in no error
 */
export async function openMasks(secret: string, masks: readonly ColumnMask[]): Promise<RowMasks> {
  return rowMasks(masks, secret === '' ? undefined : new MaskingKey(await secretText(secret)));
}

async function secretText(secret: string): Promise<string> {
  try {
    return await new SecretsManagerSecrets().text(secret, undefined);
  } catch (error) {
    const { name, message } = error as Error;
    throw new UnusableMaskingKey(`secret ${secret} could not be read (${name}: ${message}).`);
  }
}

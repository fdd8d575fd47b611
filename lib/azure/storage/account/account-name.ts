import { Token } from 'cdktf';

/**
 * https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftstorage
 * @throws Error for a name Azure would refuse
 */
export function requireAccountName(name: string): void {
  if (Token.isUnresolved(name) || /^[a-z\d]{3,24}$/.test(name)) return;
  throw new Error(
    `"${name}" is no name of a storage account: 3 to 24 lower-case letters and digits, unique in the world. ` +
      `Use ${suggestion(name)} for example.`,
  );
}

/** @throws Error for a name Azure would refuse */
export function requireContainerName(name: string): void {
  if (Token.isUnresolved(name)) return;
  if (/^[a-z\d](-?[a-z\d]){2,62}$/.test(name) && name.length <= 63) return;
  throw new Error(
    `"${name}" is no name of a container: 3 to 63 lower-case letters, digits and single dashes, beginning and ending with a letter or ` +
      'digit.',
  );
}

/**
 * The name of a lake's key vault, where none is given.
 * @throws Error where the account's name leaves no room, or no vault may be called so
 */
export function vaultNameOf(accountName: string): string {
  const name = `${accountName}-kv`;
  if (Token.isUnresolved(accountName)) return name;
  requireVaultName(name);
  return name;
}

/** @throws Error for a name Azure would refuse */
export function requireVaultName(name: string): void {
  if (Token.isUnresolved(name)) return;
  if (/^[A-Za-z](-?[A-Za-z\d])+$/.test(name) && name.length >= 3 && name.length <= 24) return;
  throw new Error(
    `"${name}" is no name of a key vault: 3 to 24 letters, digits and single dashes, beginning with a letter, unique in the world. ` +
      'Give vaultName, or an encryptionKey.',
  );
}

function suggestion(name: string): string {
  const letters = name.toLowerCase().replace(/[^a-z\d]/g, '');
  return letters.length < 3 ? 'acmelakeprod' : letters.slice(0, 24);
}

import { fileURLToPath } from 'node:url';
import type { ClaimStore } from '../pipeline/deduplication/claims';

/**
 * @param uri `dynamodb://<table>`, or `file:///<directory>`: a table of the laptop
 */
export async function openClaims(uri: string): Promise<ClaimStore> {
  if (uri.startsWith('file://')) {
    const { DirectoryClaims } = await import('./directory-claims');
    return new DirectoryClaims(fileURLToPath(uri));
  }
  // Imported on first use: the client is for those who have such a table.
  const { DynamoDbClaims } = await import('./dynamodb-claims');
  return new DynamoDbClaims(uri.slice('dynamodb://'.length));
}

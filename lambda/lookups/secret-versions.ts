import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/**
 * The texts a secret of AWS Secrets Manager has in the stages named, those it has not left out.
 * @throws Error when it cannot be read, or has none of the first stage
 */
export async function secretVersions(id: string, stages: readonly string[]): Promise<string[]> {
  const client = new SecretsManagerClient({});
  const texts = await Promise.all(
    stages.map(async (stage, index) => {
      try {
        const answer = await client.send(new GetSecretValueCommand({ SecretId: id, VersionStage: stage }));
        return answer.SecretString;
      } catch (error) {
        // One that was never rotated has no previous version.
        if (index > 0 && error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    }),
  );
  if (texts[0] === undefined) throw new Error('the secret holds no text.');
  return texts.filter((text) => text !== undefined);
}

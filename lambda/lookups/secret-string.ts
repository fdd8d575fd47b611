import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** The text of a secret of AWS Secrets Manager. */
export async function secretString(id: string): Promise<string> {
  const { SecretString } = await new SecretsManagerClient({}).send(
    new GetSecretValueCommand({ SecretId: id }),
  );
  if (SecretString === undefined) throw new Error('the secret it needs holds no text.');
  return SecretString;
}

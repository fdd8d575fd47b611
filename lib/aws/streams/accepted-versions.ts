import * as iam from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { ACCEPTED_SECRET_STAGES } from '../../contract/webhook-settings';

/** Of a secret, its versions that are accepted, and the use of its key, which for an imported key only the role's policy can say. */
export function grantAcceptedVersions(secret: ISecret, grantee: iam.IGrantable): void {
  iam.Grant.addToPrincipalOrResource({
    grantee,
    resource: secret,
    actions: ['secretsmanager:GetSecretValue'],
    // An ARN without the six characters that Secrets Manager puts at its end.
    resourceArns: [secret.secretFullArn ?? `${secret.secretArn}-??????`],
    conditions: { 'ForAnyValue:StringEquals': { 'secretsmanager:VersionStage': ACCEPTED_SECRET_STAGES } },
  });
  secret.encryptionKey?.grantDecrypt(grantee);
}

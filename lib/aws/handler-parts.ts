import { RemovalPolicy, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { allowLogEncryption } from './log-encryption';
import { acknowledgeHandlerRole } from './suppressions';

/** A role for one function, with nothing but what it will be granted. */
export function handlerRole(scope: Construct, description: string): iam.Role {
  const role = new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    description,
  });
  acknowledgeHandlerRole(role);
  return role;
}

/** A key for what a processor leaves behind it. */
export function handlerKey(scope: Construct, description: string): kms.Key {
  return new kms.Key(scope, 'Key', {
    description,
    enableKeyRotation: true,
    // It goes when what it encrypts goes, thirty days later.
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/** The encrypted log group of a function, which its role may write to. */
export function handlerLogs(
  scope: Construct,
  encryptionKey: kms.IKey,
  role: iam.IRole,
  retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH,
): logs.LogGroup {
  allowLogEncryption(scope, encryptionKey);
  const logGroup = new logs.LogGroup(scope, 'Logs', {
    retention,
    encryptionKey,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  logGroup.grantWrite(role);
  return logGroup;
}

/** Lambda takes descriptions of 256 characters. */
export function handlerDescription(description: string): string {
  return Token.isUnresolved(description) ? description : description.slice(0, 256);
}

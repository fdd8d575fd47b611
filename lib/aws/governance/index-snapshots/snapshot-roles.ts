import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IDomain } from 'aws-cdk-lib/aws-opensearchservice';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { grantSend } from '../../queue-access';
import type { IZoneBucket } from '../../storage';
import { acknowledge, acknowledgeWildcards, complianceRules } from '../../suppressions';

const OWN_POLICY =
  'The policy is written by grants for this one role and is deleted with it; shared managed policies would widen it.';

/**
 * The role the domain works in the folder with. Taken on by the service, and for this one domain (service software R20211203 or
 * later): https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshots.html
 */
export function snapshotRole(scope: Construct, domain: IDomain, zone: IZoneBucket, folder: string): iam.Role {
  const role = new iam.Role(scope, 'SnapshotRole', {
    description: `Reads and writes the snapshots of ${scope.node.path}`,
    assumedBy: new iam.ServicePrincipal('es.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
        ArnLike: { 'aws:SourceArn': domain.domainArn },
      },
    }),
  });
  acknowledge(role, complianceRules('IAMNoInlinePolicy'), OWN_POLICY);
  zone.grantReadWrite(role, folder);
  zone.grantMaintenance(role, folder);
  return role;
}

/** Ask the domain of one repository, and hand its role over to it. */
export function grantSnapshots(
  grantee: iam.IRole,
  domain: IDomain,
  repositoryName: string,
  repositoryRole: iam.IRole,
): void {
  const repository = `${domain.domainArn}/_snapshot/${repositoryName}`;
  const resourceArns = [repository, `${repository}/*`];
  iam.Grant.addToPrincipal({
    grantee,
    actions: ['es:ESHttpDelete', 'es:ESHttpGet', 'es:ESHttpPost', 'es:ESHttpPut'],
    resourceArns,
  });
  acknowledgeWildcards(
    grantee,
    resourceArns,
    'Snapshots are named by their time: the grant covers one repository.',
  );
  // Whom the role is passed to is in its trust: the service, for this domain. That OpenSearch tells `iam:PassedToService` of
  // itself is not documented; a condition on it might refuse every registration.
  iam.Grant.addToPrincipal({ grantee, actions: ['iam:PassRole'], resourceArns: [repositoryRole.roleArn] });
}

/** The role both schedules start the function with. */
export function schedulerRole(scope: Construct, handler: IFunction, deadLetterQueue: IQueue): iam.Role {
  const role = new iam.Role(scope, 'SchedulerRole', {
    assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com'),
    description: `Starts the snapshots and checks of ${scope.node.path}`,
  });
  iam.Grant.addToPrincipal({
    grantee: role,
    actions: ['lambda:InvokeFunction'],
    resourceArns: [handler.functionArn],
  });
  grantSend(deadLetterQueue, role);
  acknowledge(role, complianceRules('IAMNoInlinePolicy'), OWN_POLICY);
  return role;
}

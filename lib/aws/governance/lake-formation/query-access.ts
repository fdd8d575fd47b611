import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../../suppressions';

/** What a query needs of IAM: the catalog, and the data as Lake Formation gives it out. */
export function grantQuery(grantee: iam.IGrantable, resourceArns: string[]): iam.Grant {
  return iam.Grant.addToPrincipal({
    grantee,
    actions: ['glue:GetDatabase', 'glue:GetPartitions', 'glue:GetTable', 'glue:GetTables'],
    resourceArns,
  }).combine(grantDataAccess(grantee));
}

/** Files of registered places are read with what this gives. */
export function grantDataAccess(grantee: iam.IGrantable): iam.Grant {
  const { grantPrincipal } = grantee;
  if (Construct.isConstruct(grantPrincipal)) {
    acknowledge(
      grantPrincipal,
      ['AwsSolutions-IAM5[Resource::*]'],
      'lakeformation:GetDataAccess takes no resource: Lake Formation decides what of the data it gives.',
    );
  }
  return iam.Grant.addToPrincipal({
    grantee,
    actions: ['lakeformation:GetDataAccess'],
    resourceArns: ['*'],
  });
}

import { type CustomResource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { AwsCustomResource, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct, type IDependable } from 'constructs';
import { acknowledge, acknowledgeHandlerFunction, acknowledgeHandlerRole } from '../../suppressions';

/** A resource as the API of Lake Formation has it. */
export interface ApiResource {
  readonly [kind: string]: { readonly [name: string]: unknown };
}

/**
 * The calls of Lake Formation that CloudFormation has no resource for: taking from IAM what IAM alone decides, and opting
 * principals in to hybrid access. Its role is an administrator of Lake Formation.
 */
export class LakeFormationCalls extends Construct {
  readonly role: iam.Role;
  private acknowledged = false;

  constructor(
    scope: Construct,
    id: string,
    private readonly logGroup: logs.ILogGroup,
  ) {
    super(scope, id);
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `Takes what Lake Formation governs from IAM, for ${scope.node.path}`,
    });
    this.role.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          'lakeformation:GrantPermissions',
          'lakeformation:RevokePermissions',
          'lakeformation:CreateLakeFormationOptIn',
          'lakeformation:DeleteLakeFormationOptIn',
        ],
        resources: ['*'],
      }),
    );
    acknowledgeHandlerRole(this.role);
    acknowledge(
      this.role,
      ['AwsSolutions-IAM5[Resource::*]'],
      'Calls of Lake Formation take no resource: what its administrators may do, Lake Formation decides.',
    );
    logGroup.grantWrite(this.role);
  }

  /** Lake Formation decides alone, until the resource is deleted: then IAM does again. */
  revokeFromIam(id: string, resource: ApiResource, after: IDependable[]): CustomResource {
    const parameters = {
      Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' },
      Resource: resource,
      Permissions: ['ALL'],
    };
    return this.call(id, ['RevokePermissions', 'GrantPermissions'], parameters, after);
  }

  /** What Lake Formation grants the principal on the resource counts, and no longer what IAM allows. */
  optIn(id: string, principal: string, resource: ApiResource, after: IDependable[]): CustomResource {
    const parameters = { Principal: { DataLakePrincipalIdentifier: principal }, Resource: resource };
    return this.call(id, ['CreateLakeFormationOptIn', 'DeleteLakeFormationOptIn'], parameters, after);
  }

  private call(
    id: string,
    [create, remove]: [string, string],
    parameters: { [name: string]: unknown },
    after: IDependable[],
  ): CustomResource {
    const call = (action: string) => ({
      service: 'LakeFormation',
      action,
      parameters,
      physicalResourceId: PhysicalResourceId.of(this.node.addr.slice(0, 8) + id),
      // Nothing to revoke on an account that never let IAM decide; opted in before; the table dropped since.
      ignoreErrorCodesMatching: 'InvalidInputException|AlreadyExistsException|EntityNotFoundException',
    });
    const resource = new AwsCustomResource(this, id, {
      onCreate: call(create),
      onDelete: call(remove),
      role: this.role,
      logGroup: this.logGroup,
      installLatestAwsSdk: false,
    });
    if (resource.grantPrincipal !== this.role) {
      throw new Error(
        `The stack "${Stack.of(this).node.path}" has an AwsCustomResource whose role is not for Lake Formation, and CDK gives ` +
          'all of a stack one function. Put the GovernedLake and its catalog in another stack than that.',
      );
    }
    this.acknowledgeProvider();
    resource.node.addDependency(this.role, ...after);
    return resource.node.findChild('Resource') as CustomResource;
  }

  private acknowledgeProvider(): void {
    const provider = Stack.of(this).node.tryFindChild(
      `AWS${AwsCustomResource.PROVIDER_FUNCTION_UUID.replace(/-/g, '')}`,
    );
    if (provider === undefined || this.acknowledged) return;
    this.acknowledged = true;
    acknowledgeHandlerFunction(
      provider,
      'CloudFormation calls this function and sees its failure; a dead-letter queue would hold answers nobody waits for.',
    );
  }
}

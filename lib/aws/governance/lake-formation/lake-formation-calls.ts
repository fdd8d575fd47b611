import { createHash } from 'node:crypto';
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

interface ApiCall {
  readonly action: string;
  readonly parameters: { readonly [name: string]: unknown };
}

/**
 * The calls of Lake Formation that CloudFormation has no resource for: taking from IAM what IAM alone decides, opting
 * principals in to hybrid access, and single values of tags. Its role is an administrator of Lake Formation.
 */
export class LakeFormationCalls extends Construct {
  readonly role: iam.IRole;
  private acknowledged = false;
  private readonly revoked: CustomResource[] = [];

  /** @param role that of the calls in another stack, for the resources of this one; a role of its own where there is none */
  constructor(
    scope: Construct,
    id: string,
    private readonly logGroup: logs.ILogGroup,
    role?: iam.IRole,
  ) {
    super(scope, id);
    this.role = role ?? this.createRole(scope);
  }

  /** What takes from IAM. */
  get taken(): readonly CustomResource[] {
    return this.revoked;
  }

  private createRole(scope: Construct): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `Takes what Lake Formation governs from IAM, for ${scope.node.path}`,
    });
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          'lakeformation:GrantPermissions',
          'lakeformation:RevokePermissions',
          'lakeformation:CreateLakeFormationOptIn',
          'lakeformation:DeleteLakeFormationOptIn',
          'lakeformation:UpdateLFTag',
        ],
        resources: ['*'],
      }),
    );
    acknowledgeHandlerRole(role);
    acknowledge(
      role,
      ['AwsSolutions-IAM5[Resource::*]'],
      'Calls of Lake Formation take no resource: what its administrators may do, Lake Formation decides.',
    );
    this.logGroup.grantWrite(role);
    return role;
  }

  /** Lake Formation decides alone, until the resource is deleted: then IAM does again. */
  revokeFromIam(id: string, resource: ApiResource, after: IDependable[]): CustomResource {
    const parameters = {
      Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' },
      Resource: resource,
      Permissions: ['ALL'],
    };
    const revoked = this.call(
      id,
      { action: 'RevokePermissions', parameters },
      { action: 'GrantPermissions', parameters },
      after,
    );
    this.revoked.push(revoked);
    return revoked;
  }

  /** What Lake Formation grants the principal on the resource counts, and no longer what IAM allows. */
  optIn(id: string, principal: string, resource: ApiResource, after: IDependable[]): CustomResource {
    const parameters = { Principal: { DataLakePrincipalIdentifier: principal }, Resource: resource };
    return this.call(
      id,
      { action: 'CreateLakeFormationOptIn', parameters },
      { action: 'DeleteLakeFormationOptIn', parameters },
      after,
    );
  }

  /**
   * A tag has the value, until nothing in the stack says so any more and nothing carries it: removed along with it, as a
   * value of the tag's own resource, it would go before what carries it has another.
   */
  addTagValue(id: string, tagKey: string, value: string, after: IDependable[]): CustomResource {
    const call = (change: string): ApiCall => ({
      action: 'UpdateLFTag',
      parameters: { CatalogId: Stack.of(this).account, TagKey: tagKey, [change]: [value] },
    });
    return this.call(id, call('TagValuesToAdd'), call('TagValuesToDelete'), after);
  }

  private call(id: string, create: ApiCall, remove: ApiCall, after: IDependable[]): CustomResource {
    const call = ({ action, parameters }: ApiCall) => ({
      service: 'LakeFormation',
      action,
      parameters,
      physicalResourceId: PhysicalResourceId.of(physicalId(this.node.addr.slice(0, 8) + id)),
      // Nothing to revoke on an account that never let IAM decide; opted in, or a value there, before; the table dropped
      // since, or a value still carried.
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

/** In bytes: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
const LONGEST_ID = 1024;

/** One that CloudFormation would find too long is told apart by a digest. Of ASCII. */
function physicalId(text: string): string {
  if (text.length <= LONGEST_ID) return text;
  const digest = createHash('sha256').update(text).digest('hex');
  return text.slice(0, LONGEST_ID - digest.length) + digest;
}

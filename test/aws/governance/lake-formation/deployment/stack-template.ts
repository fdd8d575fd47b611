import { resolve, type References } from '../../../../../lib/local/template/intrinsics';
import type { Json } from '../../../../../lib/local/template/json';
import { dependencies, type TemplateResource } from '../template-graph';
import type { Use } from './account';
import { CALLS, roleArn, type Resolved } from './resource-calls';

/** A template of one account, resolved, with what CloudFormation makes before each of the resources that matter here. */
export class StackTemplate {
  readonly resources = new Map<string, Resolved>();
  /** Of each, all that is made before it. */
  readonly after: Map<string, Set<string>>;
  private readonly definitions: Map<string, TemplateResource>;
  /** What other stacks import, by name. */
  private readonly exports = new Map<string, Json>();

  /** @param deployedBefore the stack this one imports from */
  constructor(
    template: { readonly Resources: Record<string, any>; readonly Outputs?: Record<string, any> },
    private readonly account: string,
    private readonly deployedBefore?: StackTemplate,
  ) {
    this.definitions = new Map(Object.entries(template.Resources));
    for (const { Export, Value } of Object.values(template.Outputs ?? {}))
      if (Export !== undefined) this.exports.set(Export.Name, Value);
    const all = dependencies(this.definitions);
    for (const [id, definition] of this.definitions)
      if (definition.Type in CALLS) this.resources.set(id, this.resolved(id, definition));
    this.after = new Map(
      [...this.resources.keys()].map((id) => [
        id,
        new Set([...all.get(id)!].filter((one) => this.resources.has(one))),
      ]),
    );
  }

  get deployer(): string {
    return `arn:aws:iam::${this.account}:role/cdk-hnb659fds-cfn-exec-role-${this.account}-eu-central-1`;
  }

  ids(type: string): string[] {
    return [...this.resources.values()].filter((one) => one.type === type).map(({ id }) => id);
  }

  isKept(id: string): boolean {
    return /^Retain/.test(this.definitions.get(id)!.DeletionPolicy ?? '');
  }

  isKeptWhenReplaced(id: string): boolean {
    return this.definitions.get(id)!.UpdateReplacePolicy === 'Retain';
  }

  private resolved(id: string, definition: TemplateResource): Resolved {
    const { deployer } = this;
    const properties: any = resolve((definition.Properties ?? {}) as Json, this.references());
    const role = definition.Type.startsWith('Custom::') && this.roleOfHandler(definition);
    return {
      id,
      type: definition.Type,
      properties,
      deployer,
      ...(role && { handlerRole: role }),
      ...(definition.Type === 'AWS::Lambda::Function' && { uses: this.uses(properties.Role) }),
    };
  }

  private roleOfHandler({ Properties: { ServiceToken } }: TemplateResource): string {
    const imported: string | undefined = ServiceToken['Fn::ImportValue'];
    if (imported !== undefined)
      return this.deployedBefore!.roleOf(this.deployedBefore!.exports.get(imported));
    return this.roleOf(ServiceToken);
  }

  private roleOf(functionArn: any): string {
    const handler = this.definitions.get(functionArn['Fn::GetAtt'][0])!;
    return String(resolve(handler.Properties.Role, this.references()));
  }

  /** Tables a role may call for by name. Who may by a wildcard is the function that makes tables, which runs at deployment. */
  private uses(role: string): Use[] {
    const uses = new Map<string, Use>();
    for (const { Type, Properties } of this.definitions.values()) {
      if (Type !== 'AWS::IAM::Policy') continue;
      const policy: any = resolve(Properties, this.references());
      if (!policy.Roles.some((id: string) => roleArn({ id, deployer: this.deployer }) === role)) continue;
      for (const { Action, Resource } of policy.PolicyDocument.Statement) {
        if (![Action].flat().includes('glue:GetTable')) continue;
        for (const arn of [Resource].flat()) {
          const [, database, table] = /:table\/([^/*]+)\/([^*]+)$/.exec(arn) ?? [];
          if (database === undefined) continue;
          const writes = [Action].flat().includes('glue:UpdateTable');
          const known = uses.get(`${database}.${table}`);
          uses.set(`${database}.${table}`, {
            role,
            database,
            table,
            writes: writes || (known?.writes ?? false),
          });
        }
      }
    }
    return [...uses.values()];
  }

  private references(): References {
    const pseudo: Record<string, string> = {
      'AWS::AccountId': this.account,
      'AWS::Partition': 'aws',
      'AWS::Region': 'eu-central-1',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': 'stack',
      'AWS::StackId': 'stack',
    };
    return {
      ref: (name) => pseudo[name] ?? this.physical(name),
      getAtt: (id, attribute) => this.attribute(id, attribute),
      importValue: (name) => {
        const { deployedBefore } = this;
        return deployedBefore && resolve(deployedBefore.exports.get(name)!, deployedBefore.references());
      },
      condition: () => true,
      mapping: () => undefined,
    };
  }

  private physical(id: string): string {
    return this.definitions.get(id)?.Type === 'AWS::S3::Bucket' ? id.toLowerCase() : id;
  }

  private attribute(id: string, attribute: string): string {
    const type = this.definitions.get(id)?.Type;
    if (attribute !== 'Arn') return `${id}.${attribute}`;
    if (type === 'AWS::IAM::Role') return roleArn({ id, deployer: this.deployer });
    if (type === 'AWS::S3::Bucket') return `arn:aws:s3:::${id.toLowerCase()}`;
    return `arn:aws:any:eu-central-1:${this.account}:${id}`;
  }
}

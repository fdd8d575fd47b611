import {
  Annotations,
  type DefaultStackSynthesizer,
  Fn,
  Lazy,
  RemovalPolicy,
  Stack,
  Token,
} from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { CfnDataLakeSettings } from 'aws-cdk-lib/aws-lakeformation';
import { Construct, type IConstruct } from 'constructs';

/** Who administers Lake Formation in the account and region of the stack. */
export interface LakeFormationSettingsProps {
  /**
   * Roles that may grant and revoke everything in Lake Formation, beside the one that deploys.
   * @default - none
   */
  readonly administrators?: iam.IRole[];
  /**
   * ARN of the role CloudFormation works in: it grants permissions, so that it has to be an administrator.
   * @default - the execution role of the stack's CDK bootstrap
   */
  readonly deploymentRoleArn?: string;
  /**
   * Version of cross-account grants, 1 to 4. From 3 on, sharing goes through AWS RAM and with organizations.
   * @default - 4 where something is shared with another account, else as the account has it
   */
  readonly crossAccountVersion?: number;
}

/** The settings of Lake Formation in an account and region. */
export interface ILakeFormationSettings extends IConstruct {
  /** Undefined where others keep the settings. */
  readonly resource?: CfnDataLakeSettings;
  /** Makes a role an administrator, or says that it has to be made one. */
  addAdministrator(role: iam.IRole): void;
  /** @internal */
  _share(): void;
}

/** What CloudFormation takes: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lakeformation-datalakesettings.html */
const CROSS_ACCOUNT_VERSIONS = [1, 2, 3, 4];

/**
 * The settings of Lake Formation in the account and region of the stack. There is one set of them for everybody there, so
 * that these only add: `MutationType: APPEND` keeps the administrators the account has. Nothing is taken back when the
 * stack is deleted, because what is deleted after it still has to be revoked by an administrator.
 *
 * What new databases and tables of the account are like is left alone: a `GovernedLake` sees to its own. (CloudFormation
 * cannot clear these defaults anyway: cloudformation-coverage-roadmap #2197.)
 *
 * @throws Error for a version of cross-account grants that CloudFormation does not take, and where the role that deploys is not known
 */
export class LakeFormationSettings extends Construct implements ILakeFormationSettings {
  /** The settings of a stack: those made before, or new ones. */
  static of(scope: Construct): ILakeFormationSettings {
    const stack = Stack.of(scope);
    const existing = stack.node.findAll().find((node) => node instanceof LakeFormationSettings);
    return existing ?? new LakeFormationSettings(stack, 'LakeFormationSettings');
  }

  /** Settings a platform team keeps: the roles that have to be administrators are told of at synthesis. */
  static keptElsewhere(scope: Construct, id: string): ILakeFormationSettings {
    return new SettingsKeptElsewhere(scope, id);
  }

  readonly resource: CfnDataLakeSettings;
  private readonly administrators: string[];
  private readonly version?: number;
  private shares = false;

  constructor(scope: Construct, id: string, props: LakeFormationSettingsProps = {}) {
    super(scope, id);
    const { crossAccountVersion } = props;
    if (
      crossAccountVersion !== undefined &&
      !Token.isUnresolved(crossAccountVersion) &&
      !CROSS_ACCOUNT_VERSIONS.includes(crossAccountVersion)
    ) {
      throw new Error(
        `crossAccountVersion is ${crossAccountVersion}. CloudFormation takes ${CROSS_ACCOUNT_VERSIONS.join(', ')}: leave ` +
          'it out for 4 as soon as something is shared.',
      );
    }
    this.version = crossAccountVersion;
    this.administrators = [
      props.deploymentRoleArn ?? deploymentRole(this),
      ...(props.administrators ?? []).map(({ roleArn }) => roleArn),
    ];
    this.resource = new CfnDataLakeSettings(this, 'Resource', {
      mutationType: 'APPEND',
      admins: Lazy.any({
        produce: () =>
          [...new Set(this.administrators)].map((dataLakePrincipalIdentifier) => ({
            dataLakePrincipalIdentifier,
          })),
      }) as unknown as CfnDataLakeSettings.DataLakePrincipalProperty[],
      parameters: Lazy.any({ produce: () => this.parameters() }),
    });
    this.resource.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }

  addAdministrator(role: iam.IRole): void {
    this.administrators.push(role.roleArn);
  }

  /** @internal */
  public _share(): void {
    this.shares = true;
  }

  private parameters(): { [name: string]: string } | undefined {
    const version = this.version ?? (this.shares ? 4 : undefined);
    return version === undefined ? undefined : { CROSS_ACCOUNT_VERSION: String(version) };
  }
}

class SettingsKeptElsewhere extends Construct implements ILakeFormationSettings {
  readonly resource = undefined;

  addAdministrator({ node, roleArn }: iam.IRole): void {
    const what = Token.isUnresolved(roleArn) ? `The role "${node.path}"` : roleArn;
    Annotations.of(this).addInfoV2(
      `lakehouse-constructs:lakeFormationAdministrator:${node.path}`,
      `${what} has to be an administrator of Lake Formation, whose settings are kept elsewhere.`,
    );
  }

  /** @internal */
  public _share(): void {
    // The version of cross-account grants is a setting as well.
  }
}

function deploymentRole(scope: Construct): string {
  const stack = Stack.of(scope);
  const { cloudFormationExecutionRoleArn } = stack.synthesizer as Partial<DefaultStackSynthesizer>;
  // The partition is a placeholder in it.
  if (cloudFormationExecutionRoleArn !== undefined) return Fn.sub(cloudFormationExecutionRoleArn);
  throw new Error(
    `The stack "${stack.node.path}" does not tell the role that CloudFormation works in, which has to be an ` +
      'administrator of Lake Formation. Pass deploymentRoleArn.',
  );
}

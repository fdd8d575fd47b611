import { Annotations, Names, Stack, Token } from 'aws-cdk-lib';
import { CfnDataQualityRuleset } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { DataContract } from '../../contract/data-contract';
import type { OmittedQualityRule } from '../../contract/quality';
import { QualityGates } from '../../contract/quality';
import { acknowledgeWildcards } from '../suppressions';
import { type ILakeTable, LakeTable } from '../catalog';

/** Which rules a ruleset holds, and what they are run on. */
export interface QualityRulesetProps {
  /** The quality rules come from here. */
  readonly contract: DataContract;
  /**
   * Name of the schema object in the contract.
   * @default - the contract's first
   */
  readonly schemaName?: string;
  /** The table AWS Glue runs the rules on. */
  readonly table: ILakeTable;
  /**
   * Unique in the account and region, 255 characters at most.
   * @default - a name from the construct's path
   */
  readonly rulesetName?: string;
}

/** Glue takes no longer one. */
const LONGEST_RULESET = 65_536;
const LONGEST_NAME = 255;
const LONGEST_DESCRIPTION = 2048;

/**
 * The quality rules of a contract as an AWS Glue Data Quality ruleset on a table, for those who want AWS to run them.
 * Rules that Glue's language cannot say are left out and listed in `omittedRules`.
 *
 * @throws Error for a contract none of whose rules can be said, for a ruleset Glue would refuse, and for a `gate` that
 * is not allowed.
 */
export class QualityRuleset extends Construct {
  readonly rulesetName: string;
  readonly rulesetArn: string;
  /** The ruleset in the Data Quality Definition Language. */
  readonly rulesetText: string;
  /** What Glue's language cannot say, and why. */
  readonly omittedRules: OmittedQualityRule[];
  readonly resource: CfnDataQualityRuleset;

  constructor(scope: Construct, id: string, props: QualityRulesetProps) {
    super(scope, id);
    const schema = props.contract.schema(props.schemaName);
    const { text, omitted } = QualityGates.of(schema).glueRuleset();
    validateText(text, schema.name, omitted);
    validateName(props.rulesetName);
    this.rulesetText = text;
    this.omittedRules = omitted;
    this.rulesetName =
      props.rulesetName ??
      Names.uniqueResourceName(this, {
        maxLength: LONGEST_NAME,
        separator: '-',
        allowedSpecialCharacters: '-',
      });
    this.rulesetArn = Stack.of(this).formatArn({
      service: 'glue',
      resource: 'dataQualityRuleset',
      resourceName: this.rulesetName,
    });
    this.resource = new CfnDataQualityRuleset(this, 'Resource', {
      name: this.rulesetName,
      description:
        `Quality rules of ${schema.name}, contract ${props.contract.id} ${props.contract.version}`.slice(
          0,
          LONGEST_DESCRIPTION,
        ),
      ruleset: text,
      targetTable: { databaseName: props.table.databaseName, tableName: props.table.tableName },
    });
    if (props.table instanceof LakeTable) this.resource.node.addDependency(props.table.resource);
    for (const { rule, reason } of omitted) {
      Annotations.of(this).addInfoV2(
        `lakehouse-constructs:omittedQualityRule:${rule}`,
        `Quality rule ${rule} is not in the Glue ruleset: ${reason}`,
      );
    }
  }

  /** Run the ruleset and read its results. The run itself takes a role, which the caller must be allowed to pass. */
  grantEvaluate(grantee: iam.IGrantable): iam.Grant {
    const own = iam.Grant.addToPrincipal({
      grantee,
      actions: [
        'glue:GetDataQualityRuleset',
        'glue:StartDataQualityRulesetEvaluationRun',
        'glue:GetDataQualityResult',
      ],
      resourceArns: [this.rulesetArn],
    });
    const everyRun = Stack.of(this).formatArn({
      service: 'glue',
      resource: 'dataQualityRuleset',
      resourceName: '*',
    });
    acknowledgeWildcards(
      grantee,
      [everyRun],
      'A run belongs to any number of rulesets: Glue checks calls on a run against all of them.',
    );
    return own.combine(
      iam.Grant.addToPrincipal({
        grantee,
        actions: ['glue:GetDataQualityRulesetEvaluationRun', 'glue:CancelDataQualityRulesetEvaluationRun'],
        resourceArns: [everyRun],
      }),
    );
  }
}

function validateText(text: string, schema: string, omitted: readonly OmittedQualityRule[]): void {
  if (text === '') {
    const reasons = omitted.map(({ rule, reason }) => `${rule} (${reason})`).join('; ');
    throw new Error(
      `The contract's ${schema} has no quality rule that a Glue ruleset can hold. ` +
        (reasons === '' ? 'Add one under "quality".' : `Left out: ${reasons}.`),
    );
  }
  if (text.length <= LONGEST_RULESET) return;
  throw new Error(
    `The quality rules of ${schema} make a ruleset of ${text.length} characters; Glue takes ${LONGEST_RULESET}. ` +
      'Shorten lists of valid values, or split the schema object.',
  );
}

function validateName(name: string | undefined): void {
  if (name === undefined || Token.isUnresolved(name) || (name.length > 0 && name.length <= LONGEST_NAME))
    return;
  throw new Error(`rulesetName must have 1 to ${LONGEST_NAME} characters. Received ${name.length}.`);
}

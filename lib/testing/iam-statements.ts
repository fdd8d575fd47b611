import {
  isPolicyDocument,
  statementParts,
  statementsOf,
  statementText,
  type StatementParts,
} from './policy-text';
import { templatesOf, type Json, type TemplateSource } from './template';

/** A statement of a policy, with the resource of the template that carries it. */
export interface IamStatement extends StatementParts {
  /** Logical id of the role, policy, bucket policy, key, … that holds the statement. */
  readonly logicalId: string;
  /** Its CloudFormation type. */
  readonly type: string;
  /** The statement as one sentence: `Allow s3:GetObject on <Bucket.Arn>/*`. */
  readonly text: string;
}

/**
 * Every IAM statement of a stack: identity policies, trust policies and resource policies alike. A rule about
 * permissions is then one line:
 *
 * ```ts
 * expect(iamStatements(stack).filter((s) => s.effect === 'Allow' && s.actions.includes('*'))).toEqual([]);
 * ```
 */
export function iamStatements(source: TemplateSource): IamStatement[] {
  return templatesOf(source).flatMap(({ template }) =>
    Object.entries(template.Resources ?? {}).flatMap(([logicalId, resource]) =>
      statementsWithin(resource.Properties).flatMap((statement) => {
        const parts = statementParts(statement);
        return parts === undefined
          ? []
          : [{ logicalId, type: resource.Type, text: statementText(statement), ...parts }];
      }),
    ),
  );
}

function statementsWithin(value: Json): Json[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(statementsWithin);
  return isPolicyDocument(value) ? statementsOf(value) : Object.values(value).flatMap(statementsWithin);
}

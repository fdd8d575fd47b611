import { Zone } from '../../../contract/zone';
import { LakeTag, type LakeTags, type TagCondition } from './lake-tags';
import type { Sensitivity } from './sensitivity';

/** Which tables and columns are meant: those that meet all of it, each by one of the values. */
export interface LakeTagExpression {
  /**
   * For example `public` and `internal`: of a table, the columns with others are not seen.
   * @default - any
   */
  readonly classifications?: string[];
  /**
   * Classifications that are not meant: all others are.
   * @default - none; not together with `classifications`
   */
  readonly exceptClassifications?: string[];
  /**
   * False for columns without personal data only, true for those with.
   * @default - both
   */
  readonly personalData?: boolean;
  /** @default - any */
  readonly domains?: string[];
  /** @default - any */
  readonly owners?: string[];
  /** @default - any */
  readonly products?: string[];
  /** @default - any */
  readonly zones?: Zone[];
  /**
   * Values of the lake's `databaseTags`, by key.
   * @default - any
   */
  readonly databaseTags?: { readonly [key: string]: string };
}

/** @throws Error without a tag, for a classification that is not known, and for both ways to tell them */
export function tagConditions(
  expression: LakeTagExpression,
  tags: LakeTags,
  sensitivity: Sensitivity,
): TagCondition[] {
  const { personalData, databaseTags = {} } = expression;
  const asked: [LakeTag, readonly string[] | undefined][] = [
    [LakeTag.CLASSIFICATION, classificationsOf(expression, sensitivity)],
    [LakeTag.PII, personalData === undefined ? undefined : [String(personalData)]],
    [LakeTag.DOMAIN, expression.domains],
    [LakeTag.OWNER, expression.owners],
    [LakeTag.PRODUCT, expression.products],
    [LakeTag.ZONE, expression.zones],
  ];
  const conditions = [
    ...asked.flatMap(([tag, values]) => {
      if (values === undefined) return [];
      requireValues(tag, values);
      return [tags.condition(tag, values)];
    }),
    ...Object.entries(databaseTags).map(([key, value]) => tags.condition(key, [value])),
  ];
  if (conditions.length > 0) return conditions;
  throw new Error(
    'The expression names no tag, which would be every table. Name classifications, domains, owners, products or zones.',
  );
}

/** The zones whose tables an expression may mean. */
export function zonesOf({ zones }: LakeTagExpression): Zone[] {
  return zones ?? Object.values(Zone);
}

function classificationsOf(
  { classifications, exceptClassifications }: LakeTagExpression,
  sensitivity: Sensitivity,
): string[] | undefined {
  if (classifications !== undefined && exceptClassifications !== undefined) {
    throw new Error('Both classifications and exceptClassifications are given. Leave one of them out.');
  }
  if (exceptClassifications === undefined)
    return classifications?.map((one) => sensitivity.known(one, 'classifications'));
  const excepted = exceptClassifications.map((one) => sensitivity.known(one, 'exceptClassifications'));
  return sensitivity.classifications.filter((one) => !excepted.includes(one));
}

function requireValues(tag: LakeTag, values: readonly string[]): void {
  if (values.length > 0) return;
  throw new Error(
    `The expression names no value for the tag ${tag}, which would be no table. Leave it out for any.`,
  );
}

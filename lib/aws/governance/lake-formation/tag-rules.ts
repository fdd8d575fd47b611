import { Token } from 'aws-cdk-lib';

/**
 * What Lake Formation takes for tags: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_LFTag.html. It
 * keeps keys and values in lower case.
 */
const KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@%]{1,128}$/u;
const NOT_OF_VALUES = /[^\p{L}\p{Z}\p{N}_.:*/=+\-@%]/gu;
const LONGEST_VALUE = 256;
/** Of one call, which is how CloudFormation passes those of a tag: API_CreateLFTag.html. */
const MOST_VALUES_AT_ONCE = 50;
/** A quota of the service: https://docs.aws.amazon.com/general/latest/gr/lake-formation.html */
const MOST_VALUES = 1000;
/** A quota of the service: https://docs.aws.amazon.com/general/latest/gr/lake-formation.html */
const MOST_TAGS = 50;

/** @throws Error for a key Lake Formation would refuse at deployment */
export function requireTagKey(key: string): void {
  if (KEY.test(key)) return;
  throw new Error(
    `The LF-tag key "${key}" has ${key.length} characters. Lake Formation takes 1 to 128 letters, digits, blanks and ` +
      '_ . : / = + - @ %: choose another tagKeyPrefix or key.',
  );
}

/** @throws Error for a part of a key or a value that is a token: lower case would make another of it */
export function requireKnown(what: string, text: string): void {
  if (!Token.isUnresolved(text)) return;
  throw new Error(
    `${what} is known at deployment only: it cannot be brought to lower case, in which Lake Formation keeps keys and values. ` +
      'Write it out.',
  );
}

/** A text as the value of a tag: in lower case, what Lake Formation does not take replaced by `_`. */
export function tagValue(text: string): string {
  return text.toLowerCase().replace(NOT_OF_VALUES, '_').slice(0, LONGEST_VALUE);
}

/**
 * Why the tag could not have the values; undefined where it could.
 * @param oneByOne whether each is added by a call of its own
 */
export function tooManyValues(key: string, values: readonly string[], oneByOne: boolean): string | undefined {
  const most = oneByOne ? MOST_VALUES : MOST_VALUES_AT_ONCE;
  if (values.length <= most) return undefined;
  const limit = oneByOne
    ? `Lake Formation keeps ${most} of a tag`
    : `CloudFormation passes them in one call, which takes ${most}`;
  return (
    `The LF-tag "${key}" has ${values.length} values; ${limit}. ` +
    'Give part of the tables a GovernedLake with a tagKeyPrefix of its own, or leave the key out by omitTags.'
  );
}

/** @throws Error for more keys than a resource can carry */
export function requireFewTags(keys: readonly string[]): void {
  if (keys.length <= MOST_TAGS) return;
  throw new Error(
    `A table would carry ${keys.length} LF-tags; Lake Formation takes ${MOST_TAGS}. Leave some out of databaseTags.`,
  );
}

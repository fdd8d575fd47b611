/** A value of a state machine that is worked out at run time, by JSONata. */
export function expression(jsonata: string): string {
  return `{% ${jsonata} %}`;
}

/** A text literal in JSONata; tokens in it are resolved in place. */
export function literal(text: string): string {
  return JSON.stringify(text);
}

/** UTC date of milliseconds since 1970, `2026-11-20`. */
export function dateOf(milliseconds: string): string {
  return `$fromMillis(${milliseconds}, '[Y0001]-[M01]-[D01]')`;
}

export const DAY_MILLISECONDS = 86_400_000;

/**
 * True for a date that exists, `2028-02-29`. Neither the regular expression nor the arithmetic can throw: an error in
 * a Choice could not be caught.
 */
export function isDate(value: string): string {
  const leap = '($p[0] % 4 = 0 and $p[0] % 100 != 0) or $p[0] % 400 = 0';
  return (
    `$type(${value}) != 'string' ? false : ` +
    `$not($contains(${value}, /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/)) ? false : ` +
    `($p := $map($split(${value}, '-'), function($v) { $number($v) }); ` +
    `$p[2] <= ($p[1] = 2 ? ((${leap}) ? 29 : 28) : ($p[1] in [4, 6, 9, 11] ? 30 : 31)))`
  );
}

/** The moment the state was entered, ISO 8601. */
export const NOW = '$states.context.State.EnteredTime';

/** Seconds since 1970 as text, as DynamoDB takes numbers, `later` seconds after the state was entered. */
export function epochSeconds(later = 0): string {
  return `$string($floor($toMillis(${NOW}) / 1000) + ${later})`;
}

/** A value that may be absent, or `otherwise`: an expression that gives nothing fails the execution. */
export function optional(path: string, otherwise: string): string {
  return `($exists(${path}) ? ${path} : ${otherwise})`;
}

/** Page of an execution in the console of its partition. */
export function consoleLink(executionArn: string): string {
  return (
    `($arn := ${executionArn}; $region := $split($arn, ':')[3]; 'https://' & $region & '.console.' & ` +
    `($split($arn, ':')[1] = 'aws-cn' ? 'amazonaws.cn' : $split($arn, ':')[1] = 'aws-us-gov' ? 'amazonaws-us-gov.com' : ` +
    `'aws.amazon.com') & '/states/home?region=' & $region & '#/v2/executions/details/' & $arn)`
  );
}

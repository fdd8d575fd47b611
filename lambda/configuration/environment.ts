/** Variables of a process, by name. */
export type Environment = Record<string, string | undefined>;

/** A variable is missing, or holds what is not allowed. The message names it, its value and what is. */
export class ConfigurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigurationError';
  }
}

export function required(
  environment: Environment,
  variable: string,
  allowed: string,
  fallback?: string,
): string {
  const value = environment[variable] ?? fallback;
  if (value !== undefined) return value;
  throw new ConfigurationError(
    `${variable} is not set. Allowed: ${allowed}. The construct that deploys the function sets it.`,
  );
}

export function matching(
  environment: Environment,
  variable: string,
  form: RegExp,
  allowed: string,
  fallback?: string,
): string {
  const value = required(environment, variable, allowed, fallback);
  if (form.test(value)) return value;
  throw new ConfigurationError(`${variable} is "${value}". Allowed: ${allowed}.`);
}

/** An object in JSON; undefined where the variable is not set. */
export function json(environment: Environment, variable: string): object | undefined {
  const text = environment[variable];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Refused below, as everything that is no object.
  }
  throw new ConfigurationError(`${variable} is "${text}". Allowed: a JSON object.`);
}

/** A number above 0, up to 1; undefined where the variable is not set. */
export function sampleRate(environment: Environment, variable: string): number | undefined {
  const text = environment[variable];
  if (text === undefined) return undefined;
  const rate = Number(text);
  if (rate > 0 && rate <= 1) return rate;
  throw new ConfigurationError(`${variable} is "${text}". Allowed: a number above 0, up to 1.`);
}

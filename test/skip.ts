/** Something outside package.json that a test needs. */
export interface OptionalRequirement {
  readonly name: string;
  readonly present: boolean;
  /** The line that installs it. */
  readonly install: string;
}

/**
 * `describe` where the requirement is met; otherwise a skipped block whose title says what is missing and how to get
 * it, which the test command lists at the end of its output.
 */
export function optional(requirement: OptionalRequirement): (title: string, block: () => void) => void {
  if (requirement.present) return (title, block) => describe(title, block);
  const suffix = `[skipped: ${requirement.name} absent; ${requirement.install}]`;
  return (title, block) => describe.skip(`${title} ${suffix}`, block);
}

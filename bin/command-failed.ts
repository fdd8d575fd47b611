/** Ends a command with a message for a person, and without a stack trace. */
export class CommandFailed extends Error {
  /** The input cannot be used. */
  static usage(message: string): CommandFailed {
    return new CommandFailed(message, 2);
  }

  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
    this.name = 'CommandFailed';
  }
}

/** A contract or an input that cannot be used as it is: the command ends with exit code 2 and this message. */
export class UnusableInput extends Error {
  constructor(
    readonly file: string,
    readonly problem: string,
  ) {
    super(`${file}: ${problem}`);
    this.name = 'UnusableInput';
  }
}

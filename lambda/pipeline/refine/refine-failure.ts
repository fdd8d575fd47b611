/** What stands between bronze and silver and does not go away by itself: the tables differ in a way a person decides on. */
export class CannotRefine extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CannotRefine';
  }
}

import type { IConstruct } from 'constructs';

interface Entries<T> {
  readonly all: T[];
  readonly followers: ((item: T) => void)[];
}

/** What constructs of an app have told of themselves, for others of it that may come before or after. */
export class Noted<T> {
  private readonly apps = new WeakMap<IConstruct, Entries<T>>();

  note(scope: IConstruct, item: T): void {
    const { all, followers } = this.entries(scope);
    all.push(item);
    for (const follower of [...followers]) follower(item);
  }

  all(scope: IConstruct): readonly T[] {
    return this.entries(scope).all;
  }

  /** Hands over what was noted in the app of the scope until now, and what will be. */
  follow(scope: IConstruct, follower: (item: T) => void): void {
    const { all, followers } = this.entries(scope);
    for (const item of [...all]) follower(item);
    followers.push(follower);
  }

  private entries({ node: { root } }: IConstruct): Entries<T> {
    const known = this.apps.get(root);
    if (known !== undefined) return known;
    const created = { all: [], followers: [] };
    this.apps.set(root, created);
    return created;
  }
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './installed-package';

interface LockedPackage {
  readonly version: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: { readonly [name: string]: string };
}

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: { readonly [path: string]: LockedPackage };
};

describe('package-lock.json', () => {
  // npm leaves out binaries of other platforms that it did not find while it wrote the file, and `npm ci` then refuses
  // the file: here where the registry lacks them, elsewhere on the platform that needs them.
  it('names the optional binaries of every platform', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
      Object.keys(optionalDependencies ?? {}).filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry, so that each machine asks its own', () => {
    const resolved = Object.values(packages).filter(({ link }) => !link);
    expect(resolved.flatMap((locked) => locked.resolved ?? [])).toEqual([]);
  });
});

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

/** Whether a package at a path finds another, beside itself or above. */
function isLocked(path: string, name: string): boolean {
  if (`${path}/node_modules/${name}` in packages) return true;
  const above = path.lastIndexOf('/node_modules/');
  return above < 0 ? `node_modules/${name}` in packages : isLocked(path.slice(0, above), name);
}

describe('package-lock.json', () => {
  // npm leaves out binaries of other platforms that it did not find while it wrote the file, and `npm ci` then refuses
  // the file: here where the registry lacks them, elsewhere on the platform that needs them.
  it('names the optional binaries of every platform', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
      Object.keys(optionalDependencies ?? {}).filter((name) => !isLocked(path, name)),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry, so that each machine asks its own', () => {
    const resolved = Object.values(packages).filter(({ link }) => !link);
    expect(resolved.flatMap((locked) => locked.resolved ?? [])).toEqual([]);
  });
});

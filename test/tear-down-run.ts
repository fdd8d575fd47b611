import { rmSync } from 'node:fs';

export default function tearDownRun(): void {
  rmSync(process.env.TMPDIR!, { recursive: true, force: true });
}

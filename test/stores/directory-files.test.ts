import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryFiles } from '../../lambda/stores/directory-files';

test('a file is deleted as it was told of; what took its place meanwhile stays', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'files-'));
  try {
    const path = join(directory, 'a.csv');
    const put = (content: string) => {
      writeFileSync(path, content);
      const etag = createHash('md5').update(content).digest('hex');
      return { bucket: `file://${directory}`, key: 'a.csv', etag, size: content.length };
    };
    const files = new DirectoryFiles();
    const first = put('first');
    for await (const _ of files.read(first));
    const second = put('second');
    await files.delete(first);
    expect(existsSync(path)).toBe(true);
    await files.delete(second);
    await files.delete(second);
    expect(existsSync(path)).toBe(false);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

import type { SendMessageCommand } from '@aws-sdk/client-sqs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A directory in the place of an SQS queue, on a laptop: each message becomes a file, whose name sorts by when it was
 * sent. `MessageBody` in it is the message.
 */
export class DirectoryQueue {
  private sent = 0;

  async send({ input }: SendMessageCommand): Promise<void> {
    const directory = fileURLToPath(input.QueueUrl!);
    await mkdir(directory, { recursive: true });
    const order = [Date.now(), this.sent++].map((number) => String(number).padStart(15, '0')).join('-');
    const file = join(directory, `${order}-${process.pid}.json`);
    // Whoever lists the directory sees whole messages only.
    await writeFile(`${file}.part`, JSON.stringify(input));
    await rename(`${file}.part`, file);
  }
}

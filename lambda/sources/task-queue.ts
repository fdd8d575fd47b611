import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Task {
  /** What the message says, as JSON. */
  readonly request: { readonly [name: string]: unknown };
  /** Messages of a group are worked off one at a time. */
  readonly group: string;
  /** A task of the same identity, sent within five minutes, is not queued again. */
  readonly identity: string;
}

const LONGEST_GROUP = 128;

/**
 * Puts a task into a FIFO queue, whose consumer may take as long as it needs.
 * @param queue URL of an SQS queue; or `file:///<directory>`, where each task becomes a file: a queue of the laptop
 */
export async function sendTask(queue: string, { request, group, identity }: Task): Promise<void> {
  const message = {
    MessageBody: JSON.stringify(request),
    // The end tells tables apart; SQS takes 128 characters.
    MessageGroupId: group.slice(-LONGEST_GROUP),
    MessageDeduplicationId: createHash('sha256').update(identity).digest('hex'),
  };
  if (queue.startsWith('file://')) {
    const directory = queue.slice('file://'.length);
    await mkdir(directory, { recursive: true });
    return writeFile(join(directory, `${message.MessageDeduplicationId}.json`), JSON.stringify(message));
  }
  // Imported on first use: most functions never hand anything over.
  const { sendMessage } = await import('./sqs-task-queue');
  await sendMessage(queue, message);
}

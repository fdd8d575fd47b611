import { readContainerConfiguration } from '../configuration/container';
import { ConfigurationError } from '../configuration/environment';
import { containerContext, QueueConsumer } from './queue-consumer';
import { SqsQueue } from './sqs-queue';
import { StopSignal } from './stop-signal';
import { handler } from './index.mjs';

/** What the container's exit code says; a state machine that runs a task looks at it. */
enum ExitCode {
  DONE = 0,
  FAILED = 1,
  /** What it was given makes no sense: trying again does not help. */
  NOT_CONFIGURED = 2,
}

/** Of the two minutes until the container is killed, what is left to settle the message. */
const GRACE_MILLISECONDS = 105_000;

/**
 * The program of a container: the handler of the bundle beside it, for one request and no more where one is given,
 * otherwise for each message of a queue.
 */
async function run(): Promise<ExitCode> {
  const { task, queue, idleSeconds } = readContainerConfiguration();
  const stop = new StopSignal(GRACE_MILLISECONDS);
  process.once('SIGTERM', () => stop.stop());
  if (queue === undefined) {
    const done = (await handler(task, containerContext('task', stop))) as { caughtUp?: boolean } | undefined;
    log('Request done', { request: task, report: done });
    // Told to stop in the middle: whoever asks again goes on from there.
    return done?.caughtUp === false ? ExitCode.FAILED : ExitCode.DONE;
  }
  const options = { idleMilliseconds: idleSeconds * 1000, log };
  await new QueueConsumer(new SqsQueue(queue), handler, options).run(stop);
  return ExitCode.DONE;
}

function log(message: string, details: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify({ level: 'INFO', message, timestamp: new Date().toISOString(), ...details }));
}

run().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    console.error(JSON.stringify({ level: 'ERROR', message: 'Container failed', reason }));
    process.exit(error instanceof ConfigurationError ? ExitCode.NOT_CONFIGURED : ExitCode.FAILED);
  },
);

/**
 * One execution environment of a function: a process that loads the handler once and answers one invocation after the
 * other over its IPC channel. It ends when the channel closes, so that nothing goes on writing to the tables of a run
 * that was killed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Invocation {
  readonly id: number;
  /** JSON text. */
  readonly event: string;
  readonly deadline: number;
}

type Handler = (event: unknown, context: object) => unknown;

const [directory, handlerName] = process.argv.slice(2);

process.on('disconnect', () => process.exit());

// The compiler turns `import()` into `require()` in a CommonJS module, which cannot load a bundle of ES modules.
const importModule = new Function('url', 'return import(url)') as (
  url: string,
) => Promise<Record<string, unknown>>;

async function load(): Promise<Handler> {
  const dot = handlerName.lastIndexOf('.');
  const stem = join(directory, handlerName.slice(0, dot));
  const file = ['.mjs', '.js', '.cjs'].map((extension) => stem + extension).find((path) => existsSync(path));
  if (file === undefined) throw new Error(`Cannot find module '${stem}'`);
  const handler = (await importModule(pathToFileURL(file).href))[handlerName.slice(dot + 1)];
  if (typeof handler !== 'function') throw new Error(`${handlerName} is not a function in ${file}`);
  return handler as Handler;
}

function describe(error: unknown): { type: string; message: string; stack?: string } {
  if (error instanceof Error) return { type: error.name, message: error.message, stack: error.stack };
  return { type: 'Error', message: String(error) };
}

const loading = load();
// Reported by the first invocation.
loading.catch(() => undefined);

async function invoke({ id, event, deadline }: Invocation): Promise<void> {
  const name = process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'function';
  const context = {
    awsRequestId: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: process.env.LAKEHOUSE_LOCAL_FUNCTION_ARN,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: `local/${process.pid}`,
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  try {
    const handler = await loading;
    const value = await handler(JSON.parse(event), context);
    process.send?.({ id, value: JSON.stringify(value ?? null) });
  } catch (error) {
    process.send?.({ id, error: describe(error) });
  }
}

process.on('message', (message) => void invoke(message as Invocation));

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optional } from '../../skip';
import { FunctionPool } from '../../../lib/local/functions/function-pool';
import { workerModule } from '../../../lib/local/package-root';
import type { InvocationResult } from '../../../lib/local/streams/event-source-mapping';

const HANDLER = `
let invocations = 0;
export async function handler(event, context) {
  invocations++;
  switch (event.do) {
    case 'throw': throw new TypeError('as told');
    case 'exit': process.exit(3);
    case 'hang': return new Promise(() => setInterval(() => {}, 1000));
    case 'print': console.log('line 1'); console.error('line 2'); return;
    case 'environment': return process.env;
    case 'wait': await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { pid: process.pid, invocations, remaining: context.getRemainingTimeInMillis(), name: context.functionName };
}`;

const BUILT = { name: 'dist', present: existsSync(workerModule()), install: 'npm run build' };

optional(BUILT)('functions in processes', () => {
  let directory: string;
  let pool: FunctionPool;
  const lines: string[] = [];

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'function-'));
    writeFileSync(join(directory, 'index.mjs'), HANDLER);
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  afterEach(() => pool.close());

  function start(concurrency = 1, handler = 'index.handler'): FunctionPool {
    const definition = {
      name: 'orders',
      arn: 'arn:function',
      path: 'Stack/Orders',
      directory,
      handler,
      timeoutSeconds: 3,
      memoryMegabytes: 128,
      environment: { LAKEHOUSE_PRODUCT: 'orders' },
    };
    lines.length = 0;
    pool = new FunctionPool(
      { definition, worker: workerModule(), output: (line) => lines.push(line) },
      concurrency,
    );
    return pool;
  }
  const value = (result: InvocationResult): Record<string, unknown> => {
    if (result.error) throw new Error(result.error.message);
    return result.value as Record<string, unknown>;
  };

  it('stay warm between invocations', async () => {
    start();
    const first = value(await pool.invoke({}));
    const second = value(await pool.invoke({}));
    expect(first).toMatchObject({ invocations: 1, name: 'orders' });
    expect(second).toMatchObject({ invocations: 2, pid: first.pid });
    expect(second.remaining).toBeGreaterThan(1000);
  });

  it('see their own environment and no credentials', async () => {
    process.env.AWS_SECRET_ACCESS_KEY = 'secret';
    start();
    const environment = value(await pool.invoke({ do: 'environment' }));
    delete process.env.AWS_SECRET_ACCESS_KEY;
    expect(environment).toMatchObject({ LAKEHOUSE_PRODUCT: 'orders', AWS_LAMBDA_FUNCTION_NAME: 'orders' });
    expect(Object.keys(environment).filter((key) => /SECRET|ACCESS_KEY|TOKEN|HOME/.test(key))).toEqual([]);
  });

  it('report what they throw, and go on', async () => {
    start();
    expect(await pool.invoke({ do: 'throw' })).toMatchObject({
      error: { type: 'TypeError', message: 'as told' },
    });
    expect(value(await pool.invoke({}))).toMatchObject({ invocations: 2 });
  });

  it('are started again after they died', async () => {
    start();
    expect(await pool.invoke({ do: 'exit' })).toEqual({
      error: { type: 'Runtime.ExitError', message: 'Runtime exited with code 3' },
    });
    expect(value(await pool.invoke({}))).toMatchObject({ invocations: 1 });
  });

  it('are stopped when their time is over', async () => {
    start();
    expect(await pool.invoke({ do: 'hang' })).toEqual({
      error: { type: 'Sandbox.Timedout', message: 'Task timed out after 3.00 seconds' },
    });
    expect(value(await pool.invoke({}))).toMatchObject({ invocations: 1 });
  });

  it('are heard to the last line', async () => {
    start();
    await pool.invoke({ do: 'print' });
    await pool.close();
    expect([...lines].sort()).toEqual(['line 1', 'line 2']);
  });

  it('run side by side, no more of them than allowed', async () => {
    start(2);
    const results = await Promise.all(Array.from({ length: 6 }, () => pool.invoke({ do: 'wait' })));
    expect(new Set(results.map((result) => value(result).pid)).size).toBe(2);
  });

  it('that cannot be loaded fail by name', async () => {
    start(1, 'absent.handler');
    expect(await pool.invoke({})).toMatchObject({ error: { message: expect.stringContaining('absent') } });
  });
});

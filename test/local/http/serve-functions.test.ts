import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type Listening, serveOnLaptop } from '../../../lib/local';

test('an app whose functions put nothing on a stream of it is served until it is told to stop', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'serve-'));
  const app = new App({ outdir: join(directory, 'cdk.out') });
  const stack = new Stack(app, 'Stack');
  const handler = new Function(stack, 'Handler', {
    code: Code.fromInline('exports.handler = async () => ({})'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_22_X,
  });
  new HttpApi(stack, 'Api').addRoutes({
    path: '/status',
    methods: [HttpMethod.GET],
    integration: new HttpLambdaIntegration('Status', handler),
  });
  app.synth();
  const stop = new AbortController();
  let serving: Promise<string[]> | undefined;
  const { routes } = await new Promise<Listening>((listening, failed) => {
    serving = serveOnLaptop({
      assembly: app.outdir,
      out: join(directory, 'out'),
      port: 0,
      secrets: new Map(),
      listening,
      answered: () => undefined,
      told: () => undefined,
      stop: stop.signal,
    });
    serving.catch(failed);
  });
  const ended = jest.fn();
  const done = serving!.then(ended);
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect(ended).not.toHaveBeenCalled();
  expect((await fetch(new URL('/nobody', routes[0].url))).status).toBe(404);
  stop.abort();
  await done;
  expect(ended).toHaveBeenCalledWith([]);
  rmSync(directory, { recursive: true });
});

test('an app without a route to a function of it is refused', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'serve-'));
  const app = new App({ outdir: join(directory, 'cdk.out') });
  new HttpApi(new Stack(app, 'Stack'), 'Api');
  app.synth();
  const serving = serveOnLaptop({
    assembly: app.outdir,
    out: join(directory, 'out'),
    port: 0,
    secrets: new Map(),
    listening: () => undefined,
    answered: () => undefined,
    told: () => undefined,
    stop: new AbortController().signal,
  });
  await expect(serving).rejects.toThrow(
    `The app in ${app.outdir} has no HTTP API with a route to a function of its own: a WebhookEndpoint makes one.`,
  );
  rmSync(directory, { recursive: true });
});

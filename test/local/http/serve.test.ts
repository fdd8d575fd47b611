import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTable } from '../../handlers/read-table';
import { optional } from '../../skip';
import { BUILT, COMMAND } from '../run/laptop';
import { serve as serveInProcess } from '../../../bin/serve-command';

interface Ticket {
  readonly event_id: string;
  readonly event_type: string;
  readonly ticket_id: number;
  readonly occurred_at: string;
  readonly subject?: string;
}

const ticket = (id: string, type = 'ticket.created', subject?: string): Ticket => ({
  event_id: id,
  event_type: type,
  ticket_id: 48_151,
  occurred_at: '2026-03-01T10:00:00Z',
  ...(subject !== undefined && { subject }),
});

/** The command at work, and what it says. */
class Serving {
  private text = '';

  private constructor(private readonly process: ChildProcess) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.text += chunk.toString('utf8')));
    }
  }

  static async start(args: readonly string[]): Promise<Serving> {
    const serving = new Serving(spawn(process.execPath, [COMMAND, 'serve', ...args]));
    await serving.said(/Ctrl-C ends it/);
    return serving;
  }

  get url(): string {
    return /^POST (http:\S+)$/m.exec(this.text)![1];
  }

  get output(): string {
    return this.text;
  }

  /** How often it has said so. */
  count(line: RegExp): number {
    return (this.text.match(new RegExp(line, 'gm')) ?? []).length;
  }

  async said(line: RegExp): Promise<void> {
    while (!line.test(this.text)) {
      if (this.process.exitCode !== null) throw new Error(`It ended: ${this.text}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async end(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    if (this.process.exitCode !== null) return this.process.exitCode;
    const ended = once(this.process, 'exit');
    this.process.kill(signal);
    await ended;
    return this.process.exitCode;
  }
}

optional(BUILT)('lakehouse serve', () => {
  let directory: string;
  let app: string;
  let out: string;
  let serving: Serving | undefined;

  // As `npx cdk synth` writes the example.
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'serve-'));
    app = join(directory, 'cdk.out');
    process.env.CDK_OUTDIR = app;
    jest.isolateModules(() => require('../../../examples/webhook/app'));
    delete process.env.CDK_OUTDIR;
  });
  beforeEach(() => (out = mkdtempSync(join(directory, 'out-'))));
  afterEach(async () => {
    await serving?.end('SIGKILL');
    serving = undefined;
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const serve = async (...args: string[]): Promise<Serving> =>
    (serving = await Serving.start(['--app', app, '--out', out, '--port', '0', ...args]));
  /** As the helpdesk posts. */
  const post = (url: string, body: string, secret: string, headers: Record<string, string> = {}) => {
    const time = new Date().toISOString();
    return fetch(url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'X-Zendesk-Webhook-Signature-Timestamp': time,
        'X-Zendesk-Webhook-Signature': createHmac('sha256', secret)
          .update(time + body)
          .digest('base64'),
        ...headers,
      },
    });
  };
  const bronze = () => readTable(`file://${out}/bronze/tickets`, 'event_id, subject', 'event_id');

  test('takes what is signed into bronze, silver and quarantine, and nothing else', async () => {
    const { url } = await serve();
    const file = /^Secret helpdesk\/signing-secret: (.+)$/m.exec(serving!.output)![1];
    expect(serving!.output).toContain(
      'x-zendesk-webhook-signature: <base64 of HMAC-SHA256 over {timestamp}{body}>',
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const secret = readFileSync(file, 'utf8');

    // URIs of tables become those of this machine in requests of the app, not in what somebody signed.
    const subject = 'glue://helpdesk_bronze/tickets';
    const good = JSON.stringify(
      { ...ticket('e-1', 'ticket.created', subject), category: 'Ärger' },
      undefined,
      1,
    );
    const answers = [
      await post(url, good, secret),
      await post(url, JSON.stringify(ticket('e-2', 'ticket.eaten')), secret),
      await post(url, '{"broken', secret),
      // The helpdesk sends again what it has no answer to.
      await post(url, good, secret),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await answers[0].json()).toEqual({ records: 1 });
    expect(answers[0].headers.get('content-type')).toBe('application/json');

    const refused = [
      await post(url, good, 'another'),
      await post(url, good, secret, { 'X-Zendesk-Webhook-Signature-Timestamp': '2020-01-01T00:00:00Z' }),
      await fetch(url, { method: 'POST', body: good }),
      await post(url, JSON.stringify({ ...ticket('e-3'), subject: 'x'.repeat(1_100_000) }), secret),
      await post(url, 'a=b', secret, { 'content-type': 'application/x-www-form-urlencoded' }),
      await post(`${url}/of/nobody`, good, secret),
      await fetch(url),
    ];
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 413, 415, 404, 404]);
    expect(await refused[0].json()).toEqual({ message: 'Not authenticated.' });
    expect(await refused[5].json()).toEqual({ message: 'Not Found' });

    expect(await serving!.end()).toBe(0);
    expect(await bronze()).toEqual([{ event_id: 'e-1', subject }]);
    expect(await readTable(`file://${out}/silver/tickets`, 'event_id', 'event_id')).toEqual([
      { event_id: 'e-1' },
    ]);
    expect(
      await readTable(`file://${out}/quarantine/tickets`, 'decode(payload) AS payload', 'payload'),
    ).toEqual([{ payload: '{"broken' }, { payload: JSON.stringify(ticket('e-2', 'ticket.eaten')) }]);
    expect(serving!.count(/^200 POST \/tickets \d+ ms$/)).toBe(4);
    expect(serving!.count(/^401 POST \/tickets /)).toBe(3);
  });

  test('a process that is killed once it has answered has lost nothing', async () => {
    const file = join(directory, 'secret.txt');
    writeFileSync(file, 'the one of the helpdesk\n');
    const args = ['--secret', `helpdesk/signing-secret=${file}`];
    const { url } = await serve(...args);
    expect(serving!.output).toContain('Secret helpdesk/signing-secret: as given');
    for (const id of ['e-1', 'e-2', 'e-3']) {
      expect((await post(url, JSON.stringify(ticket(id)), 'the one of the helpdesk')).status).toBe(200);
    }
    await serving!.end('SIGKILL');

    const again = await serve(...args);
    await post(again.url, JSON.stringify(ticket('e-4')), 'the one of the helpdesk');
    expect(await again.end('SIGTERM')).toBe(0);
    const ids = (await bronze()).map(({ event_id }) => event_id as string);
    expect(ids).toEqual(['e-1', 'e-2', 'e-3', 'e-4']);
  });

  test('says what it cannot serve', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const nothing = join(directory, 'none');
    const refusals: [string[], string][] = [
      [
        ['--app', nothing],
        `--app ${nothing} is no cloud assembly: it has no manifest.json. Make one: npx cdk synth. See lakehouse serve --help`,
      ],
      [
        ['--app', app, '--port', 'http'],
        '--port is "http". Allowed: 0 to 65535, 0 for any that is free. See lakehouse serve --help',
      ],
      [
        ['--app', app, '--secret', 'helpdesk'],
        '--secret is "helpdesk". Allowed: NAME=FILE, FILE holding its text. See lakehouse serve --help',
      ],
      [
        ['--app', app, '--secret', `shop=${join(app, 'manifest.json')}`],
        'No webhook of the app has the secret "shop". They have: helpdesk/signing-secret.',
      ],
      [
        ['--app', app, '--port', String(port)],
        `Port ${port} is not free (EADDRINUSE). Choose another: --port N, or 0 for any.`,
      ],
    ];
    for (const [args, message] of refusals) {
      await expect(serveInProcess([...args, '--out', out])).rejects.toMatchObject({ message, exitCode: 2 });
    }
    taken.close();
  });
});

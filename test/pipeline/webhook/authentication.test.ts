import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import type { HmacSettings } from '../../../lib/contract/webhook-settings';
import { AcceptedSecrets } from '../../../lambda/pipeline/webhook/accepted-secrets';
import { signedRequest } from '../../../lambda/pipeline/webhook/hmac';
import { Failure, Refusal } from '../../../lambda/pipeline/webhook/request';
import { Endpoint, GITHUB, GITHUB_SETTINGS } from './reception';

const githubEndpoint = () => new Endpoint({ authentication: { hmac: GITHUB_SETTINGS } });

describe('signatures as producers document them', () => {
  test('GitHub: of the body, in hexadecimal', async () => {
    const headers = { 'x-hub-signature-256': GITHUB.signature };
    expect(await githubEndpoint().receive(GITHUB.body, headers)).toEqual({ status: 200, records: 1 });
    expect(await githubEndpoint().receive('Hello, World?', headers)).toMatchObject({
      status: 401,
      refusal: Refusal.WRONG_CREDENTIALS,
    });
  });

  test('Slack: of version, time and body', async () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const endpoint = new Endpoint({
      authentication: {
        hmac: {
          ...GITHUB_SETTINGS,
          header: 'x-slack-signature',
          prefix: 'v0=',
          signedContent: 'v0:{timestamp}:{body}',
          timestamp: { header: 'x-slack-request-timestamp', prefix: '', toleranceSeconds: 300 },
        },
      },
    });
    endpoint.secrets = ['8f742231b10e8888abcd99yyyzzz85a5'];
    endpoint.now = 1531420618_000;
    const headers = {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    };
    expect((await endpoint.receive(body, headers)).status).toBe(200);
    // The time is signed: it cannot be set anew.
    const later = { ...headers, 'x-slack-request-timestamp': '1531420619' };
    expect((await endpoint.receive(body, later)).refusal).toBe(Refusal.WRONG_CREDENTIALS);
  });
});

/** As Stripe sends it: time and signatures in one header. */
const STRIPE: HmacSettings = {
  ...GITHUB_SETTINGS,
  header: 'stripe-signature',
  prefix: 'v1=',
  signedContent: '{timestamp}.{body}',
  timestamp: { header: 'stripe-signature', prefix: 't=', toleranceSeconds: 300 },
};

describe('a time and several signatures in one header', () => {
  const body = '{"id":"evt_1"}';
  const sign = (time: number, secret = GITHUB.secret) =>
    createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  const endpoint = new Endpoint({ authentication: { hmac: STRIPE } });
  const now = endpoint.now / 1000;
  const received = (signature: string) => endpoint.receive(body, { 'stripe-signature': signature });

  test.each([
    ['one of them is right', `t=${now},v1=${sign(now, 'other')},v1=${sign(now)}`],
    ['parts of other schemes are passed over', `t=${now},v0=abc,v1=${sign(now)}`],
    ['as late as is tolerated', `t=${now - 300},v1=${sign(now - 300)}`],
    ['as early as is tolerated', `t=${now + 300},v1=${sign(now + 300)}`],
  ])('%s: taken', async (_, header) => {
    expect((await received(header)).status).toBe(200);
  });

  test.each([
    ['too late', `t=${now - 301},v1=${sign(now - 301)}`, Refusal.STALE],
    ['too early', `t=${now + 301},v1=${sign(now + 301)}`, Refusal.STALE],
    ['too late, and signed by somebody else', `t=1,v1=${sign(now, 'x')}`, Refusal.NO_CREDENTIALS],
    [
      'old, and signed by somebody else',
      `t=${now - 999},v1=${sign(now - 999, 'x')}`,
      Refusal.WRONG_CREDENTIALS,
    ],
    ['two times', `t=${now},t=${now},v1=${sign(now)}`, Refusal.NO_CREDENTIALS],
    ['no time', `v1=${sign(now)}`, Refusal.NO_CREDENTIALS],
    ['another scheme only', `t=${now},v0=${sign(now)}`, Refusal.NO_CREDENTIALS],
    [
      'more parts than anybody sends',
      `t=${now},${'v1=00,'.repeat(20)}v1=${sign(now)}`,
      Refusal.NO_CREDENTIALS,
    ],
    ['half a signature', `t=${now},v1=${sign(now).slice(0, 32)}`, Refusal.WRONG_CREDENTIALS],
  ])('%s: 401', async (_, header, refusal) => {
    expect(await received(header)).toEqual({ status: 401, records: 0, refusal });
  });

  test.each([
    ['milliseconds', String(endpoint.now), 200],
    ['ISO 8601', new Date(endpoint.now).toISOString(), 200],
    ['ISO 8601 without a zone', new Date(endpoint.now).toISOString().slice(0, -1), 401],
    ['words', 'now', 401],
  ])('a time in %s', async (_, time, status) => {
    const signature = createHmac('sha256', GITHUB.secret).update(`${time}.${body}`).digest('hex');
    expect((await received(`t=${time},v1=${signature}`)).status).toBe(status);
  });
});

test('in base64, of SHA-512, over bytes that are no text', async () => {
  const hmac: HmacSettings = { ...GITHUB_SETTINGS, prefix: '', algorithm: 'sha512', encoding: 'base64' };
  const body = Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]);
  const signature = createHmac('sha512', GITHUB.secret).update(body).digest('base64');
  const endpoint = new Endpoint({ authentication: { hmac } });
  expect((await endpoint.receive(body, { 'x-hub-signature-256': signature })).status).toBe(200);
});

test('properties: a request is taken if and only if one part is the signature of its bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 60 }).filter((bytes) => bytes.some((byte) => byte > 0x20)),
      fc.array(fc.stringMatching(/^(sha256=|sha1=|)[0-9a-f]{0,66}$/), { maxLength: 6 }),
      fc.option(fc.nat(6)),
      fc.constantFrom(',', ', ', ' '),
      async (bytes, others, at, separator) => {
        const signature = `sha256=${createHmac('sha256', GITHUB.secret).update(bytes).digest('hex')}`;
        const parts = others.filter((part) => part !== signature);
        if (at !== null) parts.splice(at, 0, signature);
        const headers = { 'x-hub-signature-256': parts.join(separator) };
        const { status } = await githubEndpoint().receive(Buffer.from(bytes), headers);
        expect(status).toBe(at === null ? 401 : 200);
      },
    ),
    { numRuns: 200 },
  );
});

test('fuzz: no header breaks the reader, and what it reads is bounded', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ maxLength: 400 }), fc.stringMatching(/^([tv][01]?=[0-9a-f]{0,9}[, ]?){0,40}$/)),
      fc.constantFrom<HmacSettings>(STRIPE, GITHUB_SETTINGS, { ...STRIPE, prefix: '', encoding: 'base64' }),
      (text, settings) => {
        const signed = signedRequest(
          { headers: { [settings.header]: text }, body: Buffer.alloc(1) },
          settings,
        );
        expect(signed?.signatures.length ?? 0).toBeLessThanOrEqual(16);
      },
    ),
    { numRuns: 1000 },
  );
});

describe('a key in a header', () => {
  const endpoint = new Endpoint({
    authentication: {
      apiKey: { secret: 'arn:secret', header: 'authorization', prefix: 'Bearer ' },
    },
  });
  endpoint.secrets = ['current', 'previous'];

  test.each([
    ['Bearer current', 200, undefined],
    ['Bearer previous', 200, undefined],
    ['Bearer curren', 401, Refusal.WRONG_CREDENTIALS],
    ['Bearer ', 401, Refusal.NO_CREDENTIALS],
    ['current', 401, Refusal.NO_CREDENTIALS],
  ])('%j: %i', async (authorization, status, refusal) => {
    const receipt = await endpoint.receive('{}', { authorization });
    expect([receipt.status, receipt.refusal]).toEqual([status, refusal]);
  });

  test('and none at all', async () => {
    expect(await endpoint.receive('{}')).toMatchObject({ status: 401, refusal: Refusal.NO_CREDENTIALS });
  });
});

describe('the secret', () => {
  const signed = (secret: string) => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update('{}').digest('hex')}`,
  });

  test('is read once, and again after five minutes', async () => {
    const endpoint = githubEndpoint();
    for (const minutes of [0, 4, 1, 4]) {
      endpoint.now += minutes * 60_000;
      expect((await endpoint.receive('{}', signed(GITHUB.secret))).status).toBe(200);
    }
    expect(endpoint.reads).toBe(2);
  });

  test('is read again by a signature that matches none, so that a rotation loses nothing', async () => {
    const endpoint = githubEndpoint();
    await endpoint.receive('{}', signed(GITHUB.secret));
    endpoint.now += 61_000;
    endpoint.secrets = ['rotated', GITHUB.secret];
    expect((await endpoint.receive('{}', signed('rotated'))).status).toBe(200);
    expect((await endpoint.receive('{}', signed(GITHUB.secret))).status).toBe(200);
  });

  test('is read once a minute at the most, whatever comes', async () => {
    const endpoint = githubEndpoint();
    for (let i = 0; i < 200; i++) {
      endpoint.now += 1000;
      expect((await endpoint.receive('{}', signed('wrong'))).status).toBe(401);
    }
    expect(endpoint.reads).toBe(4);
  });

  test('nobody has is a reason to send again: 503, and tried by the next request', async () => {
    const endpoint = githubEndpoint();
    endpoint.secrets = [];
    expect(await endpoint.receive('{}', signed(''))).toMatchObject({
      status: 503,
      failure: Failure.SECRET_UNAVAILABLE,
      error: new Error('the secret is empty.'),
    });
    endpoint.secrets = [GITHUB.secret];
    expect((await endpoint.receive('{}', signed(GITHUB.secret))).status).toBe(200);
  });

  test('an empty value is none: nobody can sign with nothing', async () => {
    const endpoint = githubEndpoint();
    endpoint.secrets = ['', GITHUB.secret];
    expect((await endpoint.receive('{}', signed(''))).status).toBe(401);
  });

  test('that cannot be read again is good for an hour, tried once a minute', async () => {
    let now = 0;
    let reads = 0;
    const secrets = new AcceptedSecrets(
      async () => {
        if (reads++ > 0) throw new Error('away');
        return ['known'];
      },
      () => now,
    );
    for (; now < 60 * 60_000; now += 10_000) expect(await secrets.current()).toEqual(['known']);
    expect(reads).toBe(1 + 55);
    await expect(secrets.current()).rejects.toThrow('away');
  });
});

import { createHmac } from 'node:crypto';
import { Failure, Refusal } from '../../../lambda/pipeline/webhook/request';
import { Endpoint, GITHUB_SETTINGS, InMemoryStream } from './reception';

describe('Slack', () => {
  const secret = '8f742231b10e8888abcd99yyyzzz85a5';
  /** As Slack's documentation has it. */
  const question = {
    token: 'Jhj5dZrVaK7ZwHHjRyZWjbDl',
    challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P',
    type: 'url_verification',
  };

  function slack(handshake: object = { slack: true }) {
    const stream = new InMemoryStream();
    const hmac = {
      ...GITHUB_SETTINGS,
      header: 'x-slack-signature',
      prefix: 'v0=',
      signedContent: 'v0:{timestamp}:{body}',
      timestamp: { header: 'x-slack-request-timestamp', prefix: '', toleranceSeconds: 300 },
    };
    const endpoint = new Endpoint({ authentication: { hmac }, handshake }, stream);
    endpoint.secrets = [secret];
    const post = (body: string, key = secret, at = endpoint.now / 1000) =>
      endpoint.receive(body, {
        'content-type': 'application/json',
        'x-slack-request-timestamp': String(at),
        'x-slack-signature': `v0=${createHmac('sha256', key).update(`v0:${at}:${body}`).digest('hex')}`,
      });
    return { post, stream, endpoint };
  }

  test('is told its challenge, and no record comes of it', async () => {
    const { post, stream } = slack();
    expect(await post(JSON.stringify(question))).toEqual({
      status: 200,
      records: 0,
      reply: { contentType: 'application/json', body: JSON.stringify({ challenge: question.challenge }) },
    });
    expect(stream.taken).toEqual([]);
  });

  test('whoever signs with another secret is not, nor who does so later with what was overheard', async () => {
    const { post, endpoint } = slack();
    const body = JSON.stringify(question);
    expect(await post(body, 'another')).toEqual({
      status: 401,
      records: 0,
      refusal: Refusal.WRONG_CREDENTIALS,
    });
    expect(await post(body, secret, endpoint.now / 1000 - 301)).toMatchObject({ refusal: Refusal.STALE });
    expect(await endpoint.receive(body)).toMatchObject({ refusal: Refusal.NO_CREDENTIALS });
  });

  test.each([
    ['an event', { type: 'event_callback', event: { type: 'message' }, challenge: 'x' }],
    ['a question without a challenge', { type: 'url_verification' }],
    ['a challenge that is no text', { type: 'url_verification', challenge: 7 }],
    ['a question in something else', { event: question }],
    ['a list of them', [question]],
    ['what is longer than a question', { ...question, token: 'x'.repeat(5000) }],
    ['null', null],
  ])('%s is a record', async (_, body) => {
    const { post, stream } = slack();
    expect(await post(JSON.stringify(body))).toEqual({ status: 200, records: 1 });
    expect(stream.texts).toEqual([JSON.stringify(body)]);
  });

  test('broken JSON is a record, for quarantine; and so is a question where none is expected', async () => {
    const broken = slack();
    await broken.post('{"type":"url_verification","challenge":"');
    expect(broken.stream.taken).toHaveLength(1);
    expect(await slack({}).post(JSON.stringify(question))).toEqual({ status: 200, records: 1 });
  });
});

describe('Meta', () => {
  /** As Meta's documentation has it, with a token that has to be escaped. */
  const query = 'hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=me%26atyourdogs%2B';

  function meta() {
    const stream = new InMemoryStream();
    const endpoint = new Endpoint(
      {
        authentication: { hmac: GITHUB_SETTINGS },
        handshake: { verifyToken: { secret: 'arn:token' } },
      },
      stream,
    );
    endpoint.tokens = ['me&atyourdogs+'];
    const get = (asked: string | undefined) =>
      endpoint.receive('', {}, 9_000, { method: 'GET', query: asked });
    return { get, stream, endpoint };
  }

  test('is told its challenge, as text', async () => {
    const { get, stream } = meta();
    expect(await get(query)).toEqual({
      status: 200,
      records: 0,
      reply: { contentType: 'text/plain', body: '1158201444' },
    });
    expect(stream.calls).toEqual([]);
  });

  test('by the token before a rotation, too', async () => {
    const { get, endpoint } = meta();
    endpoint.tokens = ['new', 'me&atyourdogs+'];
    expect((await get(query)).status).toBe(200);
  });

  test.each<[string, string | undefined, Refusal]>([
    ['another token', 'hub.mode=subscribe&hub.challenge=1&hub.verify_token=other', Refusal.WRONG_CREDENTIALS],
    [
      'the beginning of the token',
      'hub.mode=subscribe&hub.challenge=1&hub.verify_token=me%26atyour',
      Refusal.WRONG_CREDENTIALS,
    ],
    ['no token', 'hub.mode=subscribe&hub.challenge=1', Refusal.NO_CREDENTIALS],
    ['an empty token', 'hub.mode=subscribe&hub.challenge=1&hub.verify_token=', Refusal.NO_CREDENTIALS],
    ['two tokens', `${query}&hub.verify_token=other`, Refusal.NO_CREDENTIALS],
    ['no challenge', 'hub.mode=subscribe&hub.verify_token=me%26atyourdogs%2B', Refusal.NO_CREDENTIALS],
    ['another mode', query.replace('subscribe', 'unsubscribe'), Refusal.NO_CREDENTIALS],
    ['nothing', undefined, Refusal.NO_CREDENTIALS],
    ['a book', query.replace('1158201444', '1'.repeat(2000)), Refusal.TOO_LARGE],
  ])('%s is refused', async (_, asked, refusal) => {
    const receipt = await meta().get(asked);
    expect(receipt).toMatchObject({ refusal, records: 0 });
    expect(receipt.reply).toBeUndefined();
  });

  test('the secret of signatures opens nothing, nor does a GET where none is expected', async () => {
    const { get, endpoint } = meta();
    const [secret] = endpoint.secrets.map(encodeURIComponent);
    expect(await get(`hub.mode=subscribe&hub.challenge=1&hub.verify_token=${secret}`)).toMatchObject({
      refusal: Refusal.WRONG_CREDENTIALS,
    });
    const without = new Endpoint({ authentication: { hmac: GITHUB_SETTINGS } });
    expect(await without.receive('', {}, 9_000, { method: 'GET', query })).toEqual({
      status: 401,
      records: 0,
      refusal: Refusal.NO_CREDENTIALS,
    });
  });

  test('asks again where the token cannot be read', async () => {
    const { get, endpoint } = meta();
    endpoint.tokens = [];
    expect(await get(query)).toMatchObject({ status: 503, failure: Failure.SECRET_UNAVAILABLE });
  });
});

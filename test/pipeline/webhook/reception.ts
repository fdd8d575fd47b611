import type { HmacSettings, WebhookSettings } from '../../../lib/contract/webhook-settings';
import { AcceptedSecrets } from '../../../lambda/pipeline/webhook/accepted-secrets';
import type { RecordStream, StreamRecord } from '../../../lambda/pipeline/webhook/put-records';
import { receive, type Reception } from '../../../lambda/pipeline/webhook/receive';
import type { Receipt, WebhookRequest } from '../../../lambda/pipeline/webhook/request';

/** The example of GitHub's documentation. */
export const GITHUB = {
  secret: "It's a Secret to Everybody",
  body: 'Hello, World!',
  signature: 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
};

export const GITHUB_SETTINGS: HmacSettings = {
  secret: 'arn:secret',
  header: 'x-hub-signature-256',
  prefix: 'sha256=',
  algorithm: 'sha256',
  encoding: 'hex',
  signedContent: '{body}',
};

/** A stream that refuses what a test says. */
export class InMemoryStream implements RecordStream {
  readonly taken: StreamRecord[] = [];
  readonly calls: number[] = [];

  constructor(
    private readonly refusal: (record: StreamRecord, call: number) => string | undefined = () => undefined,
  ) {}

  async put(records: readonly StreamRecord[]): Promise<(string | undefined)[]> {
    this.calls.push(records.length);
    return records.map((record) => {
      const code = this.refusal(record, this.calls.length);
      if (code === undefined) this.taken.push(record);
      return code;
    });
  }

  get texts(): string[] {
    return this.taken.map(({ data }) => Buffer.from(data).toString());
  }
}

/** An endpoint with a clock of its own. */
export class Endpoint {
  now = 1_700_000_000_000;
  secrets: string[] = [GITHUB.secret];
  reads = 0;
  readonly pauses: number[] = [];
  private readonly accepted = new AcceptedSecrets(
    async () => {
      this.reads++;
      return this.secrets;
    },
    () => this.now,
  );
  tokens: string[] = [];
  private readonly acceptedTokens = new AcceptedSecrets(
    async () => this.tokens,
    () => this.now,
  );
  private until = Infinity;

  constructor(
    readonly settings: Partial<WebhookSettings> = {},
    readonly stream: RecordStream = new InMemoryStream(),
  ) {}

  receive(
    body: string | Buffer,
    headers: WebhookRequest['headers'] = {},
    milliseconds = 9_000,
    asked: Pick<WebhookRequest, 'method' | 'query'> = {},
  ): Promise<Receipt> {
    this.until = this.now + milliseconds;
    const reception: Reception = {
      settings: { maxBodyBytes: 1024 * 1024, split: false, ...this.settings },
      secrets: this.accepted,
      tokens: this.acceptedTokens,
      stream: this.stream,
      now: () => this.now,
      schedule: {
        remaining: () => this.until - this.now,
        pause: async (pause) => {
          this.pauses.push(pause);
          this.now += pause;
        },
        random: () => 0.5,
      },
    };
    return receive({ headers, body: Buffer.from(body), ...asked }, reception);
  }
}

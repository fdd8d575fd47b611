import { signV4, type SigningCredentials } from '../../lambda/stores/signature-v4';

/** Where the account is asked. */
export interface AwsPlace {
  readonly region: string;
  /** An emulator's, for example `http://127.0.0.1:5000`; that of AWS where there is none. */
  readonly endpoint?: string;
}

/** A request of the JSON protocol of AWS, for services of which one question is asked: a client of the SDK for each would be a package for each. */
export interface Question {
  /** Name in the endpoint and the signature. */
  readonly service: string;
  /** Value of `x-amz-target`. */
  readonly target: string;
  readonly body: object;
}

/** @throws Error with the answer's status and text where it is no success */
export async function askAws<Answer>(
  { region, endpoint }: AwsPlace,
  credentials: SigningCredentials,
  { service, target, body: question }: Question,
): Promise<Answer> {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = `${endpoint ?? `https://${service}.${region}.${domain}`}/`;
  const body = JSON.stringify(question);
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: {
      ...headers,
      ...signV4({ method: 'POST', url, body, headers }, credentials, { region, service, now: new Date() }),
    },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${target} answered ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text) as Answer;
}

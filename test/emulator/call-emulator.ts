/** Where an emulator answers. */
export interface EmulatorAddress {
  readonly url: string;
  readonly region: string;
}

/** A call without a client. Emulators read the service from the signature, and check none. */
export async function callEmulator(
  { url, region }: EmulatorAddress,
  service: string,
  method: string,
  path: string,
  body: string | undefined,
  headers: Record<string, string>,
): Promise<string> {
  const scope = `20260101/${region}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=test/${scope}, SignedHeaders=host, Signature=0`;
  const answer = await fetch(`${url}${path}`, { method, headers: { ...headers, authorization }, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${service} ${method} ${path}: ${answer.status} ${text}`);
  return text;
}

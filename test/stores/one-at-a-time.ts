import { createServer } from 'node:http';

/**
 * A loopback endpoint that hands one request at a time on to another. moto serves requests in threads and looks at a
 * condition first, writes second: of two conditional writes at the same time it can take both. Clients still meet one
 * another's writes between their own requests, as they do on AWS, where a conditional write is one step.
 */
export async function oneAtATime(endpoint: string): Promise<{ endpoint: string; stop(): Promise<void> }> {
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = new Headers();
      for (const [name, value] of Object.entries(request.headers))
        if (!['host', 'connection', 'content-length', 'expect'].includes(name))
          headers.set(name, String(value));
      const forward = async () => {
        const answer = await fetch(`${endpoint}${request.url}`, {
          method: request.method,
          headers,
          body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
        });
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        response.end(Buffer.from(await answer.arrayBuffer()));
      };
      last = last.then(forward).catch((error: Error) => response.destroy(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

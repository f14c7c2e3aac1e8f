/** One request over a connection that is kept: what clients, gateways and models of the demo speak with. */
import { type Agent, request as send } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: string;
}

export const post = (
  agent: Agent,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const { hostname, port, pathname, search } = url;
    const options = { agent, hostname, port, path: pathname + search, method: 'POST', headers };
    const request = send(options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const value = (name: string): string | undefined => {
          const given = response.headers[name];
          return typeof given === 'string' ? given : given?.[0];
        };
        const text = Buffer.concat(parts).toString('utf8');
        resolve({ status: response.statusCode ?? 0, header: value, body: text });
      });
    });
    request.on('error', reject);
    request.end(body);
  });

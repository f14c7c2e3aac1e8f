/** Questions to a running gate. */
import { StillwatchError } from '../../base/errors.ts';
import { forJson, forTerminal } from '../../base/safe-text.ts';
import { parseTokens } from '../../serve/gate/tokens.ts';
import { readTokenFile } from './serve.ts';

export interface StatusOptions {
  readonly url: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

export interface AskOptions extends StatusOptions {
  readonly account?: string;
  readonly organization?: string;
  readonly endUser?: string;
  readonly address?: string;
  readonly token?: string;
  readonly client?: string;
  readonly tier?: string;
}

const PATIENCE_MS = 5000;

const call = async (
  { url, tokenFile }: StatusOptions,
  path: string,
  accept: readonly number[],
  body?: unknown,
): Promise<Readonly<Record<string, unknown>>> => {
  const unreachable = (why: string): StillwatchError =>
    new StillwatchError(
      'GATE_UNREACHABLE',
      `${forTerminal(url)}: ${forTerminal(why, 300)}`,
      'Check --url and --token-file; stillwatch gate serve starts a gate.',
    );
  const headers: Record<string, string> = {};
  if (tokenFile !== undefined)
    headers.authorization = `Bearer ${parseTokens(readTokenFile(tokenFile), tokenFile)[0]!.token}`;
  try {
    const reply = await fetch(new URL(path, url), {
      headers,
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!accept.includes(reply.status)) throw unreachable(`answers ${reply.status}: ${text}`);
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw error instanceof StillwatchError ? error : unreachable((error as Error).message);
  }
};

const say = (out: NodeJS.WritableStream, rows: readonly (readonly [string, unknown])[]): void => {
  for (const [name, value] of rows)
    out.write(
      `${name.padEnd(14)} ${forTerminal(typeof value === 'string' ? value : JSON.stringify(value))}\n`,
    );
};

export const askGate = async (options: AskOptions, out: NodeJS.WritableStream): Promise<void> => {
  const { account, organization, endUser: end_user, address, token, client, tier } = options;
  const question = { account, organization, end_user, address, token, client, tier };
  if (Object.entries(question).every(([name, value]) => name === 'tier' || value === undefined))
    throw new StillwatchError(
      'USAGE',
      'The question names nobody',
      'Give --account, --address or another subject.',
    );
  const answer = await call(options, '/v1/decide', [200], question);
  if (options.json === true) out.write(`${forJson(answer, 1)}\n`);
  else say(out, Object.entries(answer));
};

export const gateStatus = async (
  options: StatusOptions,
  out: NodeJS.WritableStream,
): Promise<void> => {
  const ready = await call(options, '/health/ready', [200, 503]);
  const summary = await call(options, '/v1/remediations/summary', [200]);
  const status = { ...ready, ...summary };
  if (options.json === true) out.write(`${forJson(status, 1)}\n`);
  else say(out, Object.entries(status));
};

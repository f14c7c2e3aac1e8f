/** Runs a gate until it is told to stop. */
import { readFileSync } from 'node:fs';
import { createGate, type Fails } from '../../act/response/gate.ts';
import { StillwatchError } from '../../base/errors.ts';
import { forTerminal } from '../../base/safe-text.ts';
import { readGateConfig } from '../../serve/gate/config.ts';
import { followed, followSource, readDecisions } from '../../serve/gate/source.ts';
import { type Listen, startGate } from '../../serve/gate/start.ts';
import { parseTokens } from '../../serve/gate/tokens.ts';

export interface ServeOptions {
  readonly config: string;
  readonly listen: string;
  readonly source?: string;
  readonly sourceTokenFile?: string;
  readonly decisions?: string;
  readonly tokenFile?: string;
  readonly grpc?: string;
  readonly tiers?: string;
  readonly json?: boolean;
}

const usage = (what: string, remedy: string): StillwatchError =>
  new StillwatchError('USAGE', what, remedy);

const parseListen = (given: string): Listen => {
  const match = /^(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/i.exec(given);
  if (match === null || Number(match[2]) > 65_535)
    throw usage(`${forTerminal(given)} is not HOST:PORT`, 'For example 127.0.0.1:8070.');
  return { host: match[1]!.replace(/^\[|\]$/g, ''), port: Number(match[2]) };
};

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

export const readTokenFile = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StillwatchError(
      'GATE_TOKENS_UNREADABLE',
      `${forTerminal(file)}: ${(error as Error).message}`,
      'Write one line NAME TOKEN for each gateway, readable by this user.',
    );
  }
};

export const serveGate = async (
  options: ServeOptions,
  out: NodeJS.WritableStream,
): Promise<void> => {
  const { source, decisions, tokenFile, tiers } = options;
  if ((source === undefined) === (decisions === undefined))
    throw usage('A gate needs one source', 'Give either --source or --decisions.');
  if (tiers !== undefined && tiers !== 'open' && tiers !== 'closed')
    throw usage(`--tiers ${forTerminal(tiers)} is unknown`, 'It is open or closed.');
  const config = readGateConfig(options.config);
  const listen = parseListen(options.listen);
  const grpc = options.grpc === undefined ? undefined : parseListen(options.grpc);
  const tokens = tokenFile === undefined ? [] : parseTokens(readTokenFile(tokenFile), tokenFile);
  if (
    tokens.length === 0 &&
    [listen, grpc].some((at) => at !== undefined && !LOOPBACK.has(at.host))
  )
    throw usage('Everybody could ask this gate', 'Give --token-file, or listen on 127.0.0.1.');
  const staleness =
    tiers === undefined
      ? config.staleness
      : { ...config.staleness, fails: tiers as Fails, tiers: {} };
  const into = followed(() => createGate({ staleness, steady: () => performance.now() }));
  const stop = await fill(options, into, staleness.after);
  const running = await startGate({
    listen,
    gate: into.gate,
    blocks: into.blocks,
    appealUrl: config.appeal_url,
    headers: config.headers,
    unidentified: config.unidentified,
    tokens,
    fault: (error) => console.error(error),
    ...(grpc === undefined ? {} : { grpc }),
  });
  out.write(
    options.json === true
      ? `${JSON.stringify({ url: running.url, grpc: running.grpc })}\n`
      : `The gate answers at ${running.url}${running.grpc === null ? '' : `, gRPC at ${running.grpc}`}\n  stillwatch gate ask --url ${running.url} --account ACCOUNT\n`,
  );
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await Promise.all([running.close(), stop()]);
};

const LONGEST_WAIT_S = 10;

/** From the file once and for all, or from the source without end. */
const fill = async (
  { source, sourceTokenFile, decisions }: ServeOptions,
  into: ReturnType<typeof followed>,
  staleAfter: number,
): Promise<() => Promise<void>> => {
  if (decisions !== undefined) {
    into.replace(await readDecisions(decisions), Date.now());
    // A file is heard as long as this process lives: only a source can fall silent.
    const timer = setInterval(() => into.gate().heard(Date.now()), 1000);
    return async () => clearInterval(timer);
  }
  const token =
    sourceTokenFile === undefined
      ? undefined
      : readTokenFile(sourceTokenFile).trim().split(/\s+/).at(-1);
  let said = '';
  const following = followSource({
    url: source!,
    token,
    into,
    // A source at which nothing changes is heard three times before its silence would count as staleness.
    wait: Math.min(LONGEST_WAIT_S, staleAfter / 3),
    failed: (why) => {
      // Each reason once, until another comes.
      if (why !== said) process.stderr.write(`stillwatch: source: ${forTerminal(why, 200)}\n`);
      said = why;
    },
  });
  return following.close;
};

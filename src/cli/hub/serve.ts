/** `stillwatch hub serve` */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
import { forJson } from '../../base/safe-text.ts';
import type { TlsFiles } from '../../serve/hub/http/server.ts';
import type { RunningHub } from '../../serve/hub/start.ts';
import { dataShown } from './office.ts';

interface Options {
  readonly listen: string;
  readonly data: string;
  readonly maxPage?: string;
  readonly keepDays?: string;
  readonly publicUrl?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly clientCa?: string;
  readonly warninglist?: readonly string[];
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const MOST_PAGE = 10_000;

const maxPageOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const page = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (page < 1 || page > MOST_PAGE)
    throw new StillwatchError(
      'USAGE',
      '--max-page is not a number of objects',
      `Give a whole number from 1 to ${MOST_PAGE}.`,
    );
  return page;
};

const keepDaysOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const days = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (days < 1)
    throw new StillwatchError(
      'USAGE',
      '--keep-days is not a number of days',
      'Give a whole number from 1 to 99999.',
    );
  return days;
};

const publicUrlOf = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== '/' ||
    url.search + url.hash + url.username !== ''
  )
    throw new StillwatchError(
      'USAGE',
      '--public-url is not the origin of an http(s) URL',
      'Give it without a path, as https://hub.example.org.',
    );
  return url.origin;
};

const readPem = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new StillwatchError(
      'INPUT_UNREADABLE',
      `${path}: ${(cause as NodeJS.ErrnoException).code ?? 'cannot be read'}`,
      'Name a PEM file that can be read.',
      { cause },
    );
  }
};

const tlsOf = ({ tlsCert, tlsKey, clientCa }: Options): TlsFiles | undefined => {
  if (tlsCert === undefined && tlsKey === undefined && clientCa === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new StillwatchError(
      'USAGE',
      'TLS needs a certificate and its key',
      'Give --tls-cert and --tls-key together, and --client-ca only with them.',
    );
  return {
    cert: readPem(tlsCert),
    key: readPem(tlsKey),
    clientCa: clientCa === undefined ? undefined : readPem(clientCa),
  };
};

/** What a script, or a person, needs to go on. */
const ready = ({ url, first }: RunningHub, publicUrl: string | undefined) => ({
  listening: url,
  discovery: `${publicUrl ?? url}/taxii2/`,
  health: `${url}/health`,
  pid: process.pid,
  ...(first === undefined ? {} : { operator: first.member, token: first.token }),
});

const lines = (state: ReturnType<typeof ready>, data: string): readonly string[] => [
  `Listening on ${state.listening}`,
  `Discovery:   ${state.discovery}`,
  ...(state.token === undefined
    ? []
    : [
        '',
        'First start: a guarded collection "exchange" and a plain one "plain" are ready.',
        `Token of the operator, shown once: ${state.token}`,
        '',
        'Next:',
        `  curl -H "Authorization: Bearer $TOKEN" ${state.listening}/taxii2/`,
        `  stillwatch hub member add "First lab" --data ${data}`,
        `  stillwatch hub health --url ${state.listening}`,
      ]),
];

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
const toldToStop = (): Promise<string> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        resolve(signal);
        process.once(signal, () => process.exit(1));
      });
  });

export const addHubServeCommand = (hub: Command, output: NodeJS.WritableStream): void => {
  hub
    .command('serve')
    .description('serve TAXII 2.1 and the exchange; the first start makes all that is needed')
    .option('--listen <host:port>', 'where to listen; port 0 is any free one', '127.0.0.1:8080')
    .requiredOption('--data <where>', 'a folder, or postgres://… for several processes as one')
    .option('--max-page <n>', 'objects on one page at most; 1000 by default')
    .option('--keep-days <n>', 'keep events of the stream and statuses so long; 30 by default')
    .option('--public-url <origin>', 'origin under which clients reach it, behind a proxy')
    .option('--tls-cert <file>', 'serve HTTPS with this certificate chain (PEM)')
    .option('--tls-key <file>', 'its key (PEM)')
    .option('--client-ca <file>', 'believe client certificates of these authorities (PEM)')
    .option('--warninglist <file...>', 'MISP warninglists: what no indicator may name')
    .option('--quiet', 'no log lines on standard error')
    .option('--json', 'when ready, print one line of JSON')
    .addHelpText(
      'after',
      `
Examples:
  stillwatch hub serve --listen 127.0.0.1:8080 --data ./hub
  stillwatch hub serve --listen 0.0.0.0:8080 --data postgres://hub@db/hub --public-url https://hub.example.org

It stops on SIGTERM or SIGINT, after the requests under way.

Exit status: 0 stopped as told, 2 usage, 4 the address, the data, a PEM file or a warninglist cannot be used.`,
    )
    .action(async (options: Options) => {
      const publicUrl = publicUrlOf(options.publicUrl);
      const maxPage = maxPageOf(options.maxPage);
      const keepDays = keepDaysOf(options.keepDays);
      const tls = tlsOf(options);
      const { readWarninglists } = await import('../share-files.ts');
      const { startHub } = await import('../../serve/hub/start.ts');
      const { NO_LOG } = await import('../../serve/hub/http/log.ts');
      const running = await startHub({
        listen: options.listen,
        data: options.data,
        maxPage,
        keepDays,
        warninglists: readWarninglists(options.warninglist ?? []),
        publicUrl,
        tls,
        log: options.quiet ? NO_LOG : undefined,
      });
      const stop = toldToStop();
      const state = ready(running, publicUrl);
      const data = dataShown(options.data);
      output.write(`${options.json ? forJson(state) : lines(state, data).join('\n')}\n`);
      await stop;
      await running.close();
    });
};

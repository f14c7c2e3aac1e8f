/** `stillwatch hub health`: what is wrong with a hub, and what mends it. */
import type { Command } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
import { parseJsonText } from '../../base/json-text.ts';
import { list, noFaults, object, orElse, REFUSED, text, truth } from '../../base/parse.ts';
import { forJson, forTerminal } from '../../base/safe-text.ts';
import type { Check, Health } from '../../serve/hub/operations/health.ts';
import { refuseAbsentHub } from './office.ts';

interface Options {
  readonly url?: string;
  readonly data?: string;
  readonly tokenEnv?: string;
  readonly json?: boolean;
}

const TIMEOUT_MS = 10_000;

const checkParser = object<{ name: string; ok: boolean; found: string; fix: string }>({
  name: text(100),
  ok: truth,
  found: text(2000),
  fix: orElse(text(2000), ''),
});
const healthParser = object<{ ok: boolean; checks: readonly Check[] }>({
  ok: truth,
  checks: orElse(list(checkParser, 100), []),
});

const failed = (name: string, found: string, fix: string): Health => ({
  ok: false,
  checks: [{ name, ok: false, found, fix }],
});

/** From outside: what a client finds. */
const overHttp = async (url: string, token: string | undefined): Promise<Health> => {
  let answer: Response;
  try {
    answer = await fetch(new URL('/health', url), {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
    });
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
    return failed(
      'reachable',
      `Nobody answers at ${url}: ${cause}`,
      'Start it: stillwatch hub serve --data DIR; or give the address it printed.',
    );
  }
  const parsed = parseJsonText(await answer.text(), { maxBytes: 1 << 20 });
  const health = parsed.fault ? REFUSED : healthParser(parsed.value, '', noFaults());
  if (health === REFUSED)
    return failed('hub', `${url} answers, but not as a hub does`, 'Give the address of the hub.');
  const reachable: Check = { name: 'reachable', ok: true, found: `${url} answers` };
  const unexplained: readonly Check[] =
    health.ok || health.checks.some(({ ok }) => !ok)
      ? []
      : [
          {
            name: 'hub',
            ok: false,
            found: 'The hub says that it is not well.',
            fix: 'Ask with the token of an operator (--token-env), or on its machine with --data.',
          },
        ];
  return { ok: health.ok, checks: [reachable, ...health.checks, ...unexplained] };
};

/** From inside: the database itself. */
const overStore = async (data: string): Promise<Health> => {
  const { openStore } = await import('../../serve/store/open.ts');
  const { healthOf } = await import('../../serve/hub/operations/health.ts');
  try {
    await refuseAbsentHub(data);
    const store = await openStore(data);
    try {
      return await healthOf(store, Date.now());
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof StillwatchError) return failed('store', error.message, error.remedy);
    throw error;
  }
};

const lines = ({ checks }: Health): string =>
  checks
    .map(({ name, ok, found, fix }) => {
      const line = `${ok ? 'ok   ' : 'FAIL '} ${forTerminal(name)}: ${forTerminal(found)}`;
      return ok || !fix ? line : `${line}\n      mend it: ${forTerminal(fix)}`;
    })
    .join('\n');

export const addHubHealthCommand = (hub: Command, output: NodeJS.WritableStream): void => {
  hub
    .command('health')
    .description('check a hub, and name what mends each fault')
    .option('--url <url>', 'a running hub, as a client sees it')
    .option('--data <where>', 'the data of a hub, running or not')
    .option(
      '--token-env <var>',
      'environment variable with an operator token, for the whole answer',
    )
    .option('--json', 'print the checks as JSON')
    .addHelpText(
      'after',
      `
Examples:
  stillwatch hub health --url http://127.0.0.1:8080
  stillwatch hub health --data ./hub --json

Exit status: 0 all is well, 1 a check fails, 2 usage.`,
    )
    .action(async ({ url, data, tokenEnv, json }: Options) => {
      if ((url === undefined) === (data === undefined) || (url && !URL.canParse(url)))
        throw new StillwatchError(
          'USAGE',
          'It is not said which hub to check',
          'Give either --url URL of a running one or --data DIR.',
        );
      const token = tokenEnv === undefined ? undefined : process.env[tokenEnv];
      const health = url === undefined ? await overStore(data ?? '') : await overHttp(url, token);
      output.write(`${json ? forJson(health) : lines(health)}\n`);
      if (!health.ok)
        throw new StillwatchError(
          'HUB_UNWELL',
          `${health.checks.filter(({ ok }) => !ok).length} of ${health.checks.length} checks fail`,
          'Each failing check names what mends it.',
        );
    });
};

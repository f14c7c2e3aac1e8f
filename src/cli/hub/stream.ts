/** `stillwatch hub stream`: how far behind the streams are, and the webhooks of members. */
import type { Command } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
import { parseJsonText } from '../../base/json-text.ts';
import { list, noFaults, nullable, number, object, REFUSED, text } from '../../base/parse.ts';
import { forTerminal } from '../../base/safe-text.ts';
import type { StreamState } from '../../serve/hub/stream/service.ts';
import {
  DATA_HELP,
  type DataOptions,
  dataShown,
  EXIT_STATUS,
  type Output,
  table,
  tell,
  withOffice,
} from './office.ts';

const TIMEOUT_MS = 10_000;

const stateParser = object<StreamState>({
  consumers: list(
    object<StreamState['consumers'][number]>({
      member: text(100),
      behind: number(0),
      waitingBytes: number(0),
    }),
  ),
  cutOff: number(0),
  webhooks: list(
    object<StreamState['webhooks'][number]>({
      id: text(100),
      member: text(100),
      disabled: nullable(text(1000)),
      behind: number(0),
      failures: number(0),
    }),
  ),
});

const unreachable = (url: string, why: string, cause?: unknown): StillwatchError =>
  new StillwatchError(
    'INPUT_UNREADABLE',
    `${url} does not tell its streams: ${why}`,
    'Give the address of the hub, and with --token-env the token of an operator with scope admin.',
    { cause },
  );

const stateOf = async (url: string, token: string | undefined): Promise<StreamState> => {
  let response: Response;
  try {
    response = await fetch(new URL('/api/stream', url), {
      headers: { Authorization: `Bearer ${token ?? ''}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    throw unreachable(url, 'nobody answers', cause);
  }
  if (!response.ok) throw unreachable(url, `status ${response.status}`);
  const { value, fault } = parseJsonText(await response.text());
  const state = fault ? REFUSED : stateParser(value, '', noFaults());
  if (state === REFUSED) throw unreachable(url, 'it answers, but not as a hub does');
  return state;
};

const addWebhookCommands = (stream: Command, output: Output): void => {
  const webhook = stream
    .command('webhook')
    .description('register, list, enable and remove the webhooks of members')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch hub stream webhook add "Lab A" https://hooks.lab-a.example/stillwatch --data ./hub',
    );
  const command = (name: string, description: string, example: string): Command =>
    webhook
      .command(name)
      .description(description)
      .requiredOption('--data <where>', DATA_HELP)
      .option('--json', 'print the outcome as JSON')
      .addHelpText(
        'after',
        `\nExample:\n  stillwatch hub stream webhook ${example} --data ./hub${EXIT_STATUS}`,
      );

  command(
    'add <member> <url>',
    'send a member what it may see; the secret is shown this once',
    'add "Lab A" https://hooks.lab-a.example/stillwatch --types indicator',
  )
    .option('--types <list>', 'only objects of these types')
    .option('--collections <list>', 'only these collections, by id')
    .option('--allow-private', 'the receiver stands in your own network; http is allowed too')
    .action(
      async (
        who: string,
        url: string,
        options: DataOptions & { types?: string; collections?: string; allowPrivate?: boolean },
      ) => {
        const { addWebhook } = await import('../../serve/hub/stream/webhooks.ts');
        const { memberNamed } = await import('../../serve/hub/members/changes.ts');
        const { types, collections, allowPrivate } = options;
        const added = await withOffice(options.data, async ({ store, clock }) =>
          addWebhook(
            store,
            await memberNamed(store.records, who),
            {
              url,
              types: types?.split(','),
              collections: collections?.split(','),
              allowPrivate,
            },
            clock(),
          ),
        );
        tell(output, options.json, {
          json: added,
          lines: [
            `Webhook: ${added.id} to ${forTerminal(added.url)}`,
            `Secret:  ${added.secret}`,
            'It is shown this once. With it the receiver checks each signature.',
          ],
          next: `stillwatch hub stream webhook list --data ${dataShown(options.data)}`,
        });
      },
    );

  command('list', 'list the webhooks, and how each is served', 'list').action(
    async ({ data, json }: DataOptions) => {
      const hooks = await import('../../serve/hub/stream/webhooks.ts');
      const rows = await withOffice(data, async ({ store }) => {
        const last = await store.events.last();
        const all = await hooks.webhooksOf(store.records);
        return Promise.all(
          all.map(async (hook) => {
            const progress = await hooks.progressOf(store.records, hook.id);
            return {
              ...hooks.withoutSecret(hook),
              behind: Math.max(0, last - (progress?.seq ?? last)),
              failures: progress?.failures ?? 0,
            };
          }),
        );
      });
      tell(output, json, {
        json: rows,
        lines: table(
          ['MEMBER', 'URL', 'BEHIND', 'FAILURES', 'STATE', 'ID'],
          rows.map(({ member, url, behind, failures, disabled, id }) => [
            member,
            url,
            String(behind),
            String(failures),
            disabled ?? 'served',
            id,
          ]),
        ),
      });
    },
  );

  for (const [name, description] of [
    ['enable', 'serve a disabled webhook again, from where it was'],
    ['remove', 'send nothing more'],
  ] as const)
    command(`${name} <webhook>`, description, `${name} WEBHOOK-ID`).action(
      async (id: string, { data, json }: DataOptions) => {
        const hooks = await import('../../serve/hub/stream/webhooks.ts');
        const change = name === 'enable' ? hooks.enableWebhook : hooks.removeWebhook;
        const changed = await withOffice(data, ({ store }) => change(store, id));
        tell(output, json, {
          json: hooks.withoutSecret(changed),
          lines: [`${name === 'enable' ? 'Enabled' : 'Removed'} ${changed.id}`],
          next: `stillwatch hub stream webhook list --data ${dataShown(data)}`,
        });
      },
    );
};

export const addHubStreamCommand = (hub: Command, output: Output): void => {
  const stream = hub
    .command('stream')
    .description('show how far behind the streams are, and manage webhooks')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch hub stream status --url http://127.0.0.1:8080 --token-env HUB_TOKEN',
    );
  stream
    .command('status')
    .description('open streams of a running hub and its webhooks, with their lag')
    .requiredOption('--url <url>', 'a running hub')
    .requiredOption('--token-env <var>', 'environment variable with the token of an operator')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch hub stream status --url http://127.0.0.1:8080 --token-env HUB_TOKEN\n\nExit status: 0 done, 2 usage, 4 the hub does not answer as it should.',
    )
    .action(async ({ url, tokenEnv, json }: { url: string; tokenEnv: string; json?: boolean }) => {
      if (!URL.canParse(url))
        throw new StillwatchError('USAGE', '--url is no URL', 'Give it as http://127.0.0.1:8080.');
      const state = await stateOf(url, process.env[tokenEnv]);
      tell(output, json, {
        json: state,
        lines: [
          `${state.consumers.length} open streams, ${state.cutOff} cut off since the start`,
          ...table(
            ['MEMBER', 'EVENTS BEHIND', 'BYTES WAITING'],
            state.consumers.map(({ member, behind, waitingBytes }) => [
              member,
              String(behind),
              String(waitingBytes),
            ]),
          ),
          `${state.webhooks.length} webhooks`,
          ...table(
            ['ID', 'EVENTS BEHIND', 'FAILURES', 'STATE'],
            state.webhooks.map(({ id, behind, failures, disabled }) => [
              id,
              String(behind),
              String(failures),
              disabled ?? 'served',
            ]),
          ),
        ],
      });
    });
  addWebhookCommands(stream, output);
};

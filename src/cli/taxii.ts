/** `stillwatch taxii`: a TAXII 2.1 client for any server. */
import type { Command } from 'commander';
import { StillwatchError } from '../base/errors.ts';
import { forJson, forTerminal } from '../base/safe-text.ts';
import type { PageOptions } from '../share/taxii/pages.ts';
import type { Json } from '../share/taxii/resources.ts';
import { readObjects } from './share-files.ts';
import { type ConnectOptions, connect, keepCursor, placeOf, readCursor } from './taxii-place.ts';

type Output = NodeJS.WritableStream;

const EXITS =
  'Exit status: 0 done, 1 some objects were not taken, 2 usage, 4 the server or a file does not answer as it should.';

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** `type=indicator,malware`, repeated, as filters. @throws StillwatchError `USAGE`. */
export const parseMatches = (given: readonly string[]): NonNullable<PageOptions['match']> =>
  Object.fromEntries(
    given.map((text): [string, readonly string[]] => {
      const [, name, values] = /^([A-Za-z0-9_-]{1,80})=(.+)$/.exec(text) ?? [];
      if (name === undefined)
        throw new StillwatchError(
          'USAGE',
          `--match ${forTerminal(text, 80)} is no filter`,
          'Give it as NAME=VALUE[,VALUE…], such as --match type=indicator.',
        );
      return [name, values!.split(',')];
    }),
  );

const parseLimit = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw new StillwatchError('USAGE', '--limit is no number of objects', 'Give a whole number.');
  return Number(text);
};

/** Waits while a slow reader catches up: a collection may be larger than memory. */
const write = async (output: Output, text: string): Promise<void> => {
  if (!output.write(text)) await new Promise((done) => output.once('drain', done));
};

interface GetOptions extends ConnectOptions {
  readonly match?: readonly string[];
  readonly limit?: string;
  readonly addedAfter?: string;
  readonly cursor?: string;
  readonly manifest?: boolean;
  readonly object?: string;
}

const get = async (url: string, options: GetOptions, output: Output): Promise<void> => {
  const { cursor: file, addedAfter, object, manifest } = options;
  const client = connect(url, options);
  const place = placeOf(url);
  const kept = file === undefined ? undefined : readCursor(file);
  const page: PageOptions = {
    cursor: kept ?? (addedAfter === undefined ? {} : { addedAfter }),
    match: parseMatches(options.match ?? []),
    limit: parseLimit(options.limit),
  };
  const pages: AsyncIterable<{ items: readonly object[]; cursor: object }> = manifest
    ? client.manifest(place, page)
    : object === undefined
      ? client.objects(place, page)
      : client.object(place, object, page);
  let first = true;
  if (options.json) await write(output, '{"objects":[');
  for await (const { items, cursor } of pages) {
    for (const item of items) {
      await write(
        output,
        options.json ? `${first ? '' : ','}${forJson(item)}` : `${forJson(item)}\n`,
      );
      first = false;
    }
    // After what it stands behind: killed in between, a page comes twice and none is missed.
    if (file !== undefined) keepCursor(file, cursor);
  }
  if (options.json) await write(output, ']}\n');
};

const discover = async (url: string, options: ConnectOptions, output: Output): Promise<void> => {
  const client = connect(url, options);
  const { title, description, contact, default: standard } = await client.discovery();
  const roots = [];
  for (const root of await client.apiRoots()) {
    const { title: called, versions, max_content_length: most } = await client.apiRoot(root);
    roots.push({ url: root, title: called, versions, max_content_length: most });
  }
  if (options.json) {
    const told = { title, description, contact, default: standard, api_roots: roots };
    output.write(`${forJson(told, 1)}\n`);
    return;
  }
  const lines = [
    forTerminal(title, 200),
    ...roots.map((root) => `  ${forTerminal(root.url, 200)}  ${forTerminal(root.title, 80)}`),
    ...(roots[0] === undefined
      ? []
      : [`Next: stillwatch taxii collections ${forTerminal(roots[0].url, 200)}`]),
  ];
  output.write(`${lines.join('\n')}\n`);
};

const collections = async (
  root: string,
  options: ConnectOptions,
  output: Output,
): Promise<void> => {
  const found = await connect(root, options).collections(root);
  if (options.json) {
    output.write(`${forJson({ collections: found }, 1)}\n`);
    return;
  }
  const base = root.endsWith('/') ? root : `${root}/`;
  for (const { id, alias, title, can_read: reads, can_write: writes } of found) {
    const may = [...(reads ? ['read'] : []), ...(writes ? ['write'] : [])].join(', ') || 'nothing';
    const called = `${forTerminal(title, 60)}${alias === undefined ? '' : ` (${forTerminal(alias, 40)})`}`;
    output.write(`${forTerminal(`${base}collections/${id}/`, 300)}  ${called}: ${may}\n`);
  }
};

const add = async (
  url: string,
  file: string,
  options: ConnectOptions,
  output: Output,
): Promise<void> => {
  const objects = readObjects(file).filter(
    (one): one is Json => typeof one === 'object' && one !== null && !Array.isArray(one),
  );
  const report = await connect(url, options).add(placeOf(url), objects);
  const { total, success, failures, pending, statuses } = report;
  if (options.json) output.write(`${forJson(report, 1)}\n`);
  else {
    output.write(
      `${success} of ${total} objects taken, ${failures.length} refused, ${pending} pending\n`,
    );
    for (const { id, message } of failures)
      output.write(
        `  ${forTerminal(id, 100)}: ${forTerminal(message ?? 'no reason given', 300)}\n`,
      );
    for (const id of pending > 0 ? statuses : [])
      output.write(`Next: stillwatch taxii status ${placeOf(url).root} ${forTerminal(id, 60)}\n`);
  }
  if (failures.length > 0)
    throw new StillwatchError(
      'TAXII_ADD_INCOMPLETE',
      `The server did not take ${failures.length} of ${total} objects`,
      'Correct what is listed, and send those again; what was taken once is not stored twice.',
    );
};

export const addTaxiiCommand = (program: Command, output: Output = process.stdout): void => {
  const taxii = program
    .command('taxii')
    .description('speak to any TAXII 2.1 server')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch taxii discover https://hub.example/taxii2/ --token-file token',
    );
  const command = (usage: string, description: string, example: string): Command =>
    taxii
      .command(usage)
      .description(description)
      .option('--token-file <file>', 'file that holds a Bearer token')
      .option('--user <name>', 'user for HTTP Basic')
      .option('--password-file <file>', 'file that holds the password of the user')
      .option(
        '--plain-http',
        'send the credential over http to another machine, readable on the way',
      )
      .option('--json', 'print JSON')
      .addHelpText('after', `\nExample:\n  stillwatch taxii ${example}\n\n${EXITS}`);

  command(
    'discover <url>',
    'show what a server is and its API roots',
    'discover https://hub.example/taxii2/ --token-file token',
  ).action((url: string, options: ConnectOptions) => discover(url, options, output));

  command(
    'collections <root>',
    'list the collections of an API root',
    'collections https://hub.example/stillwatch/ --token-file token',
  ).action((root: string, options: ConnectOptions) => collections(root, options, output));

  command(
    'get <collection>',
    'read the objects of a collection, one on each line',
    'get https://hub.example/stillwatch/collections/exchange/ --token-file token --cursor cursor.json',
  )
    .option('--match <filter>', 'only what fits, as type=indicator; repeat it for several', collect)
    .option('--added-after <time>', 'only what was added after this time')
    .option('--limit <n>', 'objects on one page; all pages are read')
    .option('--cursor <file>', 'go on where this file says, and keep in it how far it came')
    .option('--object <id>', 'only this object')
    .option('--manifest', 'the manifest instead of the objects')
    .action((url: string, options: GetOptions) => get(url, options, output));

  command(
    'add <collection> <file>',
    'add the objects of a bundle, in as many requests as it takes',
    'add https://hub.example/stillwatch/collections/plain/ bundle.json --token-file token',
  ).action((url: string, file: string, options: ConnectOptions) => add(url, file, options, output));

  command(
    'delete <collection> <object>',
    'delete an object, its last version by default',
    'delete https://hub.example/stillwatch/collections/plain/ campaign--0f8c3a10-0000-4000-8000-000000000001 --token-file token',
  )
    .option('--match <filter>', 'other versions, as version=all', collect)
    .action(async (url: string, id: string, options: GetOptions) => {
      await connect(url, options).remove(placeOf(url), id, parseMatches(options.match ?? []));
      output.write(
        options.json ? `${forJson({ deleted: id })}\n` : `Deleted ${forTerminal(id, 100)}\n`,
      );
    });

  command(
    'status <root> <id>',
    'show what became of a request to add objects',
    'status https://hub.example/stillwatch/ 2d086da7-4bdc-4f91-900e-d77486753710 --token-file token',
  ).action(async (root: string, id: string, options: ConnectOptions) => {
    const status = await connect(root, options).status(root, id);
    output.write(
      options.json
        ? `${forJson(status, 1)}\n`
        : `${status.status}: ${status.success_count} taken, ${status.failure_count} refused, ${status.pending_count} pending\n`,
    );
  });
};

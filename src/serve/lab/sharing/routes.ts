/** Sharing over the lab's own HTTP: the connection, what leaves, and what others say. */
import { isAbsolute } from 'node:path';
import { StillwatchError } from '../../../base/errors.ts';
import { previewOf } from '../../../share/sharing/firewall/preview.ts';
import { HttpRefusal } from '../http/refusal.ts';
import { json, type LabCall, type LabReply, type LabRoute } from '../http/server.ts';
import type { Connection, OutboxItem } from './kept.ts';
import type { SharingOffice } from './office.ts';
import type { Sharing } from './sharing.ts';

export interface OutboxView {
  readonly id: string;
  readonly kind: OutboxItem['kind'];
  readonly state: OutboxItem['state'];
  readonly version: number;
  readonly at: string;
  readonly objects: number;
  readonly attempts: number;
  readonly error: string | null;
  readonly sent_at: string | null;
  readonly failures: OutboxItem['failures'];
  readonly reason: string | null;
}

const viewOf = (id: string, item: OutboxItem): OutboxView => ({
  ...{ id, kind: item.kind, state: item.state, version: item.version },
  at: new Date(item.at).toISOString(),
  objects: item.objects.length,
  attempts: item.attempts,
  error: item.error,
  sent_at: item.sent_at === null ? null : new Date(item.sent_at).toISOString(),
  failures: item.failures,
  reason: item.reason,
});

const unknown = (what: string): HttpRefusal =>
  new HttpRefusal(404, 'SHARE_UNKNOWN', `There is no ${what} of that id.`);

const connectionIn = ({ query }: LabCall): Connection => {
  const text = (name: string): string => {
    const value = query.get(name) ?? '';
    if (value === '' || value.length > 2000)
      throw new HttpRefusal(400, 'CONNECTION_INVALID', `${name} is missing or too long.`);
    return value;
  };
  const [token_file, key_file] = [text('token_file'), text('key_file')];
  if (!isAbsolute(token_file) || !isAbsolute(key_file))
    throw new HttpRefusal(400, 'CONNECTION_INVALID', 'Files are named by their absolute paths.');
  return {
    hub: text('hub'),
    ...{ token_file, key_file },
    collection: query.get('collection') ?? 'exchange',
    release: query.get('release') === 'automatic' ? 'automatic' : 'person',
    plain_http: query.get('plain_http') === 'true',
  };
};

export const sharingRoutes = (office: SharingOffice): readonly LabRoute[] => {
  const sharing = (): Sharing => {
    const current = office.current();
    if (current === null)
      throw new HttpRefusal(409, 'NOT_CONNECTED', 'This lab is connected with no hub.');
    return current;
  };
  /** What stands in the configuration is changed there, or it would come back with the next start. */
  const changeable = (): void => {
    if (office.isDeclared())
      throw new HttpRefusal(
        409,
        'SHARE_CONNECTION_DECLARED',
        'The connection stands under `hub` in the configuration of the lab.',
      );
  };
  const on = (
    method: LabRoute['method'],
    path: string,
    summary: string,
    handle: (call: LabCall) => unknown,
  ): LabRoute => ({
    method,
    path,
    summary,
    scope: method === 'GET' ? 'read' : 'admin',
    handle: async (call): Promise<LabReply> => json(await handle(call)),
  });
  const settle = async ({ param }: LabCall, state: 'released' | 'discarded') => {
    const { outbox } = sharing();
    const drafts = [...outbox.items()].filter(([, item]) => item.state === 'drafted');
    const ids = param === 'all' ? drafts.map(([id]) => id) : [param];
    if (param !== 'all' && !outbox.items().has(param)) throw unknown('draft');
    return { [state]: await outbox.settle(ids, state), status: sharing().status() };
  };
  return [
    on('GET', '/sharing/connection', 'With which hub', () => ({
      connection: office.connection(),
      status: office.current()?.status() ?? null,
    })),
    on('PUT', '/sharing/connection', 'Connect with a hub', async (call) => {
      changeable();
      const connection = connectionIn(call);
      try {
        await office.connect(connection);
      } catch (error) {
        if (error instanceof StillwatchError)
          throw new HttpRefusal(422, error.code, `${error.message}. ${error.remedy}`);
        throw error;
      }
      return { connection, status: sharing().status() };
    }),
    on('DELETE', '/sharing/connection', 'Disconnect from the hub', async () => {
      changeable();
      return { disconnected: await office.disconnect() };
    }),
    on('GET', '/sharing/outbox', 'What left, and what waits', () => ({
      items: [...sharing().outbox.items()].map(([id, item]) => viewOf(id, item)),
    })),
    on('GET', '/sharing/outbox/:id', 'The exact bytes that would leave now', ({ param }) => {
      const { outbox } = sharing();
      const item = outbox.items().get(param);
      if (item === undefined) throw unknown('item');
      return { ...viewOf(param, item), preview: previewOf(outbox.preview(param) ?? []) };
    }),
    on('POST', '/sharing/release/:id', 'Release a draft, or all', (call) =>
      settle(call, 'released'),
    ),
    on('POST', '/sharing/discard/:id', 'Discard a draft, or all', (call) =>
      settle(call, 'discarded'),
    ),
    on('POST', '/sharing/retract/:id', 'Take back what was published', async ({ param }) => {
      const retracted = await sharing().retract([param], 'could-not-verify');
      if (retracted.length === 0) throw unknown('published finding or object');
      return { retracted };
    }),
    on('GET', '/sharing/indicators', 'Indicators of others, and what they hit here', () => ({
      indicators: sharing().indicators(),
    })),
    on('GET', '/sharing/indicators/:id', 'One of them', ({ param }) => {
      const found = sharing()
        .indicators()
        .find(({ object }) => object.id === param);
      if (found === undefined) throw unknown('indicator');
      return found;
    }),
  ];
};

/** A hub of its own for tests, and a client that does nothing but send. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Member, Tier, Vetting } from '../../store/records.ts';
import { SCOPES } from '../../store/records.ts';
import { issueToken, newMember } from '../access/issue.ts';
import { NO_LOG } from '../http/log.ts';
import { type HubStart, type RunningHub, startHub } from '../start.ts';

export const TAXII = 'application/taxii+json;version=2.1';

export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export const indicator = (n: number, more: Readonly<Record<string, unknown>> = {}) => ({
  type: 'indicator',
  spec_version: '2.1',
  id: `indicator--${uuid(n)}`,
  created: '2026-01-01T00:00:00.000Z',
  modified: '2026-01-01T00:00:00.000Z',
  name: `number ${n}`,
  pattern: "[ipv4-addr:value = '198.51.100.7']",
  pattern_type: 'stix',
  valid_from: '2026-01-01T00:00:00Z',
  ...more,
});

/** An answer, parsed; `any` because tests look into what they themselves expect. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test that looks at the wrong place fails
  readonly json: any;
  readonly text: string;
}

export interface TestHub extends RunningHub {
  readonly operator: string;
  /** Makes a member; gives its token. */
  readonly member: (
    name: string,
    tier?: Tier,
    more?: Partial<Member> & { readonly vetting?: Vetting },
  ) => Promise<{ readonly id: string; readonly token: string }>;
  readonly get: (
    path: string,
    token?: string,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  readonly send: (
    method: string,
    path: string,
    token: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  readonly data: string;
}

export const PLAIN = '/stillwatch/collections/plain';

let freshData: (() => string) | undefined;
/** Hubs of this process are started on other databases from now on (`tests/hub-postgres.test.ts`). */
export const startTestHubsOn = (fresh: () => string): void => {
  freshData = fresh;
};

export const startTestHub = async (more: Partial<HubStart> = {}): Promise<TestHub> => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-hub-'));
  const data = more.data ?? freshData?.() ?? folder;
  const running = await startHub({ listen: '127.0.0.1:0', log: NO_LOG, ...more, data });
  const answer = async (response: Response): Promise<Answer> => {
    const text = await response.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      // Not every answer is JSON.
    }
    return { status: response.status, headers: response.headers, json, text };
  };
  const auth = (token: string | undefined): Record<string, string> =>
    token === undefined || token === '' ? {} : { Authorization: `Bearer ${token}` };
  return {
    ...running,
    data,
    operator: running.first?.token ?? '',
    member: async (name, tier = 'member', given = {}) => {
      const { store, secrets, clock } = running.hub;
      const member = { ...newMember(name, tier, clock()), ...given };
      const { token } = await store.write(async ({ records }) => {
        await records.put('member', member.id, member);
        return issueToken(records, secrets, {
          member: member.id,
          label: 'test',
          scopes: SCOPES,
          created: clock(),
          expires: null,
        });
      });
      return { id: member.id, token };
    },
    get: async (path, token, headers = {}) =>
      answer(
        await fetch(running.url + path, {
          headers: { Accept: TAXII, ...auth(token ?? running.first?.token), ...headers },
        }),
      ),
    send: async (method, path, token, body, headers = {}) =>
      answer(
        await fetch(running.url + path, {
          method,
          headers: { Accept: TAXII, 'Content-Type': TAXII, ...auth(token), ...headers },
          ...(body === undefined
            ? {}
            : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        }),
      ),
    close: async () => {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

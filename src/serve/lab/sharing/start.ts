/**
 * A lab connected with a hub, both ways: what it found goes out through the firewall, and what others
 * found comes in, is held against this lab's own traffic, and says nothing to a policy before that.
 */
import type { KeyObject } from 'node:crypto';
import type { IndicatorFacts } from '../../../act/response/facts.ts';
import { MOST_KNOWN_GOOD } from '../../../share/indicator/confirm/confirm.ts';
import { mildest, type PermittedAction } from '../../../share/indicator/profile/words.ts';
import { checkLeaving } from '../../../share/sharing/firewall/check.ts';
import type { TlpLevel } from '../../../share/stix/tlp.ts';
import { follow } from '../../../share/taxii/follow.ts';
import type { Json } from '../../../share/taxii/resources.ts';
import { deriveKey, labSecret } from '../http/tokens.ts';
import type { LabCore } from '../start.ts';
import { openCustomers } from './customers.ts';
import { openIncoming, readEvent, readObject, type Told } from './incoming.ts';
import { cursorChange, cursorOf, itemOf, type KeptGroup, type OutboxItem } from './kept.ts';
import { linkTo } from './link.ts';
import { type Outbox, openOutbox } from './outbox.ts';
import { openPublisher } from './publisher.ts';
import { openBlinder } from './tokens.ts';
import { openVerification, type Tested } from './verify.ts';
import { disputeOf, type Reason, sightingOf } from './words.ts';

export interface SharingOptions {
  readonly hub: string;
  /** Bearer token of a member. */
  readonly credential: string;
  readonly key: KeyObject;
  /** UUID or alias; `exchange`. */
  readonly collection?: string;
  readonly plainHttp?: boolean;
  /** Whether drafts leave by themselves. */
  readonly release?: 'person' | 'automatic';
  readonly k?: number;
  readonly tlp?: TlpLevel;
  /** The strongest action that recipients may take. */
  readonly permit?: PermittedAction;
  /** Over all looks at one shared campaign, the chance that an unrelated one is confirmed. */
  readonly level?: number;
  /** Shortest time between two versions of one finding, ms. */
  readonly renewMs?: number;
  readonly isKnownGood?: (account: string) => boolean;
  readonly clock?: () => number;
  readonly onError?: (error: unknown) => void;
}

export interface SharingStatus {
  readonly hub: string;
  readonly connected: boolean;
  /** Seconds since the hub was heard; null: not since this lab was started. */
  readonly heard_seconds: number | null;
  readonly error: string | null;
  /** Waits for a person; waits for the hub. */
  readonly drafts: number;
  readonly queue: number;
  readonly sent: number;
  readonly refused: number;
  /** Indicators of others; those that hit accounts here; those of campaigns confirmed here. */
  readonly indicators: number;
  readonly hitting: number;
  readonly confirmed: number;
  /** Taken back by others and forgotten here, since the lab was started. */
  readonly retractions: number;
  readonly tokens: number;
  readonly tokens_pending: number;
}

export interface IncomingView {
  readonly object: Json;
  readonly arrived: string;
  readonly standing: IndicatorFacts['standing'];
  readonly permitted_action: PermittedAction | 'none';
  readonly campaigns: readonly string[];
  readonly hits: number;
  readonly known_good_hits: number;
  readonly verification: KeptGroup['outcome'] | null;
  readonly confirmed_here: boolean;
  readonly accounts: readonly string[];
}

export interface Sharing {
  readonly facts: (account: string) => readonly IndicatorFacts[];
  /** Shared campaigns that an indicator of others is of. */
  readonly campaignsOf: (indicator: string) => readonly string[];
  /** Accounts of which something else holds now, and indicators that nothing may rest on any more. */
  readonly onChanged: (
    listener: (accounts: readonly string[], retracted: readonly string[]) => void | Promise<void>,
  ) => void;
  /** Objects of this lab that were published because of a finding, and whether they name the account. */
  readonly sharedFor: (
    finding: string,
    account: string,
  ) => readonly { readonly object: string; readonly about_subject: boolean }[];
  /** Takes back what was published, by ids of findings or of objects; gives the findings concerned. */
  readonly retract: (ids: readonly string[], reason: Reason) => Promise<readonly string[]>;
  /** Says of indicators of others that they are wrong; gives those that it knows. */
  readonly dispute: (ids: readonly string[], reason: Reason) => Promise<readonly string[]>;
  readonly status: () => SharingStatus;
  readonly outbox: Outbox;
  readonly indicators: () => readonly IncomingView[];
  readonly close: () => Promise<void>;
}

/** Events that come together are dealt with together. */
const TOGETHER_MS = 15;
const MOST_TOGETHER = 2_000;
/** Hits that come together; re-verification is due a moment after they came. */
const TEST_MS = 40;
const TICK_MS = 15_000;
/** A clock that is behind the hub's must not make what is new seem not to have begun. */
const SKEW_MS = 120_000;
const STANDINGS_AT_ONCE = 8;

export const openSharing = async (core: LabCore, options: SharingOptions): Promise<Sharing> => {
  const { store, traffic } = core;
  const { hub, clock = Date.now } = options;
  const stop = new AbortController();
  // What was under way when the connection was closed is no fault.
  const onError = (error: unknown): void => {
    if (!stop.signal.aborted) options.onError?.(error);
  };
  const link = linkTo({
    hub,
    token: options.credential,
    collection: options.collection ?? 'exchange',
    plainHttp: options.plainHttp ?? false,
    clock,
    signal: stop.signal,
  });
  let lookedBack = 0;
  const secret = await labSecret(store);
  const incoming = await openIncoming(store, clock);
  const outbox = await openOutbox({ store, link, key: options.key, clock, onError });
  const customers = await openCustomers(core);
  const verification = await openVerification({
    store,
    incoming,
    // Those that hits could be among: fewer than there are makes a confirmation harder, never easier.
    population: () => Math.max(lookedBack, core.status().accounts_in_memory),
    findings: core.findings,
    isKnownGood: (id) => customers.isAttested(id) || options.isKnownGood?.(id) === true,
    level: options.level ?? 0.01,
    clock,
  });
  const blinder = await openBlinder({
    store,
    link,
    secret: deriveKey(secret, 'blinding cache'),
    clock,
    onTokens: (payments) => {
      matchTokens(new Set(payments));
      void publisher.run();
    },
    onError,
  });
  const publisher = openPublisher(core, {
    outbox,
    customers,
    blinder,
    release: options.release ?? 'person',
    k: options.k ?? 5,
    tlp: options.tlp ?? 'amber',
    permit: options.permit ?? 'verify',
    salt: deriveKey(secret, 'sketches'),
    renewMs: options.renewMs ?? 60_000,
    clock,
    onError,
  });
  const listeners: Parameters<Sharing['onChanged']>[0][] = [];
  let streamError: string | null = null;
  let retractions = 0;
  let closed = false;

  const tell = async (accounts: Iterable<string>, retracted: readonly string[]): Promise<void> => {
    const list = [...new Set(accounts)];
    if (list.length === 0 && retracted.length === 0) return;
    for (const listener of listeners)
      try {
        await listener(list, retracted);
      } catch (error) {
        onError(error);
      }
  };
  const hitBy = (ids: readonly string[]): string[] =>
    ids.flatMap((id) => [...verification.hits(id)]);

  // ---- what others say: their campaigns on our traffic
  const say = async (kind: 'sighting' | 'opinion', word: Json, about: string): Promise<void> => {
    const id = String(word.id);
    const before = outbox.items().get(id);
    if (before !== undefined) {
      const { explanation } = before.objects[0]!;
      // Said already; said for another reason, it is another version of the same word.
      if (kind === 'sighting' || explanation === word.explanation) return;
    }
    const objects = [
      before === undefined ? word : { ...word, created: before.created, modified: word.modified },
    ];
    if (!checkLeaving(objects[0]).allowed) {
      onError(new Error(`a word about ${about} may not leave`));
      return;
    }
    const created = String(objects[0]!.created);
    const item = itemOf({ kind, state: 'released', at: clock(), created, objects }, before);
    await outbox.put(id, item);
  };
  const answer = async ({ group, after }: Tested): Promise<void> => {
    const members = incoming.membersOf(group);
    const accounts = new Set(after.accounts);
    for (const id of members) {
      const hits = [...verification.hits(id)];
      const object = incoming.get(id)!.object;
      const shared = hits.filter((account) => accounts.has(account)).length;
      if (shared === 0) continue;
      if (after.outcome === 'confirmed')
        await say('sighting', sightingOf(object, shared, clock()), id);
      else if (after.outcome === 'refuted' && shared > MOST_KNOWN_GOOD * hits.length)
        await say('opinion', disputeOf(object, 'matched-known-good', clock()), id);
    }
  };
  let testTimer: NodeJS.Timeout | undefined;
  let changedAccounts = new Set<string>();
  const test = async (): Promise<void> => {
    testTimer = undefined;
    const told = changedAccounts;
    changedAccounts = new Set();
    const tested = await verification.test();
    for (const { group, before, after } of tested) {
      for (const account of [...(before?.accounts ?? []), ...after.accounts]) told.add(account);
      if (before?.outcome !== after.outcome)
        for (const account of hitBy(incoming.membersOf(group))) told.add(account);
    }
    // Decisions first: words to the hub can wait for them.
    await tell(told, []);
    for (const one of tested) await answer(one);
  };
  const testSoon = (): void => {
    if (testTimer !== undefined || closed) return;
    testTimer = setTimeout(() => void test().catch(onError), TEST_MS);
  };
  const matchTokens = (payments?: ReadonlySet<string>): void => {
    verification.match(
      customers
        .instruments()
        .filter(([, payment]) => payments?.has(payment) ?? true)
        .map(([account, payment]) => [account, blinder.tokensOf(payment)] as const)
        .filter(([, tokens]) => tokens.length > 0),
    );
    testSoon();
  };
  traffic.onHits((hits) => {
    if (closed) return;
    verification.add(hits);
    for (const { account } of hits) changedAccounts.add(account);
    testSoon();
  });
  const watch = async (add: readonly string[], remove: readonly string[]): Promise<void> => {
    const objects = add.flatMap((id) => incoming.parsed(id)?.object ?? []);
    if (objects.length === 0 && remove.length === 0) return;
    verification.drop([...add, ...remove]);
    const at = clock() + SKEW_MS;
    const { hits, accounts } = await traffic.watch({ at, add: objects, remove });
    if (objects.length > 0) lookedBack = accounts;
    verification.add(hits);
    for (const { account } of hits) changedAccounts.add(account);
    matchTokens();
  };
  const takeCustomers = async (): Promise<void> => {
    if (!(await customers.refresh())) return;
    blinder.want(customers.instruments().map(([, payment]) => payment));
    matchTokens();
  };

  // ---- the stream
  const askStandings = async (ids: readonly string[]): Promise<void> => {
    const queue = [...new Set(ids)];
    const one = async (): Promise<void> => {
      for (let id = queue.pop(); id !== undefined && !closed; id = queue.pop())
        await incoming.setStanding(id, await link.standing(id));
    };
    await Promise.all(Array.from({ length: STANDINGS_AT_ONCE }, one));
  };
  const acknowledge = async (): Promise<void> => {
    for (const { id, object } of await link.openRetractions()) {
      if (incoming.get(object) !== undefined)
        await take([{ kind: 'gone', id: object, why: 'retracted' }], null);
      await link.acknowledge(id);
    }
  };
  const take = async (told: readonly Told[], cursor: string | null): Promise<void> => {
    const goneHits = told.flatMap((one) =>
      one.kind === 'gone' ? [...verification.hits(one.id)] : [],
    );
    const applied = await incoming.apply(told, cursor === null ? [] : [cursorChange(hub, cursor)]);
    if (applied.gone.length > 0) {
      const isRetracted = (id: string): boolean =>
        told.some((one) => one.kind === 'gone' && one.id === id && one.why === 'retracted');
      const retracted = applied.gone.filter(isRetracted);
      retractions += retracted.length;
      verification.drop(applied.gone);
      // What ended or went out of sight may come back; what was taken back never does.
      await tell(goneHits, retracted);
      await traffic.watch({ at: clock() + SKEW_MS, add: [], remove: applied.gone });
    }
    if (told.some((one) => one.kind === 'gone' && one.why === 'retracted'))
      await acknowledge().catch(noteFailure);
    if (applied.told.length === 0) {
      // Relationships regroup what is known already.
      verification.touch();
      testSoon();
      return;
    }
    await askStandings(applied.told).catch(noteFailure);
    const foreign = applied.changed.filter((id) => incoming.get(id)?.own === false);
    await watch(foreign, []);
    for (const account of hitBy(applied.told)) changedAccounts.add(account);
    verification.touch();
    testSoon();
  };
  const noteFailure = (error: unknown): void => {
    if (!closed) streamError = (error as Error).message;
  };

  /** Work on what comes in, in its order. */
  let working: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    working = working.then(work).catch((error: unknown) => {
      if (!closed) onError(error);
    });
    return working;
  };
  let batch: Told[] = [];
  let place: string | null = null;
  let batchTimer: NodeJS.Timeout | undefined;
  const flush = (): Promise<void> => {
    clearTimeout(batchTimer);
    batchTimer = undefined;
    const [told, cursor] = [batch, place];
    batch = [];
    return cursor === null && told.length === 0 ? working : inTurn(() => take(told, cursor));
  };
  async function* everything(): AsyncGenerator<Json | null> {
    const { place: at } = await link.recipient();
    for await (const page of link.client.objects(at)) for (const object of page.items) yield object;
    yield null;
  }
  const followOnce = async (): Promise<void> => {
    const lastEventId = place ?? (await cursorOf(store, hub));
    const url = lastEventId === undefined ? '/stream?after=0' : '/stream';
    let seen: Set<string> | null = null;
    for await (const one of follow(link.client.session, {
      url,
      ...(lastEventId === undefined ? {} : { lastEventId }),
      idleMs: 45_000,
      resync: everything,
    })) {
      streamError = null;
      if (one.kind === 'gap') {
        await flush();
        seen = new Set();
        continue;
      }
      if (one.kind === 'resync') {
        if (one.value === null) {
          // What the hub does not have any more was taken back while nobody told us.
          const left = incoming.ids().filter((id) => !seen!.has(id));
          batch.push(...left.map((id): Told => ({ kind: 'gone', id, why: 'removed' })));
          seen = null;
        } else {
          const told = readObject(one.value);
          if (told !== undefined) batch.push(told);
          seen?.add(String(one.value.id));
        }
      } else {
        const told = readEvent(one.event.data);
        if (told !== undefined) batch.push(told);
        place = one.lastEventId;
        if (one.event.type === 'ready') {
          outbox.wake();
          void inTurn(() => acknowledge().catch(noteFailure));
        }
      }
      if (batch.length >= MOST_TOGETHER) await flush();
      else batchTimer ??= setTimeout(() => void flush(), TOGETHER_MS);
    }
  };
  const following = async (): Promise<void> => {
    for (let wait = 500; !closed; wait = Math.min(30_000, wait * 2)) {
      try {
        await followOnce();
      } catch (error) {
        noteFailure(error);
      }
      if (closed) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        stop.signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  };

  // ---- time passes
  const tick = async (): Promise<void> => {
    const now = clock();
    const ended = incoming.foreign().filter((id) => {
      const { valid_until: until } = incoming.parsed(id)!.object;
      return Date.parse(until!) <= now;
    });
    if (ended.length > 0)
      await take(
        ended.map((id) => ({ kind: 'gone', id, why: 'expired' })),
        null,
      );
    const unasked = incoming.ids().filter((id) => incoming.get(id)?.own === null);
    if (unasked.length > 0 && link.connected()) {
      await askStandings(unasked);
      await watch(
        unasked.filter((id) => incoming.get(id)?.own === false),
        [],
      );
    }
    if (link.connected()) await acknowledge();
    await takeCustomers();
    await publisher.run();
  };
  const ticking = setInterval(() => void inTurn(() => tick().catch(noteFailure)), TICK_MS);
  ticking.unref();
  core.onFindings(async () => {
    if (closed) return;
    await takeCustomers();
    await publisher.run();
    verification.touch();
    testSoon();
  });
  await takeCustomers();
  await watch(incoming.foreign(), []);
  await publisher.run();
  const followed = following();

  const confirmedAt = (id: string, account: string): number | null =>
    verification.confirmedAt(id, account);
  return {
    facts: (account) =>
      verification.of(account).flatMap((id): IndicatorFacts[] => {
        const now = clock();
        const indicator = incoming.parsed(id)!;
        const until = Date.parse(indicator.object.valid_until!);
        const confirmed = confirmedAt(id, account);
        const { status, ceiling } = incoming.standing(id, confirmed, now);
        if (ceiling === 'none' || until <= now) return [];
        const permitted_action = mildest(indicator.extension.permitted_action, ceiling);
        return [
          { id, standing: status, permitted_action, confirmed_here: confirmed !== null, until },
        ];
      }),
    campaignsOf: incoming.groupsOf,
    onChanged: (listener) => {
      listeners.push(listener);
    },
    sharedFor: (finding, account) => {
      const payment = customers.paymentOf(account);
      const tokens = payment === undefined ? [] : blinder.tokensOf(payment);
      return (outbox.items().get(finding)?.taken ?? [])
        .filter(({ type, revoked }) => type === 'indicator' && revoked !== true)
        .map(({ id, pattern }) => ({
          object: String(id),
          about_subject: tokens.some((token) => String(pattern).includes(token)),
        }));
    },
    retract: publisher.retract,
    dispute: async (ids, reason) => {
      const known = ids.filter((id) => incoming.parsed(id) !== undefined);
      for (const id of known)
        await say('opinion', disputeOf(incoming.get(id)!.object, reason, clock()), id);
      return known;
    },
    status: () => {
      const heard = link.heard();
      const items = [...outbox.items().values()];
      const ids = incoming.foreign();
      const inState = (state: OutboxItem['state']): number =>
        items.filter((item) => item.state === state).length;
      return {
        hub,
        connected: link.connected(),
        heard_seconds: heard === null ? null : Math.max(0, Math.round((clock() - heard) / 1000)),
        error: streamError ?? link.failure() ?? outbox.lastError(),
        drafts: inState('drafted'),
        queue: outbox.waiting(),
        sent: inState('sent'),
        refused: inState('refused'),
        indicators: ids.length,
        hitting: ids.filter((id) => verification.hits(id).size > 0).length,
        confirmed: ids.filter((id) => verification.confirmedAt(id, null) !== null).length,
        retractions,
        tokens: blinder.made(),
        tokens_pending: blinder.pending(),
      };
    },
    outbox,
    indicators: () =>
      incoming.foreign().map((id): IncomingView => {
        const { object, arrived } = incoming.get(id)!;
        const accounts = [...verification.hits(id)];
        const confirmed = verification.confirmedAt(id, null);
        const { status, ceiling } = incoming.standing(id, confirmed, clock());
        const campaigns = incoming.groupsOf(id);
        return {
          object,
          arrived: new Date(arrived).toISOString(),
          standing: status,
          permitted_action: ceiling,
          campaigns,
          hits: accounts.length,
          known_good_hits: accounts.filter(
            (account) => customers.isAttested(account) || options.isKnownGood?.(account) === true,
          ).length,
          verification:
            campaigns.flatMap((group) => verification.group(group)?.outcome ?? [])[0] ?? null,
          confirmed_here: confirmed !== null,
          accounts: accounts.sort().slice(0, 1000),
        };
      }),
    close: async () => {
      closed = true;
      clearInterval(ticking);
      clearTimeout(testTimer);
      clearTimeout(batchTimer);
      stop.abort();
      await followed;
      await working;
      await Promise.all([outbox.close(), blinder.close()]);
    },
  };
};

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
import {
  cursorChange,
  cursorOf,
  itemOf,
  type KeptGroup,
  loadOwed,
  type OutboxItem,
  owedChange,
  save,
} from './kept.ts';
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
  /** Forgets an account in memory. */
  readonly forget: (account: string) => void;
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
/** Until what could not be stored or told is tried again. */
const AGAIN_MS = 1000;
const WELL_OVER_MS = 7 * 86_400_000;

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
    // The hub is there again: what waits for it does not wait any longer.
    onStream: () => {
      outbox.wake();
      void inTurn(() => catchUp().catch(noteFailure));
    },
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
    active: async (ids) =>
      (await core.accounts(ids)).flatMap(({ id, profile }) => (profile.exchanges > 0 ? id : [])),
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

  /** What whoever decides has yet to hear: indicators that were taken back, and accounts. */
  const owed = new Set(await loadOwed(store));
  let unheard = new Set<string>();
  let tellTimer: NodeJS.Timeout | undefined;
  const tellOwed = async (): Promise<void> => {
    clearTimeout(tellTimer);
    const [accounts, retracted] = [[...unheard], [...owed]];
    if (accounts.length === 0 && retracted.length === 0) return;
    unheard = new Set();
    try {
      for (const listener of listeners) await listener(accounts, retracted);
      await save(
        store,
        retracted.map((id) => owedChange(id, false)),
      );
      for (const id of retracted) owed.delete(id);
    } catch (error) {
      // Such as a disk that is full: nothing may rest on what was taken back, so it is told again.
      for (const account of accounts) unheard.add(account);
      if (closed) return;
      onError(error);
      tellTimer = setTimeout(() => void tellOwed(), AGAIN_MS);
    }
  };
  const tell = async (accounts: Iterable<string>, retracted: readonly string[]): Promise<void> => {
    for (const account of accounts) unheard.add(account);
    for (const id of retracted) owed.add(id);
    await tellOwed();
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
    await outbox.change(id, (current) => (current === before ? item : undefined));
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
  /** Whether a word to the hub may be missing: a crash or a full disk came before it was written. */
  let unanswered = true;
  const answerAll = async (): Promise<void> => {
    if (!unanswered) return;
    unanswered = false;
    for (const group of incoming.groups()) {
      const kept = verification.group(group);
      if (kept !== undefined) await answer({ group, before: kept, after: kept });
    }
  };
  let testTimer: NodeJS.Timeout | undefined;
  let changedAccounts = new Set<string>();
  const test = async (): Promise<void> => {
    testTimer = undefined;
    const told = changedAccounts;
    changedAccounts = new Set();
    const tested = await verification.test().catch((error: unknown) => {
      for (const account of told) changedAccounts.add(account);
      testTimer ??= setTimeout(() => void test().catch(onError), AGAIN_MS);
      throw error;
    });
    for (const { group, before, after } of tested) {
      for (const account of [...(before?.accounts ?? []), ...after.accounts]) told.add(account);
      if (before?.outcome !== after.outcome)
        for (const account of hitBy(incoming.membersOf(group))) told.add(account);
    }
    // Decisions first: words to the hub can wait for them.
    await tell(told, []);
    for (const one of tested)
      await answer(one).catch((error: unknown) => {
        unanswered = true;
        throw error;
      });
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
    const open = await link.openRetractions();
    const here = open.filter(({ object }) => incoming.get(object) !== undefined);
    await absorb(
      here.map(({ object }) => ({ kind: 'gone', id: object, why: 'retracted' })),
      null,
    );
    for (const { id, object } of open) {
      // As long as whoever decides could not take note of it, this lab still acts on it.
      if (!owed.has(object)) await link.acknowledge(id);
    }
  };
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      stop.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  /** What was told stays in turn until it is stored: what comes after it may rest on it. */
  const stored = async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;)
      try {
        return await work();
      } catch (error) {
        if (closed) throw error;
        onError(error);
        noteFailure(error);
        await pause(AGAIN_MS);
      }
  };
  const absorb = async (told: readonly Told[], cursor: string | null): Promise<void> => {
    if (told.length === 0 && cursor === null) return;
    const goneHits = told.flatMap((one) =>
      one.kind === 'gone' ? [...verification.hits(one.id)] : [],
    );
    const also = cursor === null ? [] : [cursorChange(hub, cursor)];
    const applied = await stored(() => incoming.apply(told, also));
    if (applied.gone.length > 0) {
      retractions += applied.retracted.length;
      verification.drop(applied.gone);
      // What ended or went out of sight may come back; what was taken back never does.
      await tell(goneHits, applied.retracted);
      await traffic.watch({ at: clock() + SKEW_MS, add: [], remove: applied.gone });
    }
    if (applied.told.length > 0) await learn(applied.told, applied.changed);
    // Relationships regroup what is known already.
    verification.touch();
    testSoon();
  };
  /** Asks what members make of indicators, and holds those against the traffic that are new. */
  const learn = async (ids: readonly string[], changed: readonly string[]): Promise<void> => {
    await askStandings(ids).catch(noteFailure);
    await watch(
      changed.filter((id) => incoming.get(id)?.own === false),
      [],
    );
    for (const account of hitBy(ids)) changedAccounts.add(account);
  };
  const take = async (told: readonly Told[], cursor: string | null): Promise<void> => {
    await absorb(told, cursor);
    if (told.some((one) => one.kind === 'gone' && one.why === 'retracted'))
      await acknowledge().catch(noteFailure);
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
    let gapEnd: string | null = null;
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
        gapEnd = one.lastEventId;
        continue;
      }
      if (one.kind === 'resync') {
        if (one.value === null) {
          // What the hub does not have any more was taken back while nobody told us.
          const left = incoming.ids().filter((id) => !seen!.has(id));
          batch.push(...left.map((id): Told => ({ kind: 'gone', id, why: 'removed' })));
          seen = null;
          // Only now: a gap that was closed in part is read again from its beginning.
          place = gapEnd;
        } else {
          const told = readObject(one.value);
          if (told !== undefined) batch.push(told);
          seen?.add(String(one.value.id));
        }
      } else {
        const told = readEvent(one.event.data);
        if (told !== undefined) batch.push(told);
        place = one.lastEventId;
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
      await pause(wait);
    }
  };

  /** What could not be asked or acknowledged when it was told. */
  const catchUp = async (): Promise<void> => {
    const unasked = incoming.toAsk();
    if (unasked.length > 0) {
      const strange = unasked.filter((id) => incoming.get(id)!.own === null);
      await learn(unasked, strange);
      verification.touch();
      testSoon();
    }
    await acknowledge();
  };

  // ---- time passes
  let over: ReadonlySet<string> = new Set();
  const tick = async (): Promise<void> => {
    const now = clock();
    const endOf = (id: string): number => Date.parse(incoming.parsed(id)!.object.valid_until!);
    const foreign = incoming.foreign();
    // A clock that jumped ahead is set right again: what ended is not thrown away at once.
    const past = foreign.filter((id) => endOf(id) + WELL_OVER_MS <= now);
    const ended = new Set(foreign.filter((id) => endOf(id) <= now));
    const turned = foreign.filter((id) => ended.has(id) !== over.has(id));
    over = ended;
    if (turned.length > 0) await tell(hitBy(turned), []);
    await absorb(
      past.map((id) => ({ kind: 'gone', id, why: 'expired' })),
      null,
    );
    if (link.connected()) await catchUp();
    await answerAll().catch((error: unknown) => {
      unanswered = true;
      throw error;
    });
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
  // What a crash left untold, once somebody listens.
  if (owed.size > 0) tellTimer = setTimeout(() => void tellOwed(), 0);

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
    forget: (account) => {
      changedAccounts.delete(account);
      verification.forget(account);
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
      clearTimeout(tellTimer);
      clearTimeout(batchTimer);
      stop.abort();
      await followed;
      await working;
      await Promise.all([outbox.close(), blinder.close()]);
    },
  };
};

/**
 * A lab connected with a hub, both ways: what it found goes out through the firewall, and what others
 * found comes in, is held against this lab's own traffic, and says nothing to a policy before that.
 */
import { deriveKey, labSecret } from '../http/tokens.ts';
import { createSerial } from '../serial.ts';
import type { LabCore } from '../core.ts';
import { createAnswers } from './answers.ts';
import { openCustomers } from './customers.ts';
import { endsOf } from './ends.ts';
import { openIncoming } from './incoming.ts';
import { beginLifetime } from './lifetime.ts';
import { linkTo } from './link.ts';
import { openOutbox } from './outbox.ts';
import { holdAgainstTraffic } from './own-traffic.ts';
import { openPublisher } from './publisher.ts';
import type { Sharing, SharingOptions } from './sharing.ts';
import { statusOf } from './status.ts';
import { followHub } from './stream.ts';
import { createTakingIn } from './taking-in.ts';
import { openTelling } from './telling.ts';
import { openBlinder } from './tokens.ts';
import { openVerification } from './verify.ts';
import { endIn, factsAbout, viewOf } from './views.ts';

const TICK_MS = 15_000;

export const openSharing = async (core: LabCore, options: SharingOptions): Promise<Sharing> => {
  const { store, traffic } = core;
  const { hub, clock = Date.now } = options;
  const life = beginLifetime(options.onError);
  const { onError } = life;
  const serial = createSerial();
  /** Work on what comes in, in its order. */
  const inTurn = (work: () => Promise<void>): Promise<void> => serial(work).catch(onError);
  const link = linkTo({
    hub,
    token: options.credential,
    collection: options.collection ?? 'exchange',
    plainHttp: options.plainHttp ?? false,
    clock,
    signal: life.signal,
    // The hub is there again: what waits for it does not wait any longer.
    onStream: () => {
      outbox.wake();
      void inTurn(() => takingIn.catchUp().catch(life.note));
    },
  });
  const secret = await labSecret(store);
  const incoming = await openIncoming(store, clock);
  const outbox = await openOutbox({ store, link, key: options.key, clock, onError });
  const customers = await openCustomers(core);
  const isKnownGood = (account: string): boolean =>
    customers.isAttested(account) || options.isKnownGood?.(account) === true;
  const verification = await openVerification({
    store,
    incoming,
    // Those that hits could be among: fewer than there are makes a confirmation harder, never easier.
    population: () => Math.max(ownTraffic.lookedBack(), core.status().accounts_in_memory),
    active: async (ids) =>
      (await core.accounts(ids)).flatMap(({ id, profile }) => (profile.exchanges > 0 ? id : [])),
    findings: core.findings,
    isKnownGood,
    level: options.level ?? 0.01,
    clock,
  });
  const blinder = await openBlinder({
    store,
    link,
    secret: deriveKey(secret, 'blinding cache'),
    clock,
    onTokens: (payments) => {
      ownTraffic.matchTokens(new Set(payments));
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
  const telling = await openTelling(store, life);
  const answers = createAnswers({ incoming, verification, outbox, clock, onError });
  const ownTraffic = holdAgainstTraffic({
    ...{ traffic, incoming, verification, customers, blinder, telling, answers, life, clock },
  });
  const takingIn = createTakingIn({
    ...{ hub, link, incoming, verification, ownTraffic, telling, life },
  });

  const takeCustomers = async (): Promise<void> => {
    if (!(await customers.refresh())) return;
    blinder.want(customers.instruments().map(([, payment]) => payment));
    ownTraffic.matchTokens();
  };
  let ended: ReadonlySet<string> = new Set();
  const tick = async (): Promise<void> => {
    const ends = endsOf(incoming.foreign(), (id) => endIn(incoming, id), ended, clock());
    ({ ended } = ends);
    if (ends.turned.length > 0) await telling.tell(ownTraffic.hitBy(ends.turned), []);
    await takingIn.expire(ends.past);
    if (link.connected()) await takingIn.catchUp();
    await answers.answerMissed();
    await takeCustomers();
    await publisher.run();
  };
  const ticking = setInterval(() => void inTurn(() => tick().catch(life.note)), TICK_MS);
  ticking.unref();
  core.onFindings(async () => {
    if (life.isOver()) return;
    await takeCustomers();
    await publisher.run();
    ownTraffic.retest();
  });
  await takeCustomers();
  await ownTraffic.watch(incoming.foreign());
  await publisher.run();
  const stream = followHub({
    ...{ hub, store, link, life },
    known: incoming.ids,
    take: (told, cursor) => inTurn(() => takingIn.take(told, cursor)),
  });
  telling.start(ownTraffic.hitBy(incoming.foreign()));

  const seen = { incoming, verification };
  return {
    facts: (account) => factsAbout(seen, account, clock()),
    campaignsOf: incoming.groupsOf,
    onChanged: telling.onChanged,
    sharedFor: publisher.sharedFor,
    retract: publisher.retract,
    dispute: answers.dispute,
    forget: ownTraffic.forget,
    status: () => {
      const [retractions, failure] = [takingIn.retractions(), life.failure()];
      const parts = { ...seen, hub, link, outbox, blinder, retractions, failure };
      return statusOf(parts, clock());
    },
    outbox,
    indicators: () => {
      const now = clock();
      return incoming.foreign().map((id) => viewOf(seen, id, isKnownGood, now));
    },
    close: async () => {
      life.end();
      clearInterval(ticking);
      ownTraffic.close();
      telling.close();
      await stream.close();
      await serial(async () => undefined);
      await Promise.all([outbox.close(), blinder.close()]);
    },
  };
};

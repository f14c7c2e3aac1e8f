import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hash53, key53 } from '../../base/hash.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { createAccumulator } from './accumulator.ts';
import { addressBlock } from './address-block.ts';
import { lengthBucket } from './layout.ts';
import {
  CAPACITY,
  createProfile,
  ELICITATION_STRIDE,
  earliestSample,
  mergeProfiles,
  NO_FAMILY,
  type Profile,
  TEMPLATE_BUCKETS,
} from './profile.ts';
import { profileOf } from './profile-of.ts';
import { createPromptScan, scanPrompt } from './prompt-scan/prompt-scan.ts';
import { samplePrompt } from './sample.ts';
import {
  accumulate,
  crowd,
  exchangeOf,
  hostileExchange,
  profileOfAll,
  START,
} from './test-help.ts';

const ascending = (a: number, b: number): number => a - b;

const countsOf = (keys: readonly number[]) => {
  const counts = new Map<number, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const sorted = [...counts.keys()].sort(ascending);
  return { keys: sorted, counts: sorted.map((key) => counts.get(key)!) };
};

/** The narrowest width at which the times fill no more bins than allowed. */
const timelineOf = (times: readonly number[], base: number, capacity: number) => {
  for (let width = base; ; width *= 2) {
    const bins = countsOf(times.map((at) => Math.floor(at / width)));
    if (bins.keys.length <= capacity) return { width, capacity, bins };
  }
};

/** Groups by key; keeps the k smallest keys, each with its count and the value of its group. */
const sketchOf = <V>(
  entries: readonly (readonly [number, Exchange])[],
  k: number,
  valueFrom: (group: readonly Exchange[]) => V,
) => {
  const groups = new Map<number, Exchange[]>();
  for (const [key, exchange] of entries) groups.set(key, [...(groups.get(key) ?? []), exchange]);
  const keys = [...groups.keys()].sort(ascending).slice(0, k);
  const counts = keys.map((key) => groups.get(key)!.length);
  return { k, keys, counts, values: keys.map((key) => valueFrom(groups.get(key)!)) };
};

const times = (group: readonly Exchange[]): number[] => group.map((e) => e.timestamp);

/**
 * The profile of a set of exchanges as its documentation defines it, field by field over the whole
 * set, without any of the incremental code.
 */
const byDefinition = (all: readonly Exchange[]): Profile => {
  const scan = createPromptScan();
  const scanned = all.map((exchange) => {
    const free =
      exchange.prompt === '' && (exchange.promptHash !== null || exchange.templateId !== null);
    scanPrompt(exchange.prompt, scan);
    const key = free
      ? hash53(exchange.promptHash ?? `${exchange.accountId}\0${exchange.timestamp}`)
      : key53(scan.hash, scan.hash2);
    return {
      exchange,
      free,
      key,
      scan: free ? { ...scan, language: 0, elicitation: 0 } : { ...scan },
    };
  });
  const texts = scanned.filter(({ free }) => !free);
  const template = (hashOf: (s: typeof scan) => number) =>
    countsOf(
      scanned.flatMap(({ free, exchange, scan: s }) =>
        !free
          ? [hashOf(s) % TEMPLATE_BUCKETS]
          : exchange.templateId === null
            ? []
            : [hash53(exchange.templateId) % TEMPLATE_BUCKETS],
      ),
    );
  const sum = (of: (e: Exchange) => number | boolean | null): number =>
    all.reduce((total, e) => total + Number(of(e) ?? 0), 0);
  const when = (of: (e: Exchange) => boolean): Exchange[] => all.filter(of);
  const sketch = <V>(
    keyOf: (e: Exchange) => number | null,
    k: number,
    valueFrom: (group: readonly Exchange[]) => V,
  ) => {
    const entries = all.flatMap((e): [number, Exchange][] => {
      const key = keyOf(e);
      return key === null ? [] : [[key, e]];
    });
    return entries.length === 0 ? null : sketchOf(entries, k, valueFrom);
  };
  const labels = (of: (e: Exchange) => string | null, k: number = CAPACITY.labels) =>
    sketch(
      (e) => (of(e) === null ? null : hash53(of(e)!)),
      k,
      (group) => of(group[0]!)!,
    );
  const span = (group: readonly Exchange[]) => ({
    first: Math.min(...times(group)),
    last: Math.max(...times(group)),
    turns: Math.min(...group.map((e) => e.priorTurns)),
  });
  const sampleOf = new Map(scanned.map((s) => [s.exchange, samplePrompt(s.exchange, s.scan)]));
  const limited = when((e) => e.status === 429);
  return {
    exchanges: all.length,
    firstSeen: Math.min(...times(all)),
    lastSeen: Math.max(...times(all)),
    responseTokens: sum((e) => e.responseTokens),
    promptTokens: sum((e) => e.promptTokens),
    reasoningTokens: sum((e) => e.reasoningTokens),
    continued: sum((e) => e.priorTurns > 0),
    withLogprobs: sum((e) => e.logprobs),
    withSeveral: sum((e) => (e.n ?? 1) > 1),
    withTools: sum((e) => e.tools),
    withSystemPrompt: sum((e) => e.systemPrompt !== null),
    cutByLength: sum((e) => e.finishReason === 'length'),
    failed: sum((e) => (e.status ?? 0) >= 400),
    contentFree: scanned.filter(({ free }) => free).length,
    activity: timelineOf(times(all), 1_000, CAPACITY.activity),
    limits: limited.length === 0 ? null : timelineOf(times(limited), 60_000, CAPACITY.limits),
    responseLengths: countsOf(
      when((e) => (e.status ?? 0) < 400).map((e) => lengthBucket(e.responseTokens)),
    ),
    promptLengths: countsOf(texts.map(({ exchange }) => lengthBucket(exchange.prompt.length))),
    elicitation: countsOf(
      texts.flatMap(({ scan: { language, elicitation } }) => [
        language * ELICITATION_STRIDE + NO_FAMILY,
        ...Array.from({ length: NO_FAMILY }, (_, family) => family)
          .filter((family) => (elicitation >>> family) & 1)
          .map((family) => language * ELICITATION_STRIDE + family),
      ]),
    ),
    openings: template((s) => s.prefixHash),
    closings: template((s) => s.suffixHash),
    skeletons: template((s) => s.skeletonHash),
    prompts: sketchOf(
      scanned.map(({ key, exchange }) => [key, exchange]),
      CAPACITY.prompts,
      (group) => group.map((e) => sampleOf.get(e)!).reduce(earliestSample),
    ),
    contexts: sketch(
      (e) =>
        e.contextHash === 0 ? null : key53(Math.imul(e.contextHash, 0x9e3779b1), e.contextHash),
      CAPACITY.contexts,
      span,
    ),
    conversations: sketch(
      (e) => (e.conversationId === null ? null : hash53(e.conversationId)),
      CAPACITY.conversations,
      span,
    ),
    endUsers: sketch(
      (e) => (e.endUserId === null ? null : hash53(e.endUserId)),
      CAPACITY.endUsers,
      () => null,
    ),
    networks: labels((e) => (e.ip === null ? null : addressBlock(e.ip)), CAPACITY.networks),
    systems: labels((e) => e.asn),
    countries: labels((e) => e.country),
    userAgents: labels((e) => e.userAgent),
    clients: labels((e) => e.ja4),
    systemPrompts: sketch(
      (e) => (e.systemPrompt === null ? null : hash53(e.systemPrompt)),
      CAPACITY.labels,
      () => null,
    ),
    organizations: labels((e) => e.organizationId),
    models: sketch(
      (e) => (e.model === null ? null : hash53(e.model)),
      CAPACITY.models,
      (group) => ({
        name: group[0]!.model!,
        activity: timelineOf(times(group), 6 * 3_600_000, CAPACITY.modelActivity),
      }),
    ),
  };
};

const hostile = fc.array(hostileExchange, { maxLength: 40 });
const crowds = fc
  .record({ seed: fc.nat(), exchanges: fc.integer({ min: 0, max: 2_500 }) })
  .map(({ seed, exchanges }) => crowd(seed, exchanges));
const anySet = fc.oneof({ weight: 6, arbitrary: hostile }, { weight: 1, arbitrary: crowds });
const RUNS = { numRuns: 80 };

/** Splits by a pattern of parts that starts over, so that neighbours fall apart. */
const partition = (all: readonly Exchange[], pattern: readonly number[]): Exchange[][] => {
  const parts: Exchange[][] = [[], [], [], []];
  all.forEach((exchange, i) => {
    parts[pattern[i % pattern.length]!]!.push(exchange);
  });
  return parts;
};
const patterns = fc.array(fc.nat(3), { minLength: 1, maxLength: 7 });

describe('a profile', () => {
  it('holds what its documentation defines', () => {
    fc.assert(
      fc.property(anySet, (all) => assert.deepEqual(profileOfAll(all), byDefinition(all))),
      RUNS,
    );
  });

  it('does not depend on the order of observation', () => {
    fc.assert(
      fc.property(anySet, fc.nat(), (all, turn) => {
        const turned = all
          .slice(turn % (all.length + 1))
          .concat(all.slice(0, turn % (all.length + 1)));
        assert.deepEqual(profileOfAll(turned.toReversed()), profileOfAll(all));
      }),
      RUNS,
    );
  });

  it('of any partition merges to the profile of the whole', () => {
    fc.assert(
      fc.property(anySet, patterns, (all, pattern) => {
        const parts = partition(all, pattern).map(profileOfAll);
        assert.deepEqual(parts.reduce(mergeProfiles), profileOfAll(all));
      }),
      RUNS,
    );
  });

  it('can be taken at any time without disturbing observation', () => {
    fc.assert(
      fc.property(anySet, fc.nat(), (all, at) => {
        const first = all.slice(0, at % (all.length + 1));
        const account = accumulate(first);
        const early = profileOf(account);
        const copy = structuredClone(early);
        accumulate(all.slice(first.length), account);
        assert.deepEqual(profileOf(account), profileOfAll(all));
        assert.deepEqual(early, copy);
      }),
      RUNS,
    );
  });

  it('of nothing is the empty profile', () => {
    assert.deepEqual(profileOf(createAccumulator()), createProfile());
  });

  it('keeps its size, whatever it is shown', () => {
    const sizeOf = (all: readonly Exchange[]): number => JSON.stringify(profileOfAll(all)).length;
    const few = sizeOf(crowd(1, 4_000));
    assert.ok(sizeOf(crowd(1, 16_000)) < 1.3 * few);
  });
});

describe('mergeProfiles', () => {
  it('is commutative', () => {
    fc.assert(
      fc.property(anySet, anySet, (x, y) => {
        const [a, b] = [profileOfAll(x), profileOfAll(y)];
        assert.deepEqual(mergeProfiles(a, b), mergeProfiles(b, a));
      }),
      RUNS,
    );
  });

  it('is associative', () => {
    fc.assert(
      fc.property(anySet, anySet, anySet, (x, y, z) => {
        const [a, b, c] = [profileOfAll(x), profileOfAll(y), profileOfAll(z)];
        assert.deepEqual(
          mergeProfiles(mergeProfiles(a, b), c),
          mergeProfiles(a, mergeProfiles(b, c)),
        );
      }),
      RUNS,
    );
  });

  it('has the empty profile as its identity', () => {
    fc.assert(
      fc.property(anySet, (x) => {
        const a = profileOfAll(x);
        assert.deepEqual(mergeProfiles(a, createProfile()), a);
        assert.deepEqual(mergeProfiles(createProfile(), a), a);
      }),
      RUNS,
    );
  });

  it('changes neither of its arguments', () => {
    fc.assert(
      fc.property(anySet, anySet, (x, y) => {
        const [a, b] = [profileOfAll(x), profileOfAll(y)];
        const copies = structuredClone([a, b]);
        mergeProfiles(a, b);
        assert.deepEqual([a, b], copies);
      }),
      RUNS,
    );
  });
});

describe('the sample of prompts', () => {
  const asked = (prompt: string, timestamp = START): Exchange => exchangeOf({ prompt, timestamp });

  it('counts one prompt in two cases as one and keeps how it was asked first', () => {
    const { prompts } = profileOfAll([asked('WHY IS IT SO?', START + 5), asked('why  is it so?')]);
    assert.deepEqual(prompts.counts, [2]);
    assert.equal(prompts.values[0]!.text, 'why  is it so?');
  });

  it('keeps head and tail of a long prompt and its whole length', () => {
    const { text, characters } = profileOfAll([asked(`first ${'x'.repeat(60_000)} last`)]).prompts
      .values[0]!;
    assert.equal(characters, 60_011);
    assert.ok(text.length <= 480 && text.startsWith('first x') && text.endsWith('x last'));
  });

  it('does not depend on which of two samples of a key comes first', () => {
    const two = fc.nat(1);
    const sample = fc.record(
      {
        text: fc.constantFrom('x', 'y'),
        characters: two,
        templateId: fc.constantFrom(null, 't'),
        at: two,
        responseTokens: two,
        language: two,
        elicitation: two,
        firstTurn: fc.boolean(),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(sample, sample, (a, b) =>
        assert.deepEqual(earliestSample(a, b), earliestSample(b, a)),
      ),
      { numRuns: 2_000 },
    );
  });

  it('keeps half a surrogate pair as it was', () => {
    const { text } = profileOfAll([asked(`\ud800 ${'x'.repeat(1_000)}`)]).prompts.values[0]!;
    assert.equal(text.charCodeAt(0), 0xd800);
  });
});

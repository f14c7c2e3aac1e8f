import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ALLOWED, checkLeaving } from './check.ts';
import { FIREWALL_CODES } from './fault.ts';
import {
  lookalike,
  patternViolations,
  spotsOf,
  TEXTS,
  violationsAt,
  withAt,
} from './violations.test-help.ts';

type Json = Readonly<Record<string, unknown>>;
const folder = new URL('../../../../interop/firewall/valid/', import.meta.url);
const FIXTURES = readdirSync(folder).map((file) => ({
  name: file.replace('.json', ''),
  object: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Json,
}));
const read = (name: string): Json => FIXTURES.find((one) => one.name === name)!.object;
const codesOf = (value: unknown): readonly string[] =>
  checkLeaving(value).faults.map(({ code }) => code);

describe('positive control: what may leave does', () => {
  for (const { name, object } of FIXTURES)
    test(name, () => assert.deepEqual(checkLeaving(object), { allowed: true, faults: [] }));

  test('there is one for each kind', () => {
    const types = new Set(FIXTURES.map(({ object }) => object.type));
    // An identity leaves the hub only.
    assert.deepEqual(
      [...ALLOWED.keys()].filter((type) => !types.has(type)),
      ['identity'],
    );
  });
});

describe('seeded violations', () => {
  let seeded = 0;
  const leaks: string[] = [];
  const mustBeRefused = (what: string, value: unknown): void => {
    seeded += 1;
    const { allowed, faults } = checkLeaving(value);
    if (allowed) leaks.push(what);
    for (const fault of faults) {
      assert.ok(Object.hasOwn(FIREWALL_CODES, fault.code), fault.code);
      assert.match(fault.path, /^\$/);
      assert.match(fault.sentence, /[.)]$/);
    }
  };
  for (const { name, object } of FIXTURES) {
    test(`${name}: none passes in any place`, () => {
      for (const spot of spotsOf(object))
        for (const [what, path, value] of violationsAt(spot))
          mustBeRefused(`${name}: ${what} at ${path.join('.')}`, withAt(object, path, value));
      if (object.pattern_type === 'stillwatch')
        for (const [what, value] of patternViolations(object))
          mustBeRefused(`${name}: ${what}`, value);
      assert.deepEqual(leaks, []);
    });
  }
  test('there were at least a thousand', (t) => {
    assert.ok(seeded >= 1000, String(seeded));
    t.diagnostic(`${seeded} violations seeded`);
  });
});

describe('what a refusal says', () => {
  const campaign = read('campaign');

  test('all faults at once, with their paths', () => {
    const { faults } = checkLeaving({
      ...campaign,
      name: TEXTS['e-mail address'],
      confidence: 71,
      description: TEXTS.price,
    });
    const seen = faults.map(({ code, path }) => `${code} ${path}`);
    for (const expected of [
      'FIREWALL_LENGTH $.name',
      'FIREWALL_EMAIL $.name',
      'FIREWALL_RANGE $.confidence',
      'FIREWALL_PROPERTY $.description',
      'FIREWALL_MONEY $.description',
    ])
      assert.ok(seen.includes(expected), `${expected} in ${seen}`);
  });

  test('never the content itself, in a sentence or a path', () => {
    const secret = 'margarethe';
    for (const changed of [
      { ...campaign, name: `${secret}@example.com` },
      { ...campaign, [`${secret}@example.com`]: 1 },
      { ...campaign, extensions: { [`${secret}!`]: {} } },
      { ...read('indicator-actor-network'), pattern: `[ipv4-addr:value = '${secret}']` },
      { ...read('indicator-actor-tokens'), created: secret, pattern_type: secret },
    ])
      assert.ok(!JSON.stringify(checkLeaving(changed)).includes(secret));
  });

  test('faults are bounded in number', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`p${i}`, TEXTS.price]));
    const { faults } = checkLeaving({ ...campaign, ...many });
    assert.equal(faults.length, 101);
    assert.equal(faults.at(-1)?.code, 'FIREWALL_FAULTS');
  });
});

describe('how far it may go', () => {
  const group = 'marking-definition--0f8c3a10-0000-4000-8000-0000000000aa';
  for (const { name, object } of FIXTURES) {
    if (object.object_marking_refs === undefined) continue;
    test(`${name}: not without a level of TLP`, () => {
      const { object_marking_refs: _, ...unmarked } = object;
      const at = (value: unknown) =>
        checkLeaving(value).faults.map(({ code, path }) => `${code} ${path}`);
      assert.deepEqual(at(unmarked), ['FIREWALL_MISSING $.object_marking_refs']);
      assert.deepEqual(at({ ...object, object_marking_refs: [group] }), [
        'FIREWALL_MARKING $.object_marking_refs',
      ]);
    });
  }
  test('of all kinds that a member contributes', () => {
    const unmarked = FIXTURES.filter(({ object }) => object.object_marking_refs === undefined);
    assert.deepEqual(
      unmarked.map(({ object }) => object.type),
      ['extension-definition', 'marking-definition'],
    );
  });
});

describe('kinds', () => {
  test('any other kind of STIX is refused', () => {
    const stix = new URL('../../../../interop/stix/valid/', import.meta.url);
    for (const file of readdirSync(stix))
      for (const object of JSON.parse(
        readFileSync(new URL(file, stix), 'utf8'),
      ) as readonly Json[]) {
        if (!ALLOWED.has(String(object.type)))
          assert.ok(codesOf(object).includes('FIREWALL_KIND'), file);
      }
  });

  test('an identity is the hub’s alone', () => {
    const identity = {
      type: 'identity',
      spec_version: '2.1',
      id: 'identity--0f8c3a10-0000-4000-8000-000000000001',
      created: '2026-11-21T10:00:00.000Z',
      modified: '2026-11-21T10:00:00.000Z',
      name: 'hub.example',
      identity_class: 'system',
    };
    assert.deepEqual(codesOf(identity), ['FIREWALL_HUB_ONLY']);
    assert.equal(checkLeaving(identity, 'hub').allowed, true);
    assert.equal(checkLeaving({ ...identity, name: 'Ann <a@b.cd>' }, 'hub').allowed, false);
  });

  test('a constant with another content is refused', () => {
    const amber = read('marking-definition');
    assert.equal(codesOf({ ...amber, name: 'TLP:CLEAR' })[0], 'FIREWALL_VALUE');
  });

  test('what is no plain object is refused and not touched', () => {
    for (const value of [
      null,
      1,
      'x',
      [],
      [read('campaign')],
      new Map(),
      Object.create(read('campaign')),
    ])
      assert.equal(checkLeaving(value).allowed, false);
  });
});

describe('hostile texts', () => {
  for (const unit of ['1', '1.', '1,', '+1', 'a@', 'AB12', 'deadbeef', 'eyJ', '(', '⟨…⟩', ' '])
    test(`64 KB of ${JSON.stringify(unit)} cost no more than their length`, () => {
      const text = unit.repeat(Math.ceil(2000 / unit.length));
      const many = Object.fromEntries(Array.from({ length: 28 }, (_, i) => [`p${i}`, text]));
      const start = performance.now();
      assert.equal(checkLeaving({ ...read('campaign'), ...many }).allowed, false);
      // With work that grows with the square it was two seconds.
      assert.ok(performance.now() - start < 800);
    });
});

describe('mutations', () => {
  const texts = Object.values(TEXTS).filter((text) => text.length < 500);

  test('two random changes at random places never leave', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FIXTURES),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...texts)), { minLength: 1, maxLength: 2 }),
        ({ object }, changes) => {
          let changed: unknown = object;
          for (const [at, text] of changes) {
            const strings = spotsOf(changed).filter(({ value }) => typeof value === 'string');
            changed = withAt(changed, strings[at % strings.length]!.path, text);
          }
          return !checkLeaving(changed).allowed;
        },
      ),
      { numRuns: 500 },
    );
  });

  test('any JSON value anywhere is refused, or the same', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FIXTURES),
        fc.nat(),
        fc.jsonValue({ maxDepth: 3 }),
        ({ object }, at, value) => {
          const spots = spotsOf(object).slice(1);
          const spot = spots[at % spots.length]!;
          const { allowed } = checkLeaving(withAt(object, spot.path, value));
          // What passes says less, or is of the same closed place: a truth, or a number of its steps.
          const harmless = Array.isArray(value) && value.length === 0;
          return !allowed || harmless || ['boolean', 'number'].includes(typeof value);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a look-alike letter in a word of a template is not that word', () => {
    const signature = read('indicator-query-signature');
    const pattern = JSON.parse(String(signature.pattern)) as { template: string };
    const bent = { ...pattern, template: lookalike(pattern.template) };
    assert.equal(checkLeaving({ ...signature, pattern: JSON.stringify(bent) }).allowed, false);
  });
});

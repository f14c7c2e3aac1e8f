import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { buildActor, buildNetworkActor } from '../../indicator/profile/build.ts';
import { addressBlock, contains } from '../../stix/pattern/address.ts';
import { addressRanges } from './address-ranges.ts';
import { checkWarninglists } from './check.ts';
import { parseWarninglist } from './warninglist.ts';

const list = (type: string | undefined, entries: readonly string[], name = 'a list') =>
  parseWarninglist({ name, version: 3, description: 'd', type, list: entries }, 'list.json');

const particulars = {
  permitted_action: 'watch',
  evidence: { accounts: '20-49', exchanges: '500+' },
  k_anonymity: 5,
  calibration: {
    id: 'calibration--2b1c8a54-6a0e-4d1b-9f3a-0c5d7e8f9a10',
    level: 0.05,
    procedure: 'benjamini-hochberg',
  },
  axes: { network: 'below-0.001', intent: 'not-measured' },
  created: '2026-11-21T10:00:00.000Z',
  object_marking_refs: [],
} as const;
const network = (blocks: readonly string[], systems: readonly number[] = []) => {
  const { object_marking_refs: _, ...object } = buildNetworkActor(particulars, { blocks, systems });
  return object;
};

describe('the five types of MISP', () => {
  test('cidr: any address in common is a hit', () => {
    const { hits } = list('cidr', ['45.83.64.0/22', '2a0e:b107::/32', '9.9.9.9']);
    for (const value of ['45.83.65.0/24', '45.83.0.0/16', '2a0e:b107:1::/48', '9.9.9.0/24'])
      assert.ok(hits(value), value);
    for (const value of ['45.83.68.0/24', '2a0e:b108::/32', '9.9.8.0/24', 'x', ''])
      assert.ok(!hits(value), value);
  });
  test('hostname: the name and everything below it', () => {
    const { hits } = list('hostname', ['.Example.org', 'a.b']);
    assert.ok(hits('example.org') && hits('WWW.example.org.') && hits('x.a.b'));
    assert.ok(!hits('badexample.org') && !hits('org') && !hits('b'));
  });
  test('string, substring and regex', () => {
    assert.ok(list('string', ['AS64500']).hits('as64500'));
    assert.ok(!list('string', ['AS64500']).hits('AS645001'));
    assert.ok(list('substring', ['8daaf6']).hits('t13d1516h2_8daaf6152771_02713d6af862'));
    assert.ok(list('regex', ['/^as645\\d\\d$/i']).hits('AS64500'));
    assert.ok(!list('regex', ['^AS645\\d\\d$']).hits('AS6450'));
  });
  test('without a type it is a list of texts', () => {
    assert.equal(list(undefined, ['a']).type, 'string');
  });
  test('a regular expression that is exponential elsewhere is linear here', () => {
    const { hits } = list('regex', ['(a+)+$']);
    const start = performance.now();
    assert.equal(hits(`${'a'.repeat(5000)}!`), false);
    assert.ok(performance.now() - start < 2000);
  });
});

test('a list from outside is parsed', () => {
  const good = { name: 'n', version: 1, description: 'd', type: 'cidr', list: ['10.0.0.0/8'] };
  for (const wrong of [
    null,
    [],
    { ...good, name: '' },
    { ...good, version: '1' },
    { ...good, type: 'ip' },
    { ...good, list: 'x' },
    { ...good, list: [1] },
    { ...good, list: ['x'.repeat(2001)] },
    { ...good, list: ['10.0.0.0/33'] },
    { ...good, type: 'regex', list: ['('] },
    { ...good, type: 'regex', list: Array.from({ length: 2001 }, () => 'a') },
  ])
    assert.throws(() => parseWarninglist(wrong, 'list.json'), { code: 'WARNINGLIST_UNREADABLE' });
});

test('ranges agree with comparing each block with each', () => {
  const block = fc
    .tuple(
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 8, max: 24 }),
    )
    .map(([a, b, bits]) => `10.${a}.${b}.0/${bits}`);
  fc.assert(
    fc.property(fc.array(block, { maxLength: 20 }), block, (blocks, asked) => {
      const one = addressBlock(asked)!;
      const expected = blocks.some((text) => {
        const other = addressBlock(text)!;
        return contains(other, one) || contains(one, other);
      });
      return addressRanges(blocks).meets(one) === expected;
    }),
  );
});

describe('what would hit the innocent is stopped', () => {
  const codes = (object: unknown, lists = [] as ReturnType<typeof list>[]) =>
    checkWarninglists(object, lists).map(({ code }) => code);

  test('shared infrastructure, with its source', () => {
    assert.deepEqual(codes(network(['45.83.64.0/24'], [199524])), []);
    for (const block of ['100.64.3.0/24', '192.168.0.0/16', '203.0.113.0/24', '2001:db8:7::/48'])
      assert.deepEqual(codes(network([block])), ['SHARED_INFRASTRUCTURE'], block);
    for (const system of [16509, 13335, 786, 64512, 4_200_000_001])
      assert.deepEqual(codes(network([], [system])), ['SHARED_INFRASTRUCTURE'], String(system));
    assert.match(checkWarninglists(network(['100.64.3.0/24']), [])[0]!.sentence, /RFC 6598/);
  });
  test('lists by file', () => {
    const lists = [
      list('cidr', ['45.83.64.0/20'], 'campus'),
      list('string', ['AS199524'], 'reseller'),
    ];
    assert.deepEqual(codes(network(['45.83.64.0/24'], [199524]), lists), [
      'WARNINGLIST_HIT',
      'WARNINGLIST_HIT',
    ]);
    const { object_marking_refs: _, ...client } = buildActor(particulars, {
      clients: ['t13d1516h2_8daaf6152771_02713d6af862'],
    });
    assert.deepEqual(codes(client, [list('substring', ['_8daaf6152771_'])]), ['WARNINGLIST_HIT']);
  });
});

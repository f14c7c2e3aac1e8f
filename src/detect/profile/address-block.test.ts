import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addressBlock, isNeighbourV4 } from './address-block.ts';

describe('addressBlock', () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['203.0.113.7', '203.0.113.0/24'],
    ['0.0.0.0', '0.0.0.0/24'],
    ['255.255.255.255', '255.255.255.0/24'],
    // RFC 4291 section 2.2: the three ways to write an IPv6 address
    ['2001:db8:7:8:9:a:b:c', '2001:db8:7::/48'],
    ['2001:0DB8:0007::1', '2001:db8:7::/48'],
    ['2001:db8::', '2001:db8:0::/48'],
    ['::1', '0:0:0::/48'],
    ['::', '0:0:0::/48'],
    ['1::8', '1:0:0::/48'],
    ['::ffff:203.0.113.7', '203.0.113.0/24'],
    ['::FFFF:203.0.113.7', '203.0.113.0/24'],
    ['::ffff:cb00:7107', '203.0.113.0/24'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0::/48'],
    ['fe80::1%eth0', null],
    ['203.0.113.256', null],
    ['203.0.113.07', null],
    ['203.0.113', null],
    ['203.0.113.7:443', null],
    ['1:2:3:4:5:6:7', null],
    ['1:2:3:4:5:6:7:8:9', null],
    ['1:2:3:4:5:6:7::8:9', null],
    ['1::2::3', null],
    [':::', null],
    [':1:2:3:4:5:6:7', null],
    ['12345::', null],
    ['::ffff:999.0.0.1', null],
    ['', null],
    [':', null],
    ['1.1', null],
    ['nonsense', null],
    [`${'1'.repeat(200)}.1.1.1`, null],
  ];
  for (const [ip, block] of cases)
    it(`${JSON.stringify(ip.slice(0, 45))} lies in ${block}`, () => {
      assert.equal(addressBlock(ip), block);
    });

  it('is null exactly where there is no address without a zone', () => {
    const part = fc.constantFrom('0', '1', 'ffff', '255', '256', '00', '.', ':', '::', 'g', '%');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 16 }), (parts) => {
        const ip = parts.join('');
        const address = isIP(ip) !== 0 && !ip.includes('%');
        assert.equal(addressBlock(ip) !== null, address, ip);
      }),
      { numRuns: 3_000 },
    );
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (ip) => {
        assert.notEqual(addressBlock(ip), null, ip);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is one for addresses that differ after it, and another before', () => {
    assert.equal(addressBlock('10.1.2.3'), addressBlock('10.1.2.200'));
    assert.notEqual(addressBlock('10.1.2.3'), addressBlock('10.1.3.3'));
    assert.equal(addressBlock('2001:db8:1:2::5'), addressBlock('2001:0db8:0001:ffff::9'));
    assert.notEqual(addressBlock('2001:db8:1::'), addressBlock('2001:db8:2::'));
  });
});

describe('isNeighbourV4', () => {
  const number = fc.constantFrom(
    '0',
    '1',
    '00',
    '07',
    '9',
    '25',
    '255',
    '256',
    '999',
    '',
    'x',
    '1e',
  );
  const address = fc.oneof(
    fc.array(number, { minLength: 3, maxLength: 5 }).map((parts) => parts.join('.')),
    fc.tuple(fc.constantFrom('1.2.3', '1.2.4', '::ffff:1.2.3'), number).map((t) => t.join('.')),
    fc.constantFrom('1.2.3.4:5', '1.2.3.4.', '1.2.3', '1.2.33', '1.2.3.4%a', '::1.2.3.4', ''),
    fc.ipV4(),
    fc.ipV6(),
  );
  it('says only of addresses in the block of a known one that they are', () => {
    let found = 0;
    fc.assert(
      fc.property(address, address, fc.nat(7), (known, other, kept) => {
        // Mostly two that begin alike.
        const ip = kept === 0 ? other : `${known.slice(0, -kept)}${other.slice(-kept)}`;
        const block = addressBlock(known);
        if (!block?.endsWith('.0/24') || !isNeighbourV4(known, ip)) return;
        found += 1;
        assert.equal(addressBlock(ip), block, `${known} ${ip}`);
      }),
      { numRuns: 20_000 },
    );
    assert.ok(found > 100);
  });

  it('finds the neighbours there are', () => {
    assert.ok(isNeighbourV4('198.51.100.7', '198.51.100.0'));
    assert.ok(isNeighbourV4('198.51.100.7', '198.51.100.255'));
    assert.ok(!isNeighbourV4('198.51.100.7', '198.51.10.7'));
  });
});

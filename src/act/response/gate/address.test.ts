import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressWords, parseAddress, parseBlock } from './address.ts';

const hex = (word: number): string => word.toString(16);

const read = (text: string): string => {
  const words = addressWords();
  const bits = parseAddress(text, words);
  return bits === 0 ? 'none' : [...words.subarray(0, bits / 32)].map(hex).join(':');
};

const block = (text: string): string => {
  const parsed = parseBlock(text);
  return parsed === null
    ? 'none'
    : `${[...parsed.words].map(hex).join(':')}/${parsed.prefix} of ${parsed.bits}`;
};

test('reads addresses as gateways write them', () => {
  assert.equal(read('192.0.2.1'), 'c0000201');
  assert.equal(read('192.0.2.1:443'), 'c0000201');
  assert.equal(read('2001:db8::1'), '20010db8:0:0:1');
  assert.equal(read('[2001:db8::1]:443'), read('2001:db8::1'));
  assert.equal(read('fe80::1%eth0'), read('fe80::1'));
  assert.equal(read('::ffff:192.0.2.1'), 'c0000201');
  assert.equal(read('::FFFF:c000:201'), 'c0000201');
  assert.equal(read('64:ff9b::192.0.2.1'), read('64:ff9b::c000:201'));
  assert.equal(read('::'), '0:0:0:0');
});

test('RFC 6943 §3.1.1: what has two readings, and what is no address, is none', () => {
  for (const text of [
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.4 ',
    '1.2.3.4:',
    '1.2.3.4:x',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    '::1%',
    '[::1',
    '::1]',
    '[::1]x',
    '1:2:3:4:5:6:7:1.2.3.4',
    '1.2.3.4::',
    '::1.2.3',
    '::ffff:1.2.3.4.5',
    '1:',
    ':1',
    'g::',
    '-1.2.3.4',
    '1.2.3.4/24',
    '١.2.3.4',
    'x'.repeat(10_000),
  ])
    assert.equal(read(text), 'none', text);
});

test('RFC 4632 §3.1: blocks, with the bits after the prefix cleared', () => {
  assert.equal(block('192.0.2.77/24'), 'c0000200:0:0:0/24 of 32');
  assert.equal(block('192.0.2.77'), 'c000024d:0:0:0/32 of 32');
  assert.equal(block('0.0.0.0/0'), '0:0:0:0/0 of 32');
  assert.equal(block('::ffff:192.0.2.0/120'), 'c0000200:0:0:0/24 of 32');
  assert.equal(block('2001:db8:ffff::1/33'), '20010db8:80000000:0:0/33 of 128');
  for (const text of [
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/-1',
    '1.2.3.4/1/2',
    '::/129',
    '::ffff:1.2.3.4/95',
    'x/8',
    '/8',
    '1.2.3.4/0032',
  ])
    assert.equal(block(text), 'none', text);
});

test('agrees with the runtime on which text is an address, and which address it is', () => {
  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ unit: fc.constantFrom('0', '1', 'f', ':', '.', '2', '::', '25'), maxLength: 24 }),
  );
  fc.assert(
    fc.property(text, (address) => {
      const known = isIPv4(address) || isIPv6(address);
      // A port after dotted numbers is ours to accept.
      if (!known && /^[\d.]+:\d+$/.test(address)) return;
      assert.equal(read(address) !== 'none', known, address);
      if (!known) return;
      const again = new URL(`http://${isIPv4(address) ? address : `[${address}]`}`).hostname;
      assert.equal(read(again), read(address));
    }),
    { numRuns: 2_000 },
  );
});

test('never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
      read(text);
      block(text);
    }),
  );
});

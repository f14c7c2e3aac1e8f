/** RFC 9497, appendices A.1.1 and A.1.2: the suite that tokens rest on, in both modes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ristretto255, ristretto255_oprf } from '@noble/curves/ed25519.js';
import vectors from '../../../../interop/oprf/rfc9497-ristretto255-sha512.json' with {
  type: 'json',
};
import { suite } from './server-key.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
const seed = bytes(vectors.seed);
const keyInfo = bytes(vectors.keyInfo);
const { oprf, voprf } = ristretto255_oprf;
const order = ristretto255.Point.Fn.ORDER;

/**
 * A source of random bytes that makes the library choose the scalar of the vector. It maps n bytes to
 * 1 + (little-endian integer mod (order − 1)), so the integer scalar − 1 gives the scalar.
 */
const choosing =
  (littleEndian: string) =>
  (length = 32): Uint8Array => {
    const scalar = BigInt(`0x${Buffer.from(littleEndian, 'hex').reverse().toString('hex')}`);
    assert.ok(scalar > 0n && scalar < order);
    return bytes((scalar - 1n).toString(16).padStart(length * 2, '0')).reverse();
  };
const blindWith = (
  blind: (
    input: Uint8Array,
    rng: (n?: number) => Uint8Array,
  ) => { blind: Uint8Array; blinded: Uint8Array },
  input: string,
  scalar: string,
) => {
  const made = blind(bytes(input), choosing(scalar));
  assert.equal(hex(made.blind), scalar, 'the scalar of the vector was chosen');
  return made;
};

test('tokens use the VOPRF mode of the suite that the vectors test', () => {
  assert.equal(suite, voprf);
  assert.equal(ristretto255_oprf.name, 'ristretto255-SHA512');
});

test('A.1.1, OPRF mode: keys, blinded and evaluated elements, outputs', () => {
  const { secretKey } = oprf.deriveKeyPair(seed, keyInfo);
  assert.equal(hex(secretKey), vectors.oprf.secretKey);
  for (const { inputs, blinds, blinded, evaluated, outputs } of vectors.oprf.tests) {
    const made = blindWith((i, rng) => oprf.blind(i, rng), inputs[0]!, blinds[0]!);
    assert.equal(hex(made.blinded), blinded[0]);
    const element = oprf.blindEvaluate(secretKey, made.blinded);
    assert.equal(hex(element), evaluated[0]);
    assert.equal(hex(oprf.finalize(bytes(inputs[0]!), made.blind, element)), outputs[0]);
  }
});

test('A.1.2, VOPRF mode: keys, elements, proofs and outputs, also of a batch', () => {
  const keys = voprf.deriveKeyPair(seed, keyInfo);
  assert.equal(hex(keys.secretKey), vectors.voprf.secretKey);
  assert.equal(hex(keys.publicKey), vectors.voprf.publicKey);
  for (const vector of vectors.voprf.tests) {
    const { inputs, blinds, proofScalar } = vector;
    const made = inputs.map((input, i) =>
      blindWith((x, rng) => voprf.blind(x, rng), input, blinds[i]!),
    );
    assert.deepEqual(
      made.map(({ blinded }) => hex(blinded)),
      vector.blinded,
    );
    const { evaluated, proof } = voprf.blindEvaluateBatch(
      keys.secretKey,
      keys.publicKey,
      made.map(({ blinded }) => blinded),
      choosing(proofScalar),
    );
    assert.deepEqual(evaluated.map(hex), vector.evaluated);
    assert.equal(hex(proof), vector.proof);
    const items = made.map((m, i) => ({
      ...m,
      input: bytes(inputs[i]!),
      evaluated: evaluated[i]!,
    }));
    assert.deepEqual(voprf.finalizeBatch(items, keys.publicKey, proof).map(hex), vector.outputs);
  }
});

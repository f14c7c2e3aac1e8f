import assert from 'node:assert/strict';
import { test } from 'node:test';
import vectors from '../../../interop/tlog/signed-note.json' with { type: 'json' };
import { privateKeyOf, rawPublicKey } from '../sharing/signing/ed25519.ts';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { cosign, cosignatureOf } from './cosignature.ts';
import { formatNote, parseNote, signaturesOf, signNote } from './note.ts';
import { testKey } from './test-help.ts';
import { believe, trustPolicy } from './trust.ts';
import {
  formatVerifierKey,
  LOG_KEY,
  parseVerifierKey,
  type VerifierKey,
  verifierKey,
  WITNESS_KEY,
} from './verifier-key.ts';

const malformed = { code: 'LEDGER_NOTE_MALFORMED' };
const unusable = { code: 'LEDGER_KEY_UNUSABLE' };

test('signed-note: the reference note is read, verified and made byte for byte', () => {
  const { verifier, signer, text, note } = vectors.reference;
  const key = parseVerifierKey(verifier, LOG_KEY);
  assert.equal(formatVerifierKey(key), verifier);
  const parsed = parseNote(note);
  assert.equal(parsed.text, text);
  assert.equal(signaturesOf(parsed, key).length, 1);
  const seed = Buffer.from(signer.split('+').slice(4).join('+'), 'base64').subarray(1);
  const again = signNote(text, key.name, privateKeyOf(seed));
  assert.equal(formatNote({ text, signatures: [again] }), note);
  const changed = parseNote(note.replace('answer', 'Answer'));
  assert.throws(() => signaturesOf(changed, key), { code: 'LEDGER_SIGNATURE_WRONG' });
});

test('signed-note: keys of logs and witnesses that others made are read', () => {
  for (const text of vectors.logKeys)
    assert.equal(formatVerifierKey(parseVerifierKey(text, LOG_KEY)), text);
  for (const text of vectors.witnessKeys) {
    assert.equal(formatVerifierKey(parseVerifierKey(text, WITNESS_KEY)), text);
    assert.throws(() => parseVerifierKey(text, LOG_KEY), unusable);
  }
});

test('signed-note: every mangled verifier key is refused', () => {
  const good = vectors.reference.verifier;
  for (let from = 0; from < good.length; from++)
    for (let to = from + 1; to <= good.length; to++)
      if (to - from < good.length)
        assert.throws(() => parseVerifierKey(good.slice(from, to), LOG_KEY), unusable);
  for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\nb', 'a\u0085b', '\ud800'])
    assert.throws(() => verifierKey(name, LOG_KEY, new Uint8Array(32)), unusable);
});

test('signed-note "Format": what is no note is refused', () => {
  const { note } = vectors.reference;
  for (const wrong of [
    '',
    'text\n',
    note.slice(0, -1),
    note.replace('\n\n', '\n'),
    note.replace('— ', '- '),
    note.replace('— ', '—  '),
    note.replace('AM=\n', 'AN=\n'),
    note.replace('AM=\n', 'AM\n'),
    note.replace('answer', 'ans\twer'),
    note.replace('answer', 'ans\rwer'),
    `${note}\n`,
    note.replace('answer', 'ans\ud800wer'),
    `${vectors.reference.text}\n${'— a AAAAAAA=\n'.repeat(101)}`,
  ])
    assert.throws(() => parseNote(wrong), malformed, JSON.stringify(wrong.slice(-60)));
  assert.equal(
    parseNote(`a\n\nb\n\n— k AAAAAAA=\n`).text,
    'a\n\nb\n',
    'split at the last blank line',
  );
  assert.equal(parseNote(`a\n\n${'— a AAAAAAA=\n'.repeat(16)}`).signatures.length, 16);
});

const root = new Uint8Array(32).fill(3);
const origin = 'hub.example/ledger';
const text = formatCheckpoint({ origin, size: 42, root });
const log = verifierKey(origin, LOG_KEY, rawPublicKey(testKey(1)));
const witnesses = [11, 12, 13].map((n) =>
  verifierKey(`w${n}.example`, WITNESS_KEY, rawPublicKey(testKey(n))),
);
const logSigned = signNote(text, origin, testKey(1));
const cosigned = (n: number, seconds = 1_790_000_000) =>
  cosign(text, `w${n}.example`, testKey(n), seconds);
const note = (...signatures: readonly ReturnType<typeof cosigned>[]): string =>
  formatNote({ text, signatures });
const asks = (quorum: number, keys: readonly VerifierKey[] = witnesses) =>
  trustPolicy({ log: [log], witnesses: keys, quorum });

test('tlog-checkpoint: the example, extension lines, and what is none', () => {
  const example = parseCheckpoint(vectors.checkpoint);
  assert.equal(example.origin, 'example.com/behind-the-sofa');
  assert.equal(example.size, 20_852_163);
  assert.equal(formatCheckpoint(example), vectors.checkpoint);
  assert.equal(parseCheckpoint(`${vectors.checkpoint}more\n`).size, example.size);
  const [o, s, r] = vectors.checkpoint.split('\n') as [string, string, string];
  for (const wrong of [
    '',
    `${o}\n${s}\n${r}`,
    `\n${s}\n${r}\n`,
    `${o}\n0${s}\n${r}\n`,
    `${o}\n-1\n${r}\n`,
    `${o}\n9007199254740992\n${r}\n`,
    `${o}\n${s}\n${r.slice(0, -4)}\n`,
    `${o}\n${s}\n\n`,
    `${o}\n${s}\n${r}\n\n`,
  ])
    assert.throws(() => parseCheckpoint(wrong), malformed, JSON.stringify(wrong));
});

test('tlog-cosignature: the example of the specification has the fields of version 1', () => {
  const { signatures } = parseNote(vectors.cosignedCheckpoint);
  assert.deepEqual(
    signatures.map(({ name }) => name),
    ['example.com/behind-the-sofa', 'witness.example.com/w1'],
  );
  assert.deepEqual(
    signatures.map(({ signature }) => signature.length),
    [64, 72],
  );
  const time = Buffer.from(signatures[1]!.signature).readBigUInt64BE(0);
  assert.equal(time, 1_679_315_147n, 'the time that the specification shows in the message');
});

test('tlog-cosignature: a cosignature covers time, size, root, and is bound to its witness', () => {
  const [w] = witnesses as [VerifierKey];
  const parsed = parseNote(note(logSigned, cosigned(11, 5), cosigned(11, 9)));
  assert.deepEqual(cosignatureOf(parsed, w), { name: 'w11.example', seconds: 9 });
  assert.equal(cosignatureOf(parseNote(note(logSigned)), w), undefined);
  const wrong = { code: 'LEDGER_SIGNATURE_WRONG' };
  const line = cosigned(11);
  const otherTime = Buffer.from(line.signature);
  otherTime[7]! ^= 1;
  for (const bent of [
    { ...line, signature: otherTime },
    { ...line, signature: line.signature.subarray(0, 71) },
    { ...line, signature: line.signature.subarray(0, 3) },
    { ...line, signature: cosigned(12).signature },
    {
      ...line,
      signature: cosign(text.replace('42', '43'), 'w11.example', testKey(11), 5).signature,
    },
  ])
    assert.throws(() => cosignatureOf(parseNote(note(logSigned, bent)), w), wrong);
});

test('believe: the log must sign, n of the witnesses must, strangers do not count', () => {
  const stranger = cosign(text, 'w99.example', testKey(99), 5);
  const two = note(stranger, cosigned(12), logSigned, cosigned(11));
  assert.deepEqual(
    believe(two, asks(2)).witnessed.map(({ name }) => name),
    ['w11.example', 'w12.example'],
  );
  assert.throws(() => believe(two, asks(3)), { code: 'LEDGER_WITNESSES_MISSING' });
  const twice = note(logSigned, cosigned(11, 5), cosigned(11, 6));
  assert.throws(() => believe(twice, asks(2)), { code: 'LEDGER_WITNESSES_MISSING' });
  const unsigned = { code: 'LEDGER_UNSIGNED' };
  assert.throws(() => believe(note(cosigned(11)), asks(0)), unsigned);
  assert.throws(() => believe(note(signNote(text, origin, testKey(2))), asks(0)), unsigned);
  assert.throws(() => believe(two, { log: [], witnesses: [], quorum: 0 }), unsigned);
  // The key is right, but the checkpoint is of another log.
  const elsewhere = formatCheckpoint({ origin: 'other.example', size: 42, root });
  const foreign = formatNote({
    text: elsewhere,
    signatures: [signNote(elsewhere, origin, testKey(1))],
  });
  assert.throws(() => believe(foreign, asks(0)), unsigned);
});

test('a policy cannot count one witness twice, nor ask for more than there are', () => {
  const [w] = witnesses as [VerifierKey];
  const alias = verifierKey('alias.example', WITNESS_KEY, w.publicKey);
  assert.throws(() => asks(1, [w, alias]), unusable);
  assert.throws(() => asks(4), unusable);
  assert.throws(() => asks(-1), unusable);
});

/** `stillwatch hub member key`: the public keys with which members sign what they contribute. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { StillwatchError } from '../../base/errors.ts';
import { parseJsonText } from '../../base/json-text.ts';
import {
  DATA_HELP,
  type DataOptions,
  dataShown,
  EXIT_STATUS,
  type Output,
  parseEnd,
  tell,
  timeText,
  withOffice,
} from './office.ts';

const readJson = (path: string): unknown => {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new StillwatchError('INPUT_UNREADABLE', (cause as Error).message, 'Check the path.', {
      cause,
    });
  }
  const { value, fault } = parseJsonText(bytes, { maxBytes: 64 << 10, maxDepth: 8 });
  if (fault === undefined) return value;
  throw new StillwatchError(
    'INPUT_UNREADABLE',
    `${path}: ${fault.message}`,
    'Give the signed rotation as JSON.',
  );
};

export const addMemberKeyCommand = (member: Command, output: Output): void => {
  const key = member
    .command('key')
    .description('register, rotate and revoke the signing keys of members')
    .addHelpText(
      'after',
      '\nExample:\n  stillwatch hub member key add "Lab A" rN7v…43-characters…Q4k --data ./hub\n\nA key is the 32 bytes of an Ed25519 public key as base64url. The hub never sees a private key.',
    );
  const command = (name: string, description: string, example: string): Command =>
    key
      .command(name)
      .description(description)
      .requiredOption('--data <where>', DATA_HELP)
      .option('--json', 'print the outcome as JSON')
      .addHelpText(
        'after',
        `\nExample:\n  stillwatch hub member key ${example} --data ./hub${EXIT_STATUS}`,
      );

  command('add <member> <public-key>', 'register a key', 'add "Lab A" PUBLIC-KEY --until 365d')
    .option('--until <when>', 'as 365d or a time; without it no end is set', 'never')
    .action(
      async (
        who: string,
        publicKey: string,
        { data, json, until }: DataOptions & { until: string },
      ) => {
        const { addKey } = await import('../../serve/hub/members/keys.ts');
        const validUntil = parseEnd(until, Date.now()) ?? undefined;
        const added = await withOffice(data, (office) =>
          addKey(office, who, { publicKey, validUntil }),
        );
        tell(output, json, {
          json: added,
          lines: [`Added key ${added.id}, valid until ${timeText(added.validUntil)}`],
          next: `stillwatch hub member show ${added.member} --data ${dataShown(data)}`,
        });
      },
    );

  command(
    'rotate <member> <file>',
    'replace a key by a rotation that the old and the new key have signed; both hold for a day',
    'rotate "Lab A" rotation.json',
  ).action(async (who: string, file: string, { data, json }: DataOptions) => {
    const { parseRotation, rotateKey } = await import('../../serve/hub/members/keys.ts');
    const rotation = parseRotation(readJson(file));
    const { ended, begun } = await withOffice(data, (office) => rotateKey(office, who, rotation));
    tell(output, json, {
      json: { ended, begun },
      lines: [`Added key ${begun.id}`, `Key ${ended.id} ends ${timeText(ended.validUntil)}`],
      next: `stillwatch hub member key revoke ${ended.member} ${ended.id} --data ${dataShown(data)}   (if it was stolen)`,
    });
  });

  command(
    'revoke <member> <key-id>',
    'refuse whatever this key signed, from now on',
    'revoke "Lab A" k1-…',
  ).action(async (who: string, id: string, { data, json }: DataOptions) => {
    const { revokeKey } = await import('../../serve/hub/members/keys.ts');
    const gone = await withOffice(data, (office) => revokeKey(office, who, id));
    tell(output, json, {
      json: gone,
      lines: [`Revoked key ${gone.id}`],
      next: `stillwatch hub member key add ${gone.member} PUBLIC-KEY --data ${dataShown(data)}`,
    });
  });
};

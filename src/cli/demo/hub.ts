/** The hub of the demo with its three founders, and what each of them needs to take part. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAB_NAMES, type LabName } from '../../prove/demo/lab-name.ts';
import { NO_LOG } from '../../serve/hub/http/log.ts';
import { addMember } from '../../serve/hub/members/changes.ts';
import { addKey } from '../../serve/hub/members/keys.ts';
import { issueToken } from '../../serve/hub/members/tokens.ts';
import { type RunningHub, startHub } from '../../serve/hub/start.ts';
import { SCOPES } from '../../serve/store/records.ts';
import { toBase64Url } from '../../share/sharing/signing/base64.ts';
import { privateKeyOf, rawPublicKey } from '../../share/sharing/signing/ed25519.ts';
import { keyFileText, SIGNING_KEY } from '../../share/sharing/signing/key-file.ts';

export interface Membership {
  readonly id: string;
  readonly token: string;
  /** Files that only this user can read. */
  readonly tokenFile: string;
  readonly keyFile: string;
}

export interface DemoHub {
  readonly running: RunningHub;
  readonly url: string;
  readonly members: Readonly<Record<LabName, Membership>>;
  readonly operatorTokenFile: string;
}

const secretFile = (path: string, text: string): string => {
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

export const startDemoHub = async (folder: string): Promise<DemoHub> => {
  const running = await startHub({
    listen: '127.0.0.1:0',
    data: join(folder, 'hub'),
    log: NO_LOG,
    graceMs: 500,
  });
  const { store, ledger, clock, secrets } = running.hub;
  const office = { store, ledger, clock };
  const operatorTokenFile = secretFile(
    join(folder, 'hub-operator.token'),
    `${running.first?.token ?? ''}\n`,
  );
  const founder = async (name: LabName): Promise<Membership> => {
    const seed = randomBytes(32);
    const key = privateKeyOf(seed);
    const { id } = await addMember(office, { name: `Lab ${name}`, tier: 'founder', vetted: true });
    await addKey(office, id, { publicKey: toBase64Url(rawPublicKey(key)) });
    const wish = { label: 'demo', scopes: SCOPES, expires: null };
    const { token } = await issueToken(office, secrets, id, wish);
    const file = join(folder, `hub-lab-${name.toLowerCase()}`);
    return {
      id,
      token,
      tokenFile: secretFile(`${file}.token`, `${token}\n`),
      keyFile: secretFile(`${file}.key`, keyFileText(SIGNING_KEY, seed)),
    };
  };
  const members: Partial<Record<LabName, Membership>> = {};
  for (const name of LAB_NAMES) members[name] = await founder(name);
  return {
    running,
    url: running.url,
    members: members as Record<LabName, Membership>,
    operatorTokenFile,
  };
};

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { newPrivateKey } from '../../../share/sharing/signing/ed25519.ts';
import { signContribution } from '../../../share/sharing/signing/contribution.ts';
import { signedEnvelope } from '../../../share/sharing/signing/taxii-envelope.ts';
import { unreachable } from '../../store/faults.ts';
import type { Records } from '../../store/store.ts';
import type { Contribution } from '../admit.ts';
import { openStore } from '../../store/open.ts';
import { verifiedRequest } from './signed-body.ts';

const NOW = Date.UTC(2026, 10, 21, 12);

test('a database that is away is no verdict on a contribution: it may be sent again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-signed-'));
  const store = await openStore(folder);
  try {
    const objects = [{ type: 'note' }];
    const signed = signContribution(
      { hub: 'hub.example', collection: 'c', member: 'm', created: NOW, objects },
      newPrivateKey(),
    );
    const contribution = {
      ...{ body: Buffer.from(signedEnvelope(objects, signed)), objects, now: NOW * 1000 },
      ...{ member: { id: 'm' }, collection: { id: 'c' } },
    } as unknown as Contribution;
    const away: Records = {
      ...store.records,
      list: () => Promise.reject(unreachable({ code: '57P03' })),
    };
    await assert.rejects(verifiedRequest(contribution, 'hub.example', away), {
      code: 'STORE_UNREACHABLE',
    });
    // Control: with the database there, it is a verdict, for nobody knows the key.
    const verdict = await verifiedRequest(contribution, 'hub.example', store.records);
    assert.equal((verdict as { code: string }).code, 'CONTRIBUTION_KEY_UNKNOWN');
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

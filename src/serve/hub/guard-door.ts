/** Who stands at the door of guarded collections. */
import type { Warninglist } from '../../share/sharing/warninglist/warninglist.ts';
import type { Store } from '../store/store.ts';
import type { Secrets } from './access/secret.ts';
import type { Admit } from './admit.ts';
import { guardOf } from './guard/guard.ts';
import type { HubLedger } from './ledger/record.ts';

export const admitOf = (
  store: Store,
  secrets: Secrets,
  ledger: HubLedger,
  warninglists: readonly Warninglist[] = [],
): Admit => guardOf({ store, secrets, ledger, warninglists });

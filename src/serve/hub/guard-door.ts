/** Who stands at the door of guarded collections. */
import type { Secrets } from './access/secret.ts';
import { type Admit, admitNobody } from './admit.ts';
import type { Store } from '../store/store.ts';

export const admitOf = async (_store: Store, _secrets: Secrets): Promise<Admit> => admitNobody;

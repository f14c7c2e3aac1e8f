/** Where a member's signature lies in a request, and whether it holds. */
import { StillwatchError } from '../../../base/errors.ts';
import { parseJsonText } from '../../../base/json-text.ts';
import {
  type VerifiedContribution,
  verifyContribution,
  verifyObjects,
} from '../../../share/sharing/signing/contribution.ts';
import {
  parseContribution,
  type SignedContribution,
} from '../../../share/sharing/signing/envelope.ts';
import { knownKeys } from '../../../share/sharing/signing/member-key.ts';
import { CONTRIBUTION_PROPERTY } from '../../../share/sharing/signing/taxii-envelope.ts';
import type { Records } from '../../store/store.ts';
import type { Contribution } from '../admit.ts';

export interface SignedRequest extends VerifiedContribution {
  readonly signed: SignedContribution;
}

export interface Refused {
  readonly code: string;
  readonly path: string;
  readonly sentence: string;
}

const UNSIGNED: Refused = {
  code: 'CONTRIBUTION_UNSIGNED',
  path: '',
  sentence: `This collection takes signed contributions only: send them with \`stillwatch share submit\`, or put the signature into ${CONTRIBUTION_PROPERTY}. A client that cannot sign may read here, and write to plain collections.`,
};

/** By bucket of time, so that those which may be forgotten lie together. */
const BUCKET_MS = 600_000;
export const nonceId = (member: string, nonce: string, until: number): string =>
  `nonce/${member}/${Math.ceil(until / BUCKET_MS)}/${nonce}`;

/** Prefixes under which nonces lie that no signature can have any more. */
export const forgettable = (member: string, now: number): readonly string[] =>
  [1, 2, 3, 4, 5, 6].map((back) => `nonce/${member}/${Math.floor(now / BUCKET_MS) - back}/`);

const signatureIn = (body: Uint8Array): unknown => {
  const { value } = parseJsonText(body, { maxBytes: body.length, maxDepth: 100 });
  const envelope = value as Readonly<Record<string, unknown>> | undefined;
  return envelope !== undefined && Object.hasOwn(envelope, CONTRIBUTION_PROPERTY)
    ? envelope[CONTRIBUTION_PROPERTY]
    : undefined;
};

const judge = <Result>(check: () => Result): Result | Refused => {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof StillwatchError)) throw error;
    return { code: error.code, path: '', sentence: `${error.message}. ${error.remedy}` };
  }
};

/** The verified contribution of a request, or why it is none. */
export const verifiedRequest = async (
  { body, member, collection, objects, now }: Contribution,
  hub: string,
  records: Records,
): Promise<SignedRequest | Refused> => {
  const given = signatureIn(body);
  if (given === undefined) return UNSIGNED;
  // Read outside of what is judged: a database that is away says nothing against a signature.
  const keys = knownKeys((await records.list('key', `${member.id}/`)).map(({ value }) => value));
  const context = {
    hub,
    collection: collection.id,
    member: member.id,
    keys,
    now: Math.floor(now / 1000),
  };
  const judged = judge(() => {
    const signed = parseContribution(given);
    // Looked up after the signature holds, as `verifyContribution` asks for; stored with the objects.
    return { ...verifyContribution(signed, { ...context, isUsed: () => false }), signed };
  });
  if ('code' in judged) return judged;
  const { nonce, until } = judged.remember;
  const seen = await records.get('seen', nonceId(member.id, nonce, until));
  return judge(() => {
    verifyContribution(judged.signed, { ...context, isUsed: () => seen !== undefined });
    verifyObjects(judged.signed.envelope, objects);
    return judged;
  });
};
